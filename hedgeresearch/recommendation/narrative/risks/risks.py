"""Sentences on past losses and tails of the hedged position."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import day, money, quantity
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.risks import MIN_TAIL_RETURNS
from hedgeresearch.recommendation.narrative.effect import VOLATILITY_TOLERANCE
from hedgeresearch.risk.stress import EXACT_TOLERANCE
from hedgeresearch.risk.tails import TailSummary

MAX_LOSS_RATIO = 5
"""Multiple of the expected volatility above which a past loss is a warning."""

MAX_VALUE_AT_RISK_ERROR = 0.1
"""Share by which a normal value at risk may be off before fat tails are a warning."""


def added_variance_sentences(assessment: Assessment) -> list[str]:
    """Return a warning where the hedge adds variance."""
    pairs = {"": (assessment.volatility["as recommended"], assessment.volatility["unhedged"])}
    revalued = _revaluation(assessment)
    if revalued is not None:
        # a loan that is worth nothing has a delta, and yet does not move
        pairs[" when revalued at past moves"] = (revalued["hedged"], revalued["unhedged"])
    currency = assessment.currency
    return [
        f"Warning: the hedge adds variance{how}: volatility is {money(hedged, currency)} hedged, "
        f"{money(unhedged, currency)} unhedged."
        for how, (hedged, unhedged) in pairs.items()
        if hedged > unhedged * (1.0 + VOLATILITY_TOLERANCE)
    ]


def _revaluation(assessment: Assessment) -> pd.Series | None:
    """Return the volatilities of what is revalued; None where sentences on options say why not."""
    try:
        return assessment.revaluation
    except DataError:
        return None


def past_loss_sentences(assessment: Assessment) -> list[str]:
    """Return a warning where a past loss is far above the volatility of one period.

    That is the expected one. A hedge over several periods, or of returns as if closes were
    simultaneous, expects none of single periods: then it is that of its past returns. A loss over
    missing dates is not one of a single period: it is named by the days that it spans.
    """
    if _is_exact(assessment):
        return []
    profits = assessment.past * assessment.valuation.value
    is_expected = assessment.horizon == 1 and not assessment.is_synchronised
    # that of the delta alone leaves out what options and pools lose by gamma
    is_expected = is_expected and assessment.problem.revalued is None
    volatility = assessment.period_volatility["as recommended"]
    name = "its expected volatility"
    if not is_expected:
        volatility = float(profits.std())
        name = f"its past volatility over {assessment.spacing.span(1)}"
    limit = MAX_LOSS_RATIO * volatility
    days = assessment.days_over_gaps
    over_gap = days > 0.0
    sentences = _losses_over_gaps(profits[over_gap], days[over_gap], limit, assessment.currency)
    profits = profits[~over_gap]
    loss = -float(profits.min())
    if loss <= limit:
        return sentences
    lost = money(loss, assessment.currency)
    if volatility > 0.0:
        times = f"{quantity(loss / volatility, 2)} times {name}"
    else:
        times = "where the model expects no variance"
    date = day(profits.idxmin())
    held = "the hedged position, at its value of now, would have lost"
    return [f"Warning: on {date} {held} {lost}, {times}.", *sentences]


def _losses_over_gaps(
    profits: pd.Series[float], days: pd.Series[float], limit: float, currency: str
) -> list[str]:
    """Return the largest of the losses over missing dates, if it is above a limit."""
    if profits.empty or -float(profits.min()) <= limit:
        return []
    worst = int(profits.to_numpy().argmin())
    date = day(profits.index[worst])
    lost = money(-float(profits.iloc[worst]), currency)
    return [
        f"Over the {days.iloc[worst]:,.0f} days to {date}, of which prices are missing, the hedged "
        f"position would have lost {lost}."
    ]


def tail_sentences(assessment: Assessment) -> list[str]:
    """Return whether tails are fat, and a loss that is exceeded once in a hundred observations."""
    if _is_exact(assessment):
        return ["Tails not available: the hedge is exact, and what is left is rounding."]
    tails = assessment.tails
    amount = tails.historical_value_at_risk * abs(assessment.valuation.value)
    loss = money(amount, assessment.currency)
    is_wrong = abs(tails.understatement) > MAX_VALUE_AT_RISK_ERROR
    warning = "Warning: " if tails.verdict == "fat" and is_wrong else ""
    once_in = f"In 1 of {round(1 / tails.tail)} past {assessment.spacing.row}s"
    return [
        f"{warning}{tails_text(tails, assessment)}",
        f"{once_in} the hedged position would have lost {loss} or more.",
    ]


def tails_text(tails: TailSummary, assessment: Assessment) -> str:
    """Return the verdict on tails, with values at risk in money and over a time in words."""
    value = abs(assessment.valuation.value)

    def in_money(share: float) -> str:
        return money(share * value, assessment.currency)

    return tails.sentence_in(in_money, period=assessment.spacing.span(1))


def _is_exact(assessment: Assessment) -> bool:
    """Return whether what is left with the hedge is rounding."""
    unhedged = assessment.past_returns.iloc[:, 0]
    return bool(assessment.past.std() <= EXACT_TOLERANCE * unhedged.std())


def tail_dependence_sentences(assessment: Assessment) -> list[str]:
    """Return whether the hedge moves with the asset when that falls most."""
    found = assessment.tail_dependence
    if found is not None:
        return [f"{'Warning: ' if found.fails else ''}{found.sentence}"]
    n_returns = len(assessment.past_returns)
    if assessment.plan.holdings.any() and n_returns < MIN_TAIL_RETURNS:
        return [
            f"Tail dependence not available: it needs {MIN_TAIL_RETURNS} returns; "
            f"there are {n_returns}."
        ]
    return []
