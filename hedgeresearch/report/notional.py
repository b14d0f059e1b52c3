"""Page of a hedge of an amount of currency."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hedgeresearch._formatting import day, full_percent, money, regime_label
from hedgeresearch.recommendation.notional import NotionalHedge
from hedgeresearch.report.figures import bars_figure
from hedgeresearch.report.page import Page
from hedgeresearch.report.sections.data import software
from hedgeresearch.report.sections.method import name_value_table, sources_table
from hedgeresearch.report.sections.ratio_path import constant_text, is_constant, ratio_figure
from hedgeresearch.report.sections.regimes import (
    ALTERNATIVE,
    alternative_table,
    without_regimes,
)
from hedgeresearch.report.sections.section import Parts, Section, section_or_reason
from hedgeresearch.report.tables import amount, in_currency, percent, ratio, table_of


def notional_page(hedge: NotionalHedge, notes: Sequence[str]) -> Page:
    """Return the page: what to sell and why, the effect, the ratio, the regimes and the method."""
    builders = {
        "What to do now": lambda: _decision(hedge),
        "Expected effect": lambda: _effect(hedge),
        "Hedge ratio": lambda: _ratio(hedge),
        "Regimes": lambda: _regimes(hedge),
        "Method": lambda: _method(hedge, notes),
    }
    return Page(
        title=f"Hedge of {money(hedge.notional, hedge.currency)} in {hedge.asset}",
        about=f"As of {day(hedge.as_of)}, by {hedge.model}.",
        sections=[section_or_reason(title, build) for title, build in builders.items()],
    )


def _decision(hedge: NotionalHedge) -> Section:
    orders = pd.DataFrame({"ratio": hedge.ratio, "sell": hedge.sell})
    columns = {"ratio": ("ratio", ratio), "sell": ("sell, currency", amount)}
    if not hedge.interval_note:
        level = full_percent(hedge.confidence)
        orders = orders.join(hedge.interval)
        columns["lower"] = (f"ratio at {level}, lower", ratio)
        columns["upper"] = (f"ratio at {level}, upper", ratio)
    caption = f"Amounts in {hedge.currency or 'currency'}; negative is bought"
    return Section(
        "What to do now",
        texts=(hedge.decision,),
        points=tuple(hedge.reasons),
        tables=((caption, table_of(orders, "hedge", columns, hedge.currency)),),
    )


def _effect(hedge: NotionalHedge) -> Section:
    ahead = hedge.fit.spacing.describe(hedge.fit.horizon)
    volatility = pd.Series({"unhedged": hedge.volatility_before, "hedged": hedge.volatility_after})
    table = volatility.to_frame("volatility")
    table["removed"] = [0.0, hedge.effectiveness]
    columns = {
        "volatility": (f"volatility over {ahead}, currency", amount),
        "removed": ("variance removed, %", percent),
    }
    figure = bars_figure(table[["volatility"]], in_currency("volatility, currency", hedge.currency))
    caption = f"Expected volatility of the profit over {ahead} under the model (in sample)."
    return Section(
        "Expected effect",
        figures=((caption, figure),),
        tables=(("Under the model", table_of(table, "position", columns, hedge.currency)),),
    )


def _ratio(hedge: NotionalHedge) -> Section:
    if is_constant(hedge.fit):
        return Section("Hedge ratio", texts=(constant_text(hedge.fit),))
    ends = None
    if not hedge.interval_note:
        ends = hedge.ratio.to_frame("ratio").join(hedge.interval)
    return Section("Hedge ratio", figures=(ratio_figure(hedge.fit, hedge.confidence, ends),))


def _regimes(hedge: NotionalHedge) -> Section:
    by_regime = hedge.ratio_by_regime
    probabilities = hedge.regime_probabilities
    if by_regime is None or probabilities is None:
        parts = Parts()
        alternative = parts.get(ALTERNATIVE, lambda: alternative_table(hedge.regime_alternative))
        return without_regimes(alternative, tuple(parts.missing))
    table = by_regime.assign(probability=probabilities.to_numpy())
    columns = {"probability": ("probability, next, %", percent)}
    columns |= {name: (f"ratio of {name}", ratio) for name in by_regime.columns}
    caption = f"Ratio in each regime; {regime_label(by_regime.index[0])} is the calmest"
    return Section("Regimes", tables=((caption, table_of(table, "regime", columns)),))


def _method(hedge: NotionalHedge, notes: Sequence[str]) -> Section:
    rows = {"model": hedge.model, "last observation": day(hedge.as_of), "software": software()}
    warnings = tuple(f"Warning: {note}" for note in dict.fromkeys(notes))
    tables = [("Settings", name_value_table(rows))]
    sources = sources_table([hedge.fit.model])
    if sources is not None:
        tables.append(("Sources of the model", sources))
    return Section("Method", points=warnings, tables=tuple(tables))
