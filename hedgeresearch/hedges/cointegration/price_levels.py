"""Prices of asset and hedges as levels between which relations hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_prices
from hedgeresearch.hedges.plausibility import as_part
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.typing import Array

PriceKind = Literal["log", "difference"]
ROWS_PER_SERIES = 10
"""Number of rows that a test of cointegration needs for each series and for the constant."""
MAX_SERIES = 12
"""Largest number of series for which critical values are known."""
MAX_RELATIVE_DRIFT = 1000.0
"""Largest mean of price changes in their standard deviations."""


@dataclass(frozen=True, eq=False)
class PriceLevels:
    """Valid prices of the asset and the hedges, the asset first.

    Attributes
    ----------
    prices : DataFrame (n_dates, 1 + n_hedges), the original prices
    kind : {"log", "difference"}
    levels : array (n_dates, 1 + n_hedges), logarithms of the prices, or the prices themselves
    changes : DataFrame (n_dates - 1, 1 + n_hedges), changes of the levels from the second date on
    """

    prices: pd.DataFrame
    kind: PriceKind
    levels: Array
    changes: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """Names of the series as text, the asset first."""
        return [str(name) for name in self.prices.columns]

    @property
    def origin(self) -> Array:
        """First levels, (1 + n_hedges,)."""
        return np.asarray(self.levels[0])

    @property
    def scaled(self) -> Array:
        """Levels that start at zero, in units of ``scale``, (n_dates, 1 + n_hedges)."""
        return np.asarray((self.levels - self.origin) / self.scale)

    @property
    def scale(self) -> Array:
        """Units of the levels, (1 + n_hedges,): one for logarithms, which have none.

        Prices are in units of the standard deviations of their changes, so that automatic
        bandwidths, which depend on the sizes of all series, do not depend on currencies.
        """
        if self.kind == "log":
            return np.ones(self.levels.shape[1])
        return np.asarray(self.changes.to_numpy().std(axis=0))


def check_price_kind(kind: Any) -> None:
    """Refuse a setting that is not a kind of price changes."""
    check_choice(kind, "kind", ("log", "difference"))


def price_levels(asset: pd.Series[float], hedges: pd.DataFrame, kind: PriceKind) -> PriceLevels:
    """Return the levels of prices of asset (n_dates,) and hedges (n_dates, n_hedges).

    Raises
    ------
    DataError
        If the data are not prices, too few for a test of cointegration or of too many series, or
        the hedges are collinear.
    """
    prices = join_prices(asset, hedges, kind)
    n_dates, n_series = prices.shape
    if n_series > MAX_SERIES:
        raise DataError(
            f"cointegration is tested among at most {MAX_SERIES - 1} hedges; got {n_series - 1}. "
            "Choose among them."
        )
    minimum = ROWS_PER_SERIES * (1 + n_series)
    if n_dates < minimum:
        raise DataError(
            f"asset and hedges must have at least {minimum} rows for a test of cointegration; "
            f"got {n_dates}. Use a longer sample."
        )
    levels = np.log(prices.to_numpy()) if kind == "log" else prices.to_numpy()
    changes = pd.DataFrame(np.diff(levels, axis=0), index=prices.index[1:], columns=prices.columns)
    relative = changes.mean().abs() / changes.std()
    if relative.max() > MAX_RELATIVE_DRIFT:
        raise DataError(
            f"prices must vary about their trend; those of {relative.idxmax()!r} are a straight "
            f"line up to a share of {1 / relative.max():.1g}, like an index of a fixed rate, and "
            "are related to every price with a trend. Leave it out."
        )
    return PriceLevels(prices, kind, levels, changes)


def with_prices(fit: HedgeFit, data: PriceLevels, detail: Any = None) -> HedgeFit:
    """Return a fit to the changes with the prices as its sample, and a detail."""
    with as_part():  # its ratio was looked at when it was fitted to the changes
        return replace(fit, sample=Sample.of(data.prices, fit.returns_kind), detail=detail)
