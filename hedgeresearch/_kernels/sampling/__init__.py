"""Samples drawn from past returns."""
