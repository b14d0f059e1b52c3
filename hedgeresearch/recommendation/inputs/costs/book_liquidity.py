"""Cost and capacity of trading an instrument, from the book of its venue."""

from __future__ import annotations

from typing import Literal

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.books.order_book import OrderBook
from hedgeresearch.microstructure.quality.market_quality import MarketQuality
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity

Side = Literal["asks", "bids"]
SIDES: tuple[Side, Side] = ("asks", "bids")
LEAST_DISTRUST = 0.5
"""Share of the capacity that does not count at a flagged venue, where its trades show no less."""
MOST_DISTRUST = 0.95
"""The same at most: something of it is executed."""


@exported_by("hedgeresearch.recommendation")
def book_liquidity(
    book: OrderBook,
    within: float = 5e-4,
    *,
    contracts_per_unit: float = 1.0,
    participation: float = 1.0,
    quality: MarketQuality | None = None,
) -> Liquidity:
    """Return the half spread, the impact and the capacity that a book shows.

    Capacity is that of the side that holds less: the recommendation decides on the side later. The
    impact is such that an order of the capacity costs what it costs on the dearer side.

    Parameters
    ----------
    book : OrderBook, synchronized, with both sides
    within : float in (0, 1)
        Cost up to which an order is acceptable, a share of the mid price.
    contracts_per_unit : float > 0
        Contracts in one unit of the book's sizes: 1 / multiplier where sizes are coins, 1 where
        they are contracts.
    participation : float in (0, 1]
        Share of what the book holds within that cost that an order may take.
    quality : MarketQuality or None
        Signs of wash trading at the venue. Where it is flagged, the larger of one half and the
        suspect share of its trades does not count.

    Raises
    ------
    DataError
        If the book is not synchronized or a side is empty, or a number is out of range.

    Examples
    --------
    >>> from hedgeresearch.microstructure import BINANCE_SPOT, BookSnapshot, OrderBook
    >>> from hedgeresearch.recommendation import book_liquidity
    >>> book = OrderBook(BINANCE_SPOT)
    >>> bids = [(99.99, 2.0), (99.93, 5.0)]
    >>> book.apply_snapshot(BookSnapshot(1, bids, [(100.01, 1.0), (100.09, 3.0)], None, 0))
    >>> found = book_liquidity(book, 0.0005, contracts_per_unit=1000)
    >>> round(found.half_spread, 6), round(found.capacity), round(found.impact, 10)
    (0.0001, 2000, 4e-07)
    """
    check_between(within, "within", 0.0, 1.0)
    mid = book.mid
    best_ask = book.best_ask
    if mid is None or best_ask is None:
        raise DataError(f"The book has no price ({book.reason or 'one side is empty'}).")
    half_spread = (best_ask[0] - mid) / mid
    offers = [_Offers(book, name, mid) for name in SIDES]
    size = participation * min(one.capacity(within) for one in offers)
    contracts = contracts_per_unit * size
    impact = 0.0
    if size > 0.0:
        cost = max(one.cost(size) for one in offers)
        impact = 2.0 * max(cost - half_spread, 0.0) / contracts
    is_flagged = quality is not None and quality.flagged
    return Liquidity(
        half_spread=half_spread,
        impact=impact,
        capacity=contracts,
        within=within,
        flag="; ".join(quality.reasons) if quality is not None and is_flagged else None,
        distrust=LEAST_DISTRUST if quality is None else _distrust(quality),
    )


class _Offers:
    """Levels of a side of a book as arrays, from the best on.

    What :func:`hedgeresearch.microstructure.capacity` and ``walk_book`` do level by level is done
    at once, which for hundreds of levels takes a fifth of the time.
    """

    def __init__(self, book: OrderBook, side: Side, mid: float) -> None:
        prices, self._sizes = book.level_arrays(side)
        # costs of the levels, shares of the mid price
        self._costs = np.abs(prices - mid) / mid
        self._held = self._sizes.cumsum()

    def capacity(self, within: float) -> float:
        """Return the largest size whose mean cost is within a limit."""
        excess = (self._sizes * (self._costs - within)).cumsum()
        if not excess[-1] > 0.0:
            return float(self._held[-1])
        # the sum falls, then rises: it is positive from one level on
        last = int(np.argmax((excess > 0.0) & (self._costs > within)))
        if last == 0:
            return 0.0
        beyond = self._costs[last] - within
        return float(self._held[last - 1] - min(excess[last - 1], 0.0) / beyond)

    def cost(self, size: float) -> float:
        """Return the mean cost of a size that the levels hold."""
        last = int(np.searchsorted(self._held[:-1], size))
        before = float(self._held[last - 1]) if last else 0.0
        paid = float(self._sizes[:last] @ self._costs[:last])
        return (paid + (size - before) * float(self._costs[last])) / size


def _distrust(quality: MarketQuality) -> float:
    """Return the share that does not count, less than all."""
    return min(max(quality.suspect_share, LEAST_DISTRUST), MOST_DISTRUST)
