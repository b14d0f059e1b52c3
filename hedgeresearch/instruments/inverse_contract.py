r"""Inverse contracts, which are priced in dollars, and margined and paid in the coin.

.. math:: g = n \, M \left(\frac{1}{F_0} - \frac{1}{F_1}\right)

coins, with M the face value of a contract in dollars. In dollars, at the spot price S at the exit,
a contract gains H = M (1/F0 - 1/F1) S1. For one coin held, the number of contracts with the
smallest variance of the gain in dollars is -Cov(S1 - S0, H) / Var(H), after Deng, Pan, Zhang and
Zou (2020), Applied Economics 52, 6320-6337.

In coins, a short position gains more from a fall than it loses from an equal rise. In dollars this
convexity disappears where F = S: then H = M (S1 - S0) / S0, the gain of a linear contract of the
same notional, and both hedges need the same number of contracts. They differ by the basis: a
linear contract gains M (F1 - F0) / F0, which is H only if it is converted at F1 instead of S1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.margined import InversePosition
from hedgeresearch.instruments.terms import Numbers, Terms


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class InverseContract(Terms, Instrument):
    """A contract on a fixed value in dollars, paid in the coin.

    The terms of trade are those of ``Terms``, by keyword. Dollars stand for the currency of its
    price; the rate is the spot price of the coin in the currency of the account.

    Parameters
    ----------
    name : name of the column of its prices
    value : float > 0, face value of a contract in dollars
    quote : currency of the price and of the face value, such as "USD" for an account in euros; then
        a contract is worth its coins at their price in the account. None where it is the account's:
        then it is worth its face

    Raises
    ------
    DataError
        If the value is not positive or a term is out of range; from its methods, if a price is not
        positive.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> perpetual = hr.InverseContract("BTC_COIN_PERP", 100, funding="8-hourly", currency="BTC")
    >>> perpetual.payoff(-500, entry=50_000.0, exit=40_000.0)  # coins
    0.25
    >>> perpetual.profit(-500, entry=50_000.0, exit=40_000.0, rate=40_000.0)  # dollars
    10000.0

    That is what one coin has lost. The payoff of a long contract is concave in coins:

    >>> perpetual.convexity(50_000.0)
    -1.6e-12
    """

    value: float
    quote: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep_number("value", "Pass the face value of one contract in dollars, such as 100")

    @property
    def size(self) -> float:
        """Face value of a contract, in dollars."""
        return self.value

    def worth(self, price: Numbers) -> Numbers:
        """Return the value of one contract in coins.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> contract = hr.InverseContract("BTC_COIN_PERP", 100, maintenance_margin=0.004)
        >>> contract.size, contract.worth(50_000.0), contract.notional(50_000.0, rate=50_000.0)
        (100, 0.002, 100.0)
        >>> contract.margined_position(-500)
        InversePosition(face=-50000)
        """
        return self.value / self._positive(price)

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Return the value of one contract in the currency of the account.

        It is the face at every price, or for a contract quoted in another currency its coins at
        their price.
        """
        if self.quote is not None:
            return self.worth(price) * rate
        # adding zero gives the result the shape of the prices
        return self.value + 0.0 * (self._positive(price) * rate)

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Return the gain of contracts (negative: short) between two prices, in coins."""
        return contracts * (self.worth(entry) - self.worth(exit))

    def convexity(self, price: Numbers) -> Numbers:
        """Return the second derivative of a long contract's payoff, in coins.

        It is with respect to the exit price.
        """
        return -2.0 * self.value / self._positive(price) ** 3

    def margined_position(self, contracts: Numbers) -> InversePosition:
        """Return the position of a number of contracts on margin, its collateral in coins."""
        return InversePosition(contracts * self.value)

    def _positive(self, price: Numbers) -> Numbers:
        if not np.all(np.asarray(price) > 0.0):
            raise DataError(
                f"prices of the inverse contract {self.name!r} must be positive; "
                f"got {np.min(price):g}. Look for gaps or wrong signs in them."
            )
        return price
