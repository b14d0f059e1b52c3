"""Whose shocks the variance that is left comes from, and the correlation of turbulent times."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.assessment.risks import sold_hedges
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.risk.systemic.breakdown import MIN_DATES, CorrelationBreakdown
from hedgeresearch.risk.systemic.breakdown import correlation_breakdown as compare
from hedgeresearch.risk.systemic.variance_sources import VarianceSources, variance_sources
from hedgeresearch.typing import Array

VOLATILITY_WINDOW = 21
"""Observations before each date from which its volatility is measured: a month of days."""
TURBULENT_SHARE = 0.2
"""Share of the dates, those after the highest volatility of the hedges, that are turbulent."""
MIN_RETURNS = VOLATILITY_WINDOW + round(MIN_DATES / TURBULENT_SHARE)
"""Number of past returns that a correlation of turbulent dates needs."""
N_BREAKDOWN_BOOTSTRAP = 200
"""Draws of the bootstrap for the interval of the difference of correlations."""


def assess_variance_sources(
    returns: pd.DataFrame, valuation: Valuation, holdings: Array
) -> VarianceSources | None:
    """Return the legs whose shocks cause the variance of the position with its hedges.

    None where nothing is held. Legs are the position as a whole and each hedge held.
    """
    if not holdings.any():
        return None
    weights = np.concatenate([[1.0], holdings * valuation.notionals / valuation.value])
    held = pd.Series(weights, index=returns.columns)
    held = held[held != 0.0]
    return variance_sources(returns[held.index], held)


def assess_breakdown(
    returns: pd.DataFrame, valuation: Valuation, holdings: Array, seed: int
) -> CorrelationBreakdown | None:
    """Return the correlations of position and hedges on turbulent and on calm dates.

    A date is turbulent if the volatility of the hedges over the 21 observations before it is among
    the highest fifth; the first 21 dates are left out. None where nothing is held that moves with
    the position on calm dates.

    Raises
    ------
    DataError
        If there are fewer than 171 returns, or as ``correlation_breakdown``.
    """
    if not holdings.any():
        return None
    if len(returns) < MIN_RETURNS:
        raise DataError(f"it needs {MIN_RETURNS} returns; there are {len(returns)}.")
    hedge = sold_hedges(returns, valuation, holdings)
    turbulent = turbulent_dates(hedge)
    signed = returns.iloc[:, 0] * np.sign(valuation.value)
    found = compare(
        signed.loc[turbulent.index],
        hedge.loc[turbulent.index],
        turbulent,
        n_bootstrap=N_BREAKDOWN_BOOTSTRAP,
        seed=seed,
    )
    return found if found.calm > 0.0 else None


def turbulent_dates(hedge: pd.Series[float]) -> pd.Series[bool]:
    """Return which dates follow a high volatility of the hedge, (n_dates - 21,)."""
    volatility = hedge.rolling(VOLATILITY_WINDOW).std().shift(1).iloc[VOLATILITY_WINDOW:]
    n_turbulent = round(TURBULENT_SHARE * len(volatility))
    return (volatility.rank(method="first") > len(volatility) - n_turbulent).rename("turbulent")
