"""Ratios of many refits at once for exponentially weighted moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hedgeresearch._kernels.moments.ewma import ewma_covariance, ewma_last
from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch.covariance.moments.ewma import start_up_dates
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE, Refit, begin_together
from hedgeresearch.typing import Array


def ewma_ratios(returns: Array, refits: Sequence[Refit], decay: float) -> Iterator[Array | None]:
    """Yield the ratios of exponentially weighted moments that begin with each sample."""
    returns = np.ascontiguousarray(returns)
    n_series = returns.shape[1]
    if begin_together(refits):
        yield from _growing_ratios(returns, refits, decay)
        return
    for refit in refits:
        if refit.train_stop - refit.train_start <= start_up_dates(n_series):
            return
        empty = np.zeros((n_series, n_series))
        last, weight = ewma_last(decay, returns[refit.train_start : refit.train_stop], empty, 0.0)
        covariances, _ = ewma_covariance(
            decay, returns[refit.train_stop : refit.test_stop], last, weight
        )
        ratios, pivots = minimum_variance_ratios(covariances)
        hedged = ratios[refit.test_start - refit.train_stop : -1]
        yield hedged if (pivots > MIN_OWN_VARIANCE).all() else None


def _growing_ratios(
    returns: Array, refits: Sequence[Refit], decay: float
) -> Iterator[Array | None]:
    """Yield the same where all samples grow from one row, whose moments need one pass."""
    n_series = returns.shape[1]
    first = refits[0].train_start
    if refits[0].train_stop - first <= start_up_dates(n_series):
        return
    used = returns[first : refits[-1].test_stop]
    covariances, _ = ewma_covariance(decay, used, np.zeros((n_series, n_series)), 0.0)
    ratios, pivots = minimum_variance_ratios(covariances)
    for refit in refits:
        hedged = ratios[refit.test_start - first : refit.test_stop - first]
        # the pivots of a refit alone are those from the end of its sample to the date after
        seen = pivots[refit.train_stop - first : refit.test_stop - first + 1]
        yield hedged if (seen > MIN_OWN_VARIANCE).all() else None
