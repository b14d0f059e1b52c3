"""A recommendation as one page that needs no other file."""
