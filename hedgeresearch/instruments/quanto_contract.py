r"""Contracts priced in one currency and paid in another, at a rate of exchange that the contract fixes.

.. math:: g = n \, m \, \bar{X} \, (F_1 - F_0)

with m the multiplier and :math:`\bar{X}` the fixed rate, in the currency of the payoff: the exchange rate of the two
currencies does not enter. Examples are index futures in dollars on a foreign index, and contracts on one coin margined
in another.
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Numbers, Terms, check_positive


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class QuantoContract(Terms, Instrument):
    """A contract on a fixed number of units, paid at a fixed rate; the terms, by keyword, are those of ``Terms``.

    Parameters
    ----------
    name : column of its prices
    multiplier : float > 0, units of the underlying in a contract
    fixed_rate : float > 0, what the contract pays for one unit of the currency of its price

    Raises
    ------
    DataError
        If the multiplier or the fixed rate is not positive, or a term is out of range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nikkei = hr.QuantoContract("NIKKEI_USD", 5, currency="USD")  # five dollars for each point, quoted in yen
    >>> nikkei.notional(40_000.0), nikkei.profit(3, entry=40_000.0, exit=39_000.0)
    (200000.0, -15000.0)
    """

    multiplier: float
    fixed_rate: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(
            self.multiplier, "multiplier", "Give the units of the underlying in one contract"
        )
        check_positive(
            self.fixed_rate,
            "fixed_rate",
            "Give what is paid for one unit of the currency of the price",
        )

    @property
    def size(self) -> float:
        """Units of the underlying in a contract."""
        return self.multiplier

    def worth(self, price: Numbers) -> Numbers:
        """Value of one contract in the currency of its payoff, at the fixed rate."""
        return self.multiplier * self.fixed_rate * price

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Value of one contract in the currency of the account; the rate is 1 where it pays in that."""
        return self.worth(price) * rate

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Gain of contracts (negative: short) held from one price to another, in the currency of the payoff."""
        return contracts * self.multiplier * self.fixed_rate * (exit - entry)

    def convexity(self, price: Numbers) -> Numbers:
        """Second derivative of the payoff by the price: zero."""
        return 0.0 * price
