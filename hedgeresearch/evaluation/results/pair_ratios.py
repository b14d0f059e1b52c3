"""Out-of-sample ratios of many pairs, and what they removed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.moments.rolling import rolling_covariance
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class PairRatios:
    """Ratios of every asset on every hedge alone, out of sample.

    Attributes
    ----------
    ratios : array (n_hedged, n_assets, n_hedges)
        Ratio of each date, from data before it; positive sells the hedge.
    assets, hedges : DataFrame (n_dates, n_series)
        Returns, fractions per period.
    failed_refits : array (n_assets, n_hedges)
        Number of refits that reached no optimum; the ratio before was held.
    first : int
        Row of the first date that is hedged.
    window, refit_every : int
        Number of dates in an estimation, and between two of them.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.data.simulate_market(n_dates=320, n_stocks=3, n_futures=2)
    >>> pairs = hr.evaluation.walk_forward_pairs(market.stocks, market.futures, window=250)
    >>> pairs.effectiveness.head(2).round(3)
    model             naive    ols    dcc
    asset   hedge
    stock 1 future 1  0.359  0.432  0.429
            future 2  0.461  0.470  0.466
    >>> pairs.ratio(*pairs.effectiveness.index[0]).tail(2).round(3)
    date
    2001-03-22    0.684
    2001-03-23    0.757
    Freq: B, Name: stock 1 on future 1, dtype: float64
    >>> pairs.removed_by(pairs.ols_ratios).head(2).round(3)
    asset    hedge
    stock 1  future 1    0.432
             future 2    0.470
    dtype: float64
    """

    ratios: Array = field(repr=False)
    assets: pd.DataFrame = field(repr=False)
    hedges: pd.DataFrame = field(repr=False)
    failed_refits: Array = field(repr=False)
    first: int
    window: int
    refit_every: int

    def __repr__(self) -> str:
        n_dates, n_assets, n_hedges = self.ratios.shape
        return f"PairRatios({n_assets} assets by {n_hedges} hedges, {n_dates} dates)"

    def ratio(self, asset: str, hedge: str) -> pd.Series[float]:
        """Return the ratios of one pair, (n_hedged,)."""
        place = (self.assets.columns.get_loc(asset), self.hedges.columns.get_loc(hedge))
        dates = self.assets.index[self.first :]
        return pd.Series(self.ratios[:, place[0], place[1]], dates, name=f"{asset} on {hedge}")

    @property
    def effectiveness(self) -> pd.DataFrame:
        """Share of variance removed from each pair, (n_pairs, 3), by naive, OLS and DCC.

        OLS is estimated on the same windows, at the same refits.
        """
        columns = {
            "naive": self.removed_by(np.ones_like(self.ratios)),
            "ols": self.removed_by(self.ols_ratios),
            "dcc": self.removed_by(self.ratios),
        }
        return pd.DataFrame(columns).rename_axis("model", axis=1)

    def removed_by(self, ratios: Array) -> pd.Series[float]:
        """Return the share of variance that other ratios, such as true ones, remove of each pair.

        Parameters
        ----------
        ratios : array (n_hedged, n_assets, n_hedges)
        """
        assets = self.assets.to_numpy()[self.first :]
        hedges = self.hedges.to_numpy()[self.first :]
        shares = np.empty((assets.shape[1], hedges.shape[1]))
        for j in range(hedges.shape[1]):
            hedged = assets - ratios[:, :, j] * hedges[:, [j]]
            shares[:, j] = 1.0 - hedged.var(axis=0) / assets.var(axis=0)
        names = ["asset", "hedge"]
        pairs = pd.MultiIndex.from_product([self.assets.columns, self.hedges.columns], names=names)
        return pd.Series(shares.ravel(), pairs)

    @property
    def ols_ratios(self) -> Array:
        """Slopes of the window before each refit, held until the next, as ``ratios``."""
        slopes = np.empty_like(self.ratios)
        assets = self.assets.to_numpy()
        hedges = self.hedges.to_numpy()
        refits = np.arange(len(slopes)) // self.refit_every * self.refit_every
        for i in range(assets.shape[1]):
            for j in range(hedges.shape[1]):
                pair = np.column_stack([assets[:, i], hedges[:, j]])
                moments = rolling_covariance(pair[self.first - self.window : -1], self.window)
                slopes[:, i, j] = (moments[:, 0, 1] / moments[:, 1, 1])[refits]
        return slopes
