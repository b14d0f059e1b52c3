"""Results of walk-forward runs: backtests, their tables and figures."""
