"""Hedges from prices: error correction, vector error correction, and long-run relations."""
