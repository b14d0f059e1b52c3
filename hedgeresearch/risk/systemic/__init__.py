"""Systemic risk: who moves whom, and what happens to one when another is in distress."""
