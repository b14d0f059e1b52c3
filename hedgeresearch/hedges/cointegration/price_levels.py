"""Prices as levels between which relations hold, with their changes, and how a hedge made of them is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_prices
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.typing import Array

PriceKind = Literal["log", "difference"]
ROWS_PER_SERIES = 10
"""Rows that a test of cointegration needs for each series and for the constant."""
LARGEST_NUMBER = 12
"""Series for which its critical values are known."""


@dataclass(frozen=True, eq=False)
class PriceLevels:
    """Valid prices of the asset and, behind it, the hedges.

    Attributes
    ----------
    prices : DataFrame (n_dates, 1 + n_hedges), as they were given
    levels : array (n_dates, 1 + n_hedges), their logarithms, or the prices themselves
    changes : DataFrame (n_dates - 1, 1 + n_hedges), of the levels, dated from the second price on
    """

    prices: pd.DataFrame
    levels: Array
    changes: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """Of the series as text, the asset first."""
        return [str(name) for name in self.prices.columns]

    @property
    def scaled(self) -> Array:
        """Levels from zero on, in units of the standard deviations of the changes, (n_dates, 1 + n_hedges)."""
        return np.asarray((self.levels - self.levels[0]) / self.scale)

    @property
    def scale(self) -> Array:
        """Standard deviations of the changes, (1 + n_hedges,)."""
        return np.asarray(self.changes.to_numpy().std(axis=0))


def check_price_kind(kind: Any) -> None:
    """Refuse what is no kind of price changes."""
    check_choice(kind, "kind", ("log", "difference"))


def price_levels(asset: pd.Series[float], hedges: pd.DataFrame, kind: PriceKind) -> PriceLevels:
    """Prices of asset (n_dates,) and hedges (n_dates, n_hedges), enough of them for a test of cointegration.

    Raises
    ------
    DataError
        If they are no prices, too few, of too many series, or the hedges are collinear.
    """
    prices = join_prices(asset, hedges, kind)
    n_dates, n_series = prices.shape
    if n_series > LARGEST_NUMBER:
        raise DataError(
            f"cointegration is tested among at most {LARGEST_NUMBER - 1} hedges; got {n_series - 1}. Choose among them."
        )
    minimum = ROWS_PER_SERIES * (1 + n_series)
    if n_dates < minimum:
        raise DataError(
            f"asset and hedges must have at least {minimum} rows for a test of cointegration; got {n_dates}. "
            "Give a longer sample."
        )
    levels = np.log(prices.to_numpy()) if kind == "log" else prices.to_numpy()
    changes = pd.DataFrame(np.diff(levels, axis=0), index=prices.index[1:], columns=prices.columns)
    return PriceLevels(prices, levels, changes)


def with_prices(fit: HedgeFit, data: PriceLevels, detail: Any = None) -> HedgeFit:
    """A fit made of the changes, as one that has seen the prices."""
    return replace(fit, sample=Sample.of(data.prices, fit.returns_kind), detail=detail)
