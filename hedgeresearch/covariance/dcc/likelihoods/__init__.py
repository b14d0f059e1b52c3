"""Likelihoods of dynamic correlations: of a panel, of a pair, composite."""
