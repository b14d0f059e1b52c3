"""Hedges composed of other hedges: combined, shrunk, constrained, or over a longer horizon."""
