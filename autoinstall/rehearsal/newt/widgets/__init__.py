"""newt's widgets: each draws itself on the desktop and obeys keys while it has the focus."""
