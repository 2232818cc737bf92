"""The terminal that the console is looked at through."""
