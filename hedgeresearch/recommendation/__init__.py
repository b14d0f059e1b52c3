"""The hedge to hold now."""
