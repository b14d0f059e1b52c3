"""Section on regimes."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import regime_label
from hedgeresearch.plotting import sample_label
from hedgeresearch.recommendation.assessment.evidence.regime_alternative import RegimeAlternative
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import path_figure
from hedgeresearch.report.sections.section import MAX_COLUMNS, Parts, Section
from hedgeresearch.report.tables import (
    Table,
    amount,
    in_currency,
    percent,
    ratio,
    table_of,
    transposed,
)
from hedgeresearch.report.thinning import thinning_note
from hedgeresearch.report.traces import Figure

TITLE = "Regimes"
ALTERNATIVE = "What regimes would change"


def regimes_section(recommendation: Recommendation) -> Section:
    """Return the value of the position over the regimes, and the target in each regime."""
    fit = recommendation.problem.fit
    parts = Parts()
    if fit.regimes is None:
        table = parts.get(ALTERNATIVE, lambda: alternative_table(recommendation.regime_alternative))
        return without_regimes(table, tuple(parts.missing))
    targets = parts.get("The target in each regime", lambda: _targets(recommendation))
    currency = recommendation.assessment.currency
    figure = _values_over_regimes(recommendation.problem, fit.regimes.predicted, currency)
    return Section(
        TITLE,
        figures=(figure,),
        tables=() if targets is None else (targets,),
        missing=tuple(parts.missing),
    )


def without_regimes(table: tuple[str, Table] | None, missing: tuple[str, ...]) -> Section:
    """Return the section of a model without regimes, with what these would change."""
    tables = () if table is None else (table,)
    return Section(TITLE, texts=("The model has no regimes.",), tables=tables, missing=missing)


def alternative_table(alternative: RegimeAlternative | None) -> tuple[str, Table] | None:
    """Return the caption and the table of the ratios with regimes; None for most hedges."""
    if alternative is None:
        return None
    names = {
        str(regime): f"in {regime_label(regime)} ({probability:.0%})"
        for regime, probability in alternative.probabilities.items()
    }
    columns = {"ratio": ("ratio", ratio), "with regimes": ("with regimes", ratio)}
    columns |= {regime: (name, ratio) for regime, name in names.items()}
    caption = (
        "What regimes would change: ratio of the regime-conditional hedge, estimated on the last "
        f"{alternative.n_dates:,} observations; in brackets the probability of each regime next"
    )
    return caption, table_of(alternative.ratios.rename(columns=str), "hedge", columns)


def _values_over_regimes(
    problem: HedgeProblem, predicted: pd.DataFrame, currency: str
) -> tuple[str, Figure]:
    """Return the caption and the path of the position's value over the most probable regimes."""
    revalued = problem.revalued
    what = "Value of today's position"
    label = in_currency("value of today's position, currency", currency)
    series = position_values(problem)
    if revalued is not None:  # what it would have been worth is another question
        what = f"Price of {revalued.underlying}"
        label = f"price of {revalued.underlying}"
        series = problem.market.table[revalued.underlying]
    values = series.loc[predicted.index[0] :].to_frame("position")
    figure = path_figure(values, label, probabilities=predicted)
    sample = sample_label(predicted.index, problem.fit.sample_end)
    caption = (
        f"{what}. Color: most probable regime of each date, predicted from "
        f"earlier data, parameters estimated {sample}.",
        thinning_note(*values.shape),
    )
    return " ".join(filter(None, caption)), figure


def _targets(recommendation: Recommendation) -> tuple[str, Table] | None:
    """Return the caption and the table of the target of each instrument in each regime."""
    if recommendation.regimes is None:
        return None
    problem = recommendation.problem
    rows = f"{problem.fit.spacing.row}s"
    columns = {
        "probability": ("probability, next, %", percent),
        "expected duration": (f"expected duration, {rows}", amount),
    }
    columns |= {name: (f"{name}, contracts", amount) for name in problem.names}
    table = table_of(recommendation.regimes, "regime", columns)
    if len(problem.names) > MAX_COLUMNS:
        table = transposed(table, "regime:")
    calmest = regime_label(recommendation.regimes.index[0])
    return f"Target in each regime; {calmest} is the calmest", table


def position_values(problem: HedgeProblem) -> pd.Series[float]:
    """Return the value of the units held today on each date, in currency.

    It is the net value where assets are held long and short.
    """
    market = problem.market
    values = pd.Series(0.0, index=market.table.index)
    for asset, units in problem.position.units.items():
        values += units * market.value_path(asset, len(market))
    return values
