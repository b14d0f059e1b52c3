"""Differences by which the scores of a correlation are differentiated."""

from __future__ import annotations

import numpy as np

CENTRAL = np.array([[1.0, 0.5], [-1.0, -0.5]])
BACKWARD = np.array([[0.0, 1.5], [-1.0, -2.0], [-2.0, 0.5]])
"""Multiples of a step at which a function is evaluated, and their weights in its derivative."""
