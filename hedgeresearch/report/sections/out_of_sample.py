"""Sections on the results of a backtest: variance removed, ratios, years and risks."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.evaluation.results.plots import saved_variance
from hedgeresearch.report.figures import path_figure, ratio_limits
from hedgeresearch.report.sections.effectiveness import effectiveness_figure
from hedgeresearch.report.sections.section import MAX_COLUMNS, Parts, Section
from hedgeresearch.report.tables import Table, fine_percent, percent, ratio, table_of, transposed
from hedgeresearch.report.thinning import thinning_note
from hedgeresearch.report.traces import Figure

EFFECTIVENESS = "Effectiveness out of sample"
RATIOS = "Hedge ratios"
TIME = "When it worked"
RISK = "Risk and cost"
MAX_FIGURES = 4
"""Hedges whose ratios are drawn; those of more are in ``backtest.ratios``."""
CONFIDENCE = 0.95
BENCHMARKS = ("naive",)
"""Models drawn in grey."""
MEASURES = {
    ("volatility", "gross"): ("volatility, %", fine_percent),
    ("VaR 1%", "gross"): ("99% value at risk, %", fine_percent),
    ("CVaR 1%", "gross"): ("99% expected shortfall, %", fine_percent),
    ("maximum drawdown", "gross"): ("maximum drawdown, %", fine_percent),
    ("cost", ""): ("cost, % of the asset", fine_percent),
    ("Sharpe ratio", "net"): ("Sharpe ratio per year, after costs", ratio),
}


def effectiveness_section(backtest: Backtest) -> Section:
    """Return bars of the variance that each model removed."""
    figure = effectiveness_figure(backtest, CONFIDENCE, backtest.seed)
    return Section(EFFECTIVENESS, figures=(figure,))


def ratios_section(backtest: Backtest) -> Section:
    """Return the path of each model's ratio, a figure for each hedge."""
    hedges = list(backtest.ratios.columns.get_level_values(1).unique())
    texts: tuple[str, ...] = ()
    if len(hedges) > MAX_FIGURES:
        texts = (
            f"The first {MAX_FIGURES} of {len(hedges)} hedges are drawn; backtest.ratios has all.",
        )
    figures = tuple(_ratio_figure(backtest, hedge) for hedge in hedges[:MAX_FIGURES])
    return Section(RATIOS, texts=texts, figures=figures)


def time_section(backtest: Backtest) -> Section:
    """Return the cumulative gain on OLS, and the variance removed in each year."""
    backtest = backtest.judged
    saved = 100.0 * saved_variance(backtest.hedged_returns.drop(columns=backtest.never_hedged))
    figure = path_figure(saved, "variance saved against OLS, % of the asset's", grey=BENCHMARKS)
    caption = (
        f"Cumulative gain on OLS in squared returns {backtest.evaluation}, out of sample: a line "
        "rises where the model does better than OLS.",
        thinning_note(*saved.shape),
    )
    parts = Parts()
    years = parts.get("Variance removed by year", lambda: _by_year(backtest))
    return Section(
        TIME,
        figures=((" ".join(filter(None, caption)), figure),),
        tables=() if years is None else (years,),
        missing=tuple(parts.missing),
    )


def risk_section(backtest: Backtest) -> Section:
    """Return losses, costs and the worst days of each model."""
    parts = Parts()
    found = {
        "Losses": parts.get("Losses", lambda: _measures(backtest)),
        "Worst days": parts.get("The worst days", lambda: _worst_days(backtest)),
    }
    tables = tuple(table for table in found.values() if table is not None)
    return Section(RISK, tables=tables, missing=tuple(parts.missing))


def _ratio_figure(backtest: Backtest, hedge: Any) -> tuple[str, Figure]:
    """Return the caption and the ratios of one hedge, a line for each model."""
    paths = {model: backtest.ratio(model)[hedge] for model in backtest.models}
    ratios = pd.DataFrame(paths)
    dates = ratios.index
    figure = path_figure(
        ratios,
        f"ratio of {hedge}, sold per unit held",
        grey=BENCHMARKS,
        limits=ratio_limits(ratios, None, None),
    )
    caption = (
        f"Ratio of {hedge} on each date from {day(dates[0])} to {day(dates[-1])}, estimated on "
        "earlier data (out of sample).",
        thinning_note(*ratios.shape),
    )
    return " ".join(filter(None, caption)), figure


def _by_year(backtest: Backtest) -> tuple[str, Table]:
    years = backtest.by_year()
    columns = {name: (str(name), percent) for name in years.columns}
    table = table_of(years, "year", columns)
    if len(columns) > 2 * MAX_COLUMNS:
        table = transposed(table, "model:")
    return "Variance removed in each year, %; – with fewer than 20 observations", table


def _measures(backtest: Backtest) -> tuple[str, Table]:
    measures = backtest.measures()
    shown = measures[list(MEASURES)].set_axis([head for head, _ in MEASURES.values()], axis=1)
    columns = {head: (head, write) for head, write in MEASURES.values()}
    caption = "Of the hedged returns out of sample, before costs unless stated"
    return caption, table_of(shown, "model", columns)


def _worst_days(backtest: Backtest) -> tuple[str, Table]:
    table: pd.DataFrame = backtest.on_worst_days()
    columns = {
        "mean return": ("mean return, %", fine_percent),
        "removed": ("loss removed, %", percent),
    }
    caption = "On the asset's worst 5% of observations"
    return caption, table_of(table, "model", columns)
