r"""Tests of forecasts of value at risk.

With I_t = 1 where the return of date t is below minus its forecast, and a the level:

- unconditional coverage, E I_t = a: the likelihood ratio of n Bernoulli draws of probability a and of their own share
  (Kupiec 1995, Journal of Derivatives 3, the test of the proportion of failures), chi-squared(1);
- independence: of draws of one probability and of a Markov chain, on the n - 1 dates after the first (Christoffersen
  1998, International Economic Review 39, section 3.2), chi-squared(1);
- conditional coverage: of draws of probability a and of the Markov chain, on the same n - 1 dates (his section 3.3),
  chi-squared(2); the sum of the other two when the first date is left out of Kupiec's;
- dynamic quantile: with the hits H_t = I_t - a and x_t a constant, the hits of the dates before and the forecast,

  .. math:: DQ = H' X (X'X)^{-1} X' H / (a (1 - a)) \to \chi^2_{rank X}

  (Engle and Manganelli 2004, Journal of Business & Economic Statistics 22, section 5, the out-of-sample test). A
  forecast that does not move adds nothing to the constant and is left out.

The statistics count rare events, and chi-squared is a guide only where there are enough of them. At a nominal 5 % the
four reject true forecasts of level 5 % over 1000 dates in 5.2, 7.9, 5.0 and 5.0 % of simulated samples; independence,
which counts pairs, takes 4000 dates (4.9 %). With level 1 % and 1000 dates it is 5.9, 1.8, 2.4 and 10.8 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import CONSTANT_TOLERANCE
from hedgeresearch._validation.series import on_dates, one_series
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, repr=False)
class ValueAtRiskTest:
    """What a test of forecasts of value at risk found.

    Attributes
    ----------
    hypothesis : what is tested, in words
    statistic : float
    p_value : float, small when the hypothesis is wrong
    degrees_of_freedom : int, of the chi-squared distribution of the statistic if it is right
    level : float, share of the dates that should exceed the forecasts
    n_dates, n_exceedances : int, dates with a forecast, and those that exceeded it
    """

    hypothesis: str
    statistic: float
    p_value: float
    degrees_of_freedom: int
    level: float
    n_dates: int
    n_exceedances: int

    def __repr__(self) -> str:
        verdict = "is rejected" if self.p_value < 0.05 else "is not rejected"
        return (
            f"ValueAtRiskTest({self.hypothesis} {verdict} at 5 %: statistic {self.statistic:.2f}, "
            f"chi-squared({self.degrees_of_freedom}), p = {self.p_value:.3g}; {self.n_exceedances} exceedances in "
            f"{self.n_dates} dates, {self.level * self.n_dates:g} expected)"
        )


@exported_by("hedgeresearch.evaluation")
def kupiec_test(
    returns: pd.Series[float], forecasts: pd.Series[float], level: float
) -> ValueAtRiskTest:
    """Whether losses exceed their forecasts in the right share of the dates.

    Parameters
    ----------
    returns : Series (n_dates or more,)
    forecasts : Series (n_dates,), value at risk as positive losses, each made before its date
    level : float in (0, 1), the share of the dates with larger losses that the forecasts promise

    Raises
    ------
    DataError
        If a forecast has no return.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> forecasts = hr.evaluation.historical_value_at_risk(nasdaq, window=500, level=0.05)
    >>> hr.evaluation.kupiec_test(nasdaq, forecasts, level=0.05)
    ValueAtRiskTest(...)
    """
    hits = _exceedances(returns, forecasts, level)
    return _found("unconditional coverage", coverage_statistic(hits, level), 1, level, hits)


@exported_by("hedgeresearch.evaluation")
def christoffersen_test(
    returns: pd.Series[float], forecasts: pd.Series[float], level: float
) -> ValueAtRiskTest:
    """Whether an exceedance is as likely after another one as otherwise; arguments as in ``kupiec_test``.

    The level is only told, not tested. Without any exceedance the statistic is zero.
    """
    hits = _exceedances(returns, forecasts, level)
    return _found("independence", independence_statistic(hits), 1, level, hits)


@exported_by("hedgeresearch.evaluation")
def conditional_coverage_test(
    returns: pd.Series[float], forecasts: pd.Series[float], level: float
) -> ValueAtRiskTest:
    """Whether exceedances are as frequent as promised and independent; arguments as in ``kupiec_test``."""
    hits = _exceedances(returns, forecasts, level)
    statistic = coverage_statistic(hits[1:], level) + independence_statistic(hits)
    return _found("conditional coverage", statistic, 2, level, hits)


@exported_by("hedgeresearch.evaluation")
def dynamic_quantile_test(
    returns: pd.Series[float], forecasts: pd.Series[float], level: float, lags: int = 4
) -> ValueAtRiskTest:
    """Whether the exceedances before a date or its forecast tell anything of an exceedance; see ``kupiec_test``.

    Parameters
    ----------
    returns, forecasts, level : as in ``kupiec_test``
    lags : int, dates before, whose exceedances are looked at
    """
    check_at_least(lags, "lags", 0)
    hits = _exceedances(returns, forecasts, level)
    if not len(hits) > 2 * (lags + 2):
        raise DataError(
            f"lags must be fewer than half the dates, {len(hits)}, less two; got {lags}. Choose fewer."
        )
    statistic, rank = dynamic_quantile_statistic(
        hits, one_series(forecasts).to_numpy(), level, lags
    )
    return _found("the dynamic quantile", statistic, rank, level, hits)


def coverage_statistic(hits: Array, level: float) -> float:
    """Likelihood ratio of the level and of the share of hits (n_dates,)."""
    return 2.0 * (_log_likelihood(hits, float(hits.mean())) - _log_likelihood(hits, level))


def independence_statistic(hits: Array) -> float:
    """Likelihood ratio of one probability and of one after each outcome, of hits (n_dates,) after the first."""
    before, after = hits[:-1], hits[1:]
    groups = [after[before == outcome] for outcome in (0.0, 1.0)]
    chain = sum(_log_likelihood(group, float(group.mean())) for group in groups if len(group))
    return max(2.0 * (chain - _log_likelihood(after, float(after.mean()))), 0.0)


def _log_likelihood(hits: Array, probability: float) -> float:
    from scipy.special import xlog1py, xlogy

    count = float(hits.sum())
    return float(xlogy(count, probability) + xlog1py(len(hits) - count, -probability))


def dynamic_quantile_statistic(
    hits: Array, forecasts: Array, level: float, lags: int
) -> tuple[float, int]:
    """The statistic of hits (n_dates,) on their lags and the forecasts (n_dates,), and the rank of the regressors."""
    excess = hits - level
    n_dates = len(excess) - lags
    columns = [
        np.ones(n_dates),
        *(excess[lags - lag : lags - lag + n_dates] for lag in range(1, lags + 1)),
    ]
    size = float(np.abs(forecasts).max())
    if float(np.ptp(forecasts[lags:])) > CONSTANT_TOLERANCE * size:
        columns.append((forecasts[lags:] - forecasts[lags:].mean()) / size)
    regressors = np.column_stack(columns)
    regressors /= np.sqrt(np.square(regressors).sum(axis=0))
    coefficients, _, rank, _ = np.linalg.lstsq(regressors, excess[lags:], rcond=1e-10)
    return float(excess[lags:] @ regressors @ coefficients / (level * (1.0 - level))), int(rank)


def _exceedances(returns: pd.Series[float], forecasts: pd.Series[float], level: float) -> Array:
    """1 where the return is below minus the forecast, else 0, on the dates of the forecasts."""
    check_between(level, "level", 0.0, 1.0)
    promised = one_series(forecasts, "forecasts", minimum_rows=2)
    realised = on_dates(
        one_series(returns).to_frame(), promised.index, "returns", "forecasts"
    ).to_numpy()[:, 0]
    return np.asarray(realised < -promised.to_numpy(), dtype=float)


def _found(
    hypothesis: str, statistic: float, degrees_of_freedom: int, level: float, hits: Array
) -> ValueAtRiskTest:
    from scipy.stats import chi2

    return ValueAtRiskTest(
        hypothesis=hypothesis,
        statistic=statistic,
        p_value=float(chi2.sf(statistic, degrees_of_freedom)),
        degrees_of_freedom=degrees_of_freedom,
        level=level,
        n_dates=len(hits),
        n_exceedances=int(hits.sum()),
    )
