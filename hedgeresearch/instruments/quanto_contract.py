r"""Quanto contracts, priced in one currency and paid in another at a fixed rate of exchange.

.. math:: g = n \, m \, \bar{X} \, (F_1 - F_0)

with m the multiplier and :math:`\bar{X}` the fixed rate, in the currency of the payoff: the
exchange rate of the two currencies does not enter. Examples are index futures in dollars on a
foreign index, and contracts on one coin that are margined in another.
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.margined import LinearPosition
from hedgeresearch.instruments.terms import Numbers, Terms


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class QuantoContract(Terms, Instrument):
    """A contract on a fixed number of units, paid at a fixed rate of exchange.

    The terms of trade are those of ``Terms``, by keyword.

    Parameters
    ----------
    name : name of the column of its prices
    multiplier : float > 0, units of the underlying in a contract
    fixed_rate : float > 0, what the contract pays for one unit of the currency of its price
    quote : currency of the price, such as "JPY"; for information

    Raises
    ------
    DataError
        If the multiplier or the fixed rate is not positive, or a term is out of range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nikkei = hr.QuantoContract("NIKKEI_USD", 5, currency="USD")  # five dollars a point, in yen
    >>> nikkei.notional(40_000.0), nikkei.profit(3, entry=40_000.0, exit=39_000.0)
    (200000.0, -15000.0)
    """

    multiplier: float
    fixed_rate: float = 1.0
    quote: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep_number("multiplier", "Pass the units of the underlying in one contract")
        self._keep_number(
            "fixed_rate", "Pass what is paid for one unit of the currency of the price"
        )

    @property
    def size(self) -> float:
        """Units of the underlying in a contract."""
        return self.multiplier

    def worth(self, price: Numbers) -> Numbers:
        """Return the value of one contract in the currency of its payoff, at the fixed rate.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> contract = hr.QuantoContract("NIKKEI_USD", 5, maintenance_margin=0.05)
        >>> contract.size, contract.worth(40_000.0), contract.convexity(40_000.0)
        (5, 200000.0, 0.0)
        >>> contract.payoff(3, 40_000.0, 39_000.0)
        -15000.0
        >>> contract.margined_position(3)
        LinearPosition(units=15.0)
        """
        return self.multiplier * self.fixed_rate * price

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Return the value of one contract in the currency of the account.

        The rate is 1 where that is the currency of the payoff.
        """
        return self.worth(price) * rate

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Return the gain of contracts (negative: short) between two prices, as it is paid."""
        return contracts * self.multiplier * self.fixed_rate * (exit - entry)

    def convexity(self, price: Numbers) -> Numbers:
        """Return the second derivative of the payoff with respect to the price: zero."""
        return 0.0 * price

    def margined_position(self, contracts: Numbers) -> LinearPosition:
        """Return the position of a number of contracts on margin."""
        return LinearPosition(contracts * self.multiplier * self.fixed_rate)
