"""Options of one expiry that count for its variance, by the rules of Cboe.

Source: Cboe, Volatility Index Methodology, version 6.0, appendices. Options are out of the money
on each side of K0, the highest strike up to the forward. From K0 outward, options without a bid are
skipped, and two of them in a row end the strip. A bid without an ask has no middle: it counts as no
bid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.typing import Array, Indices

END_OF_STRIP = 2
"""Options without a bid in a row that end the strip."""
MIN_STRIKES = 3
"""Strikes of a strip: K0 and one on each side."""
MINUTES_PER_YEAR = 525_600


@dataclass(frozen=True)
class Strip:
    """Options of one expiry that count, by strike.

    Attributes
    ----------
    forward, discount : float
    years : float
        Minutes to expiry over 525,600.
    center : float
        K0.
    strike, price : arrays (n,)
        Strikes, ascending, and middles of bid and ask; at K0 the mean of put and call.
    call_at_center, put_at_center : float
        Middles of both at K0.
    """

    forward: float
    discount: float
    years: float
    center: float
    strike: Array
    price: Array
    call_at_center: float
    put_at_center: float

    @property
    def widths(self) -> Array:
        """Half the distance of the neighbors of each strike, (n,); to the one at an end."""
        return np.gradient(self.strike, np.arange(len(self.strike)))

    @property
    def contributions(self) -> Array:
        """Width over squared strike, times price without discount, (n,)."""
        return self.widths / self.strike**2 * self.price / self.discount

    @property
    def variance(self) -> float:
        """Variance a year by the strip less the correction for K0."""
        correction = (self.forward / self.center - 1.0) ** 2
        return float((2.0 * self.contributions.sum() - correction) / self.years)


def strip_of(chain: OptionChain, expiry: pd.Timestamp, rule: str = "cboe") -> Strip:
    """Return the strip of an expiry of a chain.

    Raises
    ------
    DataError
        If no strike is below the forward, or too few options have a bid.
    """
    forward = chain.forward(expiry, rule)
    rows = chain.table[chain.table["expiry"] == expiry]
    prices = rows.pivot(index="strike", columns="kind", values=["bid", "ask"]).sort_index()
    strikes = prices.index.to_numpy(dtype=float)
    ask = {kind: _side(prices, "ask", kind) for kind in ("call", "put")}
    bids = {kind: np.where(ask[kind] > 0.0, _side(prices, "bid", kind), 0.0) for kind in ask}
    middles = {kind: (bids[kind] + ask[kind]) / 2.0 for kind in ask}
    center = int(np.searchsorted(strikes, forward, side="right")) - 1
    if center < 0:
        raise DataError(
            f"a strike at or below the forward is needed; the lowest of {day(expiry)} is "
            f"{strikes[0]:g}, the forward {forward:g}. Add the lower strikes."
        )
    below = _walk(bids["put"], np.arange(center - 1, -1, -1))
    above = _walk(bids["call"], np.arange(center + 1, len(strikes)))
    chosen = np.concatenate([below[::-1], [center], above]).astype(int)
    if not (len(below) and len(above)) or len(chosen) < MIN_STRIKES:
        raise DataError(
            f"options with a bid are needed on both sides of {strikes[center]:g}; {day(expiry)} "
            f"has {len(below)} below and {len(above)} above. Leave the expiry out."
        )
    if not (bids["call"][center] > 0.0 and bids["put"][center] > 0.0):
        raise DataError(
            f"call and put need a bid at {strikes[center]:g}, the highest strike up to the "
            f"forward of {day(expiry)}. Leave the expiry out."
        )
    price = np.where(chosen < center, middles["put"][chosen], middles["call"][chosen])
    price[len(below)] = (middles["call"][center] + middles["put"][center]) / 2.0
    return Strip(
        forward,
        float(chain.forwards["discount"][expiry]),
        float(chain.forwards["years"][expiry]),
        float(strikes[center]),
        strikes[chosen],
        price,
        float(middles["call"][center]),
        float(middles["put"][center]),
    )


def _side(prices: pd.DataFrame, side: str, kind: str) -> Array:
    """Return one side of calls or puts by strike; zero where there is no quote."""
    if (side, kind) not in prices.columns:
        return np.zeros(len(prices))
    return prices[side, kind].fillna(0.0).to_numpy()


def _walk(bids: Array, outward: Indices) -> Indices:
    """Return the positions with a bid, outward, until two in a row have none."""
    found = []
    n_without = 0
    for position in outward:
        if bids[position] > 0.0:
            found.append(position)
            n_without = 0
            continue
        n_without += 1
        if n_without == END_OF_STRIP:
            break
    return np.array(found, dtype=np.intp)
