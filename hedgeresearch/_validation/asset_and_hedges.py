"""Checks of an asset together with its hedges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import (
    MAX_ABSOLUTE_VALUE,
    as_frame,
    check_frame,
    check_index,
    index_kind,
    with_dates_of_pandas,
    with_plain_names,
)
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


def join_asset_and_hedges(
    asset: Any, hedges: Any, *, columns: pd.Index[Any] | None = None
) -> pd.DataFrame:
    """Return the asset and its hedges in one frame, (n_dates, 1 + n_hedges), the asset first.

    Parameters
    ----------
    asset : Series, or DataFrame of one column
    hedges : DataFrame or Series, on the dates of the asset
    columns : Index, optional
        Columns of the result where they hold the same names; saves checking the names again.

    Raises
    ------
    DataError
        If the data are not finite, the dates differ or the names are not distinct.
    """
    asset = with_plain_names(with_dates_of_pandas(asset))
    hedges = with_plain_names(with_dates_of_pandas(hedges))
    asset_values, asset_names = _values_and_names(asset, "asset")
    hedge_values, hedge_names = _values_and_names(hedges, "hedges")
    if len(asset_names) != 1:
        raise DataError(
            f"asset must be one series; got the columns {asset_names}. Choose one of them."
        )
    _check_same_dates(asset.index, hedges.index)
    if columns is None or [*asset_names, *hedge_names] != list(columns):
        _check_distinct_names(asset_names[0], hedge_names)
        columns = as_frame(asset, "asset").columns.append(as_frame(hedges, "hedges").columns)
    values = np.column_stack([asset_values, hedge_values])
    return pd.DataFrame(values, index=asset.index, columns=columns)


def plain_rows(asset: Any, hedges: Any, names: list[Any]) -> tuple[Array, pd.DatetimeIndex] | None:
    """Return the values (n_dates, 1 + n_hedges) and dates of data that need no closer look.

    None where ``join_asset_and_hedges`` has to decide: this accepts a part of what it accepts, at
    the cost of a few microseconds, for bars that come one by one.
    """
    if type(asset) is not pd.Series or type(hedges) is not pd.DataFrame or not len(asset):
        return None
    dates = asset.index
    if type(dates) is not pd.DatetimeIndex or type(hedges.index) is not pd.DatetimeIndex:
        return None
    if dates.dtype != hedges.index.dtype or not np.array_equal(dates.asi8, hedges.index.asi8):
        return None
    if [asset.name, *hedges.columns] != names:
        return None
    own = asset.to_numpy()
    others = hedges.to_numpy()
    if own.dtype != np.float64 or others.dtype != np.float64:
        return None
    values = np.empty((len(own), 1 + others.shape[1]))
    values[:, 0] = own
    values[:, 1:] = others
    if not (np.abs(values) < MAX_ABSOLUTE_VALUE).all():
        return None
    check_index(dates, "asset")
    return values, dates


def distinct_name(name: str, names: list[Any]) -> str:
    """Return a name, in parentheses until it differs from all other names."""
    while name in names:
        name = f"({name})"
    return name


def returns_kind(asset: Any, hedges: Any) -> str | None:
    """Return the kind that ``hr.returns`` noted on asset and hedges; None if on neither."""
    notes = [
        data.attrs.get("returns")
        for data in (asset, hedges)
        if isinstance(data, pd.Series | pd.DataFrame)
    ]
    kinds = {kind for kind in notes if kind is not None}
    if len(kinds) > 1:
        raise DataError(
            "asset and hedges must contain the same kind of returns; "
            f"got {' and '.join(sorted(kinds))}."
        )
    return next(iter(kinds), None)


def refuse_returns_for_prices(kind: str | None) -> None:
    """Refuse the results of ``hr.returns`` where prices are needed."""
    if kind is not None:
        raise DataError(
            f"asset and hedges must be prices; got {kind} returns. "
            "Pass the prices from which hr.returns made them."
        )


def _values_and_names(data: Any, name: str) -> tuple[Array, list[Any]]:
    """Return the values (n_dates, n) and names of checked data.

    A valid float Series is not turned into a frame, which is fast for a single bar.
    """
    if isinstance(data, pd.Series) and data.dtype == float and len(data):
        values = data.to_numpy()
        if (abs(values) < MAX_ABSOLUTE_VALUE).all():
            check_index(data.index, name)
            return values[:, None], [name if data.name is None else data.name]
    frame = check_frame(data, name)
    return frame.to_numpy(), list(frame.columns)


def _check_same_dates(asset: pd.Index[Any], hedges: pd.Index[Any]) -> None:
    if index_kind(asset) != index_kind(hedges):
        raise DataError(
            "asset and hedges must have the same type of index; "
            f"asset has {index_kind(asset)}, hedges have "
            f"{index_kind(hedges)}. "
            "Convert one, for example with tz_localize or tz_convert on its index."
        )
    if not asset.equals(hedges):
        different = asset.symmetric_difference(hedges)
        raise DataError(
            f"asset and hedges must share their dates; {len(different)} differ, "
            f"the first {day(different[0])}. Keep the common ones with hr.align(asset, hedges)."
        )


def _check_distinct_names(asset: Any, hedges: list[Any]) -> None:
    if asset in hedges:
        raise DataError(
            f"asset and hedges must have different names; both hold {asset!r}. If it is the asset, "
            f"leave it out, hedges.drop(columns={asset!r}); if it is another instrument, rename "
            "it, for example hedges.add_suffix('_hedge')."
        )
    names = list(map(str, [asset, *hedges]))
    if len(set(names)) < len(names):
        raise DataError(
            f"asset and hedges must have names that differ as text; got {names}. Rename one."
        )
