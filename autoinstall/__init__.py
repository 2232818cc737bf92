"""Installs an operating system by answering its installer's own menus on the guest's console."""

__version__ = "0.1.0"
