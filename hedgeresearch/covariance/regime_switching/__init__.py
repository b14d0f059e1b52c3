"""Correlations that switch between regimes."""
