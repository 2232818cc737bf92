"""One module a command; output.py alone prints; errors become exit codes."""
