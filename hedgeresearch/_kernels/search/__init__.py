"""Searches: a likelihood over a box, quadratic programs, baskets of few instruments."""
