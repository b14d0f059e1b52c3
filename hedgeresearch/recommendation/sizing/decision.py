"""A decision on an instrument: numbers and a reason; the words are in ``narrative``."""

from __future__ import annotations

import math
from enum import Enum
from typing import NamedTuple

from hedgeresearch.typing import Array


class Reason(Enum):
    """Why an instrument is traded, or left alone."""

    INSIDE_BAND = "holding inside the no-trade band"
    TO_BAND_EDGE = "rebalance to the edge of the no-trade band"
    NEW_POSITION = "new position at the target"
    LOTS_TOGETHER = "holding in lots that were chosen for all hedges together"
    FREE_TRADES = "rebalance to the target, as trades cost nothing"
    REBATE = "rebalance to the target, as trades earn a rebate"
    NO_COSTS_GIVEN = "rebalance to the target, as no costs were given"
    AT_LIMIT = "new holding set by the position limit"
    JOINT_LIMITS = "target in whole lots, as the hedges are limited together"
    PARTIAL = "part of the way to the aim, under price impact"
    ONE_LOT = "one lot towards the aim, as the part of the way is less"
    BELOW_ONE_LOT = "not even one lot pays"
    SMALLEST_ORDER = "the smallest order that the venue takes, as what is wanted is less"
    BELOW_SMALLEST_ORDER = "the smallest order that the venue takes would lead further away"
    CAPACITY = "as much as the market holds now; the rest waits for the next observation"
    WAITS_FOR_CAPACITY = "the limits leave no room until the market holds the trades of the others"
    LIQUIDATED = "no order that adds, as what is held is liquidated at the price of today"
    NO_CAPACITY = "the market does not hold the smallest order now"


class Decision(NamedTuple):
    """The decision on one instrument, in contracts; negative is short.

    Attributes
    ----------
    held : float
        Holding before trading.
    target : float
        Best holding within the limits, not rounded.
    new : float
        Holding after trading.
    reason : Reason
    aim : float
        Aim of partial rebalancing; for the other rules the center of the band.
    rate : float
        Fraction of the distance to the aim that is traded, in (0, 1].
    lot : float
        Orders are multiples of it.
    remainder : float
        Part of the holding beyond whole lots, which no order changes.
    smallest_order : float
        Fewest contracts that are traded.
    capacity : float
        Most contracts that are traded now; infinite without a limit.
    """

    held: float
    target: float
    new: float
    reason: Reason
    aim: float
    rate: float = 1.0
    lot: float = 1.0
    remainder: float = 0.0
    smallest_order: float = 1.0
    capacity: float = math.inf


class TargetHoldings(NamedTuple):
    """Targets of the instruments, (n_instruments,) each, in contracts.

    Attributes
    ----------
    best : array
        Best holdings within the limits, not rounded.
    whole_lots : array
        Best holdings that orders of whole lots lead to.
    unlimited : array
        Best holdings without limits.
    center : array
        Center of each band: the best holding of an instrument without its own limit, given the
        best holdings of the others within theirs.
    """

    best: Array
    whole_lots: Array
    unlimited: Array
    center: Array


class Trades(NamedTuple):
    """Trades of all instruments, (n_instruments,) each, in contracts.

    Attributes
    ----------
    holdings : array
        Holdings after trading.
    trades : array
        Trades, zero where an instrument is left alone.
    decisions : tuple of Decision
    """

    holdings: Array
    trades: Array
    decisions: tuple[Decision, ...]
