"""Returns or prices of asset and hedges, joined to one table for estimation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, as_index
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.asset_and_hedges import (
    join_asset_and_hedges,
    plain_rows,
    refuse_returns_for_prices,
    returns_kind,
)
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import (
    check_length,
    check_new_data,
    check_returns,
    check_variation,
    is_later,
)
from hedgeresearch.data.quality.door import check_changes_at_door, check_prices_at_door
from hedgeresearch.data.quality.families import OF_HEDGES, OF_LATE_HEDGES
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
def join_returns(
    asset: Any, hedges: Any, *, warn_if_nonsynchronous: bool = True
) -> tuple[pd.DataFrame, str | None]:
    """Return the returns of asset and hedges in one frame, and their kind.

    The data are checked as by ``hr.check``, once per call of the user: what cannot be meant is
    refused, and what looks wrong, such as a stale series or closes that are not simultaneous,
    causes a ``DataWarning``.

    Parameters
    ----------
    asset : Series (n_dates,)
        Fractions per period.
    hedges : DataFrame (n_dates, n_hedges)
    warn_if_nonsynchronous : bool
        Whether to warn if the closes look nonsynchronous.

    Returns
    -------
    returns : DataFrame (n_dates, 1 + n_hedges)
        The asset first.
    kind : str or None
        "simple", "log" or "difference", as recorded by ``hr.returns``; None without a record.

    Raises
    ------
    DataError
        If there are too few observations for a regression on all hedges, a series is constant, or
        the hedges are collinear; or if the data are prices or other levels.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.hedges import join_returns
    >>> prices = hr.load("nasdaq_sp500").loc["2018":]
    >>> frame, kind = join_returns(hr.returns(prices)["NASDAQ"], hr.returns(prices)[["SP500"]])
    >>> frame.shape, kind
    ((250, 2), 'simple')
    """
    kind = returns_kind(asset, hedges)
    joined = join_asset_and_hedges(asset, hedges)
    check_length(joined, "asset and hedges", joined.shape[1] + 2)
    check_variation(joined, "asset and hedges")
    changes = Changes.of(joined, kind)
    _check_hedges(changes.covariance[1:, 1:], changes.names[1:])
    # returns over a longer horizon may overlap, so that each series seems to lead the others
    overlap = asset.attrs.get("horizon", 1) > 1
    late = overlap or not warn_if_nonsynchronous
    check_changes_at_door(changes, OF_LATE_HEDGES if late else OF_HEDGES)
    return joined, kind


@exported_by("hedgeresearch.hedges")
def join_prices(asset: Any, hedges: Any, kind: str) -> pd.DataFrame:
    """Return the prices of asset and hedges in one frame.

    Parameters
    ----------
    asset : Series (n_dates,)
    hedges : DataFrame (n_dates, n_hedges)
    kind : {"log", "difference"}
        Kind of the returns from which the hedge is estimated.

    Returns
    -------
    DataFrame (n_dates, 1 + n_hedges)
        The asset first.

    Raises
    ------
    DataError
        If the data are returns instead of prices, prices are not positive for log returns, there
        are too few observations, or the returns are constant or collinear.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.hedges import join_prices
    >>> prices = hr.load("brent_wti")
    >>> list(join_prices(prices["WTI"], prices["BRENT"], "log").columns)
    ['WTI', 'BRENT']
    """
    refuse_returns_for_prices(returns_kind(asset, hedges))
    joined = join_asset_and_hedges(asset, hedges)
    check_length(joined, "asset and hedges", joined.shape[1] + 3)
    check_variation(joined, "asset and hedges")
    low = joined.min()
    if kind == "log" and not (low > 0.0).all():
        raise DataError(
            f"prices must be positive for log returns; column {low.idxmin()!r} goes down to "
            f"{low.min():g}. Pass prices, not returns, or use kind='difference' for prices that "
            "can be zero or negative."
        )
    levels = np.log(joined.to_numpy()) if kind == "log" else joined.to_numpy()
    changes = pd.DataFrame(np.diff(levels, axis=0), joined.index[1:], joined.columns)
    check_returns(changes, "the returns of asset and hedges", minimum_rows=1)
    _check_hedges(changes.iloc[:, 1:].cov().to_numpy(), list(joined.columns[1:]))
    check_prices_at_door(joined, kind)
    return joined


class NewDates(NamedTuple):
    """Valid data of dates after those of a fit.

    Attributes
    ----------
    values : array (n_new, 1 + n_hedges), the asset first
    dates : Index (n_new,) or list
    columns : Index (1 + n_hedges,)
    last_date : date or None
        The last of the dates, where it is known.
    """

    values: Array
    dates: Dates
    columns: pd.Index[Any]
    last_date: Any = None

    @property
    def frame(self) -> pd.DataFrame:
        """The data as a table."""
        return pd.DataFrame(self.values, index=as_index(self.dates), columns=self.columns)


def join_new_dates(
    asset: Any, hedges: Any, sample: Sample, columns: pd.Index[Any], needed: str
) -> NewDates:
    """Return the data of new dates, the asset first.

    Parameters
    ----------
    asset : Series (n_new,)
    hedges : DataFrame (n_new, n_hedges)
    sample : Sample
        Observations that the new data continue.
    columns : Index (1 + n_hedges,)
        Names that the new data must have.
    needed : {"returns", "prices"}
        Input of the model.

    Raises
    ------
    DataError
        If the new data are of another kind than the sample, or their columns or dates do not
        continue it.
    """
    kind = returns_kind(asset, hedges)
    if needed == "prices":
        refuse_returns_for_prices(kind)
    elif kind is not None and sample.returns_kind is not None and kind != sample.returns_kind:
        raise DataError(
            f"new data must be {sample.returns_kind} returns like those of the fit; got {kind}."
        )
    names = sample.rows.names if columns is sample.rows.columns else list(columns)
    plain = plain_rows(asset, hedges, names)
    if plain is not None:
        values, dates = plain
        first = dates[0]
        if is_later(first, sample.last_date):
            return NewDates(values, dates, columns, first if len(values) == 1 else dates[-1])
    joined = join_asset_and_hedges(asset, hedges, columns=columns)
    check_new_data(joined, columns, sample.last_date)
    return NewDates(joined.to_numpy(), joined.index, columns)


def _check_hedges(covariance: Array, names: list[Any]) -> None:
    """Raise DataError for collinear or constant hedges, (n_hedges, n_hedges)."""
    check_independent(covariance, list(map(str, names)), "hedges")
