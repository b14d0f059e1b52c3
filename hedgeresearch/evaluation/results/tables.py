"""The tables of a backtest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.difference_interval import bootstrap_difference
from hedgeresearch.evaluation.comparison.historical_simulation import historical_value_at_risk
from hedgeresearch.evaluation.comparison.losses import FEWEST
from hedgeresearch.evaluation.comparison.value_at_risk_backtests import (
    christoffersen_test,
    conditional_coverage_test,
    dynamic_quantile_test,
    kupiec_test,
)
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
from hedgeresearch.metrics.trading_activity import turnover

if TYPE_CHECKING:
    from hedgeresearch.evaluation.results.backtest import Backtest

BENCHMARK = "ols"
"""What gains are measured from."""
MOST_DRAWN, FEWEST_DRAWS = 10_000_000, 200
"""Dates that the bootstrap draws in all, 1000 times as many as there are where that is less, and draws at least."""

BACKTESTS = {
    "Kupiec p": kupiec_test,
    "independence p": christoffersen_test,
    "conditional coverage p": conditional_coverage_test,
    "dynamic quantile p": dynamic_quantile_test,
}


def summary_of(study: Backtest) -> pd.DataFrame:
    """A row a model: what to look at first."""
    unhedged, rows = study.hedged_returns["unhedged"], {}
    for name in study.hedged_returns.columns:
        returns, total = study.hedged_returns[name], _total_ratio(study, name)
        rows[name] = {
            "effectiveness": effectiveness(returns, unhedged),
            **_gain(study, name),
            "volatility": float(returns.std()),
            **(_means(study, name) if study.costs.any(axis=None) else {}),
            "mean ratio": float(total.mean()),
            "least ratio": float(total.min()),
            "greatest ratio": float(total.max()),
            "turnover": _turnover(study, name),
            "failed refits": int(study.failed_refits.get(name, 0)),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def measures_of(
    study: Backtest, risk_aversion: float, periods_per_year: float | None
) -> pd.DataFrame:
    """A row a model, a pair of columns a measure: before and after costs."""
    per_year = (
        _periods_per_year(study.hedged_returns.index)
        if periods_per_year is None
        else periods_per_year
    )
    wealth: Any = "summed" if study.returns_kind in ("log", "difference") else "compounded"
    functions: dict[str, Any] = {
        "mean": pd.Series.mean,
        "volatility": pd.Series.std,
        "effectiveness": None,
        "semivariance": semivariance,
        "VaR 5 %": value_at_risk,
        "VaR 1 %": partial(value_at_risk, level=0.01),
        "CVaR 5 %": expected_shortfall,
        "CVaR 1 %": partial(expected_shortfall, level=0.01),
        "maximum drawdown": partial(maximum_drawdown, wealth=wealth),
        "exponential certainty equivalent": partial(
            exponential_certainty_equivalent, risk_aversion=risk_aversion
        ),
        "mean-variance certainty equivalent": partial(
            mean_variance_certainty_equivalent, risk_aversion=risk_aversion
        ),
        "Sharpe ratio": partial(sharpe, periods_per_year=per_year),
    }
    versions = {"gross": study.hedged_returns, "net": study.net_returns}
    columns = {}
    for label, function in functions.items():
        for version, returns in versions.items():
            columns[label, version] = {
                name: _measured(function, returns, name) for name in returns.columns
            }
    table = pd.DataFrame(columns).rename_axis("model").rename_axis(["measure", "returns"], axis=1)
    table["turnover", ""] = [_turnover(study, name) for name in table.index]
    table["cost", ""] = study.costs.sum().reindex(table.index)
    return table


def backtests_of(hedged: pd.DataFrame, level: float, window: int) -> pd.DataFrame:
    """A row a model: how often historical simulation was exceeded, and the p-values of the backtests."""
    rows = {}
    for name in hedged.columns:
        forecasts = historical_value_at_risk(hedged[name], window, level)
        seen = hedged[name][forecasts.index]
        tests = {label: test(seen, forecasts, level).p_value for label, test in BACKTESTS.items()}
        rows[name] = {"exceeded": float((seen < -forecasts).mean()), **tests}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _measured(function: Any, returns: pd.DataFrame, name: str) -> float:
    """A measure of one model; NaN where it does not exist, as a Sharpe ratio of a constant."""
    try:
        if function is None:
            return effectiveness(returns[name], returns["unhedged"])
        return float(function(returns[name]))
    except DataError:
        return np.nan


def _gain(study: Backtest, name: str) -> dict[str, float]:
    """Effectiveness less that of OLS, and the ends of its interval; nothing is known of few dates."""
    returns = study.hedged_returns
    if name == BENCHMARK or returns[name].equals(returns[BENCHMARK]):
        return {"gain on ols": 0.0, "gain, lower": 0.0, "gain, upper": 0.0}
    if len(returns) < FEWEST:
        gain = effectiveness(returns[name], returns["unhedged"]) - effectiveness(
            returns[BENCHMARK], returns["unhedged"]
        )
        return {"gain on ols": gain, "gain, lower": np.nan, "gain, upper": np.nan}
    n_bootstrap = max(min(MOST_DRAWN // len(returns), 1000), FEWEST_DRAWS)
    found = bootstrap_difference(
        effectiveness,
        returns[name],
        returns[BENCHMARK],
        returns["unhedged"],
        n_bootstrap=n_bootstrap,
        seed=study.seed,
    )
    return {"gain on ols": found.difference, "gain, lower": found.lower, "gain, upper": found.upper}


def _means(study: Backtest, name: str) -> dict[str, float]:
    gross, cost = float(study.hedged_returns[name].mean()), float(study.costs[name].mean())
    return {"mean gross": gross, "mean cost": cost, "mean net": gross - cost}


def _total_ratio(study: Backtest, name: str) -> pd.Series[float]:
    if name not in study.models:
        return pd.Series(0.0, index=study.ratios.index)
    return study.ratio(name).sum(axis=1)


def _turnover(study: Backtest, name: str) -> float:
    return turnover(study.ratio(name)) if name in study.models else 0.0


def _periods_per_year(dates: pd.Index[Any]) -> float:
    """Dates in a year of 365.25 days, at the pace of the data; of what has no dates, one is a year."""
    if isinstance(dates, pd.PeriodIndex):
        dates = dates.to_timestamp()
    if not isinstance(dates, pd.DatetimeIndex) or len(dates) < 2:
        return 1.0
    return float((len(dates) - 1) / ((dates[-1] - dates[0]) / pd.Timedelta(days=365.25)))
