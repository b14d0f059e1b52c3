"""One side of an order book: sizes by price, with the best price at hand."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator

import numpy as np

from hedgeresearch.microstructure.events import Level
from hedgeresearch.typing import Array

MOST_STALE = 4
"""Entries of the heap per price from which it is built again."""
FEW = 64
"""Number of entries up to which a heap is never built again."""


class BookSide:
    """Bids or asks.

    Prices are kept in a heap from which a price that is gone is removed only when it comes first,
    so that a change costs about a microsecond.

    Parameters
    ----------
    sign : +1 for asks, whose best price is the lowest, -1 for bids
    """

    __slots__ = ("_heap", "_sign", "sizes")

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self.sizes: dict[float, float] = {}
        self._heap: list[float] = []

    def clear(self) -> None:
        """Forget all prices."""
        self.sizes.clear()
        self._heap.clear()

    def apply(self, levels: Iterable[Level]) -> str:
        """Set the size at each price; zero removes it.

        Returns
        -------
        str
            The first level that cannot be, in words, before which it stopped; empty if there is
            none.
        """
        sizes = self.sizes
        heap = self._heap
        sign = self._sign
        for price, size in levels:
            if size == 0.0:
                sizes.pop(price, None)
            # written so that nan fails, too
            elif not (0.0 < size < math.inf and 0.0 < price < math.inf):
                return f"a size of {size:g} at the price {price:g}"
            elif price in sizes:
                sizes[price] = size
            else:
                sizes[price] = size
                heapq.heappush(heap, sign * price)
        if len(heap) > MOST_STALE * len(sizes) + FEW:
            self._rebuild()
        return ""

    def best(self) -> Level | None:
        """Return the best price and its size; None if the side is empty."""
        heap = self._heap
        sizes = self.sizes
        sign = self._sign
        while heap:
            price = sign * heap[0]
            if price in sizes:
                return price, sizes[price]
            heapq.heappop(heap)
        return None

    def best_first(self) -> Iterator[Level]:
        """Yield the levels from the best on, without sorting those that are not reached.

        An entry of the heap is never better than the one that it hangs from, so that only entries
        next to those already taken can follow.
        """
        heap = self._heap
        n_entries = len(heap)
        frontier = [(heap[0], 0)] if heap else []
        last = math.nan
        while frontier:
            key, place = frontier[0]
            child = 2 * place + 1
            if child < n_entries:
                heapq.heapreplace(frontier, (heap[child], child))
            else:
                heapq.heappop(frontier)
            if child + 1 < n_entries:
                heapq.heappush(frontier, (heap[child + 1], child + 1))
            # a price that is gone and came back has two entries
            if key == last:
                continue
            last = key
            size = self.sizes.get(self._sign * key)
            if size is not None:
                yield self._sign * key, size

    def levels(self, n_levels: int | None = None) -> list[Level]:
        """Return the levels from the best on, all of them or some."""
        if n_levels is None:
            prices = sorted(self.sizes, reverse=self._sign < 0)
        elif self._sign > 0:
            prices = heapq.nsmallest(n_levels, self.sizes)
        else:
            prices = heapq.nlargest(n_levels, self.sizes)
        return [(price, self.sizes[price]) for price in prices]

    def arrays(self) -> tuple[Array, Array]:
        """Return prices (n_levels,) and sizes (n_levels,) from the best on."""
        n_levels = len(self.sizes)
        prices = np.fromiter(self.sizes.keys(), np.float64, n_levels)
        sizes = np.fromiter(self.sizes.values(), np.float64, n_levels)
        order = np.argsort(self._sign * prices)
        return prices[order], sizes[order]

    def _rebuild(self) -> None:
        """Build the heap from the prices that are there."""
        self._heap = [self._sign * price for price in self.sizes]
        heapq.heapify(self._heap)
