"""The answers file: model, loading with line numbers, secrets, templates, JSON Schema."""
