"""How well a hedge works: out of sample, beside other models, in regimes, on good data."""
