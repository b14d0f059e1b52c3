"""Recursions, likelihoods and their analytic scores: arrays in, arrays out, inputs trusted.

A path returned by a kernel has one row more than its data: the last row is the value for the date after the last.
"""
