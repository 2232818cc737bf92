"""A build: plan, stages, folder, checkpoints."""
