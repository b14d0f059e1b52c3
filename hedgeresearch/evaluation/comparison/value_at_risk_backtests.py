r"""Forecasts of value at risk by historical simulation, and tests of such forecasts.

Historical simulation forecasts the quantile of the returns in a window before the date (Hendricks
1996, Federal Reserve Bank of New York Economic Policy Review 2(1)).

With I_t = 1 where the return of date t is below minus its forecast, and a the tail probability:

- unconditional coverage, E I_t = a: the likelihood ratio of n Bernoulli draws of probability a and
  of their own share (Kupiec 1995, Journal of Derivatives 3, the test of the proportion of
  failures), chi-squared(1);
- independence: of draws of one probability and of a Markov chain, on the n - 1 dates after the
  first (Christoffersen 1998, International Economic Review 39, section 3.2), chi-squared(1);
- conditional coverage: of draws of probability a and of the Markov chain, on the same n - 1 dates
  (his section 3.3), chi-squared(2); the sum of the other two when the first date is left out of
  Kupiec's;
- dynamic quantile: with the hits H_t = I_t - a and x_t a constant, the hits of the dates before and
  the forecast,

  .. math:: DQ = H' X (X'X)^{-1} X' H / (a (1 - a)) \to \chi^2_{rank X}

  (Engle and Manganelli 2004, Journal of Business & Economic Statistics 22, section 5, the
  out-of-sample test). A constant forecast adds nothing to the constant and is left out.

The statistics count rare events, and chi-squared is a guide only where there are enough of them. At
a nominal 5% the four reject true forecasts of tail probability 5% over 1000 dates in 5.2, 7.9, 5.0
and 5.0% of simulated samples; independence, which counts pairs, needs 4000 dates (4.9%). With a
tail probability of 1% and 1000 dates it is 5.9, 1.8, 2.4 and 10.8%.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import full_percent
from hedgeresearch._validation.frames import CONSTANT_TOLERANCE
from hedgeresearch._validation.probabilities import check_tail
from hedgeresearch._validation.series import on_dates, one_series
from hedgeresearch._validation.settings import check_at_least, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.metrics.risk_measures import QuantileMethod, last_of_tail
from hedgeresearch.typing import Array

# --- forecasts ---


@exported_by("hedgeresearch.evaluation")
def historical_value_at_risk(
    returns: pd.Series[float],
    window: int = 250,
    tail: float = 0.05,
    method: QuantileMethod = "linear",
) -> pd.Series[float]:
    """Return the value at risk of each date from the ``window`` returns before it.

    Parameters
    ----------
    returns : Series (n_dates,), such as hedged returns with out-of-sample ratios
    window : int, number of returns in each quantile
    tail : float in (0, 0.5], share of the dates with larger losses
    method : "linear" or "inverted_cdf", the definition of a quantile as in ``value_at_risk``

    Returns
    -------
    Series (n_dates - window,)
        Losses are positive.

    Raises
    ------
    DataError
        If the window is not shorter than the data.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> hr.evaluation.historical_value_at_risk(nasdaq, window=500).round(4).tail(2).tolist()
    [0.0185, 0.0185]
    """
    check_at_least(window, "window", 2)
    check_tail(tail)
    check_choice(method, "method", get_args(QuantileMethod))
    series = one_series(returns)
    if not len(series) > window:
        raise DataError(
            f"window must be shorter than the data, {len(series)} dates; got {window}. "
            "Choose a shorter one."
        )
    windows = series.rolling(window)
    if method == "linear":
        quantiles = windows.quantile(tail)
    else:
        position = last_of_tail(window, tail, method)
        quantiles = windows.quantile(position / (window - 1), interpolation="nearest")
    return (-quantiles).shift().iloc[window:].rename("value at risk")


# --- tests ---


@exported_by("hedgeresearch.evaluation")
def kupiec_test(
    returns: pd.Series[float], forecasts: pd.Series[float], tail: float
) -> HypothesisTest:
    """Test whether losses exceed their forecasts on the promised share of the dates.

    Parameters
    ----------
    returns : Series (n_dates or more,)
    forecasts : Series (n_dates,), value at risk as positive losses, each made before its date
    tail : float in (0, 0.5], share of the dates with larger losses that the forecasts promise

    Returns
    -------
    HypothesisTest
        ``details`` holds the tail probability, the number of dates with a forecast, of exceedances,
        and of exceedances that the forecasts promise.

    Raises
    ------
    DataError
        If a forecast has no return.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> forecasts = hr.evaluation.historical_value_at_risk(nasdaq, window=500, tail=0.05)
    >>> test = hr.evaluation.kupiec_test(nasdaq, forecasts, tail=0.05)
    >>> test.null, test.details["exceedances"], test.details["expected"]
    ('exceedances on 5% of the dates', 234, 226.5)
    """
    hits = _exceedances(returns, forecasts, tail)
    null = f"exceedances on {full_percent(tail)} of the dates"
    return _chi_squared_test("Kupiec", null, coverage_statistic(hits, tail), 1, tail, hits)


@exported_by("hedgeresearch.evaluation")
def christoffersen_test(
    returns: pd.Series[float], forecasts: pd.Series[float], tail: float
) -> HypothesisTest:
    """Test whether an exceedance is as likely after another one as otherwise.

    The tail probability is reported, not tested. Without any exceedance the statistic is zero.
    Parameters and result are those of ``kupiec_test``.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> forecasts = hr.evaluation.historical_value_at_risk(nasdaq, window=500, tail=0.05)
    >>> test = hr.evaluation.christoffersen_test(nasdaq, forecasts, tail=0.05)
    >>> test.null, round(test.statistic, 1)
    ('independent exceedances', 17.6)
    """
    hits = _exceedances(returns, forecasts, tail)
    null = "independent exceedances"
    statistic = independence_statistic(hits)
    return _chi_squared_test("Christoffersen", null, statistic, 1, tail, hits)


@exported_by("hedgeresearch.evaluation")
def conditional_coverage_test(
    returns: pd.Series[float], forecasts: pd.Series[float], tail: float
) -> HypothesisTest:
    """Test whether exceedances are independent and as frequent as promised.

    Parameters and result are those of ``kupiec_test``.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> forecasts = hr.evaluation.historical_value_at_risk(nasdaq, window=500, tail=0.05)
    >>> test = hr.evaluation.conditional_coverage_test(nasdaq, forecasts, tail=0.05)
    >>> test.null, round(test.statistic, 1)
    ('independent exceedances on 5% of the dates', 17.9)
    """
    hits = _exceedances(returns, forecasts, tail)
    null = f"independent exceedances on {full_percent(tail)} of the dates"
    statistic = coverage_statistic(hits[1:], tail) + independence_statistic(hits)
    return _chi_squared_test("Conditional coverage", null, statistic, 2, tail, hits)


@exported_by("hedgeresearch.evaluation")
def dynamic_quantile_test(
    returns: pd.Series[float], forecasts: pd.Series[float], tail: float, lags: int = 4
) -> HypothesisTest:
    """Test whether earlier exceedances or the forecast predict an exceedance.

    Parameters
    ----------
    returns, forecasts, tail
        As in ``kupiec_test``, like the result.
    lags : int, number of earlier dates whose exceedances are used

    Raises
    ------
    DataError
        If a forecast has no return, or there are too many lags for the dates.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> forecasts = hr.evaluation.historical_value_at_risk(nasdaq, window=500, tail=0.05)
    >>> test = hr.evaluation.dynamic_quantile_test(nasdaq, forecasts, tail=0.05)
    >>> test.null, round(test.statistic, 1)
    ('unpredictable exceedances on 5% of the dates', 144.7)
    """
    check_at_least(lags, "lags", 0)
    hits = _exceedances(returns, forecasts, tail)
    if not len(hits) > 2 * (lags + 2):
        raise DataError(
            f"lags must be fewer than half the dates, {len(hits)}, less two; got {lags}. "
            "Choose fewer."
        )
    promised = one_series(forecasts).to_numpy()
    statistic, rank = dynamic_quantile_statistic(hits, promised, tail, lags)
    null = f"unpredictable exceedances on {full_percent(tail)} of the dates"
    return _chi_squared_test("Dynamic quantile", null, statistic, rank, tail, hits)


def coverage_statistic(hits: Array, tail: float) -> float:
    """Return the likelihood ratio of the tail probability and of the share of hits (n_dates,)."""
    return 2.0 * (_log_likelihood(hits, float(hits.mean())) - _log_likelihood(hits, tail))


def independence_statistic(hits: Array) -> float:
    """Return the likelihood ratio of a constant probability of hits to one by previous outcome.

    The first of the hits (n_dates,) is used only as the previous outcome of the second.
    """
    before = hits[:-1]
    after = hits[1:]
    groups = [after[before == outcome] for outcome in (0.0, 1.0)]
    chain = sum(_log_likelihood(group, float(group.mean())) for group in groups if len(group))
    return max(2.0 * (chain - _log_likelihood(after, float(after.mean()))), 0.0)


def _log_likelihood(hits: Array, probability: float) -> float:
    """Return the log-likelihood of hits that are independent draws of a probability."""
    from scipy.special import xlog1py, xlogy

    count = float(hits.sum())
    return float(xlogy(count, probability) + xlog1py(len(hits) - count, -probability))


def dynamic_quantile_statistic(
    hits: Array, forecasts: Array, tail: float, lags: int
) -> tuple[float, int]:
    """Return the statistic of hits on their lags and the forecasts, both (n_dates,), and the rank.

    The rank is that of the regressors.
    """
    excess = hits - tail
    n_dates = len(excess) - lags
    columns: list[Array] = [np.ones(n_dates)]
    columns += [excess[lags - lag : lags - lag + n_dates] for lag in range(1, lags + 1)]
    scale = float(np.abs(forecasts).max())
    if float(np.ptp(forecasts[lags:])) > CONSTANT_TOLERANCE * scale:
        columns.append((forecasts[lags:] - forecasts[lags:].mean()) / scale)
    regressors = np.column_stack(columns)
    regressors /= np.sqrt(np.square(regressors).sum(axis=0))
    coefficients, _, rank, _ = np.linalg.lstsq(regressors, excess[lags:], rcond=1e-10)
    return float(excess[lags:] @ regressors @ coefficients / (tail * (1.0 - tail))), int(rank)


def _exceedances(returns: pd.Series[float], forecasts: pd.Series[float], tail: float) -> Array:
    """Return 1 where the return is below minus its forecast and 0 elsewhere, (n_dates,)."""
    check_tail(tail)
    promised = one_series(forecasts, "forecasts", minimum_rows=2)
    frame = one_series(returns).to_frame()
    realized = on_dates(frame, promised.index, "returns", "forecasts").to_numpy()[:, 0]
    return np.asarray(realized < -promised.to_numpy(), dtype=float)


def _chi_squared_test(
    name: str, null: str, statistic: float, degrees_of_freedom: int, tail: float, hits: Array
) -> HypothesisTest:
    """Return the test of a statistic that is chi-squared under the null hypothesis."""
    from scipy.stats import chi2

    return HypothesisTest(
        name=name,
        null=null,
        statistic=statistic,
        p_value=float(chi2.sf(statistic, degrees_of_freedom)),
        distribution=NullDistribution("chi-squared", (degrees_of_freedom,)),
        details={
            "tail": tail,
            "dates": len(hits),
            "exceedances": int(hits.sum()),
            "expected": tail * len(hits),
        },
    )
