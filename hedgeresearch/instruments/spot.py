r"""Spot instruments.

.. math:: g = n \, (S_1 - S_0)

in the currency of the price.
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.margined import LinearPosition
from hedgeresearch.instruments.terms import Numbers, Terms


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class Spot(Terms, Instrument):
    """Units of a share, a commodity or a coin, held or sold short.

    The terms of trade are those of ``Terms``, by keyword; lots are counted in units.

    A position in another currency counts as financed in it: its gain is converted, its principal
    is not. If it is paid for in the currency of the account, convert the prices and leave the rate
    at 1.

    Raises
    ------
    DataError
        If a term is out of range, or it has an expiry or funding.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> coin = hr.Spot("BTC", lot=0.001, fee=0.001, currency="USD")
    >>> coin.notional(60_000.0), coin.profit(-0.5, entry=60_000.0, exit=54_000.0)
    (60000.0, 3000.0)
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.expiry is not None or self.funding is not None:
            given = "an expiry" if self.funding is None else "funding"
            raise DataError(
                f"a spot instrument must have neither expiry nor funding; got {given}. "
                "Use LinearContract for a future or perpetual contract."
            )

    @property
    def size(self) -> float:
        """Units in one contract: 1, as it is traded in units."""
        return 1.0

    def worth(self, price: Numbers) -> Numbers:
        """Return the value of one unit in the currency of its price.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> coin = hr.Spot("BTC", lot=0.001, maintenance_margin=0.1)
        >>> coin.size, coin.worth(60_000.0), coin.convexity(60_000.0)
        (1.0, 60000.0, 0.0)
        >>> coin.payoff(-0.5, 60_000.0, 54_000.0)
        3000.0
        >>> coin.margined_position(-0.5)
        LinearPosition(units=-0.5)
        """
        return price

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Return the value of one unit in the currency of the account."""
        return price * rate

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Return the gain of units (negative: short) between two prices, in their currency."""
        return contracts * (exit - entry)

    def convexity(self, price: Numbers) -> Numbers:
        """Return the second derivative of the payoff with respect to the price: zero."""
        return 0.0 * price

    def margined_position(self, contracts: Numbers) -> LinearPosition:
        """Return the position of a number of units on margin."""
        return LinearPosition(contracts)
