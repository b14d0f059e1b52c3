"""BEKK: matrices, likelihood, search."""
