"""Hedges from regressions of the asset on its hedges."""
