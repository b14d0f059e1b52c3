"""Regimes of other kinds: jump models, groups of dates."""
