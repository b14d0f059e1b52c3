"""The sentence on why a hedge is the default, where no backtest of its own data says it."""

from __future__ import annotations

from hedgeresearch.hedges.default import EVIDENCE, default_hedge
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.recommendation.assessment.evidence.backtest_findings import BacktestFindings


def default_sentences(model: HedgeModel, findings: BacktestFindings | None) -> list[str]:
    """Return why the model is the default; nothing for another one, or with a backtest.

    Parameters
    ----------
    model : HedgeModel
    findings : BacktestFindings or None
        What a backtest says about the model; it has reasons of its own.
    """
    if findings is not None or model != default_hedge():
        return []
    return [f"Why this model: {EVIDENCE}"]
