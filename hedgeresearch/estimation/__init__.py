"""Likelihoods maximised, standard errors, and the record of an estimation: shared by the model families."""
