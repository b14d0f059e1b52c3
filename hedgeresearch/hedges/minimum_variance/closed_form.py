"""Ratios of many refits at once for exponentially weighted moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hedgeresearch._kernels.moments.ewma import ewma_covariance, ewma_last
from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch.covariance.moments.ewma import start_up_dates
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE, Refit
from hedgeresearch.typing import Array


def ewma_ratios(returns: Array, refits: Sequence[Refit], decay: float) -> Iterator[Array | None]:
    """Yield the ratios of exponentially weighted moments that begin with each sample."""
    returns = np.ascontiguousarray(returns)
    n_series = returns.shape[1]
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
