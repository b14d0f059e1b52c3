"""Ratios of many refits at once, for hedges that estimate nothing but moments.

They equal those of ``fit`` and ``extend`` up to rounding, without the cost of a fit for each refit;
a test compares every one. All samples have the same length or begin together, and every series
varies by itself in each of them; a hedge that needs more leaves a refit to ``fit``, which says what
is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch._kernels.moments.rolling import expanding_covariance, rolling_covariance
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.typing import Array

MIN_OWN_VARIANCE = 1e3 * COLLINEARITY_TOLERANCE
"""Share of its variance that each series must have of its own."""


class Refit(NamedTuple):
    """Rows of one refit.

    The model is estimated on rows ``train_start`` to ``train_stop - 1`` and hedges rows
    ``test_start`` to ``test_stop - 1``; test_start >= train_stop.
    """

    train_start: int
    train_stop: int
    test_start: int
    test_stop: int


@runtime_checkable
class ClosedFormRatios(Protocol):
    """A hedge model that computes its ratios over many refits at once."""

    def ratios_by_refit(self, returns: Array, refits: Sequence[Refit]) -> Iterator[Array | None]:
        """Yield the ratios (n_hedged_rows, n_hedges) of each refit, or None where it needs ``fit``.

        Parameters
        ----------
        returns : array (n_dates, 1 + n_hedges), the asset first
        refits : in order, with samples of the same length, or that grow from the same row, in which
            every series varies by itself
        """


def vary_by_themselves(covariances: Array) -> Array:
    """Return whether every series has variance of its own, for each of (n, k, k) covariances."""
    # pivots are those of all series but the first: a series of zeros is put in front
    reversed_order = np.ascontiguousarray(covariances[:, ::-1, ::-1])
    _, pivots = minimum_variance_ratios(np.pad(reversed_order, ((0, 0), (1, 0), (1, 0))))
    return np.asarray(pivots > MIN_OWN_VARIANCE)


def sample_covariances(returns: Array, refits: Sequence[Refit]) -> Array:
    """Return the covariance of the sample of each refit, (n_refits, 1 + n_hedges, 1 + n_hedges)."""
    first = refits[0].train_start
    sample = np.ascontiguousarray(returns[first : refits[-1].train_stop])
    if begin_together(refits):
        growing = expanding_covariance(sample)
        return np.asarray(growing[[refit.train_stop - first for refit in refits]])
    windows = rolling_covariance(sample, refits[0].train_stop - first)
    return np.asarray(windows[[refit.train_start - first for refit in refits]])


def begin_together(refits: Sequence[Refit]) -> bool:
    """Return whether samples of more than one refit grow from the same row."""
    return len(refits) > 1 and len({refit.train_start for refit in refits}) == 1


def sample_ratios(returns: Array, refits: Sequence[Refit]) -> Iterator[Array]:
    """Yield the regression coefficients of each sample, constant over the dates it hedges."""
    ratios, _ = minimum_variance_ratios(sample_covariances(returns, refits))
    for refit, ratio in zip(refits, ratios, strict=True):
        yield np.repeat(ratio[None], refit.test_stop - refit.test_start, axis=0)


def rolling_ratios(returns: Array, refits: Sequence[Refit], window: int) -> Iterator[Array | None]:
    """Yield the regression coefficients over the window before each date."""
    first = refits[0].train_start
    if not returns.shape[1] + 1 <= window < refits[0].train_stop - first:
        return
    sample = np.ascontiguousarray(returns[first : refits[-1].test_stop])
    covariances = rolling_covariance(sample, window)
    regular = vary_by_themselves(covariances)
    ratios, _ = minimum_variance_ratios(covariances)
    for refit in refits:
        # the window that begins at row i, counted from the first, gives the ratio of row i + window
        seen = slice(refit.train_start - first, refit.test_stop - first - window + 1)
        hedged = slice(refit.test_start - first - window, refit.test_stop - first - window)
        yield ratios[hedged] if regular[seen].all() else None
