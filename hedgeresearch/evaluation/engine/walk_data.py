"""Data of a walk: rows of arrays as the tables of a model, returns or prices."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.typing import Array


class WalkData(NamedTuple):
    """Asset and hedges as arrays, for fast selection of rows."""

    asset: Array
    hedges: Array
    dates: pd.Index[Any]
    name: Any
    columns: pd.Index[Any]
    attrs: dict[Any, Any]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> WalkData:
        """Return the parts of a frame (n_dates, 1 + n_hedges), the asset first."""
        values = frame.to_numpy()
        return cls(
            asset=values[:, 0].copy(),
            hedges=values[:, 1:].copy(),
            dates=frame.index,
            name=frame.columns[0],
            columns=frame.columns[1:],
            attrs=frame.attrs,
        )

    def rows(self, first: int, stop: int) -> tuple[pd.Series[float], pd.DataFrame]:
        """Return asset and hedges on some rows; slicing frames would take longer than many fits.

        The values are copies: a model that writes into its arguments does not change later refits.
        """
        dates = self.dates[first:stop]
        asset = pd.Series(self.asset[first:stop].copy(), dates, name=self.name, copy=False)
        hedges = pd.DataFrame(self.hedges[first:stop].copy(), dates, self.columns, copy=False)
        asset.attrs = dict(self.attrs)
        hedges.attrs = dict(self.attrs)
        return asset, hedges


def input_for(model: HedgeModel, returns: pd.DataFrame) -> pd.DataFrame:
    """Return the input of a model: returns, or prices rebuilt from them.

    The level at which prices start does not matter to a model of log prices or, with returns that
    are differences of prices, of prices themselves; see ``check_prices_exist`` for the rest.
    """
    if model.traits.input == "returns":
        return returns
    kind = returns.attrs.get("returns")
    values = returns.to_numpy()
    if kind == "difference":
        prices = values.cumsum(axis=0)
    else:
        log_returns = values if kind == "log" else np.log1p(values)
        prices = np.exp(log_returns.cumsum(axis=0))
    return pd.DataFrame(prices, index=returns.index, columns=returns.columns)


def check_prices_exist(name: str, model: HedgeModel, returns: pd.DataFrame) -> None:
    """Raise DataError if the prices that a model needs cannot be rebuilt from the returns.

    Raises
    ------
    DataError
        If the model works on price differences and the returns are not differences, or the other
        way round, or if returns are -1 or lower.
    """
    if model.traits.input == "returns":
        return
    changes = model.traits.price_changes
    kind = returns.attrs.get("returns")
    if (changes == "difference") != (kind == "difference"):
        raise DataError(
            f"returns must be of kind={changes!r} for model {name!r}, which hedges such price "
            f"changes; got {kind or 'simple'!r}. Use hr.returns(prices, kind={changes!r}) for all, "
            "or another kind in the model."
        )
    lowest = float(returns.to_numpy().min())
    if kind not in ("difference", "log") and not lowest > -1.0:
        raise DataError(
            f"returns must lie above -1 for model {name!r}, which works on prices; got "
            f"{lowest:g}. Pass fractions, or note the kind with hr.returns(prices, kind=...)."
        )
