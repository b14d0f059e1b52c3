"""Section on the variance that the hedge removed out of sample."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import day, describe, full_percent
from hedgeresearch._formatting import percent as share
from hedgeresearch.evaluation.comparison.difference_interval import bootstrap_difference
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.metrics.hedge_effectiveness import effectiveness
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import bars_figure
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import Table, amount, fine_percent, percent, ratio, table_of
from hedgeresearch.report.traces import Figure

TITLE = "Effectiveness out of sample"
COLUMNS = {
    "effectiveness": ("variance removed, %", percent),
    "gain on ols": ("gain on OLS, points", percent),
    "gain, lower": ("gain at 95%, lower", percent),
    "gain, upper": ("gain at 95%, upper", percent),
    "volatility": ("volatility, % per observation", fine_percent),
    "mean ratio": ("mean ratio", ratio),
    "turnover": ("turnover", amount),
    "failed refits": ("failed refits", amount),
}


def effectiveness_section(recommendation: Recommendation) -> Section:
    """Return the variance that each model of the backtest removed, with intervals."""
    backtest = recommendation.settings.backtest
    if backtest is None:
        removed = share(recommendation.problem.fit.expected_effectiveness)
        text = (
            f"The model expects to remove {removed} of variance, in sample. There is no backtest: "
            "run walk_forward, or add a backtest to the book, for an out-of-sample estimate."
        )
        return Section(TITLE, texts=(text,))
    settings = recommendation.settings
    recommended = describe(recommendation.problem.fit.model)
    figure = effectiveness_figure(backtest, settings.confidence, settings.seed, recommended)
    return Section(TITLE, figures=(figure,), tables=(results_table(backtest),))


def results_table(backtest: Backtest) -> tuple[str, Table]:
    """Return the caption and the table of the main results of each model."""
    backtest = backtest.judged
    period = backtest.spacing.span(backtest.horizon)
    caption = (
        f"Out of sample, by model, of returns {backtest.evaluation}. Turnover is the sum of "
        "absolute changes of the ratio, the entry included; the gain has a 95% interval"
    )
    volatility = {"volatility": (f"volatility, % per {period.removeprefix('1 ')}", fine_percent)}
    return caption, table_of(backtest.summary, "model", COLUMNS | volatility)


def effectiveness_figure(
    backtest: Backtest, confidence: float, seed: int, recommended: str = ""
) -> tuple[str, Figure]:
    """Return the caption and bars of the variance that each model removed.

    Parameters
    ----------
    backtest : Backtest
    confidence : of the intervals
    seed : of the bootstrap
    recommended : the recommended model as text, which is marked
    """
    # where closes are not simultaneous, single periods do not show which hedge is better
    backtest = backtest.judged
    intervals = _variance_removed(backtest, confidence, seed, recommended)
    dates = backtest.date_returns.index
    caption = (
        f"Share of the position's variance that each hedge removed on {len(dates):,} observations "
        f"out of sample, {day(dates[0])} to {day(dates[-1])}, of returns {backtest.evaluation}, "
        "before costs, with "
        f"{full_percent(confidence)} intervals of the stationary bootstrap "
        "(Politis and Romano 1994)."
    )
    return caption, bars_figure(intervals[["value"]], "variance removed, %", ends=intervals)


def _variance_removed(
    backtest: Backtest, confidence: float, seed: int, recommended: str
) -> pd.DataFrame:
    """Return value, lower and upper end of the effectiveness of each model, in percent."""
    returns = backtest.hedged_returns
    unhedged = returns["unhedged"]
    rows = {}
    for name, model in backtest.models.items():
        if name in backtest.never_hedged:
            continue
        found = bootstrap_difference(
            effectiveness,
            returns[name],
            unhedged,
            unhedged,
            horizon=backtest.horizon,
            confidence=confidence,
            seed=seed,
        )
        label = f"{name} (recommended)" if describe(model) == recommended else str(name)
        rows[label] = [100.0 * value for value in (found.difference, found.lower, found.upper)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "lower", "upper"])
