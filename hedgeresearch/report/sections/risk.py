"""The sections on what can go wrong: stress, margin, carry and tails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hedgeresearch._formatting import full_percent
from hedgeresearch.recommendation.narrative.carry import carry_gap_sentences
from hedgeresearch.recommendation.narrative.margin import margin_sentences
from hedgeresearch.report.figures import bars_figure, histogram_figure, path_figure
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import amount, fine_percent, percent, ratio, table_of, words

if TYPE_CHECKING:
    from hedgeresearch.recommendation.recommendation import Recommendation


def stress_section(rec: Recommendation) -> Section:
    """What the position earns, unhedged and hedged, when things go badly."""
    of_volatility = rec.stress.index.str.startswith("volatility")
    profits, volatilities = rec.stress[~of_volatility], rec.stress[of_volatility]
    figure = bars_figure(profits[["unhedged", "hedged"]], "profit, currency", grey=("unhedged",))
    columns = {
        "unhedged": ("unhedged, currency", amount),
        "hedged": ("hedged, currency", amount),
        "removed": ("loss or gain removed, %", percent),
        "meaning": ("meaning", words),
    }
    of_risk = columns | {"removed": ("volatility removed, %", percent)}
    return Section(
        "Stress",
        figures=(("Profit of the position, unhedged and as recommended.", figure),),
        tables=(
            ("Profit", table_of(profits, "scenario", columns)),
            ("Volatility of the next date", table_of(volatilities, "scenario", of_risk)),
        ),
        tables_first=True,
    )


def margin_section(rec: Recommendation) -> Section:
    """Whether the hedges outlast the horizon on their collateral."""
    sentences = margin_sentences(
        rec.margin, rec.assessment.without_maintenance_margin, rec.settings.margin
    )
    if rec.margin is None:
        return Section(
            "Margin", texts=("No hedge that is to be held is on margin.",), points=tuple(sentences)
        )
    accepted, horizon = rec.settings.margin.probability, rec.settings.margin.horizon
    columns = {
        "collateral": ("collateral", amount),
        "currency": ("in", words),
        "liquidation price": ("liquidation price", amount),
        "probability": ("probability, %", percent),
        "lower": ("probability at 95%, lower", percent),
        "upper": ("probability at 95%, upper", percent),
        "closed form": ("normal walk, %", percent),
        "needed": (f"collateral for {full_percent(accepted)}", amount),
    }
    caption = (
        f"Liquidation within {horizon} dates, drawn from past returns in blocks; collateral in coins for coin-margined "
        "contracts, else in the currency of the contract; the interval, at 95%, is that of the drawing"
    )
    return Section(
        "Margin",
        points=tuple(sentences),
        tables=((caption, table_of(rec.margin, "instrument", columns)),),
    )


def carry_section(rec: Recommendation) -> Section:
    """What the hedges earn or pay a year."""
    untold = carry_gap_sentences(rec.assessment)
    if not rec.carry:
        known = "No funding or basis is known of a hedge that is to be held."
        return Section("Carry", texts=(known,), points=tuple(untold))
    rows = {
        one.instrument: (
            one.source,
            one.ratio,
            one.rate_per_year,
            one.z_score,
            one.per_year,
            one.round_trip_cost,
        )
        for one in rec.carry
    }
    names = ["source", "ratio", "rate", "z", "per year", "round trip"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    columns = {
        "source": ("source", words),
        "ratio": ("sold per value held", ratio),
        "rate": ("rate of a short, % a year", percent),
        "z": ("last one, standard deviations", ratio),
        "per year": ("earned, % of the position a year", percent),
        "round trip": ("opening and closing, %", fine_percent),
    }
    return Section(
        "Carry",
        points=(*(one.sentence for one in rec.carry), *untold),
        tables=(("Positive is earned, negative paid", table_of(table, "instrument", columns)),),
    )


def tails_section(rec: Recommendation) -> Section:
    """The past of the book as it is to be held, and how fat its tails are."""
    tails, value = rec.tails, rec.valuation.value
    asset, _ = rec.problem.market.returns(rec.problem.position, rec.problem.instruments)
    profits = pd.DataFrame({"unhedged": asset, "hedged": rec.past}) * value
    level = full_percent(1.0 - tails.tail)
    marks = {
        f"{level} value at risk, hedged": -tails.historical_value_at_risk * abs(value),
        "that of a normal": -tails.normal_value_at_risk * abs(value),
    }
    rows = {
        f"value at risk, {level}": (tails.historical_value_at_risk, tails.normal_value_at_risk),
        "expected shortfall beyond it": (
            tails.historical_expected_shortfall,
            tails.normal_expected_shortfall,
        ),
    }
    losses = pd.DataFrame.from_dict(rows, orient="index", columns=["historical", "normal"])
    losses = losses.assign(**{f"{name}, currency": losses[name] * abs(value) for name in losses})
    columns = {name: (f"{name}, % per date", fine_percent) for name in ("historical", "normal")}
    columns |= {name: (name, amount) for name in ("historical, currency", "normal, currency")}
    joint = () if rec.tail_dependence is None else (rec.tail_dependence.sentence,)
    return Section(
        "Tails",
        texts=(tails.sentence, *joint),
        figures=(
            (
                "Past profit of today's book, added up.",
                path_figure(
                    profits.cumsum(), "profit, currency", note="in sample", grey=("unhedged",)
                ),
            ),
            (
                f"How often the profits of one date fell where, {len(profits):,} dates in 80 equal steps.",
                histogram_figure(profits, "profit of one date, currency", marks),
            ),
        ),
        tables=(
            (
                "Losses of the hedged book over its past; tail index after Hill (1975)",
                table_of(losses, "loss", columns),
            ),
        ),
    )
