"""Sentences on what can go wrong: tails, liquidation, options, pools and loans."""
