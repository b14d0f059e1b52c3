"""Containers: a mapping that never changes and a table that only grows."""
