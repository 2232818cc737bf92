"""The disk, the netboot files, the finished image."""
