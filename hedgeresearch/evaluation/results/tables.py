"""Tables of a backtest, as functions of its returns, ratios and costs.

Frames of returns and costs (n_dates, n_models) have the asset itself under "unhedged"; ratios
(n_dates, models x hedges) have columns by (model, hedge). Hedged returns over a horizon are
overlapping, (n_spans, n_models).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.value_at_risk_backtests import (
    christoffersen_test,
    conditional_coverage_test,
    dynamic_quantile_test,
    historical_value_at_risk,
    kupiec_test,
)
from hedgeresearch.evaluation.results.gains import UNHEDGED, gains_on_benchmark
from hedgeresearch.evaluation.results.spans import blocks_of
from hedgeresearch.evaluation.results.trades import turnover_of_blocks
from hedgeresearch.metrics.hedge_effectiveness import effectiveness
from hedgeresearch.metrics.risk_adjusted import (
    exponential_certainty_equivalent,
    mean_variance_certainty_equivalent,
    sharpe,
)
from hedgeresearch.metrics.risk_measures import (
    expected_shortfall,
    maximum_drawdown,
    semivariance,
    value_at_risk,
)
from hedgeresearch.typing import Indices

DAYS_PER_YEAR = 365.25
DRAWDOWN = "maximum drawdown"
MEAN = "mean"
OF_THE_PATH = (DRAWDOWN, MEAN)
"""Measures of the path of returns of single periods, whatever the horizon; a mean is scaled."""

VALUE_AT_RISK_TESTS = {
    "Kupiec p": kupiec_test,
    "independence p": christoffersen_test,
    "conditional coverage p": conditional_coverage_test,
    "dynamic quantile p": dynamic_quantile_test,
}


class Evaluated(NamedTuple):
    """Results that the tables of a backtest are made from.

    Attributes
    ----------
    hedged_returns, costs : DataFrame (n_spans, n_models), over the horizon
    ratios : DataFrame (n_dates, models x hedges)
    date_returns, date_costs : DataFrame (n_dates, n_models), of one period
    rows : array (n_dates,), positions of the dates in the data
    never_hedged : list of models that failed at every refit: they have no results
    horizon : int
    """

    hedged_returns: pd.DataFrame
    costs: pd.DataFrame
    ratios: pd.DataFrame
    date_returns: pd.DataFrame
    date_costs: pd.DataFrame
    rows: Indices
    never_hedged: list[str]
    horizon: int


# --- the summary ---


def summary_table(evaluated: Evaluated, failed_refits: pd.Series[int], seed: int) -> pd.DataFrame:
    """Return the main results, one row per model.

    Parameters
    ----------
    evaluated : Evaluated
    failed_refits : Series (n_models - 1,), without the unhedged asset
    seed : int, of the bootstrap of the gains
    """
    returns = evaluated.hedged_returns
    has_costs = bool(evaluated.date_costs.any(axis=None))
    gains = gains_on_benchmark(returns, seed, evaluated.horizon)
    rows = {}
    for name in returns.columns:
        total = total_ratio(evaluated.ratios, name)
        row = {"effectiveness": effectiveness(returns[name], returns[UNHEDGED])}
        row |= gains[name]
        row["volatility"] = float(returns[name].std())
        if has_costs:
            row |= _means(evaluated, name)
        if name in evaluated.never_hedged:
            row = dict.fromkeys(row, np.nan)
        row["mean ratio"] = float(total.mean())
        row["min ratio"] = float(total.min())
        row["max ratio"] = float(total.max())
        row["turnover"] = _turnover(evaluated, name)
        row["failed refits"] = int(failed_refits.get(name, 0))
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _means(evaluated: Evaluated, model: str) -> dict[str, float]:
    """Return means of returns over the horizon, before and after costs."""
    gross = mean_over_horizon(evaluated.date_returns[model], evaluated.horizon)
    cost = mean_over_horizon(evaluated.date_costs[model], evaluated.horizon)
    return {"mean gross": gross, "mean cost": cost, "mean net": gross - cost}


def mean_over_horizon(values: pd.Series[float], horizon: int) -> float:
    """Return the mean over a horizon of what each date (n_dates,) brings.

    It is that of the path: spans over the horizon would count its first and last dates less.
    """
    return horizon * float(values.mean())


def ratio_of_model(ratios: pd.DataFrame, model: str) -> pd.DataFrame:
    """Return the ratios of one model, (n_dates, n_hedges)."""
    columns = ratios.columns
    ratio = ratios.loc[:, columns.get_level_values("model") == model]
    return ratio.set_axis(ratio.columns.get_level_values("hedge"), axis=1)


def total_ratio(ratios: pd.DataFrame, model: str) -> pd.Series[float]:
    """Return the sum of a model's ratios at each date, zero for the unhedged asset."""
    if model == UNHEDGED:
        return pd.Series(0.0, index=ratios.index)
    return ratio_of_model(ratios, model).sum(axis=1)


def _turnover(evaluated: Evaluated, model: str) -> float:
    if model == UNHEDGED:
        return 0.0
    return turnover_of_blocks(ratio_of_model(evaluated.ratios, model), evaluated.rows)


# --- all measures ---


def measures_table(
    evaluated: Evaluated, measures: dict[str, Callable[..., float] | None]
) -> pd.DataFrame:
    """Return measures before and after costs, one row per model.

    Parameters
    ----------
    evaluated : Evaluated
    measures : functions of returns by their label; None stands for the effectiveness
    """
    versions = {
        "gross": (evaluated.hedged_returns, evaluated.date_returns),
        "net": (
            evaluated.hedged_returns - evaluated.costs,
            evaluated.date_returns - evaluated.date_costs,
        ),
    }
    columns = {}
    for label, measure in measures.items():
        for version, (over_horizon, by_date) in versions.items():
            returns = by_date if label in OF_THE_PATH else over_horizon
            factor = evaluated.horizon if label == MEAN else 1
            columns[label, version] = {
                name: np.nan
                if name in evaluated.never_hedged
                else factor * _measured(measure, returns, name)
                for name in returns.columns
            }
    table = pd.DataFrame(columns).rename_axis("model").rename_axis(["measure", "returns"], axis=1)
    table["turnover", ""] = [_turnover(evaluated, name) for name in table.index]
    table["cost", ""] = evaluated.date_costs.sum().reindex(table.index)
    return table


def backtest_measures(
    risk_aversion: float, periods_per_year: float, returns_kind: str | None
) -> dict[str, Callable[..., float] | None]:
    """Return the measures of a backtest by their label; None stands for the effectiveness."""
    cumulates = returns_kind in ("log", "difference")
    wealth: Literal["summed", "compounded"] = "summed" if cumulates else "compounded"
    return {
        MEAN: pd.Series.mean,
        "volatility": pd.Series.std,
        "effectiveness": None,
        "semivariance": semivariance,
        "VaR 5%": value_at_risk,
        "VaR 1%": partial(value_at_risk, tail=0.01),
        "CVaR 5%": expected_shortfall,
        "CVaR 1%": partial(expected_shortfall, tail=0.01),
        DRAWDOWN: partial(maximum_drawdown, wealth=wealth),
        "exponential certainty equivalent": partial(
            exponential_certainty_equivalent, risk_aversion=risk_aversion
        ),
        "mean-variance certainty equivalent": partial(
            mean_variance_certainty_equivalent, risk_aversion=risk_aversion
        ),
        "Sharpe ratio": partial(sharpe, periods_per_year=periods_per_year),
    }


def _measured(measure: Callable[..., float] | None, returns: pd.DataFrame, name: str) -> float:
    """Return a measure of one model; NaN where it does not exist, as a constant's Sharpe ratio."""
    try:
        if measure is None:
            return effectiveness(returns[name], returns[UNHEDGED])
        return float(measure(returns[name]))
    except DataError:
        return np.nan


def dates_per_year(dates: pd.Index[Any], rows: Indices) -> float:
    """Return the mean number of dates in a year, or 1 for an index without dates.

    It is that of the data: rows between these dates count, too.

    Parameters
    ----------
    dates : Index (n_dates,)
    rows : array (n_dates,), positions of these dates in the data
    """
    if isinstance(dates, pd.PeriodIndex):
        dates = dates.to_timestamp()
    if not isinstance(dates, pd.DatetimeIndex) or len(dates) < 2:
        return 1.0
    years = (dates[-1] - dates[0]) / pd.Timedelta(days=DAYS_PER_YEAR)
    return float((rows[-1] - rows[0]) / years)


# --- value at risk ---


def value_at_risk_table(
    date_returns: pd.DataFrame, rows: Indices, tail: float, window: int
) -> pd.DataFrame:
    """Return the share of exceedances of historical simulation and p-values of its tests.

    It has one row per model. A window does not reach back over dates that were left out.

    Parameters
    ----------
    date_returns : DataFrame (n_dates, n_models)
    rows : array (n_dates,), positions of these dates in the data
    tail : float
    window : int
    """
    found = {}
    for name in date_returns.columns:
        forecasts = _forecasts(date_returns[name], rows, tail, window)
        returns = date_returns[name][forecasts.index]
        row = {"exceeded": float((returns < -forecasts).mean())}
        for label, test in VALUE_AT_RISK_TESTS.items():
            row[label] = test(returns, forecasts, tail).p_value
        found[name] = row
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("model")


def _forecasts(
    returns: pd.Series[float], rows: Indices, tail: float, window: int
) -> pd.Series[float]:
    """Return the value at risk of each date with a window before it, (n_forecasts,)."""
    blocks = [returns.iloc[block] for block in blocks_of(rows)]
    longest = max(blocks, key=len)
    if len(longest) <= window:
        # the refusal of a window that is too long
        return historical_value_at_risk(longest, window, tail)
    parts = [
        historical_value_at_risk(block, window, tail) for block in blocks if len(block) > window
    ]
    return pd.concat(parts)
