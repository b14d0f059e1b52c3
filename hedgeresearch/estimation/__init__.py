"""Estimates and their standard errors: what all model families share."""
