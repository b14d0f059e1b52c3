"""Standard errors of dynamic correlations and of what is computed from them."""
