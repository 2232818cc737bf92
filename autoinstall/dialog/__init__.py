"""What the screen asks and what to press: read, recognise, decide, keys. Pure functions over data."""
