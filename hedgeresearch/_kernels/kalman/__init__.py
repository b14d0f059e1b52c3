"""Time-varying regression coefficients: filter, likelihood, search."""
