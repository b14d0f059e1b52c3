"""Dynamic conditional correlations: of many series, composite, and of pairs."""
