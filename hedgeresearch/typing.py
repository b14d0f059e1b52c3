"""The one type that numbers travel in below the pandas surface."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]
"""An array of floats; its shape stands in the docstring of whoever takes or gives it."""
Indices = npt.NDArray[np.intp]
"""Positions in an array."""
