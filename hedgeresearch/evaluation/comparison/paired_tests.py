r"""Tests of one hedge against another on the same dates: equal mean losses, equal variances.

Diebold and Mariano (1995), Journal of Business & Economic Statistics 13, section 1.1, with the
correction of Harvey, Leybourne and Newbold (1997), International Journal of Forecasting 13, eq. 9,
and t with n - 1 degrees of freedom. With d the loss of the benchmark less that of the hedge,

.. math:: S = \sqrt{\frac{n + 1 - 2 h + h (h - 1) / n}{n}} \; \frac{\bar d}{\sqrt{V / n}}, \qquad
          V = \hat\gamma_0 + 2 \sum_{l=1}^{L} \Big(1 - \frac{l}{L + 1}\Big) \hat\gamma_l

with Bartlett weights in place of their equal ones, under which V may be negative, and L chosen from
d, see ``comparison.lags``. From n / 20 lags on V is an estimate with few degrees of freedom, and
the p-value is from Kiefer and Vogelsang (2005), see ``comparison.fixed_b``.

Giacomini and White (2006), Econometrica 74, theorems 1 and 3: with the instruments (1, d_{t-h})',

.. math:: Z_t = (1, d_{t-h})' d_t, \qquad T = n \bar Z' \hat\Omega^{-1} \bar Z \to \chi^2_2,

Omega the Bartlett sum of Z_t Z_s' over 2 h lags, none for h = 1. Over h - 1 lags, beyond which
Z_t is uncorrelated, Bartlett weights are too low: for squares of overlapping sums of 5 independent
normal returns the test at 5% then rejects in 8.5% of samples of 500 dates and 7.3% of 1000, with
2 h lags in 5.5% and 4.8% (400 samples). The null hypothesis is stronger: nothing known
before predicts which hedge will do better. Both tests compare hedges together with their
estimation, as walked forward on a window of fixed length; then neither is degenerate where one
model nests the other.

Pitman (1939), Biometrika 31, section 2, and Morgan (1939), Biometrika 31, section 3: x and y have
equal variances if and only if s = x + y and d = y - x are uncorrelated, as
cov(s, d) = var(y) - var(x):

.. math:: t = r \sqrt{\frac{n - 2}{1 - r^2}} \sim t_{n-2}, \qquad r = \mathrm{corr}(x + y, y - x).

That is exact for independent normal observations, and far from it for returns: with common GARCH
volatility and Student-t shocks of 5 degrees of freedom it rejects a true hypothesis at 5% in a
quarter of samples of 1000 dates. The robust test uses the same slope of d on s with a standard
error for unequal and dependent errors, as Wilcox (2015), Journal of Statistical Distributions and
Applications 2, article 7, does for unequal ones: the estimate of Newey and West (1987),
Econometrica 55, eq. 5, from residuals divided by one less their leverage (HC3 of MacKinnon and
White 1985, Journal of Econometrics 29, section 2), which rejects in 6%. It averages the same
products as the test of Diebold and Mariano for squared deviations, as
(y - m_y)^2 - (x - m_x)^2 is the product of centered s and d: they differ in the standard error.

Rejections in per cent of a true hypothesis at 5%, over 2,000 samples, of the test of Diebold and
Mariano; "before" with the lags of Newey and West alone and the t distribution:

==================================== ===== ====== ====== ======
losses                               n=250 before n=1000 before
==================================== ===== ====== ====== ======
squares of independent normal          5.2    5.8    4.6    5.0
squares of independent t (5)           5.6    5.7    5.0    5.3
their difference AR(1), 0.5            5.2    7.6    4.6    6.1
their difference AR(1), 0.9            8.2   22.6    5.7   11.9
each a GARCH of its own (0.10, 0.88)  15.9   48.2    6.6   38.0
each a GARCH of its own (0.05, 0.93)  21.7   42.3    8.9   37.7
==================================== ===== ====== ====== ======

A year of dates is too short where one hedge does better for months and then the other. Where
hedges share their volatility, their difference is nearly independent. For independent losses the
power falls from 79% to 76%.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.estimation.regression import long_run_sum
from hedgeresearch.evaluation.comparison.fixed_b import MIN_B, fixed_b_p_value
from hedgeresearch.evaluation.comparison.gaps import spread
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.losses import (
    Loss,
    losses_of,
    pair_of_returns,
    variance_loss,
)
from hedgeresearch.typing import Array, Indices

NO_DIFFERENCE = (0.0, 1.0)
"""Statistic and p-value where both hedges are the same."""
ROUNDING = 1e-12
"""Size, relative to one, up to which numbers are rounding."""


@exported_by("hedgeresearch.evaluation")
def diebold_mariano_test(
    hedged: Any,
    benchmark: Any,
    loss: Loss = variance_loss,
    horizon: int = 1,
    lags: int | None = None,
) -> HypothesisTest:
    """Test whether the mean losses of two hedged positions are equal.

    Parameters
    ----------
    hedged, benchmark : Series (n_dates,), hedged returns on the same dates, fractions per period
    loss : function from returns (n_dates,) to losses (n_dates,); by default the squared deviation
        from the mean, so that variances are compared
    horizon : int, number of dates that each return spans, if returns overlap
    lags : int, number of autocovariances; by default chosen from the differences of losses, at
        least horizon - 1, and up to a quarter of the dates if they are persistent

    Returns
    -------
    HypothesisTest
        The statistic is positive where the hedge is better. ``details["difference"]`` is the mean
        loss of the benchmark less that of the hedge, ``details["lags"]`` their number.

    Raises
    ------
    DataError
        If the dates differ, are fewer than 20, or do not exceed twice the horizon and the lags.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> backtest = hr.walk_forward({"ewma": ewma}, asset, hedges, progress=False)
    >>> hedged = backtest.hedged_returns
    >>> hr.evaluation.diebold_mariano_test(hedged["ewma"], hedged["ols"])
    HypothesisTest(Diebold-Mariano: fixed-b t(0.14) = 2.02, p = 0.0876; equal mean losses: not
    rejected at 5%)
    """
    losses = losses_of(pair_of_returns(hedged, benchmark), loss)
    gain = losses[:, 1] - losses[:, 0]
    check_spans(len(gain), horizon, lags)
    if lags is None:
        lags = lags_for(gain, horizon, total=losses.sum(axis=1))
    statistic, p_value = mean_gain_test(gain, horizon, lags)
    return HypothesisTest(
        name="Diebold-Mariano",
        null="equal mean losses",
        statistic=statistic,
        p_value=p_value,
        distribution=null_distribution(len(gain), lags, len(gain) - 1),
        details={"difference": float(gain.mean()), "lags": lags},
    )


@exported_by("hedgeresearch.evaluation")
def giacomini_white_test(
    hedged: Any, benchmark: Any, loss: Loss = variance_loss, horizon: int = 1
) -> HypothesisTest:
    """Test whether the last known difference of losses predicts which hedge will do better.

    Parameters
    ----------
    hedged, benchmark : Series (n_dates,), hedged returns on the same dates, fractions per period
    loss : function from returns (n_dates,) to losses (n_dates,); by default the squared deviation
        from the mean
    horizon : int, number of dates that each return spans, if returns overlap

    Returns
    -------
    HypothesisTest
        It also rejects where one hedge is always better. ``details["difference"]`` is the mean
        loss of the benchmark less that of the hedge.

    Raises
    ------
    DataError
        If the dates differ, are fewer than 20, or do not exceed twice the horizon.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> asset = hr.data.simulate_dcc(n_dates=500, seed=1).returns["asset"]
    >>> test = hr.evaluation.giacomini_white_test(asset, asset)
    >>> test.null, test.p_value
    ('equal losses, given the last known difference', 1.0)
    """
    gain = loss_difference(hedged, benchmark, loss)
    check_spans(len(gain), horizon)
    statistic, p_value = conditional_gain_test(gain, horizon)
    return HypothesisTest(
        name="Giacomini-White",
        null="equal losses, given the last known difference",
        statistic=statistic,
        p_value=p_value,
        distribution=NullDistribution("chi-squared", (2,)),
        details={"difference": float(gain.mean())},
    )


@exported_by("hedgeresearch.evaluation")
def pitman_morgan_test(
    hedged: Any, benchmark: Any, robust: bool = True, lags: int | None = None
) -> HypothesisTest:
    """Test whether two returns on the same dates have the same variance.

    Parameters
    ----------
    hedged, benchmark : Series (n_dates,), fractions per period; the benchmark may be the unhedged
        asset
    robust : bool, whether returns may be heavy tailed and of changing volatility; otherwise they
        are assumed to be independent and normal
    lags : int, of the robust standard error; by default chosen from the data

    Returns
    -------
    HypothesisTest
        The statistic is positive where the hedge is better. ``details["difference"]`` is the
        variance of the benchmark less that of the hedge.

    Raises
    ------
    DataError
        If the dates differ, are fewer than 20, or do not exceed twice the lags.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> test = hr.evaluation.pitman_morgan_test(returns["SP500"], returns["NASDAQ"])
    >>> test.name, round(test.statistic, 2), str(test.distribution)
    ('Pitman-Morgan, robust', 2.18, 'fixed-b t(0.1765)')
    """
    check_flag(robust, "robust")
    x, y = pair_of_returns(hedged, benchmark).T
    check_spans(len(x), 1, lags)
    if lags is None:
        own = variance_loss(x)
        others = variance_loss(y)
        lags = lags_for(others - own, total=own + others)
    statistic, p_value = equal_variance_test(x, y, robust, lags)
    return HypothesisTest(
        name="Pitman-Morgan, robust" if robust else "Pitman-Morgan",
        null="equal variances",
        statistic=statistic,
        p_value=p_value,
        distribution=null_distribution(len(x), lags if robust else 0, len(x) - 2),
        details={"difference": float(y.var(ddof=1) - x.var(ddof=1))},
    )


def loss_difference(hedged: Any, benchmark: Any, loss: Loss) -> Array:
    """Return the losses of the benchmark less those of the hedge, (n_dates,)."""
    losses = losses_of(pair_of_returns(hedged, benchmark), loss)
    return np.asarray(losses[:, 1] - losses[:, 0])


def check_spans(n_dates: int, horizon: int, lags: int | None = None) -> None:
    """Refuse a horizon or a number of lags that is too large for ``n_dates``."""
    check_at_least(horizon, "horizon", 1)
    if lags is not None:
        check_at_least(lags, "lags", 0)
    if 2 * max(horizon, lags or 0) < n_dates:
        return
    spans = f"{horizon}" if lags is None else f"{horizon} and {lags}"
    raise DataError(
        "horizon and lags must be less than half the number of dates; got "
        f"{spans} of {n_dates} dates."
    )


def null_distribution(n_dates: int, lags: int, degrees_of_freedom: int) -> NullDistribution:
    """Return the distribution of a t statistic with a Bartlett sum over these lags."""
    if lags < MIN_B * n_dates:
        return NullDistribution("t", (degrees_of_freedom,))
    return NullDistribution("fixed-b t", (round((lags + 1) / n_dates, 4),))


def two_sided_p_value(statistic: float, n_dates: int, lags: int, degrees_of_freedom: int) -> float:
    """Return the p-value of a t statistic with a Bartlett sum over these lags."""
    from scipy.special import stdtr

    if lags < MIN_B * n_dates:
        return float(2.0 * stdtr(degrees_of_freedom, -abs(statistic)))
    return fixed_b_p_value(statistic, (lags + 1) / n_dates)


def mean_gain_test(
    gain: Array, horizon: int, lags: int, positions: Indices | None = None
) -> tuple[float, float]:
    """Return S and its two-sided p-value for differences of losses (n_dates,)."""
    if not gain.any():
        return NO_DIFFERENCE
    n = len(gain)
    centered = (gain - gain.mean()) / gain.std()
    moments = spread(centered[:, None], positions, lags)
    variance = float(long_run_sum(moments, lags)[0, 0]) / n**2
    correction = math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = correction * float(gain.mean() / gain.std()) / math.sqrt(variance)
    return statistic, two_sided_p_value(statistic, n, lags, n - 1)


def conditional_gain_test(
    gain: Array, horizon: int, positions: Indices | None = None
) -> tuple[float, float]:
    """Return T and its p-value for differences of losses (n_dates,)."""
    from scipy.special import chdtrc

    if not gain.any():
        return NO_DIFFERENCE
    d = gain / gain.std()
    lags = lags_of_moments(len(gain), horizon)
    moments = np.column_stack([d[horizon:], d[horizon:] * d[:-horizon]])
    if positions is not None:
        follows = positions[horizon:] - positions[:-horizon] == horizon
        moments = spread(moments[follows], positions[horizon:][follows], lags)
    total = moments.sum(axis=0)
    statistic = float(total @ np.linalg.pinv(long_run_sum(moments, lags)) @ total)
    return statistic, float(chdtrc(2, statistic))


def lags_of_moments(n_dates: int, horizon: int) -> int:
    """Return the lags of the moments of Giacomini and White.

    None for single periods; twice the horizon, as Bartlett weights halve the covariances near the
    end, at most a quarter of the dates, and at least horizon - 1.
    """
    if horizon == 1:
        return 0
    return max(min(2 * horizon, n_dates // 4), horizon - 1)


def equal_variance_test(
    x: Array, y: Array, robust: bool, lags: int, positions: Indices | None = None
) -> tuple[float, float]:
    """Return t and its two-sided p-value for two series (n_dates,)."""
    n = len(x)
    scale = max(x.std(), y.std())
    if scale == 0.0:
        return NO_DIFFERENCE  # both hedges are perfect
    total, difference = ((z - z.mean()) / scale for z in (x + y, y - x))
    if min(np.abs(total).max(), np.abs(difference).max()) <= ROUNDING:
        return NO_DIFFERENCE  # the same return, or its opposite
    size = float(total @ total)
    slope = float(total @ difference) / size
    residuals = difference - slope * total
    if robust:
        moments = total * residuals / (1.0 - 1.0 / n - total**2 / size)
        table = spread(moments[:, None], positions, lags)
        error = math.sqrt(float(long_run_sum(table, lags)[0, 0])) / size
    else:
        error = math.sqrt(float(residuals @ residuals) / (n - 2) / size)
    if np.abs(residuals).max() <= ROUNDING * np.abs(difference).max():
        # one return is a multiple of the other
        return math.copysign(math.inf, slope), 0.0
    statistic = slope / error
    return statistic, two_sided_p_value(statistic, n, lags if robust else 0, n - 2)
