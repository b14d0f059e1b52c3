"""Hedges with other objectives than variance: quantiles, tail losses, shortfalls, mean-variance."""
