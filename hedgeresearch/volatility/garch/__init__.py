"""GARCH(1,1), with and without leverage, by the likelihood and scores of this package."""
