r"""Whether any of several hedges beats a benchmark, all of them having been tried.

With d_k the loss of the benchmark less that of hedge k, the reality check of White (2000), Econometrica 68, section 2,
compares max_k sqrt(n) mean(d_k) with max_k sqrt(n) (mean(d*_k) - mean(d_k)) over draws of the stationary
bootstrap. The test for superior predictive ability of Hansen (2005), Journal of Business & Economic Statistics 23,
sections 2 and 3, divides each by its standard error

.. math:: \omega_k^2 = \hat\gamma_0 + 2 \sum_{i=1}^{n-1} \kappa_i \hat\gamma_i, \qquad
          \kappa_i = \frac{n - i}{n} (1 - q)^i + \frac{i}{n} (1 - q)^{n - i}

(q: one over the mean block length) and centres the draws so that hedges clearly worse than the benchmark do not count
("consistent"); "lower" counts no hedge that is worse, "upper" all as if they were equally good, which is how the
reality check centres: without division by omega its p-value is the reality check's. (``arch.bootstrap.SPA`` does not
divide, as of its version 8.0; on gains divided by omega it finds the same p-values on the same draws.)
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.evaluation.comparison.losses import (
    Loss,
    check_hedged_returns,
    losses_of,
    position_of,
    variance_loss,
    without_rounding,
)
from hedgeresearch.typing import Array

N_BOOTSTRAP = 1000
"""Draws if nobody says otherwise."""


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, repr=False)
class SuperiorAbility:
    """Tests that no hedge is better than the benchmark.

    Attributes
    ----------
    p_value : float, of Hansen's test, consistent; small when some hedge is better
    lower, upper : float, its bounds
    reality_check : float, p-value of White's
    n_hedges : int, compared with the benchmark, those that are no copy of it
    block_length : int, mean length of the bootstrap's blocks, in dates
    """

    p_value: float
    lower: float
    upper: float
    reality_check: float
    n_hedges: int
    block_length: int

    def __repr__(self) -> str:
        return (
            f"SuperiorAbility({self.n_hedges} hedges: SPA p = {self.p_value:.3g}, "
            f"reality check p = {self.reality_check:.3g})"
        )


@exported_by("hedgeresearch.evaluation")
def superior_ability_test(
    hedged_returns: pd.DataFrame,
    against: Hashable,
    loss: Loss = variance_loss,
    *,
    block_length: int | None = None,
    n_bootstrap: int = N_BOOTSTRAP,
    seed: int = 0,
) -> SuperiorAbility:
    """Test whether any hedge has a smaller mean loss than the benchmark, allowing for all that were tried.

    Parameters
    ----------
    hedged_returns : DataFrame (n_dates, n_hedges), fractions per period, the benchmark among them
    against : the benchmark's column
    loss : what a hedged return costs; by default its squared deviation from the mean
    block_length : int, mean length of blocks; after Politis and White (2004) if not given
    n_bootstrap : int, draws; seed : int, of the draws

    Raises
    ------
    DataError
        If there are fewer than 20 dates or two hedges, or a setting is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=1).returns
    >>> hr.evaluation.superior_ability_test(returns.assign(twice=2 * returns["asset"]), against="twice", seed=1)
    SuperiorAbility(2 hedges: SPA p = 0, reality check p = 0)
    """
    frame, position = check_hedged_returns(hedged_returns), position_of(against, hedged_returns)
    check_bootstrap(len(frame), block_length, n_bootstrap, seed)
    values = frame.to_numpy()
    losses = losses_of(without_rounding(values, float(np.abs(values).max())), loss)
    return superior_ability_of_losses(losses, position, block_length, n_bootstrap, seed)


def superior_ability_of_losses(
    losses: Array, position: int, block_length: int | None, n_bootstrap: int, seed: int
) -> SuperiorAbility:
    """The tests on losses (n_dates, n_hedges) with the benchmark in one column; copies of it do not count."""
    gains = np.unique(losses[:, [position]] - losses, axis=1)
    gains = gains[:, gains.any(axis=0)]
    if gains.shape[1] == 0:
        return SuperiorAbility(1.0, 1.0, 1.0, 1.0, 0, 1)
    length = optimal_block_length(gains) if block_length is None else block_length
    error = np.sqrt(bootstrap_variance(gains, length))
    means, drawn = gains.mean(axis=0), means_of_draws(gains, length, n_bootstrap, seed)
    far_below = means < -error * math.sqrt(2.0 * math.log(math.log(len(gains))) / len(gains))
    centres = {
        "lower": np.maximum(means, 0.0),
        "p_value": np.where(far_below, 0.0, means),
        "upper": means,
    }
    best = (means / error).max()
    found = {
        name: float((((drawn - centre) / error).max(axis=1) > best).mean())
        for name, centre in centres.items()
    }
    reality_check = float(((drawn - means).max(axis=1) > means.max()).mean())
    return SuperiorAbility(
        **found, reality_check=reality_check, n_hedges=gains.shape[1], block_length=length
    )


def means_of_draws(gains: Array, block_length: int, n_bootstrap: int, seed: int) -> Array:
    """Means of each column of gains (n_dates, n_hedges) over draws of dates, (n_bootstrap, n_hedges)."""
    from arch.bootstrap import StationaryBootstrap

    rows: Any = np.arange(len(gains))
    draws = StationaryBootstrap(block_length, rows, seed=np.random.default_rng(seed))
    return np.array(
        [gains[np.asarray(drawn[0])].mean(axis=0) for drawn, _ in draws.bootstrap(n_bootstrap)]
    )


def bootstrap_variance(gains: Array, block_length: int) -> Array:
    """omega^2 of each column of gains (n_dates, n_hedges): n times the variance of its mean over draws."""
    n = len(gains)
    transform = np.fft.rfft(gains - gains.mean(axis=0), 2 * n, axis=0)
    autocovariances = np.fft.irfft(np.abs(transform) ** 2, axis=0)[:n] / n
    i, q = np.arange(1, n), 1.0 / block_length
    kappa = (n - i) / n * (1.0 - q) ** i + i / n * (1.0 - q) ** (n - i)
    return np.asarray(autocovariances[0] + 2.0 * kappa @ autocovariances[1:])


def check_bootstrap(n_dates: int, block_length: int | None, n_bootstrap: int, seed: int) -> None:
    """Refuse settings of a bootstrap that cannot be."""
    check_at_least(n_bootstrap, "n_bootstrap", 100)
    check_at_least(seed, "seed", 0)
    if block_length is not None:
        check_at_least(block_length, "block_length", 1)
        if block_length >= n_dates:
            raise DataError(
                f"block_length must be less than the number of dates, {n_dates}; got {block_length}."
            )
