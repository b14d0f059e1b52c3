r"""What is held and to be hedged: units of one asset, or a book of several, long and short.

.. math:: r_t = \frac{\sum_i u_i \, (P_{i,t} - P_{i,t-1})}{\sum_i |u_i \, P_{i,t-1}|}

The units of a book are those held today, on all dates: what is hedged is the book as it is. Its returns are on the
gross value, which stays positive where longs and shorts cancel; those of a single asset are the asset's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import preview
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Position:
    """Units held by name of the asset; negative is short.

    Parameters
    ----------
    units : mapping from asset, a column of prices, to units held: coins, shares, barrels, currency
    name : of the book's returns; by default that of the asset, or "book" for several

    Raises
    ------
    DataError
        If nothing is held, or units are not finite.

    Examples
    --------
    >>> Position({"BTC": 25}).name
    'BTC'
    >>> Position({"AAPL": 1000, "MSFT": -400}).name
    'book'
    """

    units: Mapping[str, float]
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.units, Mapping) or not self.units:
            raise DataError(
                f"position must map assets to units held, such as {{'BTC': 25}}; got {preview(self.units)}."
            )
        if not isinstance(self.name, str):
            raise DataError(f"name must be text; got {self.name!r}.")
        for asset, units in self.units.items():
            check_between(units, f"units of {asset!r}", -math.inf, math.inf)
            if units == 0:
                raise DataError(
                    f"units of {asset!r} must not be zero; leave it out of the position."
                )
        object.__setattr__(
            self, "units", FrozenMapping({key: float(value) for key, value in self.units.items()})
        )
        object.__setattr__(self, "name", self.name or ("book" if self.is_book else self.assets[0]))

    @property
    def assets(self) -> list[str]:
        """What is held."""
        return list(self.units)

    @property
    def is_book(self) -> bool:
        """Whether several assets are held."""
        return len(self.units) > 1

    def net_value(self, prices: Mapping[str, float]) -> float:
        """Signed value at prices by asset, in currency."""
        return sum(units * prices[asset] for asset, units in self.units.items())

    def scale(self, prices: Mapping[str, float], kind: str) -> float:
        """What one unit of its returns is worth, in currency; for differences, units held, or 1 book."""
        if kind == "difference":
            return 1.0 if self.is_book else next(iter(self.units.values()))
        if self.is_book:
            return sum(abs(units * prices[asset]) for asset, units in self.units.items())
        return self.net_value(prices)

    def returns(self, prices: pd.DataFrame, kind: str) -> pd.Series[float]:
        """Returns (n_dates - 1,) of a kind, "simple" or "difference", at prices (n_dates, n_assets)."""
        found = self.returns_of(prices[self.assets].to_numpy(), kind)
        result = pd.Series(found, index=prices.index[1:], name=self.name)
        result.attrs = {**prices.attrs, "returns": kind}
        return result

    def returns_of(self, prices: Array, kind: str) -> Array:
        """The same of arrays: returns (n_dates - 1,) at prices (n_dates, n_assets)."""
        changes, before = np.diff(prices, axis=0), prices[:-1]
        if not self.is_book:  # the sign of a single holding is in its value, not in its returns
            return changes[:, 0] if kind == "difference" else changes[:, 0] / before[:, 0]
        units = np.array(list(self.units.values()))
        moved = changes @ units
        return np.asarray(
            moved if kind == "difference" else moved / np.abs(before * units).sum(axis=1)
        )
