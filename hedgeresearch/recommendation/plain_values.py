"""Tables and findings as plain values, which JSON can hold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._spacing import Spacing
from hedgeresearch.recommendation.assessment.evidence.backtest_findings import (
    BacktestFindings,
    OutOfSample,
)
from hedgeresearch.recommendation.assessment.evidence.regime_alternative import RegimeAlternative
from hedgeresearch.recommendation.assessment.evidence.tournament import Tournament


def backtest_as_dict(findings: BacktestFindings | None) -> dict[str, Any]:
    """Return what the recommended model removed in a backtest, and its tournament."""
    if findings is None:
        return {"out_of_sample": None, "tournament": None}
    return {
        "out_of_sample": _out_of_sample(findings.out_of_sample),
        "tournament": _tournament(findings.tournament),
    }


def horizon_as_dict(horizon: int, spacing: Spacing) -> dict[str, Any]:
    """Return the time that volatility and effectiveness are about."""
    return {"periods": horizon, "period": spacing.period, "time": spacing.span(horizon)}


def regime_alternative_as_dict(found: RegimeAlternative | None) -> dict[str, Any] | None:
    """Return what regimes would change; None for a hedge that is not the default."""
    if found is None:
        return None
    ratios = found.ratios.rename(columns={"with regimes": "with_regimes"})
    by_regime = ratios.iloc[:, 2:].rename(columns=str)
    return {
        "ratios": plain_rows(ratios.iloc[:, :2]),
        "by_regime": plain_rows(by_regime.T),
        "probabilities": plain_value(found.probabilities.to_dict()),
        "n_observations": found.n_dates,
        "remarks": list(found.remarks),
    }


def _out_of_sample(found: OutOfSample | None) -> dict[str, Any] | None:
    """Return what the recommended model removed in the backtest."""
    if found is None:
        return None
    interval = found.interval
    return {
        "model": found.model,
        "effectiveness": found.effectiveness,
        "lower": None if interval is None else interval.lower,
        "upper": None if interval is None else interval.upper,
        "confidence": None if interval is None else interval.confidence,
        "horizon": found.horizon,
        "execution_lag": found.execution_lag,
        "n_observations": found.n_dates,
        "first": day(found.first),
        "last": day(found.last),
        "effectiveness_of_next_ratio": plain_value(found.ratio_then),
    }


def _tournament(found: Tournament | None) -> dict[str, Any] | None:
    """Return the models of the backtest, from simple to elaborate, and the one to use."""
    if found is None:
        return None
    table = found.table.rename(columns={"in set": "in_confidence_set"})
    table = table.rename(columns=lambda name: name.replace(" ", "_"))
    models = {
        name: row | {"in_confidence_set": bool(row["in_confidence_set"])}
        for name, row in plain_rows(table).items()
    }
    return {
        "best": found.best,
        "confidence": found.confidence,
        "horizon": found.horizon,
        "n_observations": found.n_dates,
        "span_after_entry": found.span,
        "models": models,
    }


def plain_rows(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by name."""
    return {str(name): plain_value(row.to_dict()) for name, row in table.iterrows()}


def plain_rows_or_none(table: pd.DataFrame | None) -> dict[str, dict[str, Any]] | None:
    """Return the rows of a table by name; None without a table."""
    return None if table is None else plain_rows(table)


def plain_value(value: Any) -> Any:
    """Return lists, dictionaries and numbers that JSON can hold."""
    if isinstance(value, dict):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
