"""The liquidity that begins and ends at the ticks of a pool."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from hedgeresearch.errors import DataError
from hedgeresearch.onchain.ticks import check_tick

WORD = 256
"""Spacings in one word of the contract's bitmap of ticks, at whose end a step ends, too."""


@dataclass(frozen=True)
class TickLiquidity:
    """Net liquidity by tick, and the ticks between which it is complete.

    Attributes
    ----------
    net : mapping from each initialized tick to the liquidity that begins there, seen from below
    ticks : the initialized ticks, ascending
    spacing : int, all ticks are multiples of it
    low, high : ints, ticks between which all initialized ones are in ``net``
    """

    net: Mapping[int, int]
    ticks: tuple[int, ...]
    spacing: int
    low: int
    high: int

    def begun_by(self, tick: int) -> int:
        """Return the sum of the net liquidity of the ticks up to one of them."""
        return sum(self.net[each] for each in self.ticks[: bisect_right(self.ticks, tick)])

    def end_below(self, tick: int) -> int:
        """Return where a step down from a tick ends: at a tick, a word's start or the lowest."""
        word_start = tick // self.spacing // WORD * WORD * self.spacing
        end = max(word_start, self.low)
        place = bisect_right(self.ticks, tick)
        return end if place == 0 else max(end, self.ticks[place - 1])

    def end_above(self, tick: int) -> int:
        """Return where a step up from a tick ends: at a tick, a word's last or the highest."""
        first = tick // self.spacing + 1
        word_last = (first // WORD * WORD + WORD - 1) * self.spacing
        end = min(word_last, self.high)
        place = bisect_right(self.ticks, tick)
        return end if place == len(self.ticks) else min(end, self.ticks[place])


def read_ticks(
    net_liquidity: Mapping[int, int], spacing: int, low: int, high: int
) -> TickLiquidity:
    """Return the checked liquidity of ticks, which must lie on the grid and within the limits."""
    check_tick(low, "known[0]")
    check_tick(high, "known[1]")
    for tick, net in net_liquidity.items():
        check_tick(tick, "each tick of net_liquidity")
        if isinstance(net, bool) or not isinstance(net, int):
            raise DataError(f"The net liquidity of tick {tick} must be an int; got {net!r}.")
        if tick % spacing != 0 or not low <= tick <= high:
            raise DataError(
                f"Ticks must be multiples of the spacing {spacing} from {low} to {high}; got "
                f"{tick}. Check the pool's tickSpacing."
            )
    return TickLiquidity(net_liquidity, tuple(sorted(net_liquidity)), spacing, low, high)
