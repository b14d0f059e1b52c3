r"""Measures of losses, as functions of returns. Losses are positive numbers, in units of the returns.

With x_(1) <= ... <= x_(n) the returns in order and a the level:

- semivariance, :math:`\frac1n \sum_t \min(r_t - \tau, 0)^2`: the lower partial moment of order two (Fishburn 1977,
  American Economic Review 67, his alpha-t model with alpha = 2), divided by all dates, not only by those below;
- value at risk, :math:`-q_a`, with q a quantile of the returns in one of two conventions of Hyndman and Fan (1996),
  American Statistician 50: "linear" interpolates between x_(k) at (k - 1) / (n - 1), their definition 7 and the default
  of NumPy and R; "inverted_cdf" is x_(k) with k the least whole number of at least n a, their definition 1;
- expected shortfall: the mean loss of the dates at or below that quantile, or, as "rockafellar_uryasev", that of
  exactly the share a of the probability, a date at its edge counting in part: Rockafellar and Uryasev (2002), Journal
  of Banking & Finance 26, proposition 8. Only the last is coherent in small samples, and what minimum-CVaR hedges use;
- maximum drawdown: the largest fall of wealth from an earlier peak, the start being one: Magdon-Ismail and Atiya
  (2004), Risk 17(10).
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

Quantile = Literal["linear", "inverted_cdf"]
Tail = Literal["linear", "inverted_cdf", "rockafellar_uryasev"]
Wealth = Literal["compounded", "summed"]

ROUNDING = 1e-9
"""What a number of dates, such as 560 x .05, may miss a whole number by and still be it."""


@exported_by("hedgeresearch.metrics")
def semivariance(returns: pd.Series[float], target: float | Literal["mean"] = 0.0) -> float:
    """Mean squared shortfall below a target, over all dates, in squared units of the returns.

    Parameters
    ----------
    returns : Series (n_dates,)
    target : float, or "mean" for the mean of the returns

    Examples
    --------
    >>> semivariance(pd.Series([0.01, -0.01, 0.02, -0.03], pd.date_range("2020-01-01", periods=4)))
    0.00025
    """
    if target != "mean":
        check_between(target, "target", -math.inf, math.inf)
    return float(semivariance_of(one_series(returns).to_numpy(), target))


def semivariance_of(values: Array, target: float | Literal["mean"]) -> Array:
    """Mean squared shortfall over the last axis of values (..., n_dates)."""
    level = values.mean(axis=-1, keepdims=True) if target == "mean" else target
    return np.asarray(np.square(np.minimum(values - level, 0.0)).mean(axis=-1))


@exported_by("hedgeresearch.metrics")
def value_at_risk(
    returns: pd.Series[float], level: float = 0.05, quantile: Quantile = "linear"
) -> float:
    """The loss per period that the returns exceed in a share ``level`` of the dates; negative where that is a gain.

    Parameters
    ----------
    returns : Series (n_dates,)
    level : float in (0, 1), the share of the dates with larger losses
    quantile : "linear" or "inverted_cdf", see above

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> round(hr.metrics.value_at_risk(nasdaq), 4), round(hr.metrics.expected_shortfall(nasdaq), 4)
    (0.0262, 0.0374)
    """
    check_between(level, "level", 0.0, 1.0)
    check_choice(quantile, "quantile", get_args(Quantile))
    return float(value_at_risk_of(one_series(returns).to_numpy(), level, quantile))


def value_at_risk_of(values: Array, level: float, quantile: Quantile) -> Array:
    """Value at risk over the last axis of values (..., n_dates)."""
    if quantile == "linear":
        return np.asarray(-np.quantile(values, level, axis=-1))
    last = last_of_tail(values.shape[-1], level, quantile)
    return np.asarray(-np.partition(values, last, axis=-1)[..., last])


@exported_by("hedgeresearch.metrics")
def expected_shortfall(
    returns: pd.Series[float], level: float = 0.05, tail: Tail = "linear"
) -> float:
    """Mean loss per period in the worst share ``level`` of the dates: CVaR.

    Parameters
    ----------
    returns : Series (n_dates,)
    level : float in (0, 1)
    tail : the dates at or below the "linear" or the "inverted_cdf" quantile, or "rockafellar_uryasev", see above

    Examples
    --------
    >>> returns = pd.Series([-0.03, -0.02, -0.01, 0.0, 0.01], pd.date_range("2020-01-01", periods=5))
    >>> [round(expected_shortfall(returns, 0.3, tail), 4) for tail in ("linear", "rockafellar_uryasev")]
    [0.025, 0.0267]
    """
    check_between(level, "level", 0.0, 1.0)
    check_choice(tail, "tail", get_args(Tail))
    return float(expected_shortfall_of(one_series(returns).to_numpy(), level, tail))


def expected_shortfall_of(values: Array, level: float, tail: Tail) -> Array:
    """Expected shortfall over the last axis of values (..., n_dates)."""
    ordered = np.sort(values, axis=-1)
    if tail == "rockafellar_uryasev":
        size = ordered.shape[-1] * level
        weights = np.clip(size - np.arange(ordered.shape[-1]), 0.0, 1.0)
        return np.asarray(-(ordered @ weights) / size)
    # dates are counted, not compared with an interpolated quantile, whose rounding would leave out its own date
    inside = ordered <= ordered[..., [last_of_tail(ordered.shape[-1], level, tail)]]
    return np.asarray(-(ordered * inside).sum(axis=-1) / inside.sum(axis=-1))


def last_of_tail(n_dates: int, level: float, quantile: Quantile) -> int:
    """Position, from 0 and from the least return, of the last date at or below the quantile."""
    if quantile == "linear":
        return math.floor((n_dates - 1) * level + ROUNDING)
    return max(math.ceil(n_dates * level - ROUNDING), 1) - 1


@exported_by("hedgeresearch.metrics")
def maximum_drawdown(returns: pd.Series[float], wealth: Wealth = "compounded") -> float:
    """Largest fall from an earlier peak: a fraction of the peak if compounded, of the first notional if summed.

    Parameters
    ----------
    returns : Series (n_dates,)
    wealth : "compounded", the product of 1 + r, for simple returns of wealth that is reinvested; "summed", the sum of
        r, for a position put back to the same notional each period, for log returns and for differences of prices

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
            f"returns must be above -1 to compound; got {series.min():g} on {day(series.idxmin())}. Give fractions, "
            "not per cent, or use wealth='summed'."
        )
    path = np.concatenate([[0.0], np.cumsum(np.log1p(series.to_numpy()))])
    return 0.0 - float(np.expm1((path - np.maximum.accumulate(path)).min()))
