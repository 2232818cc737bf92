"""The questions that an installer can ask, from its own debconf templates."""
