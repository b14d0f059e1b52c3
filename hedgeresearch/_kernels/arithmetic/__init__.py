"""Arithmetic that kernels share: lanes, small matrices, special functions, densities."""
