"""The Xen host itself: its commands xm and xl, and the background processes that hold its domains."""
