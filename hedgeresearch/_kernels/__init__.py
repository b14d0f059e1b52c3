"""Compiled recursions, likelihoods and their analytic scores.

Kernels receive and return arrays and trust their input. A path returned by a kernel has one row
more than its data: the last row is the value for the date after the last.
"""
