"""The plan: targets of each instrument, bands around them, and the holding to have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedgeresearch._types import Array
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.aims import Rebalancing
from hedgeresearch.recommendation.book import Book, target_path
from hedgeresearch.recommendation.holdings import (
    Room,
    Traded,
    book_volatility,
    ideal_holding,
    in_lots,
    within_limits,
)
from hedgeresearch.recommendation.trades import (
    Order,
    Targets,
    half_widths,
    holding_after,
    holding_on_the_way,
    orders,
)

if TYPE_CHECKING:
    from hedgeresearch.recommendation.recommendation import Settings

PAST = 250
"""Dates of the past from which it is told how much a target moves."""
FEWEST = 20
"""Dates below which it is taken not to move."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Where each instrument should be, and where it is to be after trading.

    Attributes
    ----------
    targets : Targets, the best holding within the limits, the same in lots, half-widths of the bands, past means
    after : array (n_instruments,), contracts to have
    orders : the order list
    """

    targets: Targets
    after: Array
    orders: tuple[Order, ...]


def plan_of(book: Book, settings: Settings) -> Plan:
    """The plan with bands from the past of the targets."""
    traded, room = _limits(book, settings)
    ideal, lots = _targets(book, settings, traded, room)
    moves, mean = _past(book)
    widths = half_widths(
        settings.rebalancing, book.costs, moves, np.diagonal(book.covariance)[1:], _allowed(book, settings), traded.lots
    )
    return _plan(book, settings.rebalancing, Targets(ideal, lots, widths, mean), traded, room)


def carried_plan(book: Book, settings: Settings, before: Plan) -> Plan:
    """The plan one bar later, with the bands that there were."""
    traded, room = _limits(book, settings)
    ideal, lots = _targets(book, settings, traded, room)
    targets = Targets(ideal, lots, before.targets.half_widths, before.targets.mean)
    return _plan(book, settings.rebalancing, targets, traded, room)


def _plan(book: Book, rebalancing: Rebalancing, targets: Targets, traded: Traded, room: Room) -> Plan:
    if rebalancing.impact is None:
        after = holding_after(book.held, targets, traded, room)
    else:
        after = holding_on_the_way(book.held, targets, traded, room, rebalancing, np.diagonal(book.covariance)[1:])
    return Plan(targets, after, orders(book.names, book.held, after, targets, book.costs))


def _targets(book: Book, settings: Settings, traded: Traded, room: Room) -> tuple[Array, Array]:
    betas = np.array(settings.objective.betas(book.names))
    ideal = ideal_holding(book.fit.next_ratio.to_numpy() - betas, book.scale, book.sizes)
    hedges = book.covariance[1:, 1:]
    ideal = within_limits(ideal, hedges, traded, room)
    return ideal, in_lots(ideal, hedges, traded, room)


def _limits(book: Book, settings: Settings) -> tuple[Traded, Room]:
    limits, net = settings.limits, settings.objective.net
    for name in limits.contracts or {}:
        if name not in book.names:
            raise DataError(f"limits must be of instruments; {name!r} is not among {', '.join(book.names)}.")
    room = Room(
        gross=np.inf if limits.gross is None else limits.gross,
        most_instruments=np.inf if limits.max_instruments is None else limits.max_instruments,
        net=None if net is None else net * abs(book.value) - book.net_value,
    )
    return book.traded([limits.bounds(name) for name in book.names]), room


def _past(book: Book) -> tuple[Array, Array]:
    """Variance of the changes of each target per date, and the mean of each, in contracts."""
    path = target_path(book, PAST)
    if len(path) < FEWEST:
        return np.zeros(len(book.names)), path.mean(axis=0)
    return np.diff(path, axis=0).var(axis=0), path.mean(axis=0)


def _allowed(book: Book, settings: Settings) -> float:
    """The volatility in currency that deviations may add."""
    ratio = book.fit.next_ratio.to_numpy()
    best = ideal_holding(ratio, book.scale, book.sizes)
    hedged = book_volatility(book.fit.next_covariance.to_numpy(), book.scale, book.sizes, best)
    return (settings.rebalancing.tracking_error or 0.0) * hedged
