r"""Linear contracts: futures and perpetuals that pay in the currency of their price.

.. math:: g = n \, m \, (F_1 - F_0)

with m the multiplier, the units of the underlying in a contract.
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.margined import LinearPosition
from hedgeresearch.instruments.terms import Numbers, Terms


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class LinearContract(Terms, Instrument):
    """A contract on a fixed number of units.

    The terms of trade are those of ``Terms``, by keyword.

    Parameters
    ----------
    name : name of the column of its prices
    multiplier : float > 0, units of the underlying in a contract, or money per point of an index

    Raises
    ------
    DataError
        If the multiplier is not positive or a term is out of range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> crude = hr.LinearContract("CL", 1000, currency="USD")
    >>> crude.notional(70.0), crude.profit(-2, entry=70.0, exit=71.5)
    (70000.0, -3000.0)

    For an account in euros, at 0.9 euros a dollar:

    >>> crude.profit(-2, entry=70.0, exit=71.5, rate=0.9)
    -2700.0
    """

    multiplier: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep_number("multiplier", "Pass the units of the underlying in one contract")

    @property
    def size(self) -> float:
        """Units of the underlying in a contract."""
        return self.multiplier

    def worth(self, price: Numbers) -> Numbers:
        """Return the value of one contract in the currency of its price.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> contract = hr.LinearContract("ES", 50, maintenance_margin=0.055)
        >>> contract.size, contract.worth(4_000.0), contract.convexity(4_000.0)
        (50, 200000.0, 0.0)
        >>> contract.payoff(2, 4_000.0, 4_010.0)
        1000.0
        >>> contract.margined_position(2)
        LinearPosition(units=100)
        """
        return self.multiplier * price

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Return the value of one contract in the currency of the account."""
        return self.worth(price) * rate

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Return the gain of contracts (negative: short) between two prices, in their currency."""
        return contracts * self.multiplier * (exit - entry)

    def convexity(self, price: Numbers) -> Numbers:
        """Return the second derivative of the payoff with respect to the price: zero."""
        return 0.0 * price

    def margined_position(self, contracts: Numbers) -> LinearPosition:
        """Return the position of a number of contracts on margin."""
        return LinearPosition(contracts * self.multiplier)
