"""Inputs of a recommendation: market, position, instruments, settings, and their checks."""
