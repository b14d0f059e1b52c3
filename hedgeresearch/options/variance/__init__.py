"""Variance of the underlying to an expiry from all its options, without a model."""
