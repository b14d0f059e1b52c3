"""Hedges whose ratio depends on the probabilities of regimes."""
