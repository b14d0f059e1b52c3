"""Section on the hedge ratio."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import full_percent
from hedgeresearch.recommendation.assessment.evidence.confidence import Confidence
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.ratio_path import constant_text, is_constant, ratio_figure
from hedgeresearch.report.sections.section import MAX_COLUMNS, Parts, Section
from hedgeresearch.report.tables import Table, amount, ratio, table_of, transposed

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
    texts = [constant_text(fit)] if is_constant(fit) else []
    if confidence is None:
        next_ratio = fit.next_ratio.to_frame("ratio")
        tables = [("Next ratio", table_of(next_ratio, "instrument", {"ratio": COLUMNS["ratio"]}))]
    else:
        tables = _tables(confidence, recommendation.problem.names)
        if confidence.interval_note:
            parts.missing.append(f"The next ratio has no interval: {confidence.interval_note}")
    figures = []
    if not is_constant(fit):
        ends = None
        if confidence is not None and not confidence.interval_note:
            ends = confidence.ratios[["ratio", "lower", "upper"]]
        figures.append(ratio_figure(fit, recommendation.settings.confidence, ends))
    return Section(
        TITLE,
        texts=tuple(texts),
        figures=tuple(figures),
        tables=tuple(tables),
        missing=tuple(parts.missing),
    )


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


def _contracts_by_model(by_model: pd.DataFrame, names: list[str]) -> Table:
    columns = {name: (f"{name}, contracts", amount) for name in names}
    table = table_of(by_model, "model", columns)
    return transposed(table, "model:") if len(names) > MAX_COLUMNS else table
