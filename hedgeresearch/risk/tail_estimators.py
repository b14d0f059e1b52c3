r"""Tail index, skewness and kurtosis of returns, each with an interval.

With m_j the j-th central moment of the returns, l_(1) >= ... >= l_(n) the losses, and k of them in
the tail:

.. math:: skewness = m_3 / m_2^{3/2}, \qquad excess = m_4 / m_2^2 - 3, \qquad
          index = \Big( \frac1k \sum_{i=1}^{k} \log \frac{l_{(i)}}{l_{(k+1)}} \Big)^{-1}

The tail index is that of Hill (1975), Annals of Statistics 3. Moments of a higher order than the
index do not exist: for an index below 4 the sample kurtosis has no limit. In a Pareto tail of index
a the ratio k a / index is a gamma variable of shape k, which gives the interval; the limit of the
standard error is index / sqrt(k).

A larger k makes the interval narrower but biased: the center of a distribution is not a Pareto
tail. For 5000 Student-t returns with 3 degrees of freedom, 95% intervals cover the index in 94% of
simulated samples with k at 1% of the observations, and in 6% with k at 5%. With 1% (at least 20)
they cover it in 84% and 93% for 500 and 1000 such returns, and in 68% to 89% with 4 degrees of
freedom or for GARCH returns: the true index then lies above the interval, as the tail is less fat.

Intervals of skewness and kurtosis allow for volatility clusters. They use the long-run variance
(Bartlett weights, with as many lags as the blocks of a stationary bootstrap of the influence and of
the squares are long) of the influence of each observation,

.. math:: z^4 - m_4 / m_2^2 - 2 (z^2 - 1) m_4 / m_2^2 - 4 z \, skewness, \qquad
          z^3 - skewness - \tfrac32 (z^2 - 1) \, skewness - 3 z

with z the standardized returns; the interval of the kurtosis is computed for its logarithm. They
distinguish fat tails from normal tails (1% of normal samples of 500 or 2000 observations are
classified as fat-tailed), but they are too narrow to say how fat the tails are. 95% intervals cover
the kurtosis of 2000 normal returns in 92% of simulated samples, of Student-t returns with 10
degrees of freedom in 84%, and with 5 degrees of freedom or of GARCH returns in 35% to 40%: a sample
without the rarest losses understates the kurtosis.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.estimation.regression import long_run_sum
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.typing import Array

Interval = tuple[float, float]
"""Lower and upper end of an interval."""

CONFIDENCE = 0.95
"""Probability with which the intervals should cover the true value."""


class Estimate(NamedTuple):
    """An estimate and its interval."""

    value: float
    interval: Interval


def hill_tail_index(losses: Array, n_tail: int) -> Estimate:
    """Return Hill's index of the largest ``n_tail`` of losses (n_dates,).

    Raises
    ------
    DataError
        If one of the largest ``n_tail + 1`` losses is a gain, or all are equal.
    """
    from scipy.stats import gamma

    largest = np.sort(losses)[::-1][: n_tail + 1]
    threshold = largest[-1]
    if not threshold > 0.0:
        raise DataError(
            f"the tail must contain losses only; of the {n_tail + 1} lowest returns the last is a "
            f"gain of {-threshold:.3g}. Pass a longer sample, or a smaller share."
        )
    mean_excess = float(np.log(largest[:-1] / threshold).mean())
    if mean_excess == 0.0:
        raise DataError(
            f"the {n_tail} largest losses must differ; all are {threshold:.3g}. "
            "Pass a longer sample."
        )
    low, high = gamma.ppf([0.5 - CONFIDENCE / 2.0, 0.5 + CONFIDENCE / 2.0], n_tail) / n_tail
    return Estimate(1.0 / mean_excess, (float(low) / mean_excess, float(high) / mean_excess))


def skewness_and_kurtosis(values: Array) -> tuple[Estimate, Estimate]:
    """Return the skewness and the excess kurtosis of values (n_dates,)."""
    from scipy.stats import norm

    z = (values - values.mean()) / values.std()
    skewness = float((z**3).mean())
    kurtosis = float((z**4).mean())
    influence = influence_on_moments(z)
    lags = optimal_block_length(np.column_stack([influence, z**2]))
    errors = np.sqrt(np.diag(long_run_sum(influence, lags))) / len(z)
    reach, reach_of_log = (float(norm.ppf(0.5 + CONFIDENCE / 2.0)) * errors).tolist()
    low = kurtosis * math.exp(-reach_of_log) - 3.0
    high = kurtosis * math.exp(reach_of_log) - 3.0
    return (
        Estimate(skewness, (skewness - reach, skewness + reach)),
        Estimate(kurtosis - 3.0, (low, high)),
    )


def influence_on_moments(z: Array) -> Array:
    """Return the influence of each standardized value on skewness and log kurtosis, (n_dates, 2).

    Parameters
    ----------
    z : array (n_dates,), with mean 0 and standard deviation 1
    """
    skewness = (z**3).mean()
    kurtosis = (z**4).mean()
    on_skewness = z**3 - skewness - 1.5 * (z**2 - 1.0) * skewness - 3.0 * z
    on_kurtosis = z**4 - kurtosis - 2.0 * (z**2 - 1.0) * kurtosis - 4.0 * z * skewness
    return np.column_stack([on_skewness, on_kurtosis / kurtosis])
