"""Fees of pools: parts per million, as Uniswap V3 states them; 3,000 are .3%."""

from __future__ import annotations

from hedgeresearch.errors import DataError

FEE_UNIT = 1_000_000
"""Fees are whole numbers of 1 / FEE_UNIT."""
V2_FEE = 3_000
"""Fee of every Uniswap V2 pool."""


def check_fee(fee: int) -> None:
    """Refuse a fee that is not a whole number of parts per million below all of them."""
    if isinstance(fee, bool) or not isinstance(fee, int) or not 0 <= fee < FEE_UNIT:
        raise DataError(
            f"fee must be a whole number of parts per million from 0 to {FEE_UNIT - 1}; got "
            f"{fee!r}. Pass 3000 for .3%."
        )
