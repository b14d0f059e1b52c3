"""Covariances that are moments of past returns: the whole sample, a window, or weighted."""
