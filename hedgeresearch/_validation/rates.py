"""Fees and half spreads, by the same rule for instruments and for the costs of a backtest."""

from __future__ import annotations

from typing import Any

from hedgeresearch._validation.numbers import as_number, is_number
from hedgeresearch.errors import DataError

MAX_RATE = 0.1
"""Largest fee or half spread, a share of the traded value: more is a price, or a percentage."""


def as_fee(value: Any, name: str, per_contract: str = "is fee_per_contract=2.25") -> float:
    """Return a fee as a float; negative is a rebate.

    Parameters
    ----------
    value : object
    name : str
    per_contract : str
        What to do with a fee per contract, in words.

    Raises
    ------
    DataError
        If it is not a share of the traded value from -0.1 to 0.1.
    """
    return _as_rate(value, name, -MAX_RATE, f"a fee per contract {per_contract}")


def as_half_spread(value: Any, name: str) -> float:
    """Return a half spread as a float.

    Raises
    ------
    DataError
        If it is not a share of the price from 0 to 0.1.
    """
    return _as_rate(value, name, 0.0, "a rebate is a negative fee")


def _as_rate(value: Any, name: str, lowest: float, other: str) -> float:
    number = as_number(value)
    if not is_number(number) or not lowest <= number <= MAX_RATE:
        raise DataError(
            f"{name} must be a share of the traded value, from {lowest:g} to {MAX_RATE:g}; "
            f"got {value!r}. Pass 0.0005 for 0.05%, which is 5 basis points; {other}."
        )
    return float(number)
