"""Optimizers: maximization of a likelihood over a box, and the nearest feasible point."""
