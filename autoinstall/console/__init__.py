"""The console of a guest: attach, read, send, leave; everything is teed into a recording."""
