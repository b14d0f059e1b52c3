"""Constant, dynamic and equal conditional correlations, estimated in two steps."""
