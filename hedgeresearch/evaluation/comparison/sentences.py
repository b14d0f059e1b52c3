"""Sentences on a comparison of hedges."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import full_percent
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.estimation.hypothesis_test import HypothesisTest

SAME = "the same"
BETTER = "better"
WORSE = "worse"
UNCLEAR = "no difference shown"


def verdict_sentence(
    name: str,
    row: pd.Series[Any],
    against: Hashable,
    benchmark: pd.Series[Any],
    by_variance: bool,
    interval: tuple[float, float] | None = None,
) -> str:
    """Return the verdict on one hedge, from its row of the table and the benchmark's.

    Where the bootstrap interval of the gain and the test do not agree, it says so.
    """
    in_words = removed_in_words if by_variance else loss_in_words
    column = "effectiveness" if by_variance else "mean loss"
    own, other = in_words(row[column], benchmark[column])
    verdict = row["verdict"]
    if verdict == SAME:
        own, _ = in_words(row[column], row[column])
        return f"{name} {own}, the same as {against} on every date."
    differences = {
        BETTER: f"{name} is better",
        WORSE: f"{name} is worse",
        UNCLEAR: "the difference is not distinguishable from zero",
    }
    p = p_in_words(row["DM p"])
    excludes = interval is not None and (interval[0] > 0.0 or interval[1] < 0.0)
    if interval is None or excludes == (verdict != UNCLEAR) or not np.isfinite(interval).all():
        return f"{name} {own}, {against} {other}; {differences[verdict]} ({p})."
    points = points_in_words(*interval)
    if excludes:
        return (
            f"{name} {own}, {against} {other}; a bootstrap interval of the difference excludes "
            f"zero ({points}), but the test that allows for losses that wander does not reject "
            f"({p})."
        )
    return (
        f"{name} {own}, {against} {other}; {differences[verdict]} by the test ({p}), but a "
        f"bootstrap interval of the difference includes zero ({points})."
    )


def closes_sentence(closes: DataProblem, short: str, longer: str) -> str:
    """Return that returns of single periods cannot judge the hedges.

    Parameters
    ----------
    closes : DataProblem, of two series that do not close at the same time
    short, longer : str, horizons in words
    """
    earlier, later = closes.columns
    return (
        f"Closes are not simultaneous: {later} follows {earlier} of the observation before "
        f"(correlation {closes.size:.2f}). Returns over {short} cannot judge these hedges; the "
        f"verdicts are those of returns over {longer}."
    )


def few_observations_sentence(n_dates: int, horizon: int, over: str) -> str:
    """Return that the verdicts rest on few observations.

    Parameters
    ----------
    n_dates : int, number of returns compared
    horizon : int, number of periods in a return
    over : str, these periods in words
    """
    if horizon == 1:
        return f"The verdicts rest on few observations: {n_dates} dates were compared."
    return (
        f"The verdicts rest on few observations: {n_dates} overlapping returns over {over} were "
        f"compared, as many as {n_dates // horizon} that do not overlap."
    )


def conclusion_sentence(
    joint: HypothesisTest,
    against: Hashable,
    best: Sequence[Hashable],
    size: float,
    confidence: float,
    none_shown: bool = False,
) -> str:
    """Return what the tests of all hedges together show.

    Parameters
    ----------
    joint : HypothesisTest, of superior ability
    against : name of the benchmark
    best : names in the model confidence set
    size : float, of the joint test
    confidence : float, of the model confidence set
    none_shown : bool, whether the set leaves out the benchmark though no hedge was shown to be
        better one by one
    """
    tried = joint.details["hedges"]
    if tried == 0:
        return f"All hedges are the same as {against}."
    rejected = joint.rejects(size)
    result = "at least one is better" if rejected else "none is shown to be better"
    names = ", ".join(map(str, best))
    counted = "the one hedge" if tried == 1 else f"all {tried} hedges"
    # both sizes are named: what is not shown at one may be at the other
    caveat = ""
    if none_shown:
        caveat = (
            f", without {against}: its bootstrap allows less for losses that wander than the tests "
            "of each hedge, which show none to be better"
        )
    return (
        f"Counting {counted} tried against {against}, {result} at "
        f"{full_percent(size)} ({p_in_words(joint.p_value)}); "
        f"at {full_percent(1.0 - confidence)}, the model confidence set contains {names}{caveat}."
    )


def squares_sentence(name: str, row: pd.Series[Any], against: Hashable) -> str:
    """Return the verdict on a hedge of options, from its row of the table.

    Parameters
    ----------
    name : of the hedge
    row : Series with its gain, verdict and p of Diebold and Mariano
    against : name of the benchmark
    """
    if row["verdict"] == SAME:
        return f"{name} has the same errors as {against} on every day."
    share = f"{abs(100 * row['gain']):.1f}%"
    change = f"removes {share} of" if row["gain"] >= 0.0 else f"adds {share} to"
    differences = {
        BETTER: "it is better",
        WORSE: "it is worse",
        UNCLEAR: "the difference is not distinguishable from zero",
    }
    p = p_in_words(row["DM p"])
    return f"{name} {change} the squared errors of {against}; {differences[row['verdict']]} ({p})."


def not_beaten_sentence(
    joint: HypothesisTest,
    against: Hashable,
    best: Sequence[Hashable],
    size: float,
    confidence: float,
) -> str:
    """Return whether any hedge of options beats the benchmark.

    Parameters are those of :func:`conclusion_sentence`.
    """
    benchmark = "Black's delta" if against == "black" else str(against)
    tried = joint.details["hedges"]
    if tried == 0:
        return f"{benchmark} is not beaten: all hedges are the same."
    beaten = "is beaten" if joint.rejects(size) else "is not beaten"
    counted = "the one hedge" if tried == 1 else f"all {tried} hedges"
    names = ", ".join(map(str, best))
    return (
        f"{benchmark} {beaten} at {full_percent(size)} ({p_in_words(joint.p_value)}), counting "
        f"{counted} tried; at {full_percent(1.0 - confidence)}, the model confidence set contains "
        f"{names}."
    )


def removed_in_words(own: float, other: float) -> tuple[str, str]:
    """Return two shares of variance in words, with decimals by which they differ if they do.

    The second does not repeat the verb of the first.
    """
    texts = {d: (f"{100 * own:.{d}f}", f"{100 * other:.{d}f}") for d in (1, 2, 3)}
    decimals = next((d for d, (left, right) in texts.items() if left != right), 1)
    first = f"{abs(100 * own):.{decimals}f}%"
    second = f"{abs(100 * other):.{decimals}f}%"
    sentence = f"removes {first} of variance" if own >= 0.0 else f"adds {first} to variance"
    if (own >= 0.0) == (other >= 0.0):
        return sentence, second
    return sentence, f"removes {second}" if other >= 0.0 else f"adds {second}"


def points_in_words(lower: float, upper: float) -> str:
    """Return the ends of an interval of a gain in percentage points, neither printed as zero."""
    for decimals in (1, 2, 3):
        ends = [f"{100 * end:.{decimals}f}" for end in (lower, upper)]
        if all(float(end) for end in ends):
            break
    return f"{ends[0]} to {ends[1]} points"


def loss_in_words(own: float, other: float) -> tuple[str, str]:
    """Return two mean losses in words."""
    return f"has a mean loss of {own:.4g}", f"of {other:.4g}"


def p_in_words(p: float) -> str:
    """Return a p-value as papers print it."""
    if p < 0.001:
        return "p < .001"
    decimals = 2 if p >= 0.1 else 3
    return f"p = {p:.{decimals}f}".replace("0.", ".")
