"""Costs, capacity and flags of the market of an instrument, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from hedgeresearch._formatting import percent, quantity
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity

BASIS_POINTS = 1e4


def liquidity_sentences(liquidity: Mapping[str, Liquidity]) -> list[str]:
    """Return what orders cost and how large they may be, and warnings of flagged venues."""
    sentences = [_flag_sentence(name, one) for name, one in liquidity.items() if one.flag]
    return sentences + [
        f"{name}: as measured in its market, {', '.join(found)}."
        for name, found in ((name, _measured(one)) for name, one in liquidity.items())
        if found
    ]


def _flag_sentence(name: str, liquidity: Liquidity) -> str:
    """Return why a venue is not counted on, and what follows from it."""
    capped = ""
    if liquidity.capacity < math.inf:
        capped = f", orders are at most {percent(1.0 - liquidity.distrust)} of what it shows"
    return (
        f"Warning: {name}: the figures of its venue are not counted on: {liquidity.flag}. The "
        f"no-trade band is about {liquidity.band_factor - 1.0:.0%} wider{capped}."
    )


def _measured(liquidity: Liquidity) -> list[str]:
    """Return what was measured, in words; nothing where nothing was."""
    found = []
    if liquidity.half_spread is not None:
        found.append(f"half the spread is {_points(liquidity.half_spread)}")
    if liquidity.impact:
        found.append(f"each contract moves the price by {_points(liquidity.impact)}")
    if liquidity.capacity < math.inf:
        within = "" if liquidity.within is None else f" within {_points(liquidity.within)}"
        found.append(f"{quantity(liquidity.capacity)} contracts can be traded{within}")
    return found


def _points(share: float) -> str:
    """Return a share of the price in basis points."""
    return f"{quantity(share * BASIS_POINTS)} bp"
