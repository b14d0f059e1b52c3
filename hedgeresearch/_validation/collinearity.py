"""Check that series are linearly independent."""

from __future__ import annotations

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

COLLINEARITY_TOLERANCE = 1e-10
"""Smallest eigenvalue of a correlation matrix up to which its series are linearly dependent."""
LOADING_TOLERANCE = 1e-3
"""Loading on a null vector up to which a series does not take part in the dependence."""


def check_independent(covariance: Array, names: list[str], what: str) -> None:
    """Refuse series of which one is a linear combination of others, naming those involved.

    Parameters
    ----------
    covariance : array (n_series, n_series)
    names : list of str, n_series names
    what : str
        The series in words, such as "hedges".
    """
    involved = collinear_names(covariance, names)
    if len(involved) == 1:
        raise DataError(f"{what} must vary; {involved[0]} does not move. Leave it out.")
    if involved:
        raise DataError(
            f"{what} must not be collinear; {', '.join(involved)} are. Leave one of them out."
        )


def collinear_names(covariance: Array, names: list[str]) -> list[str]:
    """Return the series in the null space of a covariance matrix; none if it has full rank.

    Series that do not vary are returned alone.
    """
    if len(names) == 1:
        return names if covariance[0, 0] == 0.0 else []
    scale = np.sqrt(np.diag(covariance))
    if not scale.all():
        return [name for name, size in zip(names, scale, strict=True) if size == 0.0]
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    null = vectors[:, values < COLLINEARITY_TOLERANCE]
    loadings = np.abs(null).max(axis=1, initial=0.0)
    return [
        name for name, loading in zip(names, loadings, strict=True) if loading > LOADING_TOLERANCE
    ]
