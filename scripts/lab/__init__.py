"""What the labs (`scripts/lab-mirror`, `scripts/xen-lab`) have in common."""
