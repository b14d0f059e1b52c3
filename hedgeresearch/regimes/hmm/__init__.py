"""Hidden Markov models of several series."""
