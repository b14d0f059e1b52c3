"""Cost and capacity of trading an instrument, from the book of its venue."""

from __future__ import annotations

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.liquidity import Direction, capacity, walk_book
from hedgeresearch.microstructure.market_quality import MarketQuality
from hedgeresearch.microstructure.order_book import OrderBook
from hedgeresearch.recommendation.inputs.liquidity import Liquidity

SIDES: tuple[Direction, Direction] = ("buy", "sell")
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
    size = participation * min(capacity(book, within, direction) for direction in SIDES)
    contracts = contracts_per_unit * size
    impact = 0.0
    if size > 0.0:
        cost = max(walk_book(book, size, direction).cost for direction in SIDES)
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


def _distrust(quality: MarketQuality) -> float:
    """Return the share that does not count, less than all."""
    return min(max(quality.suspect_share, LEAST_DISTRUST), MOST_DISTRUST)
