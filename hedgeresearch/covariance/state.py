"""Filter state of a covariance model: its parameters and what it carries from date to date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.typing import Array, Indices

CHUNK_SIZE = 4_000_000
"""Numbers of a covariance path that are held at a time where only its summary is needed."""


@exported_by("hedgeresearch.covariance")
class CovarianceState(Protocol):
    """Parameters of a covariance model and its state before the next date.

    A state never changes: ``advance`` returns another one. Its methods trust their input.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> state = hr.EWMACovariance().fit(returns).final_state
    >>> later = state.advance(returns.to_numpy()[-5:])
    >>> later.next_covariance.shape
    (2, 2)
    """

    @property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of the Student-t density of the returns; infinite for the normal."""

    @property
    def constant_means(self) -> bool:
        """True if the conditional means are the same at every date."""

    @property
    def next_covariance(self) -> Array:
        """Covariance matrix of the next date, (n_series, n_series)."""

    def means(self, returns: Array) -> Array:
        """Return the conditional means of each date and of the next one, (n_dates + 1, n_series).

        Parameters
        ----------
        returns : array (n_dates, n_series)
        """

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariance matrices of some series, each before its date is seen.

        Parameters
        ----------
        returns : array (n_dates, n_series)
            Returns of all series.
        block : array (k,)
            Positions of the series that are wanted, in their order.

        Returns
        -------
        array (n_dates, k, k)
        """

    def advance(self, returns: Array) -> CovarianceState:
        """Return the state after the dates of ``returns`` (n_dates, n_series)."""

    def forecast(self, horizon: int) -> Array:
        """Return the expected covariances of the next dates, (horizon, n_series, n_series)."""


def path_in_chunks(state: CovarianceState, returns: Array) -> Iterator[tuple[slice, Array]]:
    """Yield the rows and the covariances (n_rows, n_series, n_series) of one chunk after the other.

    So the n_dates * n_series**2 numbers of the whole path are never held at once.
    """
    n_dates, n_series = returns.shape
    n_rows = max(1, CHUNK_SIZE // (n_series * n_series))
    everything = np.arange(n_series, dtype=np.intp)
    for begin in range(0, n_dates, n_rows):
        rows = slice(begin, min(begin + n_rows, n_dates))
        yield rows, state.path(returns[rows], everything)
        state = state.advance(returns[rows])
