"""Markov-switching models of a single series."""
