"""Parameters that switch with a regime: regressions, autoregressions, correlations, GARCH."""
