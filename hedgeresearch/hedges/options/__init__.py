"""Hedges of options: ratios for each contract of a panel, by date."""
