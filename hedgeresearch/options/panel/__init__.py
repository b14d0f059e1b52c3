"""Panels of options by date: their rows, smiles of single expiries, simulation."""
