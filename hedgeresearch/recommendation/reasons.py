"""What is recommended and why, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedgeresearch._wording import day
from hedgeresearch.recommendation.margin_outlook import margin_sentences
from hedgeresearch.recommendation.outlook import outlook_sentence

if TYPE_CHECKING:
    from hedgeresearch.recommendation.recommendation import Recommendation

WORST = 3
"""How often a stress exceeds the expected volatility before it is a warning."""


def decision_of(rec: Recommendation) -> str:
    """What to do and what it is expected to do."""
    book, volatility = rec.book, rec.volatility
    held = ", ".join(f"{units:,.6g} {asset}" for asset, units in book.position.units.items())
    if rec.plan.orders:
        trades = ", ".join(f"{order.side} {order.contracts:,.6g} {order.instrument}" for order in rec.plan.orders)
        what = trades[0].upper() + trades[1:]
    else:
        what = "Hold: no trade"
    to_hold = ", ".join(f"{value:,.6g} {name}" for name, value in rec.holdings.items())
    share = 1.0 - (volatility["as recommended"] / volatility["unhedged"]) ** 2
    return (
        f"{what}, to hold {to_hold} against {held}: expected volatility of the next date "
        f"{_money(volatility['as recommended'])} instead of {_money(volatility['unhedged'])} unhedged "
        f"({share:.1%} of variance removed, if the model holds)."
    )


def reasons_of(rec: Recommendation) -> list[str]:
    """Warnings first, then what is held, why this much, how sure, what it costs."""
    warnings: list[str] = []
    others: list[str] = []
    for text in margin_sentences(rec.margin, rec.settings.margin) if rec.margin is not None else []:
        (warnings if text.startswith("Warning") else others).append(text)
    tails = rec.tails
    (warnings if tails.verdict == "fat" else others).append(_tails(rec))
    warnings += _stress(rec)
    if rec.tail_dependence is not None:
        others.append(rec.tail_dependence.sentence)
    certainty = rec.certainty.sentences
    middle = [order.instrument + ": " + order.reason + "." for order in rec.plan.orders] or [_held(rec)]
    outlook = [outlook_sentence(rec.regimes)] if rec.regimes is not None else []
    carry = [carry.sentence for carry in rec.carry]
    return [*warnings, *middle, *outlook, *certainty, *carry, *others]


def _tails(rec: Recommendation) -> str:
    text = rec.tails.sentence
    loss = rec.tails.historical_value_at_risk * abs(rec.book.value)
    return f"{text} In currency: {_money(loss)} on one date in {round(1 / (1 - rec.tails.level))}."


def _stress(rec: Recommendation) -> list[str]:
    """Past dates on which the book of now would have lost much more than its volatility."""
    expected = rec.volatility["as recommended"]
    past = rec.past * rec.book.value
    loss = -float(past.min())
    if loss <= WORST * expected:
        return []
    return [
        f"Warning: on {day(past.idxmin())} the book as it is to be held would have lost {_money(loss)}, "
        f"{loss / expected:.1f} times the volatility expected now."
    ]


def _held(rec: Recommendation) -> str:
    parts = (
        f"{name} holds {held:g}, best is {best:.2f}, left alone within {width:.3g} of it"
        for name, held, best, width in zip(
            rec.book.names, rec.book.held, rec.plan.targets.ideal, rec.plan.targets.half_widths, strict=True
        )
    )
    return "; ".join(parts) + "."


def _money(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
