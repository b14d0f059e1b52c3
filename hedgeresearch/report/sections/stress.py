"""Section on stress scenarios."""

from __future__ import annotations

from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import bars_figure
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import amount, in_currency, percent, table_of, words

PROFIT_COLUMNS = {
    "unhedged": ("unhedged, currency", amount),
    "hedged": ("hedged, currency", amount),
    "removed": ("loss or gain removed, %", percent),
    "meaning": ("meaning", words),
}
TITLE = "Stress"
OTHER_VOLATILITY = r"implied volatility [+-]"
"""Scenarios of a book with options that the figure leaves out."""
VOLATILITY_COLUMNS = PROFIT_COLUMNS | {"removed": ("volatility removed, %", percent)}


def stress_section(recommendation: Recommendation) -> Section:
    """Return profit and volatility in each scenario, unhedged and hedged."""
    stress = recommendation.stress
    is_volatility = stress.index.str.startswith("volatility")
    profits = stress[~is_volatility]
    volatilities = stress[is_volatility]
    currency = recommendation.assessment.currency
    label = in_currency("profit, currency", currency)
    # bars for every point of a grid of options would fill two screens
    drawn = profits[~profits.index.str.contains(OTHER_VOLATILITY)]
    figure = bars_figure(drawn[["unhedged", "hedged"]], label, grey=("unhedged",))
    return Section(
        TITLE,
        figures=(("Profit of the position, unhedged and as recommended.", figure),),
        tables=(
            ("Profit", table_of(profits, "scenario", PROFIT_COLUMNS, currency)),
            ("Next volatility", table_of(volatilities, "scenario", VOLATILITY_COLUMNS, currency)),
        ),
        tables_first=True,
    )
