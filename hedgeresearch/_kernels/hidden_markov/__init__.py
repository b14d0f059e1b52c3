"""Hidden Markov chains: filter, EM, scores."""
