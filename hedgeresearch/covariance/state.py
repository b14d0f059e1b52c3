"""What carries conditional covariances over new dates: parameters with a state, in arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from hedgeresearch.typing import Array, Indices

CHUNK = 4_000_000
"""Numbers of a path held at a time when only its summary is needed."""


class CovarianceState(Protocol):
    """Parameters and the state before the next date. A recursion never changes: ``advance`` gives another one."""

    @property
    def degrees_of_freedom(self) -> float:
        """Of the Student-t density of the returns; infinite for the normal."""

    @property
    def constant_means(self) -> bool:
        """Whether returns do not depend on those before through their means."""

    @property
    def next_covariance(self) -> Array:
        """The covariance matrix of the next date, (n_series, n_series)."""

    def means(self, returns: Array) -> Array:
        """Conditional means of each date of ``returns`` and of the next one, (n_dates + 1, n_series)."""

    def path(self, returns: Array, block: Indices) -> Array:
        """Covariances (n_dates, k, k) of the k series at the positions ``block``, each before its date is seen."""

    def advance(self, returns: Array) -> CovarianceState:
        """The recursion after the dates of ``returns`` (n_dates, n_series)."""

    def forecast(self, horizon: int) -> Array:
        """Expected covariances of the next ``horizon`` dates, (horizon, n_series, n_series)."""


def chunks(recursion: CovarianceState, returns: Array) -> Iterator[tuple[slice, Array]]:
    """The whole path piece by piece, so that n_dates x n x n numbers are never held at once."""
    n_dates, n = returns.shape
    size, block = max(1, CHUNK // (n * n)), np.arange(n, dtype=np.intp)
    for begin in range(0, n_dates, size):
        rows = slice(begin, min(begin + size, n_dates))
        yield rows, recursion.path(returns[rows], block)
        recursion = recursion.advance(returns[rows])
