"""Page of a hedge of an amount of currency."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.recommendation.notional import NotionalHedge
from hedgeresearch.report.figures import bars_figure
from hedgeresearch.report.page import Page
from hedgeresearch.report.sections.data import software
from hedgeresearch.report.sections.method import name_value_table
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import amount, percent, ratio, table_of

NEXT = {
    "volatility": ("next volatility, currency", amount),
    "removed": ("variance removed, %", percent),
}


def notional_page(hedge: NotionalHedge, notes: Sequence[str]) -> Page:
    """Return the page: what to sell, the expected effect, the regimes and the method."""
    sections = [_decision(hedge), _effect(hedge)]
    if hedge.ratio_by_regime is not None and hedge.regime_probabilities is not None:
        sections.append(_regimes(hedge.ratio_by_regime, hedge.regime_probabilities))
    return Page(
        title=f"Hedge of {hedge.notional:,.0f} in {hedge.asset}",
        about=f"As of {day(hedge.as_of)}, by {hedge.model}.",
        sections=[*sections, _method(hedge, notes)],
    )


def _decision(hedge: NotionalHedge) -> Section:
    orders = pd.DataFrame({"ratio": hedge.ratio, "sell": hedge.sell})
    columns = {"ratio": ("ratio", ratio), "sell": ("sell, currency", amount)}
    caption = "Amounts in currency; negative is bought"
    return Section(
        "What to do now",
        texts=(hedge.sentence,),
        tables=((caption, table_of(orders, "hedge", columns)),),
    )


def _effect(hedge: NotionalHedge) -> Section:
    volatility = pd.Series({"unhedged": hedge.volatility_before, "hedged": hedge.volatility_after})
    table = volatility.to_frame("volatility")
    table["removed"] = [0.0, hedge.effectiveness]
    figure = bars_figure(table[["volatility"]], "next volatility, currency")
    return Section(
        "Expected effect",
        figures=(("Expected volatility of the next profit under the model (in sample).", figure),),
        tables=(("Under the model", table_of(table, "position", NEXT)),),
    )


def _regimes(by_regime: pd.DataFrame, probabilities: pd.Series[float]) -> Section:
    table = by_regime.assign(probability=probabilities.to_numpy())
    columns = {"probability": ("probability, next, %", percent)}
    columns |= {name: (f"ratio of {name}", ratio) for name in by_regime.columns}
    caption = "Ratio in each regime; regime 0 is the calmest"
    return Section("Regimes", tables=((caption, table_of(table, "regime", columns)),))


def _method(hedge: NotionalHedge, notes: Sequence[str]) -> Section:
    rows = {"model": hedge.model, "last observation": day(hedge.as_of), "software": software()}
    warnings = tuple(f"Warning: {note}" for note in dict.fromkeys(notes))
    return Section("Method", points=warnings, tables=(("Settings", name_value_table(rows)),))
