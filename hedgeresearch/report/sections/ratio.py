"""Section on the hedge ratio."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import day, full_percent
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.plotting import sample_label
from hedgeresearch.recommendation.assessment.confidence import Confidence
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import path_figure, ratio_limits
from hedgeresearch.report.sections.section import MAX_COLUMNS, Parts, Section
from hedgeresearch.report.tables import Table, amount, ratio, table_of, transposed
from hedgeresearch.report.thinning import thinning_note
from hedgeresearch.report.traces import Figure

TITLE = "Hedge ratio"
COLUMNS = {
    "ratio": ("ratio", ratio),
    "lower": ("lower", ratio),
    "upper": ("upper", ratio),
    "contracts": ("contracts", amount),
    "at lower": ("contracts at lower", amount),
    "at upper": ("contracts at upper", amount),
}


def ratio_section(recommendation: Recommendation) -> Section:
    """Return the path of the ratio, and the next ratio with its interval."""
    parts = Parts()
    confidence = parts.get("The interval of the next ratio", lambda: recommendation.confidence)
    fit = recommendation.problem.fit
    texts = [_constant_text(fit)] if is_constant(fit) else []
    if confidence is None:
        next_ratio = fit.next_ratio.to_frame("ratio")
        tables = [("Next ratio", table_of(next_ratio, "instrument", {"ratio": COLUMNS["ratio"]}))]
    else:
        tables = _tables(confidence, recommendation.problem.names)
        if confidence.interval_note:
            parts.missing.append(f"The next ratio has no interval: {confidence.interval_note}")
    figures = [] if is_constant(fit) else [_ratio_figure(recommendation, confidence)]
    return Section(
        TITLE,
        texts=tuple(texts),
        figures=tuple(figures),
        tables=tuple(tables),
        missing=tuple(parts.missing),
    )


def is_constant(fit: HedgeFit) -> bool:
    """Return whether a ratio is the same on every date, so that its path shows nothing."""
    return bool((fit.ratio.to_numpy() == fit.next_ratio.to_numpy()).all())


def _constant_text(fit: HedgeFit) -> str:
    sample = sample_label(fit.ratio.index, fit.sample_end)
    span = f"{day(fit.ratio.index[0])} to {day(fit.ratio.index[-1])}"
    return f"The ratio is the same on every date of {span} ({sample}), so there is no path to show."


def _tables(confidence: Confidence, names: list[str]) -> list[tuple[str, Table]]:
    """Return the next ratio, and the contracts for the last ratio of each model."""
    level = full_percent(confidence.level)
    if confidence.interval_note:
        known = {name: COLUMNS[name] for name in ("ratio", "contracts")}
        tables = [("Next ratio", table_of(confidence.ratios, "instrument", known))]
    else:
        ratios = table_of(confidence.ratios, "instrument", COLUMNS)
        tables = [(f"Next ratio with its {level} interval", ratios)]
    if confidence.by_model is not None:
        by_model = _contracts_by_model(confidence.by_model, names)
        tables.append(("Contracts for the last ratio of each model", by_model))
    return tables


def _ratio_figure(
    recommendation: Recommendation, confidence: Confidence | None
) -> tuple[str, Figure]:
    """Return the caption and the path of the ratio, with intervals where they are known."""
    fit = recommendation.problem.fit
    level = recommendation.settings.confidence
    bands = _bands(fit, level)
    latest = None
    if confidence is not None and not confidence.interval_note:
        ends = confidence.ratios[["ratio", "lower", "upper"]]
        latest = ends.set_axis(["value", "lower", "upper"], axis=1)
    is_difference = recommendation.problem.kind == "difference"
    unit = "units sold per unit held" if is_difference else "value sold per value held"
    figure = path_figure(
        fit.ratio,
        f"hedge ratio, {unit}",
        probabilities=None if fit.regimes is None else fit.regimes.predicted,
        bands=bands,
        latest=latest,
        limits=ratio_limits(fit.ratio, bands, latest),
    )
    return _caption(fit, full_percent(level), bands is not None, latest is not None), figure


def _caption(fit: HedgeFit, level: str, has_bands: bool, has_latest: bool) -> str:
    """Return what the path of the ratio shows."""
    sample = sample_label(fit.ratio.index, fit.sample_end)
    known = "estimated earlier" if sample == "out of sample" else "of the whole sample"
    parts = [f"Hedge ratio of each date, from data before it with parameters {known} ({sample})."]
    if has_bands:
        parts.append(f"Shaded: {level} interval of each date.")
    if has_latest:
        parts.append(f"On the right: the next ratio with its {level} interval.")
    parts.append(thinning_note(*fit.ratio.shape))
    return " ".join(filter(None, parts))


def _contracts_by_model(by_model: pd.DataFrame, names: list[str]) -> Table:
    columns = {name: (f"{name}, contracts", amount) for name in names}
    table = table_of(by_model, "model", columns)
    return transposed(table, "model:") if len(names) > MAX_COLUMNS else table


def _bands(fit: HedgeFit, confidence: float) -> pd.DataFrame | None:
    """Return intervals of the whole path; None if the model has errors of its next ratio only."""
    if fit.errors is None:
        return None
    try:
        return fit.bands(confidence)
    except DataError:
        return None
