"""Terms of trade, the same for every kind of instrument."""

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
"""Schedule on which the longs of a perpetual contract pay the shorts."""


@dataclass(frozen=True)
class Terms:
    """Name and terms of trade of one instrument; all but the name are passed by keyword.

    Parameters
    ----------
    name : name of the column of its prices
    lot : float > 0, smallest number of contracts that can be traded; orders are multiples of it.
        For a spot instrument, in units
    fee : float in [0, 1], share of the traded value, such as 0.0005
    half_spread : float in [0, 1], half of ask less bid, as a share of the price
    maintenance_margin : float in [0, 1], share of the notional below which equity must not fall;
        0.0 for an instrument that is not held on margin
    expiry : date of the last settlement, kept as a Timestamp; midnight means the whole day.
        None for an instrument that does not expire
    funding : "8-hourly" or "continuous" for a perpetual contract, None for all others
    currency : currency of the payoff; the coin for an inverse contract
    source : where the terms were found

    Raises
    ------
    DataError
        If a term is out of its range, or an expiry is combined with funding.
    """

    name: str
    _: KW_ONLY
    lot: float = 1.0
    fee: float = 0.0
    half_spread: float = 0.0
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
            "Pass the smallest number of contracts that can be traded, such as 1 or 0.001",
        )
        _check_share(self.fee, "fee")
        _check_share(self.half_spread, "half_spread")
        _check_share(self.maintenance_margin, "maintenance_margin")
        if self.funding is not None:
            check_choice(self.funding, "funding", ("8-hourly", "continuous"))
        if self.expiry is not None:
            self._check_expiry(self.expiry)
            object.__setattr__(self, "expiry", pd.Timestamp(self.expiry))

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


def check_positive(value: Any, name: str, remedy: str) -> None:
    """Refuse a term that is not a number above zero."""
    if not _is_number(value) or not 0.0 < value < math.inf:
        raise DataError(f"{name} must be a number above 0; got {value!r}. {remedy}.")


def _check_share(value: Any, name: str) -> None:
    if not _is_number(value) or not 0.0 <= value <= 1.0:
        raise DataError(f"{name} must be a share from 0 to 1; got {value!r}. Pass 0.05 for 5%.")


def _is_number(value: Any) -> bool:
    real = isinstance(value, int | float | np.integer | np.floating)
    return real and not isinstance(value, bool)
