"""The first sections of the page: what to do, the regimes, the ratio and how well it worked out of sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hedgeresearch._formatting import day, describe, full_percent
from hedgeresearch._formatting import percent as share
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.difference_interval import bootstrap_difference
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.metrics.hedge_effectiveness import effectiveness
from hedgeresearch.plotting import sample_label
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.report.figures import bars_figure, path_figure
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import (
    amount,
    contracts,
    fine_percent,
    percent,
    ratio,
    table_of,
    transposed,
    words,
)

if TYPE_CHECKING:
    from hedgeresearch.recommendation.recommendation import Recommendation

MOST_COLUMNS = 4
"""Instruments that stand side by side; more stand one below another."""


def decision_section(rec: Recommendation) -> Section:
    """What to do now, and why."""
    orders = {
        "side": ("side", words),
        "contracts": ("contracts", contracts),
        "cost": ("cost, currency", amount),
        "reason": ("reason", words),
    }
    summary = {
        "ratio": ("ratio", ratio),
        "best": ("best, contracts", amount),
        "held": ("held", contracts),
        "to hold": ("to hold", contracts),
        "trade": ("trade", contracts),
        "band": ("band, ±", amount),
        "notional": ("notional, currency", amount),
        "cost": ("cost, currency", amount),
    }
    volatility = rec.volatility.to_frame("volatility")
    volatility["removed"] = 1.0 - (rec.volatility / rec.volatility["unhedged"]) ** 2
    expected = {
        "volatility": ("volatility of the next date, currency", amount),
        "removed": ("variance removed, %", percent),
    }
    traded = rec.orders.set_index("instrument")
    listed = [("Orders", table_of(traded, "instrument", orders))] if len(traded) else []
    return Section(
        "What to do now",
        texts=(rec.decision,),
        points=tuple(rec.reasons),
        tables=(
            *listed,
            (
                "Holdings, in contracts; negative is short",
                table_of(rec.summary, "instrument", summary),
            ),
            ("What is expected, if the model holds", table_of(volatility, "book", expected)),
        ),
    )


def regimes_section(rec: Recommendation) -> Section:
    """The regimes and what each asks for."""
    fit, book = rec.book.fit, rec.book
    if rec.regimes is None or fit.regimes is None:
        return Section("Regimes", texts=("The model has no regimes.",))
    predicted = fit.regimes.predicted
    figure = path_figure(
        _values(book).loc[predicted.index[0] :].to_frame("position"),
        "value of today's position, currency",
        note=sample_label(predicted.index, fit.sample_end),
        probabilities=predicted,
    )
    columns = {
        "probability": ("probability of the next date, %", percent),
        "expected dates": ("lasts, dates", amount),
    }
    columns |= {name: (f"{name}, contracts", amount) for name in book.names}
    asked = table_of(rec.regimes, "regime", columns)
    if len(book.names) > MOST_COLUMNS:
        asked = transposed(asked, "of regime")
    return Section(
        "Regimes",
        figures=(
            (
                "Value of the position; the colour is the regime predicted for each date by data before it.",
                figure,
            ),
        ),
        tables=(("What each regime asks for; 0 is calm", asked),),
    )


def ratio_section(rec: Recommendation) -> Section:
    """The path of the ratio, and today's with its interval."""
    fit, certainty = rec.book.fit, rec.certainty
    level = full_percent(certainty.level)
    latest = certainty.ratios[["ratio", "lower", "upper"]].set_axis(
        ["value", "lower", "upper"], axis=1
    )
    known = not certainty.why_none
    bands = _bands(fit, certainty.level)
    unit = (
        "units sold per unit held" if rec.book.kind == "difference" else "value sold per value held"
    )
    figure = path_figure(
        fit.ratio,
        f"hedge ratio, {unit}",
        note=sample_label(fit.ratio.index, fit.sample_end),
        probabilities=None if fit.regimes is None else fit.regimes.predicted,
        bands=bands,
        latest=latest if known else None,
    )
    columns = {
        "ratio": ("ratio", ratio),
        "lower": ("lower", ratio),
        "upper": ("upper", ratio),
        "contracts": ("contracts", amount),
        "at lower": ("at the lower end", amount),
        "at upper": ("at the upper end", amount),
    }
    band = f"Shaded around the line: {level} interval of each date. " if bands is not None else ""
    point = f"Beside it: the next date's ratio with its {level} interval." if known else ""
    caption = f"Ratio made before each date. {band}{point}".strip()
    tables = [
        (
            f"The next date's ratio, {level} interval",
            table_of(certainty.ratios, "instrument", columns),
        )
    ]
    if certainty.by_model is not None:
        asked = {name: (f"{name}, contracts", amount) for name in rec.book.names}
        by_model = table_of(certainty.by_model, "model", asked)
        if len(rec.book.names) > MOST_COLUMNS:
            by_model = transposed(by_model, "of model")
        tables.append(("What the last ratio of each model asks for", by_model))
    none = () if known else (f"The next ratio has no interval: {certainty.why_none}",)
    return Section("Hedge ratio", texts=none, figures=((caption, figure),), tables=tuple(tables))


def effectiveness_section(rec: Recommendation) -> Section:
    """How much variance was removed out of sample."""
    study, title = rec.settings.backtest, "Effectiveness out of sample"
    if study is None:
        expected = (
            f"The model expects to remove {share(rec.certainty.expected)} of variance, in sample. "
        )
        return Section(
            title, texts=(f"{expected}There is no backtest to say what it removed out of sample.",)
        )
    returns, level = study.hedged_returns, rec.settings.level
    wanted, unhedged = describe(rec.book.fit.model), returns["unhedged"]
    rows = {}
    for name, model in study.models.items():
        found = bootstrap_difference(
            effectiveness, returns[name], unhedged, unhedged, level=level, seed=rec.settings.seed
        )
        label = f"{name} (recommended)" if describe(model) == wanted else str(name)
        rows[label] = [100.0 * value for value in (found.difference, found.lower, found.upper)]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "lower", "upper"])
    caption = (
        f"Share of the position's variance that each hedge removed on {len(returns):,} dates out of sample, "
        f"{day(returns.index[0])} to {day(returns.index[-1])}, before costs, with {full_percent(level)} intervals of "
        "the stationary bootstrap (Politis and Romano 1994)."
    )
    figure = bars_figure(table[["value"]], "variance removed, %", ends=table)
    columns = {
        "effectiveness": ("variance removed, %", percent),
        "gain on ols": ("gain on OLS, points", percent),
        "gain, lower": ("gain at 95%, lower", percent),
        "gain, upper": ("gain at 95%, upper", percent),
        "volatility": ("volatility, % per date", fine_percent),
        "mean ratio": ("mean ratio", ratio),
        "turnover": ("turnover", amount),
        "failed refits": ("failed refits", amount),
    }
    shown = (
        "Out of sample, by model; turnover is the sum of changes of the ratio, and the gain has a 95% interval",
        table_of(study.summary, "model", columns),
    )
    return Section(title, figures=((caption, figure),), tables=(shown,))


def _values(book: Book) -> pd.Series[float]:
    """Value of the units held today on each date, in currency; of a book long and short, the net."""
    table, rates = book.market.table, book.market.rates
    values = pd.Series(0.0, index=table.index)
    for asset, units in book.position.units.items():
        rate = rates.get(asset, 1.0)
        values += units * table[asset] * (table[rate] if isinstance(rate, str) else rate)
    return values


def _bands(fit: HedgeFit, level: float) -> pd.DataFrame | None:
    """Intervals of the whole path; None where the model knows the errors of its next value only."""
    if fit.errors is None:
        return None
    try:
        return fit.bands(level)
    except DataError:
        return None
