"""What is recommended and why, in sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hedgeresearch._formatting import day, exact, money, percent, quantity, side
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.assessment.margin import margin_sentences, untold_margin
from hedgeresearch.recommendation.assessment.regimes import outlook_sentence
from hedgeresearch.recommendation.assessment.risks import FEWEST_TOGETHER, untold_carries
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.recommendation.narrative.limits import binding_sentences, restless_sentences

if TYPE_CHECKING:
    from hedgeresearch.recommendation.recommendation import Recommendation

WORST = 5
"""How often a past loss exceeds the expected volatility before it is a warning: a normal book never gets there."""
ROUNDING = 1e-9
"""By how much volatility may exceed that without a hedge, relative to it, and be the same."""
NAMED = 3
"""Assets and instruments up to which they are named one by one."""


def decision_of(rec: Recommendation) -> str:
    """What to do and what it is expected to do."""
    now, unhedged = rec.volatility["as recommended"], rec.volatility["unhedged"]
    share = 1.0 - (now / unhedged) ** 2
    effect = (
        f"{percent(share)} of variance removed"
        if share >= 0.0
        else f"{percent(-share)} of variance added"
    )
    return (
        f"{_action(rec)}, against {_position(rec.book)}: volatility of the next date {money(now)} instead of "
        f"{money(unhedged)}, {effect}, if the model holds."
    )


def summary_of_orders(rec: Recommendation) -> str:
    """The trades alone, in words."""
    orders = rec.plan.orders
    if not orders:
        return "hold"
    if len(orders) > NAMED:
        return f"trade {len(orders)} instruments"
    return ", ".join(
        f"{order.side} {exact(order.contracts)} {order.instrument}" for order in orders
    )


def _action(rec: Recommendation) -> str:
    held = [f"{side(value, exact(value))} {name}" for name, value in rec.holdings.items() if value]
    to_hold = ", ".join(held) if len(held) <= NAMED else f"{len(held)} instruments"
    if not rec.plan.orders:
        return f"Hold {to_hold}, without a trade" if held else "Hold nothing, without a trade"
    trades = summary_of_orders(rec)
    return f"{trades[0].upper()}{trades[1:]}, to hold {to_hold or 'nothing'}"


def _position(book: Book) -> str:
    if len(book.position.units) > NAMED:
        return f"a book of {len(book.position.units)} assets worth {money(book.value)} gross"
    units = book.position.units.items()
    return ", ".join(
        f"{exact(abs(held))} {'short ' if held < 0.0 else ''}{asset}" for asset, held in units
    )


def reasons_of(rec: Recommendation) -> list[str]:
    """Warnings first, then what is traded and why this much, how sure it is, what it costs, what can go wrong.

    A part that cannot be told of this book says why.
    """
    parts: list[tuple[str, Callable[[Recommendation], list[str]]]] = [
        ("margin", _margin),
        ("past losses", _stress),
        ("tails", _tails),
        ("dependence in the tail", _tail_dependence),
    ]
    risks = [text for name, part in parts for text in _told(part, rec, name)]
    outlook = [outlook_sentence(rec.regimes)] if rec.regimes is not None else []
    carry = [*(one.sentence for one in rec.carry), *untold_carries(rec.book, rec.plan.after)]
    found = [
        *_added(rec),
        *_trades(rec),
        *_shaped(rec),
        *outlook,
        *rec.certainty.sentences,
        *carry,
        *risks,
    ]
    return sorted(
        found, key=lambda text: not text.startswith("Warning")
    )  # which keeps the order of the others


def _told(part: Callable[[Recommendation], list[str]], rec: Recommendation, name: str) -> list[str]:
    try:
        return part(rec)
    except DataError as error:
        return [f"Not told, {name}: {error}"]


def _added(rec: Recommendation) -> list[str]:
    """That the hedge does harm."""
    now, unhedged = rec.volatility["as recommended"], rec.volatility["unhedged"]
    if now <= unhedged * (1.0 + ROUNDING):
        return []
    return [
        f"Warning: the hedge adds variance: volatility is {money(now)} with it, {money(unhedged)} without."
    ]


def _shaped(rec: Recommendation) -> list[str]:
    """What limits, the objective and targets that move too much make of the answer."""
    restless = restless_sentences(rec.book, rec.settings, rec.plan.targets.restless)
    return [*binding_sentences(rec.book, rec.settings), *restless]


def _margin(rec: Recommendation) -> list[str]:
    told = [] if rec.margin is None else margin_sentences(rec.margin, rec.settings.margin)
    return [*told, *untold_margin(rec.book, rec.plan.after, rec.settings.margin)]


def _trades(rec: Recommendation) -> list[str]:
    """Why each instrument is traded, or left alone."""
    return [
        f"{name} {reason}." for name, reason in zip(rec.book.names, rec.plan.reasons, strict=True)
    ]


def _tails(rec: Recommendation) -> list[str]:
    tails = rec.tails
    loss = money(tails.historical_value_at_risk * abs(rec.book.value))
    warning = "Warning: " if tails.verdict == "fat" else ""
    return [
        f"{warning}{tails.sentence}",
        f"On one date in {round(1 / tails.tail)} the hedged book would have lost {loss} or more.",
    ]


def _tail_dependence(rec: Recommendation) -> list[str]:
    found = rec.tail_dependence
    if found is not None:
        return [f"{'Warning: ' if found.fails else ''}{found.sentence}"]
    if rec.plan.after.any() and len(rec.past) < FEWEST_TOGETHER:
        return [
            f"Not told, dependence in the tail: it takes {FEWEST_TOGETHER} returns; there are {len(rec.past)}."
        ]
    return []


def _stress(rec: Recommendation) -> list[str]:
    """The past date on which the book of now would have lost most, against what it is expected to lose."""
    expected = rec.volatility["as recommended"]
    past = rec.past * rec.book.value
    loss = -float(past.min())
    if loss <= WORST * expected:
        return []
    return [
        f"Warning: on {day(past.idxmin())} the book as it is to be held would have lost {money(loss)}, "
        f"{quantity(loss / expected, 2)} times the volatility expected now."
    ]
