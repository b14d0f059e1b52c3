"""The terms on which an instrument is traded, the same for all kinds of it."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

Numbers: TypeAlias = float | Array
"""One number, or an array of them."""
Funding: TypeAlias = Literal["8-hourly", "continuous"]
"""When the longs of a perpetual contract pay the shorts."""


@dataclass(frozen=True)
class Terms:
    """Name, and the terms of trade of one instrument; all but the name by keyword.

    Parameters
    ----------
    name : column of its prices
    lot : float > 0, the smallest number of contracts that is traded, and its multiples; of a spot, units
    tick : float > 0, the smallest step of the price, for information only: no price is rounded to it; None where it is
        not known
    fee : share of the traded value, from 0 to 1
    half_spread : half of ask less bid, as a share of the price, from 0 to 1
    initial_margin, maintenance_margin : shares of the notional, from 0 to 1, the second not above the first
    expiry : date of the last settlement, kept as a Timestamp; at midnight it means the whole day; None where there is
        none
    funding : "8-hourly" or "continuous" for a perpetual contract, None for all others
    currency : of the payoff; the coin for an inverse contract
    source : where the terms were found

    Raises
    ------
    DataError
        If one of them is out of its range, or an expiry comes together with funding.
    """

    name: str
    _: KW_ONLY
    lot: float = 1.0
    tick: float | None = None
    fee: float = 0.0
    half_spread: float = 0.0
    initial_margin: float = 0.0
    maintenance_margin: float = 0.0
    expiry: date | None = None
    funding: Funding | None = None
    currency: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise DataError(
                f"name must be the column of the instrument's prices; got {self.name!r}."
            )
        check_positive(
            self.lot,
            "lot",
            "Give the smallest number of contracts that can be traded, such as 1 or 0.001",
        )
        if self.tick is not None:
            check_positive(self.tick, "tick", "Give the smallest step of the price, or None")
        for field in ("fee", "half_spread", "initial_margin", "maintenance_margin"):
            _check_share(getattr(self, field), field)
        self._check_margins()
        self._check_end()

    def _check_margins(self) -> None:
        if self.maintenance_margin > self.initial_margin:
            raise DataError(
                f"maintenance_margin must not exceed initial_margin; got {self.maintenance_margin:g} and "
                f"{self.initial_margin:g}. Give both, as shares of the notional, the initial one first."
            )

    def _check_end(self) -> None:
        if self.funding is not None:
            check_choice(self.funding, "funding", ("8-hourly", "continuous"))
        if self.expiry is None:
            return
        if not isinstance(self.expiry, date) or pd.isna(self.expiry):
            raise DataError(
                f"expiry must be a date or None; got {self.expiry!r}. Give for example datetime.date(2025, 3, 28)."
            )
        if self.funding is not None:
            raise DataError(
                f"a contract has an expiry or funding, not both; got expiry {self.expiry:%Y-%m-%d} and funding "
                f"{self.funding!r}. Leave out expiry for a perpetual, funding for a dated future."
            )
        object.__setattr__(self, "expiry", pd.Timestamp(self.expiry))


def as_date(value: Any, name: str) -> pd.Timestamp:
    """A date, or a text that is one, as a Timestamp; a number is none, though pandas would read nanoseconds."""
    if isinstance(value, str | date | np.datetime64):
        with suppress(ValueError):
            found = pd.Timestamp(value)
            if not pd.isna(found):
                return found
    raise DataError(
        f"{name} must be a date; got {value!r}. Give for example '2024-03-15', or datetime.date(2024, 3, 15)."
    )


def last_moment(expiry: pd.Timestamp) -> pd.Timestamp:
    """The end of the day where an expiry is a date without a time, which is at midnight; else the expiry itself."""
    if expiry != expiry.normalize():
        return expiry
    return expiry + pd.DateOffset(days=1) - pd.Timedelta(1, "ns")


def check_positive(value: Any, name: str, mend: str) -> None:
    """Refuse a term that is not a number above zero."""
    if not _is_number(value) or not 0.0 < value < math.inf:
        raise DataError(f"{name} must be a number above 0; got {value!r}. {mend}.")


def _check_share(value: Any, name: str) -> None:
    if not _is_number(value) or not 0.0 <= value <= 1.0:
        raise DataError(f"{name} must be a share from 0 to 1; got {value!r}. Give 0.05 for 5 %.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
