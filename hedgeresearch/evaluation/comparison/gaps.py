"""Dates that are left out between those that are compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array, Indices


def checked_positions(positions: Any, n_dates: int) -> Indices | None:
    """Return ascending positions (n_dates,) where dates are left out between them, else None."""
    if positions is None:
        return None
    found = np.asarray(positions)
    whole = found.shape == (n_dates,) and np.issubdtype(found.dtype, np.integer)
    if not whole or not (np.diff(found) > 0).all():
        raise DataError(
            f"positions must be {n_dates} ascending whole numbers, one for each date; got "
            f"{positions!r}."
        )
    return found if (np.diff(found) > 1).any() else None


def spread(moments: Array, positions: Indices | None, lags: int) -> Array:
    """Return moments (n_dates, k) with rows of zeros where dates are left out between them.

    Sums of products at up to ``lags`` lags then do not take dates for neighbors that a gap
    separates: Parzen (1963), Sankhya A 25, for a series with missing values.
    """
    if positions is None:
        return moments
    steps = np.minimum(np.diff(positions), lags + 1)
    places = np.concatenate([[0], steps.cumsum()])
    table = np.zeros((places[-1] + 1, moments.shape[1]))
    table[places] = moments
    return table
