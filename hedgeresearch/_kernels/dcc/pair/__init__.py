"""Dynamic conditional correlations of pairs of series: likelihood, search, errors, walk."""
