r"""Contracts on a coin that are priced in dollars and margined and paid in that coin.

.. math:: g = n \, M \left(\frac{1}{F_0} - \frac{1}{F_1}\right)

coins, with M the dollars of face of a contract. In dollars, at the spot price S at the exit, a contract gains
H = M (1/F0 - 1/F1) S1. For one coin held, the number of contracts with the smallest variance of the gain in dollars is
-Cov(S1 - S0, H) / Var(H), after Deng, Pan, Zhang and Zou (2020), Applied Economics 52, 6320-6337.

In coin, a short position gains more from a fall than it loses from an equal rise. In dollars this is gone where F = S,
for then H = M (S1 - S0) / S0, that of a linear contract of the same notional, and the two ask for the same number.
They differ by the basis: a linear contract gains M (F1 - F0) / F0, which is H only if converted at F1 instead of S1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Numbers, Terms, check_positive


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class InverseContract(Terms, Instrument):
    """A contract on a fixed value in dollars, paid in coin; the terms, by keyword, are those of ``Terms``.

    Dollars stand for the currency of its price, which is that of the account; the rate is the spot price of the coin.

    Parameters
    ----------
    name : column of its prices
    value : float > 0, face of a contract in dollars

    Raises
    ------
    DataError
        If the value is not positive or a term is out of range; from its methods, if a price is not positive.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> perpetual = hr.InverseContract("BTC_COIN_PERP", value=100, fee=0.0005, funding="8-hourly", currency="BTC")
    >>> perpetual.payoff(-500, entry=50_000.0, exit=40_000.0)  # coins
    0.25
    >>> perpetual.profit(-500, entry=50_000.0, exit=40_000.0, rate=40_000.0)  # dollars: what one coin has lost
    10000.0
    """

    value: float

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(self.value, "value", "Give the face of one contract in dollars, such as 100")

    @property
    def size(self) -> float:
        """Dollars of face in a contract."""
        return self.value

    def worth(self, price: Numbers) -> Numbers:
        """Value of one contract in coins."""
        return self.value / self._positive(price)

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Value of one contract in dollars: its face, whatever the price of the contract or the coin."""
        return self.value + 0.0 * (
            self._positive(price) * rate
        )  # the sum gives it the shape of the prices

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Gain of contracts (negative: short) held from one price to another, in coins."""
        return contracts * (self.worth(entry) - self.worth(exit))

    def convexity(self, price: Numbers) -> Numbers:
        """Second derivative of the payoff of one long contract by the price at which it is left, in coins."""
        return -2.0 * self.value / self._positive(price) ** 3

    def _positive(self, price: Numbers) -> Numbers:
        if not np.all(np.asarray(price) > 0.0):
            raise DataError(
                f"prices of the inverse contract {self.name!r} must be positive; got {np.min(price):g}. Look for gaps "
                "or wrong signs in them."
            )
        return price
