"""GARCH(1,1) of one series: likelihood, search, errors."""
