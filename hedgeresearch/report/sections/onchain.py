"""Section on pools and loans: what they hold, gamma, carry, and moves of the price."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from hedgeresearch.recommendation.assessment.onchain.onchain_profits import (
    ALL,
    PRICE_MOVES,
    onchain_profits,
)
from hedgeresearch.recommendation.assessment.onchain.onchain_risks import OnchainRisk
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import AXIS, path_figure
from hedgeresearch.report.sections.section import MAX_COLUMNS, Section
from hedgeresearch.report.tables import (
    Table,
    amount,
    in_currency,
    table_of,
    transposed,
    words,
)
from hedgeresearch.report.traces import Figure

TITLE = "Pools and loans"
POSITIONS = {
    "kind": ("kind", words),
    "price": ("price of the pool", amount),
    "in range": ("in range", words),
    "value": ("value, currency", amount),
    "gamma": ("gamma per 1%, currency", amount),
    "fees": ("fees per year, currency", amount),
}
PROFITS = {
    "value": ("value, currency", amount),
    "unhedged": ("position, currency", amount),
    "hedges": ("hedges, currency", amount),
    "hedged": ("sum, currency", amount),
}
LIQUIDATED = {"liquidated": ("liquidated", words)}
"""Column of the loans that a move liquidates, of positions with loans."""
CARRY = {
    "fees": "fees of the pools",
    "gamma": "gamma of the pools",
    "hedges": "funding and basis of the hedges",
    "all": "all that is known",
}
N_POINTS = 61
"""Points of each line of the figure."""


def onchain_section(recommendation: Recommendation) -> Section:
    """Return pools and loans, what they hold with the hedges, their carry and their profits."""
    risk = recommendation.onchain
    if risk is None:
        return Section(TITLE, texts=("The position has no pools or loans.",))
    currency = recommendation.assessment.currency
    positions = table_of(risk.positions, "position", POSITIONS, currency)
    if len(risk.positions) <= MAX_COLUMNS:
        positions = transposed(positions, "")
    return Section(
        TITLE,
        figures=tuple(_profit_figures(recommendation)),
        tables=(
            ("Value, gamma and fees; gamma is the value of the delta that a rise adds", positions),
            ("Units of each token; hedges by their beta", _exposure_table(risk)),
            *_profit_tables(risk, currency),
        ),
    )


def carry_table(risk: OnchainRisk, currency: str) -> Table:
    """Return what pools and hedges earn, and lose, a year, for the section on carry."""
    carry = risk.carry.rename(index=CARRY).to_frame("per year")
    return table_of(carry, "part", {"per year": ("per year, currency", amount)}, currency)


def _exposure_table(risk: OnchainRisk) -> Table:
    """Return the units of each token in each part."""
    columns = {str(token): (str(token), amount) for token in risk.exposure.columns}
    return table_of(risk.exposure, "part", columns)


def _profit_tables(risk: OnchainRisk, currency: str) -> list[tuple[str, Table]]:
    """Return a table of profits at moves of the price of each token, with their captions."""
    tables = []
    columns = PROFITS if risk.loans is None else PROFITS | LIQUIDATED
    after = "" if risk.loans is None else ", after liquidations"
    for token, part in risk.grid.groupby("token", sort=False):
        of_what = "all tokens together" if token == ALL else f"the price of {token}"
        moves = [f"{100 * move:+g}%" if move else "unchanged" for move in part["price move"]]
        table = table_of(part.set_index(pd.Index(moves)), "move", columns, currency)
        caption = f"Profit for a move of {of_what}, revalued in full, without fees{after}"
        tables.append((caption, table))
    return tables


def _profit_figures(recommendation: Recommendation) -> list[tuple[str, Figure]]:
    """Return caption and figure of the profit by the price of each token."""
    assets = recommendation.problem.position.assets
    moves = np.linspace(PRICE_MOVES[0], PRICE_MOVES[-1], N_POINTS)
    label = in_currency("profit, currency", recommendation.assessment.currency)
    figures = []
    for asset in assets:
        scenario = {one: moves if one == asset else np.zeros(N_POINTS) for one in assets}
        found = onchain_profits(
            recommendation.problem,
            recommendation.valuation,
            recommendation.plan.holdings,
            scenario,
        )
        lines = {"unhedged": found.position, "hedges": found.hedges, "hedged": found.hedged}
        frame = pd.DataFrame(lines, 100.0 * moves)
        figure = path_figure(frame, label, grey=("unhedged",))
        figure["layout"]["xaxis"] = AXIS | {"title": {"text": f"move of {asset}, %"}}
        figures.append((f"Profit at once for a move of {asset}, revalued in full.", figure))
    return figures


def loan_table(risk: OnchainRisk, accepted: str, currency: str) -> Table | None:
    """Return the table of loans for the section on margin; None without a loan."""
    if risk.loans is None:
        return None
    rows = {str(name): _loan_cells(row) for name, row in risk.loans.iterrows()}
    columns = {
        "health": ("health factor", amount),
        "token": ("token", words),
        "price": ("price now, currency", amount),
        "liquidation": ("liquidation price, currency", amount),
        "probability": ("probability of liquidation, %", amount),
        "interval": ("95% interval of it, %", words),
        "repay": (f"repayment for {accepted}", words),
        "hedge": (f"or position for {accepted}", words),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(columns))
    return transposed(table_of(table, "loan", columns, currency), "")


def _loan_cells(row: pd.Series) -> tuple[object, ...]:
    """Return the cells of a loan; what is not known is a dash."""
    interval = "–"
    if not math.isnan(row["lower"]):
        interval = f"{100 * row['lower']:.1f} to {100 * row['upper']:.1f}"
    repay = (
        "–" if math.isnan(row["repayment"]) else f"{amount(row['repayment'])} {row['repaid in']}"
    )
    hedge = "–"
    if not math.isnan(row["sold short"]):
        side = "short" if row["sold short"] >= 0.0 else "long"
        hedge = f"{amount(abs(row['sold short']))} {row['token']} {side}"
    return (
        row["health factor"],
        row["token"],
        row["price"],
        row["liquidation price"],
        100.0 * row["probability"],
        interval,
        repay,
        hedge,
    )
