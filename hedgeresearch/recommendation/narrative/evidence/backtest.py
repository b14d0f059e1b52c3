"""Sentences on what a backtest says about a fit: what it removed, and what other models removed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hedgeresearch._formatting import counted, day, full_percent, percent, quantity
from hedgeresearch.recommendation.assessment.evidence.backtest_findings import (
    BacktestFindings,
    OutOfSample,
)
from hedgeresearch.recommendation.assessment.evidence.tournament import (
    FEW_OBSERVATIONS,
    SAME_COST,
    TURNOVER,
    Tournament,
)

MIN_GAP = 0.01
"""Difference of the expected and the measured share of variance for which a reason is given."""
SHOWN = 0.0005
"""Difference of two shares that shows in a tenth of 1%."""
DCC = "dcc"
"""Name, in tournaments, of the model whose turnover is the yardstick."""
NOT_MEASURED = "not measured out of sample (pass backtest=, a result of walk_forward)"


def effectiveness_sentences(
    expected: float, findings: BacktestFindings | None, recommended: float = math.nan
) -> list[str]:
    """Return the expected and the measured effectiveness, and the reason where they differ.

    Parameters
    ----------
    expected : float
        Share of variance that the model expects to remove; NaN where there is none to remove.
    findings : BacktestFindings or None
        None without a backtest.
    recommended : float
        Share of variance that the recommended holdings are expected to remove; NaN where they
        follow the ratio, as amounts of currency do.
    """
    if math.isnan(expected):
        promised = "Expected variance reduction not available: the model expects no variance"
    else:
        promised = f"Expected variance reduction (model): {percent(expected)}"
    if abs(expected - recommended) >= SHOWN:
        promised = (
            f"Expected variance reduction (model): {percent(recommended)} as recommended, "
            f"{percent(expected)} without limits, bands and lots"
        )
    if findings is None:
        return [f"{promised}; {NOT_MEASURED}."]
    found = findings.out_of_sample
    if found is None:
        return [f"{promised}.", measured_sentence(findings)]
    return [
        f"{promised}; {_out_of_sample_text(found)}.",
        *_difference_sentences(findings, found),
    ]


def measured_sentence(findings: BacktestFindings | None) -> str:
    """Return the measured effectiveness, or that it was not measured."""
    if findings is None:
        return "The reduction was not measured out of sample: no backtest was given."
    found = findings.out_of_sample
    if found is None:
        return f"Out of sample it is not known: {findings.note}"
    text = _out_of_sample_text(found)
    return f"{text[0].upper()}{text[1:]}."


def backtest_warnings(findings: BacktestFindings) -> list[str]:
    """Return warnings of a hedge that added variance, or that a simpler one has beaten.

    A lead that may be chance, or on few observations, is a plain sentence.
    """
    found = findings.out_of_sample
    warnings = []
    if found is not None and found.effectiveness < 0.0:
        warnings.append(
            f"Warning: out of sample the hedge added {percent(-found.effectiveness)} to variance, "
            f"on {found.n_dates:,} observations."
        )
    if found is not None and findings.lead is not None and findings.tournament is not None:
        removed = findings.tournament.table["effectiveness"]
        first, *others = [f"{name} {percent(removed[name])}" for name in findings.leaders]
        lead = findings.lead
        ends = f"{_points(lead.lower)} to {_points(lead.upper)}"
        also = f"; so did {', '.join(others)}" if others else ""
        chance = ", which may be chance" if lead.lower <= 0.0 else ""
        is_proven = not chance and found.n_dates >= FEW_OBSERVATIONS * found.horizon
        warnings.append(
            f"{'Warning: a' if is_proven else 'A'} simpler hedge removed more variance out of "
            f"sample: {first}, against {percent(found.effectiveness)} of {found.model} (difference "
            f"{_points(lead.difference)} points, {full_percent(lead.confidence)} interval "
            f"{ends}{chance}){also}."
        )
    return warnings


def tournament_sentences(findings: BacktestFindings) -> list[str]:
    """Return which model the backtest would use and why, and whether its observations are few."""
    tournament = findings.tournament
    if tournament is None:
        return [f"The backtest does not say which model to use: {findings.tournament_note}"]
    sentences = [_choice_sentence(tournament, findings.out_of_sample)]
    if tournament.beaten:
        asides = [f"{name} (by {by})" for name, by in tournament.beaten.items()]
        sentences.append(
            f"Left aside, as another one removed no less and costs no more: {', '.join(asides)}."
        )
    if tournament.n_dates < FEW_OBSERVATIONS * tournament.horizon:
        sentences.append(_few_sentence(tournament))
    return sentences


def _few_sentence(tournament: Tournament) -> str:
    """Return that the observations are few, or the returns over a horizon that do not overlap."""
    number = tournament.n_dates // tournament.horizon
    noun = "observations" if tournament.horizon == 1 else "returns that do not overlap"
    return (
        f"The backtest has {number} {noun} out of sample, which are few: below {FEW_OBSERVATIONS}, "
        "differences between models are mostly chance."
    )


def _choice_sentence(tournament: Tournament, found: OutOfSample | None) -> str:
    """Return the model to use, and why: its rivals, the set, and what its models cost."""
    best = tournament.best
    used = found is not None and found.model == best
    opening = f"The backtest is in favour of {best}" + (", which is used" if used else "")
    field = f"among {len(tournament.table)} models over {tournament.n_dates:,} observations"
    level = full_percent(tournament.confidence)
    kept = tournament.kept
    others = [name for name in kept if name != best]
    turnover = _turnover_text(tournament)
    if not others:
        alone = f"it is alone in the {level} model confidence set"
        return f"{opening}: {field} {alone}{turnover}."
    price = tournament.price
    text = _cost_text if tournament.has_costs else quantity
    noun = "costs" if tournament.has_costs else "turnover"
    span = f" from {tournament.span}," if tournament.span else ""
    listed = ", ".join(f"{name} {text(price[name])}" for name in kept)
    return (
        f"{opening}: {field} it is in the {level} model confidence set with {_enumerated(others)}, "
        f"and costs least of {_compared_in_cost(tournament)} ({noun} after the first trade,{span} "
        f"{_unit_text(tournament)}: {listed}){turnover}."
    )


def _unit_text(tournament: Tournament) -> str:
    """Return the unit of the price of models in words."""
    if tournament.has_costs:
        return "in % of the value of the position"
    return "in values of the position"


def _compared_in_cost(tournament: Tournament) -> str:
    """Return the models of which the best costs least: one that is left aside may cost less."""
    price = tournament.price
    is_least = price[tournament.best] <= price[tournament.kept].min() + SAME_COST
    return "them" if is_least else "those that are not left aside"


def _enumerated(names: Sequence[str]) -> str:
    """Return names with commas, the last one behind an "and"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _turnover_text(tournament: Tournament) -> str:
    """Return the turnover of the best model as a share of that of DCC, or "" without a DCC."""
    turnover = tournament.table[TURNOVER]
    if DCC not in turnover.index or tournament.best == DCC or not turnover[DCC] > 0.0:
        return ""
    share = turnover[tournament.best] / turnover[DCC]
    return f"; its turnover after entry is {share:.0%} of that of {DCC}"


def _cost_text(cost: float) -> str:
    """Return a cost, a fraction of the position, in percent with two digits."""
    return f"{quantity(100.0 * cost, 2)}%"


def _out_of_sample_text(found: OutOfSample) -> str:
    """Return the measured effectiveness with its interval and its observations."""
    dates = f"{found.n_dates:,} observations from {day(found.first)} to {day(found.last)}"
    measured = f"out of sample it was {percent(found.effectiveness)}"
    if found.effectiveness < 0.0:
        measured = f"out of sample variance rose by {percent(-found.effectiveness)}"
    if found.execution_lag:
        dates += f", traded {counted(found.execution_lag, 'observation')} late"
    if found.horizon > 1:
        dates = f"returns over {found.over} of {dates}"
    interval = found.interval
    if interval is None:
        return f"{measured} on {dates}"
    ends = f"{percent(interval.lower)} to {percent(interval.upper)}"
    return f"{measured} ({full_percent(interval.confidence)} interval {ends}) on {dates}"


def _difference_sentences(findings: BacktestFindings, found: OutOfSample) -> list[str]:
    """Return why the expected and the measured effectiveness differ, by the largest part."""
    if not findings.comparable:
        return [
            f"The two cannot be compared: what was measured is the variance of returns over "
            f"{found.over}."
        ]
    gap = findings.expected - found.effectiveness
    if math.isnan(gap) or abs(gap) < MIN_GAP:
        return []
    interval = found.interval
    if interval is not None and interval.lower <= findings.expected <= interval.upper:
        return ["The difference of the two is within the interval of what was measured."]
    estimates = (
        f"the backtest estimates on {findings.n_estimation:,} observations at a time, the "
        f"recommended ratio on {findings.n_observations:,}"
    )
    if math.isnan(found.ratio_then):
        return [f"They differ as {estimates}."]
    then = _removed_text(found.ratio_then)
    always = _removed_text(found.ratio_always)
    dates = f"from {day(found.first)} to {day(found.last)}"
    by_estimation = abs(found.ratio_then - found.effectiveness)
    if by_estimation > abs(findings.expected - found.ratio_then):
        return [
            f"The two differ mostly because {estimates}: that ratio, held constant, would have "
            f"{then} {dates}."
        ]
    if abs(findings.expected - found.ratio_always) < MIN_GAP:
        return [
            "The two differ mostly because they are of other dates: the recommended ratio, held "
            f"constant, would have {then} {dates}, and {always} since "
            f"{day(found.first_of_all)}."
        ]
    return [
        "The two differ mostly because the model's is for the variances and correlations that it "
        "expects next: the recommended ratio, held constant, would have "
        f"{then} {dates}."
    ]


def _removed_text(share: float) -> str:
    """Return a share of variance with its verb."""
    return f"removed {percent(share)}" if share >= 0.0 else f"added {percent(-share)}"


def _points(share: float) -> str:
    """Return a difference of shares in percentage points."""
    return f"{100.0 * share:.1f}"
