"""The sentences on what regimes would change for a hedge that has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hedgeresearch._formatting import ratio_texts, regime_label
from hedgeresearch.hedges.default import EVIDENCE_ON_REGIMES
from hedgeresearch.recommendation.assessment.evidence.regime_alternative import RegimeAlternative


def regime_alternative_sentence(alternative: RegimeAlternative, changes: Mapping[Any, str]) -> str:
    """Return the ratios with regimes, those in each regime, and what the study says of them.

    Parameters
    ----------
    alternative : RegimeAlternative
    changes : mapping from hedges to str
        What is held with and without regimes, such as "58.3 instead of 59.6 contracts short".
    """
    ratios = [_ratio_text(alternative, name, changes[name]) for name in alternative.ratios.index]
    care = "".join(f" Read it with care: {remark}" for remark in alternative.remarks)
    return (
        "What regimes would change: by the regime-conditional hedge, estimated on the last "
        f"{alternative.n_dates:,} observations, {'; '.join(ratios)}. "
        f"{_probability_sentence(alternative)} "
        f"Regimes did not earn the default: {EVIDENCE_ON_REGIMES}{care}"
    )


def _ratio_text(alternative: RegimeAlternative, name: Any, change: str) -> str:
    """Return the ratio of one hedge with regimes instead of without, as far as digits show it."""
    row = alternative.ratios.loc[name]
    texts = ratio_texts(row.tolist())
    if len(set(texts)) == 1:
        return f"the ratio of {name} would stay {texts[0]} in every regime"
    by_regime = [
        f"{text} in {regime_label(regime)}"
        for regime, text in zip(row.index[2:], texts[2:], strict=True)
    ]
    return (
        f"the ratio of {name} would be {texts[1]} ({', '.join(by_regime)}) instead of {texts[0]}: "
        f"{change}"
    )


def _probability_sentence(alternative: RegimeAlternative) -> str:
    """Return the most likely regime of the next observation."""
    probabilities = alternative.probabilities
    name = regime_label(probabilities.idxmax())
    return (
        f"{name[0].upper()}{name[1:]} is the most likely for {alternative.spacing.describe(1)} "
        f"({probabilities.max():.0%})."
    )
