"""Sample moments and regressions of windows, and their errors."""
