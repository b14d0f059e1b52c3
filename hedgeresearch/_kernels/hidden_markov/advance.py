"""Probabilities of regimes moved past new dates, without storing anything."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.filter import filter_regimes, weigh
from hedgeresearch._kernels.hidden_markov.regime_densities import (
    BLOCK,
    log_densities_of_block,
    regime_log_densities,
)


def advance_by_filter(
    series, means, inverse_factors, constants, degrees, transition, probabilities
):
    """Move the probabilities like ``advance_regimes``, by kernels that every fit has compiled."""
    if np.isnan(series).any():
        return False
    log_densities = regime_log_densities(series, means, inverse_factors, constants, degrees)
    predicted, _, _ = filter_regimes(log_densities, transition, probabilities)
    probabilities[:] = predicted[-1]
    return True


@kernel(plain=advance_by_filter)
def advance_regimes(series, means, inverse_factors, constants, degrees, transition, probabilities):
    """Move the probabilities of the regimes past some dates.

    Returns False, and leaves them as they are, if a value is missing.

    Parameters
    ----------
    series : array (n_series, n_dates)
    means : array (k, n_series)
    inverse_factors : array (k, n_series, n_series)
    constants, degrees : array (k,)
        See ``regime_log_densities``.
    transition : array (k, k)
    probabilities : array (k,)
        Of the regimes at the first date; overwritten with those at the date after the last.
    """
    n, n_dates = series.shape
    k = transition.shape[0]
    for i in range(n):
        for t in range(n_dates):
            if math.isnan(series[i, t]):
                return False
    block = np.empty((k, BLOCK))
    log_densities = np.empty(k)
    weights = np.empty(k)
    for begin in range(0, n_dates, BLOCK):
        size = min(BLOCK, n_dates - begin)
        log_densities_of_block(
            series, begin, size, means, inverse_factors, constants, degrees, block
        )
        for b in range(size):
            for i in range(k):
                log_densities[i] = block[i, b]
            total = weigh(probabilities, log_densities, weights)[1]
            for i in range(k):
                weights[i] /= total
            for j in range(k):
                probabilities[j] = 0.0
                for i in range(k):
                    probabilities[j] += weights[i] * transition[i, j]
    return True
