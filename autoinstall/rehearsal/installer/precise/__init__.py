"""The steps of the Ubuntu 12.04 netboot installer, in the order in which its main menu runs them."""
