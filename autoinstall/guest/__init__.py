"""The installed system over its console: log in, become root, run, put, edit, prove."""
