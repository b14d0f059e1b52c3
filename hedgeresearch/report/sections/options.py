"""Section on the options of a book: what they are worth, their Greeks, and the grid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.recommendation.assessment.options.option_profits import (
    PRICE_MOVES,
    VOLATILITY_MOVES,
    book_of,
    book_profits,
)
from hedgeresearch.recommendation.assessment.options.option_risks import OptionRisk
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import AXIS, path_figure
from hedgeresearch.report.sections.section import MAX_COLUMNS, Section
from hedgeresearch.report.tables import (
    Table,
    amount,
    contracts,
    in_currency,
    percent,
    ratio,
    table_of,
    transposed,
    words,
)
from hedgeresearch.report.traces import Figure

TITLE = "Options"
OPTIONS = {
    "role": ("role", words),
    "before": ("held, contracts", contracts),
    "trade": ("trade, contracts", contracts),
    "forward": ("forward", amount),
    "volatility": ("implied volatility, %", percent),
    "years": ("years to expiry", ratio),
    "premium": ("premium of one unit", amount),
    "value": ("value, currency", amount),
    "delta": ("delta, units", amount),
    "gamma": ("gamma, units per 1%", amount),
    "vega": ("vega per point, currency", amount),
    "theta": ("theta per day, currency", amount),
}
EXPOSURE = {name: OPTIONS[name] for name in ("value", "delta", "gamma", "vega", "theta")}
AMONG_REASONS = "What the figures mean is said among the reasons above."
N_POINTS = 61
"""Points of each line of the figure."""


def options_section(recommendation: Recommendation) -> Section:
    """Return the options with their Greeks, the exposure of the book, and its grid of profits."""
    risk = recommendation.options
    if risk is None:
        return Section(TITLE, texts=("The book has no options.",))
    currency = recommendation.assessment.currency
    caption = (
        f"Options on {risk.underlying}; value and Greeks are of all contracts, delta and gamma in "
        "units of the underlying"
    )
    exposure = table_of(risk.exposure, "part", EXPOSURE, currency)
    return Section(
        TITLE,
        texts=(AMONG_REASONS,),
        figures=(_profit_figure(recommendation),),
        tables=(
            (caption, _options_table(risk, currency)),
            ("Greeks of the book; other hedges by their beta", transposed(exposure, "")),
            (
                in_currency("Profit of the hedged book, currency", currency)
                + ", by price (rows) and implied volatility (columns), revalued in full",
                _grid_table(risk),
            ),
        ),
    )


def _options_table(risk: OptionRisk, currency: str) -> Table:
    """Return the options as columns where they are few, else as rows."""
    table = table_of(risk.options, "option", OPTIONS, currency)
    return transposed(table, "") if len(risk.options) <= MAX_COLUMNS else table


def _grid_table(risk: OptionRisk) -> Table:
    """Return the profit of the hedged book, a row for each price and a column by volatility."""
    profits = risk.grid.pivot(index="price move", columns="volatility move", values="hedged")
    profits.index = pd.Index([_move_text(float(move)) for move in profits.index])
    columns = {change: (_move_text(change), amount) for change in VOLATILITY_MOVES}
    return table_of(profits, "price", columns)  # type: ignore[arg-type] # labels are numbers


def _move_text(change: float) -> str:
    return "unchanged" if change == 0.0 else f"{100 * change:+g}%"


def _profit_figure(recommendation: Recommendation) -> tuple[str, Figure]:
    """Return the caption and the profit by the price: unhedged, and hedged by volatility."""
    problem = recommendation.problem
    moves = np.linspace(PRICE_MOVES[0], PRICE_MOVES[-1], N_POINTS)
    lines = {}
    for change in (0.0, *(one for one in VOLATILITY_MOVES if one)):
        book = book_of(problem)
        shifts = np.full((N_POINTS, len(book.options)), change) * book.state.volatility
        profits = book_profits(
            problem, recommendation.valuation, recommendation.plan.holdings, moves, shifts
        )
        if change == 0.0:
            lines["unhedged"] = profits.position
        name = "hedged" if change == 0.0 else f"hedged, volatility {100 * change:+g}%"
        lines[name] = profits.hedged
    label = in_currency("profit, currency", recommendation.assessment.currency)
    figure = path_figure(pd.DataFrame(lines, 100.0 * moves), label, grey=("unhedged",))
    figure["layout"]["xaxis"] = AXIS | {"title": {"text": "move of the price, %"}}
    return "Profit at once for a move of the price, revalued in full.", figure
