"""Dynamic conditional correlations: of pairs, of many series, composite."""
