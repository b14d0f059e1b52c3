"""Position of an account in an instrument, at its average entry price."""

from __future__ import annotations

import math
from dataclasses import dataclass

DUST = 1e-9
"""Share of the largest size of a position up to which what is left is rounding."""


@dataclass
class Holding:
    """Units held of an instrument, and their average entry price.

    ``largest`` is the largest size of the position, and ``number`` counts the positions that were
    opened in the instrument.
    """

    units: float = 0.0
    entry: float = 0.0
    largest: float = 0.0
    number: int = 0

    def trade(self, units: float, price: float) -> float:
        """Trade signed units, and return those of the position that this closes."""
        closed = 0.0
        if self.units * units < 0.0:
            closed = math.copysign(min(abs(units), abs(self.units)), self.units)
        dust = DUST * self.largest
        kept = _without_dust(self.units - closed, dust)
        opened = _without_dust(units + closed, dust)
        if opened != 0.0:
            self.entry = (kept * self.entry + opened * price) / (kept + opened)
        if kept == 0.0:
            self.largest = 0.0
            self.number += int(opened != 0.0)
        self.units = kept + opened
        self.largest = max(self.largest, abs(self.units))
        return closed

    def gain(self, price: float) -> float:
        """Return the gain of one unit at a price, in the direction of the position."""
        return math.copysign(1.0, self.units) * (price - self.entry)


def _without_dust(units: float, dust: float) -> float:
    """Return units, zero where rounding alone has left them."""
    return units if abs(units) > dust else 0.0
