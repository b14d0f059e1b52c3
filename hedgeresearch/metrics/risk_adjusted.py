r"""Certainty equivalents and Sharpe ratio of returns.

Certainty equivalents are per period; the Sharpe ratio is annualized.

- Exponential utility, :math:`-\log(\frac1n \sum_t e^{-A r_t}) / A`: the certain return with the
  same expected utility under constant absolute risk aversion A (Pratt 1964, Econometrica 32);
- mean-variance, :math:`\bar r - \frac A2 s^2`: equal to the former for normal returns, and a
  second-order approximation for small returns. Kroner and Sultan (1993), Journal of Financial and
  Quantitative Analysis 28, write their utility without the half: their mean - 4 variance is A = 8
  here;
- Sharpe ratio, :math:`\sqrt P\, \bar r / s` with P periods per year: Sharpe (1994), Journal of
  Portfolio Management 21. The square root holds for returns without autocorrelation (Lo 2002,
  Financial Analysts Journal 58).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import CONSTANT_TOLERANCE
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.metrics")
def exponential_certainty_equivalent(returns: pd.Series[float], risk_aversion: float) -> float:
    """Return the certain return per period with the same expected exponential utility.

    Parameters
    ----------
    returns : Series (n_dates,)
    risk_aversion : float > 0, absolute, per unit of return

    Examples
    --------
    >>> returns = pd.Series([0.02, -0.01], pd.date_range("2020-01-01", periods=2))
    >>> round(exponential_certainty_equivalent(returns, 4.0), 6)
    0.00455
    """
    check_between(risk_aversion, "risk_aversion", 0.0, math.inf)
    return float(exponential_certainty_equivalent_of(one_series(returns).to_numpy(), risk_aversion))


def exponential_certainty_equivalent_of(values: Array, risk_aversion: float) -> Array:
    """Return the exponential certainty equivalent over the last axis of values (..., n_dates)."""
    # relative to the worst return, so that no exponential overflows
    worst = values.min(axis=-1, keepdims=True)
    mean = np.exp(-risk_aversion * (values - worst)).mean(axis=-1)
    return np.asarray(worst[..., 0] - np.log(mean) / risk_aversion)


@exported_by("hedgeresearch.metrics")
def mean_variance_certainty_equivalent(
    returns: pd.Series[float], risk_aversion: float, ddof: int = 1
) -> float:
    """Return the mean per period minus half the risk aversion times the variance.

    Parameters
    ----------
    returns : Series (n_dates,)
    risk_aversion : float > 0, per unit of return
    ddof : int, the variance is divided by n_dates - ddof

    Examples
    --------
    >>> returns = pd.Series([0.02, -0.01], pd.date_range("2020-01-01", periods=2))
    >>> round(mean_variance_certainty_equivalent(returns, 4.0, ddof=0), 6)
    0.00455
    """
    check_between(risk_aversion, "risk_aversion", 0.0, math.inf)
    check_at_least(ddof, "ddof", 0)
    values = one_series(returns, minimum_rows=ddof + 1).to_numpy()
    return float(mean_variance_certainty_equivalent_of(values, risk_aversion, ddof))


def mean_variance_certainty_equivalent_of(
    values: Array, risk_aversion: float, ddof: int = 1
) -> Array:
    """Return the mean-variance certainty equivalent over the last axis of values (..., n_dates)."""
    return np.asarray(values.mean(axis=-1) - 0.5 * risk_aversion * values.var(axis=-1, ddof=ddof))


@exported_by("hedgeresearch.metrics")
def sharpe(returns: pd.Series[float], periods_per_year: float, ddof: int = 1) -> float:
    """Return the annualized Sharpe ratio: the mean divided by the standard deviation.

    Parameters
    ----------
    returns : Series (n_dates,), in excess of the return on cash
    periods_per_year : float > 0, such as 252 for trading days, 365 for days, 52 for weeks
    ddof : int, the variance is divided by n_dates - ddof

    Raises
    ------
    DataError
        If the returns are constant.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> round(hr.metrics.sharpe(nasdaq, periods_per_year=252), 2)
    0.34
    """
    check_between(periods_per_year, "periods_per_year", 0.0, math.inf)
    check_at_least(ddof, "ddof", 0)
    values = one_series(returns, minimum_rows=max(ddof + 1, 2)).to_numpy()
    if values.max() - values.min() <= CONSTANT_TOLERANCE * np.abs(values).max():
        raise DataError("returns must vary for a Sharpe ratio; they are constant.")
    return float(sharpe_of(values, periods_per_year, ddof))


def sharpe_of(values: Array, periods_per_year: float, ddof: int = 1) -> Array:
    """Return the annualized Sharpe ratio over the last axis of values (..., n_dates)."""
    return np.asarray(
        math.sqrt(periods_per_year) * values.mean(axis=-1) / values.std(axis=-1, ddof=ddof)
    )
