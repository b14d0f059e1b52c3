"""Section on regimes."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.plotting import sample_label
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import path_figure
from hedgeresearch.report.sections.section import MAX_COLUMNS, Section
from hedgeresearch.report.tables import amount, percent, table_of, transposed


def regimes_section(recommendation: Recommendation) -> Section:
    """Return the value of the position over the regimes, and the target in each regime."""
    problem = recommendation.problem
    fit = problem.fit
    if recommendation.regimes is None or fit.regimes is None:
        return Section("Regimes", texts=("The model has no regimes.",))
    predicted = fit.regimes.predicted
    figure = path_figure(
        position_values(problem).loc[predicted.index[0] :].to_frame("position"),
        "value of today's position, currency",
        note=sample_label(predicted.index, fit.sample_end),
        probabilities=predicted,
    )
    columns = {
        "probability": ("probability, next, %", percent),
        "expected duration": ("expected duration, observations", amount),
    }
    columns |= {name: (f"{name}, contracts", amount) for name in problem.names}
    targets = table_of(recommendation.regimes, "regime", columns)
    if len(problem.names) > MAX_COLUMNS:
        targets = transposed(targets, "regime:")
    caption = "Value of the position. Color: most probable regime, predicted from earlier data."
    return Section(
        "Regimes",
        figures=((caption, figure),),
        tables=(("Target in each regime; regime 0 is the calmest", targets),),
    )


def position_values(problem: HedgeProblem) -> pd.Series[float]:
    """Return the value of the units held today on each date, in currency.

    It is the net value where assets are held long and short.
    """
    market = problem.market
    values = pd.Series(0.0, index=market.table.index)
    for asset, units in problem.position.units.items():
        values += units * market.value_path(asset, len(market))
    return values
