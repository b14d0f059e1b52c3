"""The plan: targets of each instrument, bands around them, and the holding to have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.recommendation.inputs.settings import Objective, Settings
from hedgeresearch.recommendation.sizing.contracts import (
    Room,
    Traded,
    book_volatility,
    ideal_holding,
    in_lots,
    within_limits,
)
from hedgeresearch.recommendation.sizing.orders import (
    Order,
    Targets,
    by_bands,
    by_impact,
    costs_of,
    half_widths,
    orders,
)
from hedgeresearch.typing import Array

PAST = 250
"""Dates of the past from which it is told how much a target moves."""
FEWEST = 20
"""Dates below which it is taken not to move."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Where each instrument should be, and where it is to be after trading.

    Attributes
    ----------
    targets : Targets, the best holding within the limits and without, the same in lots, the bands, past means
    after : array (n_instruments,), contracts to have
    trades : array (n_instruments,), contracts traded to have them, zero where one is left alone
    costs : array (n_instruments,), of the trades, in currency, their impact included
    reasons : tuple of n_instruments, why each is traded or left alone, in words without a full stop
    orders : the order list
    """

    targets: Targets
    after: Array
    trades: Array
    costs: Array
    reasons: tuple[str, ...]
    orders: tuple[Order, ...]


def plan_of(book: Book, settings: Settings) -> Plan:
    """The plan with bands from the past of the targets."""
    moves, mean = _past(book, settings.objective)
    widths, restless = half_widths(
        settings.rebalancing,
        book.costs,
        moves,
        book.covariance[1:, 1:],
        _allowed(book, settings),
        book.lots,
    )
    return _plan(book, settings, widths, mean, restless)


def carried_plan(book: Book, settings: Settings, before: Plan) -> Plan:
    """The plan one bar later, with the bands that there were."""
    return _plan(
        book, settings, before.targets.half_widths, before.targets.mean, before.targets.restless
    )


def _plan(book: Book, settings: Settings, widths: Array, mean: Array, restless: Array) -> Plan:
    traded, room = _limits(book, settings)
    asked = book.asked(book.fit.next_ratio.to_numpy(), settings.objective)
    hedges, rebalancing = book.covariance[1:, 1:], settings.rebalancing
    ideal = within_limits(asked, hedges, traded, room)
    # lots are nearest to what is best without limits, which they keep themselves; a net they know through the ideal
    lots = in_lots(asked if room.net is None else ideal, hedges, traded, room)
    centre = ideal - hedges @ (ideal - asked) / np.diagonal(hedges)
    targets = Targets(ideal, lots, widths, mean, asked, centre, restless)
    if rebalancing.impact is None:
        moved = by_bands(book.held, targets, traded, room, rebalancing)
    else:
        moved = by_impact(book.held, targets, traded, room, rebalancing, np.diagonal(hedges))
    costs = costs_of(moved.trades, book.costs, rebalancing)
    return Plan(
        targets, moved.after, moved.trades, costs, moved.reasons, orders(book.names, moved, costs)
    )


def _limits(book: Book, settings: Settings) -> tuple[Traded, Room]:
    limits, net = settings.limits, settings.objective.net
    room = Room(
        gross=np.inf if limits.gross is None else limits.gross,
        most_instruments=np.inf if limits.max_instruments is None else limits.max_instruments,
        net=None if net is None else net * book.value - book.net_value,
    )
    return book.traded([limits.bounds(name) for name in book.names]), room


def _past(book: Book, objective: Objective) -> tuple[Array, Array]:
    """Variance of the changes of each target per date, and the mean of each, in contracts."""
    path = target_path(book, objective, PAST)
    if len(path) < FEWEST:
        return np.zeros(len(book.names)), path.mean(axis=0)
    return np.diff(path, axis=0).var(axis=0), path.mean(axis=0)


def _allowed(book: Book, settings: Settings) -> float:
    """The volatility in currency that deviations may add."""
    ratio = book.fit.next_ratio.to_numpy()
    best = ideal_holding(ratio, book.scale, book.sizes)
    hedged = book_volatility(book.fit.next_covariance.to_numpy(), book.scale, book.sizes, best)
    return (settings.rebalancing.tracking_error or 0.0) * hedged


def target_path(book: Book, objective: Objective, n_dates: int) -> Array:
    """Contracts (n, n_instruments) that the ratios of the last dates asked for, at the prices of their day.

    A ratio is made before its date. Where an inverse contract pays in a coin of the position, its gains are coins held,
    and a holding keeps hedging as the price moves: it counts as a linear one on as many coins as it is worth today.
    """
    market, position = book.market, book.position
    n_dates = min(n_dates, len(market) - 1, len(book.fit.ratio))
    ratios = book.fit.ratio.to_numpy()[-n_dates:] - np.array(objective.betas(book.names))
    if book.kind == "difference":
        return ideal_holding(ratios, book.scale, book.sizes)
    rows = n_dates + 1  # a date's ratio meets the prices of the date before
    worth = [
        market.path(a, rows) * market.rate_path(a, rows) * units
        for a, units in position.units.items()
    ]
    scale = np.sum(np.abs(worth), axis=0) if position.is_book else worth[0]
    notionals = []
    for one, now in zip(book.instruments, book.notionals, strict=True):
        price = market.path(one.name, rows)
        if book.coin_of(one):
            notionals.append(now * price / price[-1])
        else:
            notionals.append(np.asarray(one.notional(price, market.rate_path(one.name, rows))))
    return ideal_holding(ratios, scale[:-1, None], np.column_stack(notionals)[:-1])
