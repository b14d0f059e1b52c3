r"""Comparisons of several hedges at once: superior ability and the model confidence set.

With d_k the loss of the benchmark less that of hedge k, the reality check of White (2000),
Econometrica 68, section 2, compares max_k sqrt(n) mean(d_k) with
max_k sqrt(n) (mean(d*_k) - mean(d_k)) over draws of the stationary bootstrap. The test for superior
predictive ability of Hansen (2005), Journal of Business & Economic Statistics 23, sections 2 and 3,
divides each by its standard error

.. math:: \omega_k^2 = \hat\gamma_0 + 2 \sum_{i=1}^{n-1} \kappa_i \hat\gamma_i, \qquad
          \kappa_i = \frac{n - i}{n} (1 - q)^i + \frac{i}{n} (1 - q)^{n - i}

(q: one over the mean block length) and centers the draws so that hedges clearly worse than the
benchmark do not count ("consistent"); "lower" leaves out every hedge that is worse, "upper" treats
all as equally good, as the reality check does: without division by omega its p-value equals that of
the reality check. (``arch.bootstrap.SPA`` does not divide, as of its version 8.0; on gains divided
by omega it gives the same p-values on the same draws.)

The model confidence set of Hansen, Lunde and Nason (2011), Econometrica 79, sections 2.3 and 3.1.2:
with t_ij the difference of the mean losses of i and j over its bootstrap standard error, the hedge
i with the largest t_ij is eliminated until equality is not rejected. The p-value of a hedge is the
largest p-value up to its elimination, so that the set of confidence 1 - size contains all hedges
with p-values larger than size.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import full_percent
from hedgeresearch._validation.probabilities import check_size
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length
from hedgeresearch.evaluation.comparison.losses import (
    Loss,
    check_hedged_returns,
    losses_of,
    position_of,
    variance_loss,
    without_rounding,
)
from hedgeresearch.typing import Array

N_TEST_DRAWS = 1000
"""Default number of draws."""


@dataclass(frozen=True)
class Bootstrap:
    """Settings of a stationary bootstrap.

    Attributes
    ----------
    block_length : int, mean length of a block in dates, or None to choose it from the data
    n_bootstrap : int, number of draws
    seed : int, of the draws
    shortest : int, minimum of a block length that is chosen from the data
    """

    block_length: int | None = None
    n_bootstrap: int = N_TEST_DRAWS
    seed: int = 0
    shortest: int = 1

    def check(self, n_dates: int) -> None:
        """Refuse settings that are out of range or need more than ``n_dates``."""
        check_at_least(self.n_bootstrap, "n_bootstrap", 100)
        check_at_least(self.seed, "seed", 0)
        if self.block_length is None:
            return
        check_at_least(self.block_length, "block_length", 1)
        if self.block_length >= n_dates:
            raise DataError(
                f"block_length must be less than the number of dates, {n_dates}; got "
                f"{self.block_length}."
            )

    def length_for(self, series: Array) -> int:
        """Return the mean length of a block for series (n_dates, n_series)."""
        if self.block_length is None:
            return max(optimal_block_length(series), self.shortest)
        return self.block_length


# --- superior predictive ability ---


@exported_by("hedgeresearch.evaluation")
def superior_ability_test(
    hedged_returns: pd.DataFrame,
    against: Hashable,
    loss: Loss = variance_loss,
    *,
    block_length: int | None = None,
    n_bootstrap: int = N_TEST_DRAWS,
    seed: int = 0,
) -> HypothesisTest:
    """Test whether any of several hedges has a smaller mean loss than the benchmark.

    The p-value allows for the number of hedges that were tried.

    Parameters
    ----------
    hedged_returns : DataFrame (n_dates, n_hedges), fractions per period, the benchmark among them
    against : name of the benchmark's column
    loss : function from returns (n_dates,) to losses (n_dates,); by default the squared deviation
        from the mean
    block_length : int, mean length of a block; by default after Politis and White (2004)
    n_bootstrap : int, number of draws
    seed : int, of the draws

    Returns
    -------
    HypothesisTest
        The p-value is the consistent one of Hansen. ``details`` holds its bounds "lower p" and
        "upper p", White's "reality check p", the number of "hedges" that are not a copy of the
        benchmark, and the "block length".

    Raises
    ------
    DataError
        If there are fewer than 20 dates or two hedges, or a setting is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=1).returns
    >>> hedged = returns.assign(twice=2 * returns["asset"])
    >>> test = hr.evaluation.superior_ability_test(hedged, against="twice", seed=1)
    >>> test.null, test.p_value, test.details["hedges"]
    ('no hedge has a smaller mean loss than twice', 0.0, 2)
    """
    bootstrap = Bootstrap(block_length, n_bootstrap, seed)
    frame, losses = _checked_losses(hedged_returns, loss, bootstrap)
    position = position_of(against, frame)
    return superior_ability_of_losses(losses, position, bootstrap, against)


def superior_ability_of_losses(
    losses: Array, position: int, bootstrap: Bootstrap, against: Hashable = "the benchmark"
) -> HypothesisTest:
    """Test losses (n_dates, n_hedges), the benchmark in one column; copies of it do not count."""
    gains = np.unique(losses[:, [position]] - losses, axis=1)
    gains = gains[:, gains.any(axis=0)]
    if gains.shape[1] == 0:
        p_values = {"p": 1.0, "lower p": 1.0, "upper p": 1.0, "reality check p": 1.0}
        return _superior_ability(0.0, p_values, against, n_hedges=0, block_length=1)
    length = bootstrap.length_for(gains)
    error = np.sqrt(bootstrap_variance(gains, length))
    means = gains.mean(axis=0)
    drawn = means_of_draws(gains, length, bootstrap.n_bootstrap, bootstrap.seed)
    n = len(gains)
    far_below = means < -error * math.sqrt(2.0 * math.log(math.log(n)) / n)
    centers = {
        "p": np.where(far_below, 0.0, means),
        "lower p": np.maximum(means, 0.0),
        "upper p": means,
    }
    best = (means / error).max()
    p_values = {
        name: float((((drawn - center) / error).max(axis=1) > best).mean())
        for name, center in centers.items()
    }
    p_values["reality check p"] = float(((drawn - means).max(axis=1) > means.max()).mean())
    statistic = max(math.sqrt(n) * float(best), 0.0)
    return _superior_ability(statistic, p_values, against, gains.shape[1], length)


def _superior_ability(
    statistic: float,
    p_values: dict[str, float],
    against: Hashable,
    n_hedges: int,
    block_length: int,
) -> HypothesisTest:
    """Collect the p-values of the tests of superior ability; "p" is the consistent one."""
    details: dict[str, Any] = {name: p for name, p in p_values.items() if name != "p"}
    return HypothesisTest(
        name="Superior predictive ability",
        null=f"no hedge has a smaller mean loss than {against}",
        statistic=statistic,
        p_value=p_values["p"],
        distribution=NullDistribution("stationary bootstrap"),
        details=details | {"hedges": n_hedges, "block length": block_length},
    )


def means_of_draws(gains: Array, block_length: int, n_bootstrap: int, seed: int) -> Array:
    """Return the means of each column of gains (n_dates, n_hedges), (n_bootstrap, n_hedges)."""
    draws = draw_rows(len(gains), block_length, n_bootstrap, seed)
    return np.array([gains[rows].mean(axis=0) for rows in draws])


def bootstrap_variance(gains: Array, block_length: int) -> Array:
    """Return omega^2 of each column of gains (n_dates, n_hedges).

    It is n times the variance of its mean over draws.
    """
    n = len(gains)
    transform = np.fft.rfft(gains - gains.mean(axis=0), 2 * n, axis=0)
    autocovariances = np.fft.irfft(np.abs(transform) ** 2, axis=0)[:n] / n
    i = np.arange(1, n)
    q = 1.0 / block_length
    kappa = (n - i) / n * (1.0 - q) ** i + i / n * (1.0 - q) ** (n - i)
    return np.asarray(autocovariances[0] + 2.0 * kappa @ autocovariances[1:])


# --- the model confidence set ---


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class ModelConfidenceSet:
    """Hedges among which the best one is, with a given confidence.

    Attributes
    ----------
    p_values : Series (n_hedges,), small for a hedge that is not the best
    size : float, probability of leaving out the best hedge; one less the confidence

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from hedgeresearch.evaluation import model_confidence_set
    >>> noise = 0.01 * np.random.default_rng(0).standard_normal((500, 2))
    >>> hedged = pd.DataFrame({"good": noise[:, 0], "bad": 2.0 * noise[:, 1]})
    >>> found = model_confidence_set(hedged, n_bootstrap=200)
    >>> found.included
    ['good']
    >>> found.p_values.round(2)
    good    1.0
    bad     0.0
    Name: p, dtype: float64
    """

    p_values: pd.Series[float]
    size: float

    @property
    def included(self) -> list[Hashable]:
        """Names of the hedges in the set, in the order of the columns."""
        return list(self.p_values.index[self.p_values > self.size])

    def __repr__(self) -> str:
        names = ", ".join(map(str, self.included))
        return (
            f"ModelConfidenceSet({full_percent(1.0 - self.size)} confidence, "
            f"{len(self.p_values)} hedges: {names})"
        )


@exported_by("hedgeresearch.evaluation")
def model_confidence_set(
    hedged_returns: pd.DataFrame,
    loss: Loss = variance_loss,
    size: float = 0.1,
    *,
    block_length: int | None = None,
    n_bootstrap: int = N_TEST_DRAWS,
    seed: int = 0,
) -> ModelConfidenceSet:
    """Return the hedges that may have the smallest mean loss, with confidence 1 - size.

    Parameters
    ----------
    hedged_returns : DataFrame (n_dates, n_hedges), fractions per period
    loss : function from returns (n_dates,) to losses (n_dates,); by default the squared deviation
        from the mean
    size : float in (0, 0.5], probability of leaving out the best hedge
    block_length : int, mean length of a block; by default after Politis and White (2004)
    n_bootstrap : int, number of draws
    seed : int, of the draws

    Raises
    ------
    DataError
        If there are fewer than 20 dates or two hedges, or a setting is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=1).returns
    >>> hedged = returns.assign(twice=2 * returns["asset"], copy=returns["asset"])
    >>> hr.evaluation.model_confidence_set(hedged)
    ModelConfidenceSet(90% confidence, 4 hedges: asset, copy)
    """
    check_size(size)
    bootstrap = Bootstrap(block_length, n_bootstrap, seed)
    frame, losses = _checked_losses(hedged_returns, loss, bootstrap)
    p_values = confidence_set_p_values(losses, bootstrap)
    return ModelConfidenceSet(pd.Series(p_values, frame.columns, name="p"), size)


def confidence_set_p_values(losses: Array, bootstrap: Bootstrap) -> Array:
    """Return the p-value of each column of losses (n_dates, n_hedges), equal for equal columns."""
    distinct: Any
    distinct, copy_of = np.unique(losses, axis=1, return_inverse=True)
    copy_of = copy_of.reshape(-1)  # NumPy 2.0.0 gives it two dimensions
    if distinct.shape[1] == 1:
        return np.ones(losses.shape[1])
    # a part that all losses share changes no difference
    against_mean = distinct - distinct.mean(axis=1, keepdims=True)
    length = bootstrap.length_for(against_mean[:, against_mean.any(axis=0)])
    drawn = np.stack(
        [
            distinct[rows].mean(axis=0)
            for rows in draw_rows(len(distinct), length, bootstrap.n_bootstrap, bootstrap.seed)
        ]
    )
    return _by_elimination(distinct.mean(axis=0), drawn)[copy_of.ravel()]


def _by_elimination(means: Array, drawn: Array) -> Array:
    """Return the p-value of each hedge (n_hedges,), the worst leaving after each test.

    The statistic is the largest t statistic of a pair, T_R of Hansen, Lunde and Nason (2011),
    Econometrica 79, section 3.1.2.

    Parameters
    ----------
    means : array (n_hedges,), mean losses
    drawn : array (n_draws, n_hedges), mean losses of the draws
    """
    differences = means[:, None] - means
    moved = drawn[:, :, None] - drawn[:, None, :] - differences
    errors = np.sqrt((moved**2).mean(axis=0) + np.eye(len(means)))  # no hedge against itself
    statistics = differences / errors
    simulated = moved / errors
    left = list(range(len(means)))
    p_values = np.ones(len(means))
    largest_p = 0.0
    while len(left) > 1:
        of_left = statistics[np.ix_(left, left)]
        largest = simulated[:, left][:, :, left].max(axis=(1, 2))
        largest_p = max(largest_p, float((of_left.max() < largest).mean()))
        p_values[left.pop(int(np.argmax(of_left.max(axis=1))))] = largest_p
    return p_values


def _checked_losses(
    hedged_returns: Any, loss: Loss, bootstrap: Bootstrap
) -> tuple[pd.DataFrame, Array]:
    """Return checked hedged returns and their losses, both (n_dates, n_hedges)."""
    frame = check_hedged_returns(hedged_returns)
    bootstrap.check(len(frame))
    values = frame.to_numpy()
    return frame, losses_of(without_rounding(values, float(np.abs(values).max())), loss)
