"""Sentences on intervals, other models, and effectiveness out of sample."""

from __future__ import annotations

import math

import pandas as pd

from hedgeresearch._formatting import full_percent, quantity, ratio_texts, side
from hedgeresearch.recommendation.assessment.evidence.confidence import Confidence
from hedgeresearch.recommendation.narrative.evidence.backtest import (
    effectiveness_sentences,
    tournament_sentences,
)


def confidence_sentences(confidence: Confidence, recommended: float = math.nan) -> list[str]:
    """Return what is known of the error of the ratio, and of the model.

    Parameters
    ----------
    confidence : Confidence
    recommended : float
        Share of variance that the recommended holdings are expected to remove; NaN where that is
        not known.
    """
    if confidence.interval_note:
        sentences = [f"Interval of the ratio not available: {confidence.interval_note}"]
    else:
        sentences = [
            _interval_sentence(confidence, str(name), row)
            for name, row in confidence.ratios.iterrows()
        ]
    if confidence.by_model is not None:
        spans = "; ".join(
            f"{name} {_span_text(confidence.by_model[name], confidence.unit[name])} "
            f"(recommended {quantity(abs(target))})"
            for name, target in zip(confidence.unit, confidence.ratios["contracts"], strict=True)
        )
        sentences.append(
            f"Targets of the {len(confidence.by_model)} models in the backtest"
            f"{_estimation_text(confidence)}: {spans}{_limits_text(confidence)}."
        )
    findings = confidence.backtest
    expected = confidence.expected_effectiveness
    sentences += effectiveness_sentences(expected, findings, recommended)
    return sentences if findings is None else [*sentences, *tournament_sentences(findings)]


def _estimation_text(confidence: Confidence) -> str:
    """Return the observations behind the backtest's targets, if the recommendation has others."""
    findings = confidence.backtest
    if findings is None or findings.n_estimation == findings.n_observations:
        return ""
    return (
        f", estimated on {findings.n_estimation:,} observations where the recommended target "
        f"uses all {findings.n_observations:,}"
    )


def _interval_sentence(confidence: Confidence, name: str, row: pd.Series[float]) -> str:
    ends = row[["ratio", "lower", "upper"]]
    ratio, lower, upper = ratio_texts(ends.tolist())
    unit = confidence.unit[name]
    limits = _limits_text(confidence)
    if row["lower"] == row["upper"]:
        span = _span_text(row[["contracts"]], unit)
        return (
            f"The hedge ratio for {name} is fixed at {ratio}, which corresponds to {span}{limits}."
        )
    one = ", not distinguishable from 1:1" if name == confidence.one_to_one_hedge else ""
    span = _span_text(row[["at lower", "at upper"]], unit)
    return (
        f"The hedge ratio for {name} is {ratio} "
        f"({full_percent(confidence.level)} interval {lower} to {upper}{one}), "
        f"which corresponds to {span}{limits}."
    )


def _limits_text(confidence: Confidence) -> str:
    return ", without limits" if confidence.limited else ""


def _span_text(contracts: pd.Series[float], unit: str) -> str:
    """Return the smallest to the largest number of contracts in words."""
    ends = (float(contracts.min()), float(contracts.max()))
    low, high = sorted(ends, key=abs)
    most = side(high, f"{quantity(high)} {unit}")
    if low == high:
        return most
    if low * high > 0.0:
        return f"{quantity(abs(low))} to {most}"
    return f"{side(low, f'{quantity(low)} {unit}')} to {most}"
