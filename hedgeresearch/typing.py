"""Array types for the functions below the pandas surface."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]
"""Array of floats; docstrings give its shape."""
Indices: TypeAlias = npt.NDArray[np.intp]
"""Array of positions in another array."""
Mask: TypeAlias = npt.NDArray[np.bool_]
"""Array of True and False, which selects from another array."""
