r"""Measures of losses, as functions of returns.

Losses are positive numbers, in units of the returns.

With x_(1) <= ... <= x_(n) the returns in order and a the tail probability:

- semivariance, :math:`\frac1n \sum_t \min(r_t - \tau, 0)^2`: the lower partial moment of order two
  (Fishburn 1977, American Economic Review 67, his alpha-t model with alpha = 2), divided by all
  dates, not only by those below;
- value at risk, :math:`-q_a`, with q a quantile of the returns in one of two conventions of Hyndman
  and Fan (1996), American Statistician 50: "linear" interpolates between x_(k) at
  (k - 1) / (n - 1), their definition 7 and the default of NumPy and R; "inverted_cdf" is x_(k) with
  k the smallest whole number of at least n a, their definition 1;
- expected shortfall: the mean loss of the dates at or below that quantile, or, as
  "rockafellar_uryasev", of exactly the share a of the probability, a date at its edge counting in
  part: Rockafellar and Uryasev (2002), Journal of Banking & Finance 26, proposition 8. Only the
  last is coherent in small samples, and it is what minimum-CVaR hedges use;
- maximum drawdown: the largest fall of wealth from an earlier peak, the start being one:
  Magdon-Ismail and Atiya (2004), Risk 17(10).
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.probabilities import check_tail
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

QuantileMethod = Literal["linear", "inverted_cdf"]
TailMethod = Literal["linear", "inverted_cdf", "rockafellar_uryasev"]
Wealth = Literal["compounded", "summed"]

COUNT_TOLERANCE = 1e-9
"""Distance to a whole number at which a count, such as 560 x .05, still is that number."""


@exported_by("hedgeresearch.metrics")
def semivariance(returns: pd.Series[float], target: float | Literal["mean"] = 0.0) -> float:
    """Return the mean squared shortfall below a target, over all dates.

    It is in squared units of the returns.

    Parameters
    ----------
    returns : Series (n_dates,)
    target : float, or "mean" for the mean of the returns

    Examples
    --------
    >>> returns = pd.Series([0.01, -0.01, 0.02, -0.03], pd.date_range("2020-01-01", periods=4))
    >>> semivariance(returns)
    0.00025
    """
    if target != "mean":
        check_between(target, "target", -math.inf, math.inf)
    return float(semivariance_of(one_series(returns).to_numpy(), target))


def semivariance_of(values: Array, target: float | Literal["mean"] = 0.0) -> Array:
    """Return the mean squared shortfall over the last axis of values (..., n_dates)."""
    threshold = values.mean(axis=-1, keepdims=True) if target == "mean" else target
    return np.asarray(np.square(np.minimum(values - threshold, 0.0)).mean(axis=-1))


@exported_by("hedgeresearch.metrics")
def value_at_risk(
    returns: pd.Series[float], tail: float = 0.05, method: QuantileMethod = "linear"
) -> float:
    """Return the loss per period that returns exceed on a share ``tail`` of the dates.

    It is negative where it is a gain.

    Parameters
    ----------
    returns : Series (n_dates,)
    tail : float in (0, 0.5], share of the dates with larger losses, such as 0.05 or 0.01
    method : "linear" or "inverted_cdf", the definition of a quantile

    Raises
    ------
    DataError
        If the tail probability is out of its range, such as the confidence 0.95.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> round(value_at_risk(nasdaq), 4), round(expected_shortfall(nasdaq), 4)
    (0.0262, 0.0374)
    """
    check_tail(tail)
    check_choice(method, "method", get_args(QuantileMethod))
    return float(value_at_risk_of(one_series(returns).to_numpy(), tail, method))


def value_at_risk_of(values: Array, tail: float = 0.05, method: QuantileMethod = "linear") -> Array:
    """Return the value at risk over the last axis of values (..., n_dates)."""
    if method == "linear":
        return np.asarray(-np.quantile(values, tail, axis=-1))
    last = last_of_tail(values.shape[-1], tail, method)
    return np.asarray(-np.partition(values, last, axis=-1)[..., last])


@exported_by("hedgeresearch.metrics")
def expected_shortfall(
    returns: pd.Series[float], tail: float = 0.05, method: TailMethod = "linear"
) -> float:
    """Return the mean loss per period on the worst share ``tail`` of the dates (CVaR).

    Parameters
    ----------
    returns : Series (n_dates,)
    tail : float in (0, 0.5], share of the dates, such as 0.05 or 0.01
    method : "linear" or "inverted_cdf", the dates at or below that quantile; or
        "rockafellar_uryasev", exactly the share of the probability

    Raises
    ------
    DataError
        If the tail probability is out of its range, such as the confidence 0.95.

    Examples
    --------
    >>> dates = pd.date_range("2020-01-01", periods=5)
    >>> returns = pd.Series([-0.03, -0.02, -0.01, 0.0, 0.01], dates)
    >>> round(expected_shortfall(returns, tail=0.3), 4)
    0.025
    >>> round(expected_shortfall(returns, tail=0.3, method="rockafellar_uryasev"), 4)
    0.0267
    """
    check_tail(tail)
    check_choice(method, "method", get_args(TailMethod))
    return float(expected_shortfall_of(one_series(returns).to_numpy(), tail, method))


def expected_shortfall_of(
    values: Array, tail: float = 0.05, method: TailMethod = "linear"
) -> Array:
    """Return the expected shortfall over the last axis of values (..., n_dates)."""
    ordered = np.sort(values, axis=-1)
    n_dates = ordered.shape[-1]
    if method == "rockafellar_uryasev":
        n_tail = n_dates * tail
        weights = np.clip(n_tail - np.arange(n_dates), 0.0, 1.0)
        return np.asarray(-(ordered @ weights) / n_tail)
    # dates are counted: the rounding of an interpolated quantile would exclude its own date
    inside = ordered <= ordered[..., [last_of_tail(n_dates, tail, method)]]
    return np.asarray(-(ordered * inside).sum(axis=-1) / inside.sum(axis=-1))


def last_of_tail(n_dates: int, tail: float, method: QuantileMethod) -> int:
    """Return the position of the last ordered return at or below the quantile."""
    if method == "linear":
        return math.floor((n_dates - 1) * tail + COUNT_TOLERANCE)
    return max(math.ceil(n_dates * tail - COUNT_TOLERANCE), 1) - 1


@exported_by("hedgeresearch.metrics")
def maximum_drawdown(returns: pd.Series[float], wealth: Wealth = "compounded") -> float:
    """Return the largest fall of wealth from an earlier peak.

    It is a fraction of the peak if compounded, of the first notional if summed.

    Parameters
    ----------
    returns : Series (n_dates,)
    wealth : "compounded", the product of 1 + r, for simple returns of wealth that is reinvested;
        "summed", the sum of r, for a position put back to the same notional each period, for log
        returns and for differences of prices

    Raises
    ------
    DataError
        If a return of -1 or less leaves nothing to compound.

    Examples
    --------
    >>> returns = pd.Series([0.25, -0.2, -0.1, 0.5], pd.date_range("2020-01-01", periods=4))
    >>> round(maximum_drawdown(returns), 4), round(maximum_drawdown(returns, wealth="summed"), 4)
    (0.28, 0.3)
    """
    check_choice(wealth, "wealth", get_args(Wealth))
    series = one_series(returns)
    if wealth == "summed":
        path = np.concatenate([[0.0], np.cumsum(series.to_numpy())])
        return float((np.maximum.accumulate(path) - path).max())
    if not series.min() > -1.0:
        raise DataError(
            f"returns must be above -1 to compound; got {series.min():g} on "
            f"{day(series.idxmin())}. Pass fractions, not percent, or use wealth='summed'."
        )
    path = np.concatenate([[0.0], np.cumsum(np.log1p(series.to_numpy()))])
    return 0.0 - float(np.expm1((path - np.maximum.accumulate(path)).min()))
