"""Terms of trade, the same for every kind of instrument."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from hedgeresearch._validation.numbers import as_number, is_number
from hedgeresearch._validation.rates import as_fee, as_half_spread
from hedgeresearch._validation.settings import check_choice, check_magnitude
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

Numbers: TypeAlias = float | Array
"""One number, or an array of them."""
Funding: TypeAlias = Literal["8-hourly", "continuous"]
"""Schedule on which the longs of a perpetual contract pay the shorts."""
DOLLARS = frozenset({"USD", "USDT", "USDC", "FDUSD", "BUSD", "DAI"})
"""The dollar and coins that are redeemed for it, which need no rate between them."""


@dataclass(frozen=True)
class Terms:
    """Name and terms of trade of one instrument; all but the name are passed by keyword.

    Parameters
    ----------
    name : name of the column of its prices
    lot : float > 0, smallest number of contracts that can be traded; orders are multiples of it,
        whatever is held. For a spot instrument, in units
    fee : float in [-0.1, 0.1], share of the traded value, such as 0.0005; a maker's rebate is
        negative. None where it is not known
    half_spread : float in [0, 0.1], half of ask less bid, as a share of the price. None where it
        is not known
    fee_per_contract : float, fee of one contract traded, in the currency of its payoff, such as
        2.25 dollars; it adds to ``fee``. None where there is none, or it is not known
    minimum_order : float > 0, smallest value of an order in the currency of the price, such as 100
        dollars (for a quanto contract, in that of its payoff); None where there is no minimum
    maintenance_margin : float in [0, 1], share of the notional below which equity must not fall.
        0.0 for an instrument that is not held on margin, None where it is not known: then no
        liquidation price is computed, and a recommendation says so
    expiry : date of the last settlement, kept as a Timestamp; midnight means the whole day.
        None for an instrument that does not expire
    funding : "8-hourly" or "continuous" for a perpetual contract, None for all others
    currency : currency of the payoff; the coin for an inverse contract
    source : where the terms were found

    Raises
    ------
    DataError
        If a term is out of its range, or an expiry is combined with funding.

    Notes
    -----
    NaN, which is how a table writes what is missing, is kept as None in the terms that may be
    unknown. Numbers of ``decimal.Decimal`` are read as floats.
    """

    name: str
    _: KW_ONLY
    lot: float = 1.0
    fee: float | None = None
    half_spread: float | None = None
    fee_per_contract: float | None = None
    minimum_order: float | None = None
    maintenance_margin: float | None = None
    expiry: date | None = None
    funding: Funding | None = None
    currency: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise DataError(
                f"name must be the column of the instrument's prices; got {self.name!r}."
            )
        self._keep_number(
            "lot", "Pass the smallest number of contracts that can be traded, such as 1 or 0.001"
        )
        readers = {
            "fee": as_fee,
            "half_spread": as_half_spread,
            "fee_per_contract": _as_amount,
            "maintenance_margin": _as_share,
        }
        for name, read in readers.items():
            value = _known(getattr(self, name))
            object.__setattr__(self, name, None if value is None else read(value, name))
        object.__setattr__(self, "minimum_order", _known(self.minimum_order))
        if self.minimum_order is not None:
            self._keep_number("minimum_order", "Pass the smallest value of an order, such as 100")
        if self.funding is not None:
            check_choice(self.funding, "funding", ("8-hourly", "continuous"))
        if self.expiry is not None:
            self._check_expiry(self.expiry)
            object.__setattr__(self, "expiry", pd.Timestamp(self.expiry))

    @property
    def has_costs(self) -> bool:
        """True where a fee or a half spread is known, be it zero."""
        given = (self.fee, self.half_spread, self.fee_per_contract)
        return any(cost is not None for cost in given)

    @property
    def cost_share(self) -> float:
        """Fee and half spread as a share of the traded value; what is not known counts as zero."""
        return (self.fee or 0.0) + (self.half_spread or 0.0)

    def trading_cost(self, notional: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Return the cost of trading one contract, in the currency of the account.

        What is not known counts as zero; it is negative where a rebate exceeds the half spread.

        Parameters
        ----------
        notional : value of one contract in the currency of the account
        rate : value of one unit of the payoff's currency in the currency of the account
        """
        return self.cost_share * notional + (self.fee_per_contract or 0.0) * rate

    def smallest_order(self, value: float) -> float:
        """Return the fewest contracts that can be traded: a multiple of the lot.

        Parameters
        ----------
        value : value of one contract, in the currency of ``minimum_order``
        """
        if self.minimum_order is None or value == 0.0:
            return self.lot
        return self.lot * max(math.ceil(self.minimum_order / (value * self.lot) - 1e-9), 1)

    def _keep_number(self, name: str, remedy: str) -> None:
        """Keep a positive term as it was given, a Decimal as a float."""
        value = as_number(getattr(self, name))
        check_positive(value, name, remedy)
        object.__setattr__(self, name, value)

    def _check_expiry(self, expiry: date) -> None:
        if not isinstance(expiry, date) or pd.isna(expiry):
            raise DataError(
                f"expiry must be a date or None; got {expiry!r}. "
                "Pass for example datetime.date(2025, 3, 28)."
            )
        if self.funding is not None:
            raise DataError(
                f"expiry and funding must not both be given; got expiry {expiry:%Y-%m-%d} "
                f"and funding {self.funding!r}. Leave out expiry for a perpetual contract, "
                "funding for a dated future."
            )


def as_timestamp(value: Any, name: str) -> pd.Timestamp:
    """Return a date, or text that is one, as a Timestamp.

    Numbers are refused, although pandas would read them as nanoseconds.
    """
    if isinstance(value, str | date | np.datetime64):
        with suppress(ValueError):
            timestamp = pd.Timestamp(value)
            if not pd.isna(timestamp):
                return timestamp
    raise DataError(
        f"{name} must be a date; got {value!r}. "
        "Pass for example '2024-03-15', or datetime.date(2024, 3, 15)."
    )


def last_moment(expiry: pd.Timestamp) -> pd.Timestamp:
    """Return the end of the day for an expiry at midnight, and any other expiry as it is."""
    if expiry != expiry.normalize():
        return expiry
    return expiry + pd.DateOffset(days=1) - pd.Timedelta(1, "ns")


def on_clock_of(moment: pd.Timestamp, date: pd.Timestamp) -> pd.Timestamp:
    """Return a moment in the time zone of a date; where one has none, its clock time is kept."""
    if moment.tz is not None and date.tz is not None:
        return moment.tz_convert(date.tz)
    return moment.tz_localize(None).tz_localize(date.tz)


def check_positive(value: Any, name: str, remedy: str) -> None:
    """Refuse a term that is not a number above zero."""
    if not is_number(value) or not 0.0 < value < math.inf:
        raise DataError(f"{name} must be a number above 0; got {value!r}. {remedy}.")
    check_magnitude(value, name)


def _known(value: Any) -> Any:
    """Return a term, None for the NaN by which a table says that it is missing."""
    number = as_number(value)
    return None if is_number(number) and math.isnan(number) else number


def _as_share(value: Any, name: str) -> float:
    if not is_number(value) or not 0.0 <= value <= 1.0:
        raise DataError(f"{name} must be a share from 0 to 1; got {value!r}. Pass 0.05 for 5%.")
    return float(value)


def _as_amount(value: Any, name: str) -> float:
    if not is_number(value) or not math.isfinite(value):
        raise DataError(
            f"{name} must be an amount in the currency of the payoff; got {value!r}. "
            "Pass 2.25 for 2.25 dollars a contract."
        )
    check_magnitude(value, name)
    return float(value)
