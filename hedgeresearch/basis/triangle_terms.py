"""Collateral and interest of arbitrage between spot, a dated future and a perpetual."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_not_negative


@exported_by("hedgeresearch.basis")
@dataclass(frozen=True)
class TriangleTerms:
    """Collateral and interest of arbitrage trades; shares of the notional, rates per year.

    Parameters
    ----------
    future_margin, perpetual_margin : floats > 0, collateral of a contract as a share of its
        notional. An inverse contract that is sold against coins needs none but the coins
    cash_rate : float, interest that the collateral would earn otherwise
    borrow_rate : float >= 0, interest for borrowing what is sold short; None where it cannot be
        borrowed: then spot is not sold short
    borrow_margin : float > 0, collateral for what is borrowed, beyond the proceeds of its sale
    settlement_fee : float >= 0, share of the value that the delivery of the future costs

    Raises
    ------
    DataError
        If a number is out of its range.

    Examples
    --------
    >>> from hedgeresearch.basis import TriangleTerms
    >>> TriangleTerms(cash_rate=0.04, borrow_rate=0.06).future_margin
    0.1
    """

    future_margin: float = 0.1
    perpetual_margin: float = 0.1
    cash_rate: float = 0.0
    borrow_rate: float | None = None
    borrow_margin: float = 0.5
    settlement_fee: float = 0.0

    def __post_init__(self) -> None:
        for name in ("future_margin", "perpetual_margin", "borrow_margin"):
            check_between(vars(self)[name], name, 0.0, math.inf)
        check_between(self.cash_rate, "cash_rate", -1.0, math.inf)
        check_not_negative(self.settlement_fee, "settlement_fee")
        if self.borrow_rate is not None:
            check_not_negative(
                self.borrow_rate, "borrow_rate", remedy="None says that nothing can be borrowed."
            )
