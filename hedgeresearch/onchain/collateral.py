"""Tokens deposited for a loan, and the terms on which they count and are seized."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_not_negative


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class Collateral:
    """Tokens deposited for a loan.

    Parameters
    ----------
    token : name
    amount : float > 0, tokens
    threshold : float in (0, 1), share of the value that counts in the health factor; read it from
        the market's reserve: .825 is a typical value for ether
    bonus : float in [0, 1), what a liquidator receives on top: .05 is a typical value

    Raises
    ------
    DataError
        If a number is out of its range.

    Examples
    --------
    >>> from hedgeresearch.onchain import Collateral
    >>> Collateral("WETH", 10.0, threshold=0.825).threshold
    0.825
    """

    token: str
    amount: float
    threshold: float
    bonus: float = 0.05

    def __post_init__(self) -> None:
        check_between(self.amount, f"The amount of {self.token}", 0.0, math.inf)
        check_between(self.threshold, f"The threshold of {self.token}", 0.0, 1.0)
        check_not_negative(self.bonus, f"The bonus of {self.token}")
        check_between(self.bonus, f"The bonus of {self.token}", -1.0, 1.0)
