"""Checks of the data of every fit, with their versions of NumPy."""
