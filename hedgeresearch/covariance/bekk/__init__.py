"""BEKK: multivariate GARCH of Engle and Kroner."""
