"""Prices, implied volatilities and smiles of options."""
