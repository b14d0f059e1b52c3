"""Sentences on how well a hedge works, and how certain that is."""
