"""Settings of a liquidity report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_not_negative
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.costs.spreads import HORIZONS


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True)
class LiquiditySettings:
    """Settings of a liquidity report.

    Parameters
    ----------
    seconds : float > 0, time between two looks at the book
    distances : floats > 0, shares of the mid within which depth is counted
    limits : floats > 0, costs, shares of the mid, within which a capacity is computed
    lag : float >= 0, seconds before a trade at which the quote is its own
    horizons : floats > 0, seconds after a trade at which it is marked out
    quantile : float in (0, 1), of the sizes, from which trades count for resilience

    Raises
    ------
    DataError
        If a number is out of its range.

    Examples
    --------
    >>> from hedgeresearch.microstructure import LiquiditySettings
    >>> LiquiditySettings(seconds=5.0, limits=[1e-4, 2e-4]).limits
    (0.0001, 0.0002)
    """

    seconds: float = 1.0
    distances: Sequence[float] = (1e-4, 5e-4, 1e-3)
    limits: Sequence[float] = (1e-4, 5e-4, 1e-3)
    lag: float = 0.05
    horizons: Sequence[float] = HORIZONS
    quantile: float = 0.99

    def __post_init__(self) -> None:
        check_between(self.seconds, "seconds", 0.0, math.inf)
        check_not_negative(self.lag, "lag", remedy="The quote must not come after the trade.")
        check_between(self.quantile, "quantile", 0.0, 1.0)
        for name in ("distances", "limits"):
            object.__setattr__(self, name, ascending(vars(self)[name], name, 1.0))
        object.__setattr__(self, "horizons", ascending(self.horizons, "horizons", math.inf))


def ascending(values: Any, name: str, below: float) -> tuple[float, ...]:
    """Return ascending positive numbers below a bound."""
    numbers = tuple(values)
    if not numbers:
        raise DataError(f"{name} must hold at least one number; got none.")
    for number in numbers:
        check_between(number, f"each of {name}", 0.0, below)
    if list(numbers) != sorted(set(numbers)):
        raise DataError(f"{name} must ascend; got {list(numbers)!r}.")
    return tuple(float(number) for number in numbers)
