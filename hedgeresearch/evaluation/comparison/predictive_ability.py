r"""Tests of equal predictive ability of two hedges, on the differences d of their losses.

Diebold and Mariano (1995), Journal of Business & Economic Statistics 13, section 1.1, with the correction of Harvey,
Leybourne and Newbold (1997), International Journal of Forecasting 13, eq. 9, and t with n - 1 degrees of freedom:

.. math:: S = \sqrt{\frac{n + 1 - 2 h + h (h - 1) / n}{n}} \; \frac{\bar d}{\sqrt{V / n}}, \qquad
          V = \hat\gamma_0 + 2 \sum_{l=1}^{L} \Big(1 - \frac{l}{L + 1}\Big) \hat\gamma_l

with Bartlett weights in place of their equal ones, under which V may be negative, and L chosen from d after Newey and
West (1994), Review of Economic Studies 61, section 3: relative performance may wander, and then more lags are
needed than a rule in n alone gives.

Giacomini and White (2006), Econometrica 74, theorems 1 and 3: with the instruments (1, d_{t-h})',

.. math:: Z_t = (1, d_{t-h})' d_t, \qquad T = n \bar Z' \hat\Omega^{-1} \bar Z \to \chi^2_2,

Omega the Bartlett sum of Z_t Z_s' over h - 1 lags. It asks more: that nothing known before tells which hedge will do
better. Both tests take the hedges with their estimation, as walked forward on a window of fixed length, for what is
compared; then neither is degenerate where one model nests the other.

At 5 % and with 1000 dates both reject a true hypothesis in 3 to 6 % of samples, under GARCH and Student-t shocks as
well, if the hedges share their volatility. Where one hedge does better for months and then the other (each return with
a GARCH volatility of its own, of persistence .98), equal variances are rejected in a third of the samples: no number of
lags then makes a thousand dates long enough.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.regression import long_run_sum, newey_west_lags
from hedgeresearch.evaluation.comparison.hypothesis_tests import PairedTest
from hedgeresearch.evaluation.comparison.losses import (
    Loss,
    losses_of,
    pair_of_returns,
    variance_loss,
)
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.evaluation")
def diebold_mariano_test(
    hedged: Any,
    benchmark: Any,
    loss: Loss = variance_loss,
    horizon: int = 1,
    lags: int | None = None,
) -> PairedTest:
    """Test whether the mean losses of two hedged positions are equal.

    Parameters
    ----------
    hedged, benchmark : Series (n_dates,), hedged returns on the same dates, fractions per period
    loss : what a hedged return costs; by default its squared deviation from the mean, so that variances are compared
    horizon : int, dates that each return spans, if they overlap
    lags : int, of the autocovariances; chosen from the differences of losses if not given, at least horizon - 1

    Raises
    ------
    DataError
        If the dates differ, are fewer than 20, or do not exceed horizon and lags.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> study = hr.walk_forward({"ewma": ewma}, asset, hedges, progress=False).hedged_returns
    >>> hr.evaluation.diebold_mariano_test(study["ewma"], study["ols"])
    PairedTest(Diebold-Mariano: ...)
    """
    losses = losses_of(pair_of_returns(hedged, benchmark), loss)
    gain = losses[:, 1] - losses[:, 0]
    check_spans(len(gain), horizon, lags)
    lags = lags_for(gain, horizon) if lags is None else lags
    statistic, p_value = mean_gain_test(gain, horizon, lags)
    return PairedTest(
        "Diebold-Mariano", statistic, p_value, f"t({len(gain) - 1})", float(gain.mean())
    )


@exported_by("hedgeresearch.evaluation")
def giacomini_white_test(
    hedged: Any, benchmark: Any, loss: Loss = variance_loss, horizon: int = 1
) -> PairedTest:
    """Test whether the last known difference of losses tells which of two hedges will do better, or one always does.

    Parameters
    ----------
    hedged, benchmark : Series (n_dates,), hedged returns on the same dates, fractions per period
    loss : what a hedged return costs; by default its squared deviation from the mean
    horizon : int, dates that each return spans, if they overlap

    Raises
    ------
    DataError
        If the dates differ, are fewer than 20, or do not exceed twice the horizon.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> asset = hr.data.simulate_dcc(n_dates=500, seed=1).returns["asset"]
    >>> hr.evaluation.giacomini_white_test(asset, asset)
    PairedTest(Giacomini-White: chi-squared(2) = 0.00, p = 1)
    """
    losses = losses_of(pair_of_returns(hedged, benchmark), loss)
    gain = losses[:, 1] - losses[:, 0]
    check_spans(len(gain), horizon)
    statistic, p_value = conditional_gain_test(gain, horizon)
    return PairedTest("Giacomini-White", statistic, p_value, "chi-squared(2)", float(gain.mean()))


def check_spans(n_dates: int, horizon: int, lags: int | None = None) -> None:
    """Refuse a horizon or a number of lags that ``n_dates`` cannot bear."""
    check_at_least(horizon, "horizon", 1)
    if lags is not None:
        check_at_least(lags, "lags", 0)
    if not 2 * max(horizon, lags or 0) < n_dates:
        asked = (
            f"{horizon} of {n_dates} dates"
            if lags is None
            else f"{horizon} and {lags} of {n_dates} dates"
        )
        raise DataError(
            f"horizon and lags must be less than half the number of dates; got {asked}."
        )


def lags_for(series: Array, horizon: int = 1) -> int:
    """Lags of Bartlett weights for the long-run variance of a series (n_dates,), at least horizon - 1."""
    n, centred = len(series), series - series.mean()
    if not centred.any():
        return 0
    first = newey_west_lags(n)
    autocovariances = np.array([centred[lag:] @ centred[: n - lag] for lag in range(first + 1)])
    lag = np.arange(first + 1)
    level = 2.0 * autocovariances.sum() - autocovariances[0]
    slope = 2.0 * float(lag @ autocovariances)
    chosen = 1.1447 * ((slope / level) ** 2 * n) ** (1 / 3)
    return max(min(int(chosen), n // 4), horizon - 1)


def mean_gain_test(gain: Array, horizon: int, lags: int) -> tuple[float, float]:
    """S and its two-sided p-value for differences of losses (n_dates,); 0 and 1 where there is none."""
    from scipy.stats import t

    if not gain.any():
        return 0.0, 1.0
    n = len(gain)
    centred = (gain - gain.mean()) / gain.std()
    variance = float(long_run_sum(centred[:, None], lags)[0, 0]) / n**2
    correction = math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = correction * float(gain.mean() / gain.std()) / math.sqrt(variance)
    return statistic, float(2.0 * t.sf(abs(statistic), n - 1))


def conditional_gain_test(gain: Array, horizon: int) -> tuple[float, float]:
    """T and its p-value for differences of losses (n_dates,); 0 and 1 where there is none."""
    from scipy.special import chdtrc

    if not gain.any():
        return 0.0, 1.0
    d = gain / gain.std()
    moments = np.column_stack([d[horizon:], d[horizon:] * d[:-horizon]])
    total = moments.sum(axis=0)
    statistic = float(total @ np.linalg.pinv(long_run_sum(moments, horizon - 1)) @ total)
    return statistic, float(chdtrc(2, statistic))
