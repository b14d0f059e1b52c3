"""Sentences on the trades: why, up to which limit, at what cost."""
