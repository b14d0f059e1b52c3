"""Checks of an asset together with its hedges."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._labels import labels
from hedgeresearch._validation.frames import (
    are_finite,
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
    if columns is None:
        plain = _joined_if_plain(asset, hedges)
        if plain is not None:
            return plain
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


class _PlainParts(NamedTuple):
    """Values of asset (n_dates,) and hedges (n_dates, n_hedges), and their dates (n_dates,)."""

    asset: Array
    hedges: Array
    dates: pd.DatetimeIndex


def _plain_parts(asset: Any, hedges: Any) -> _PlainParts | None:
    """Return the parts of a Series and a DataFrame of floats on the same dates, else None."""
    if type(asset) is not pd.Series or type(hedges) is not pd.DataFrame or not len(asset):
        return None
    dates = asset.index
    others = hedges.index
    if type(dates) is not pd.DatetimeIndex or type(others) is not pd.DatetimeIndex:
        return None
    if dates is not others and not _are_equal(dates, others):
        return None
    parts = _PlainParts(asset.to_numpy(), hedges.to_numpy(), dates)
    are_floats = parts.asset.dtype == np.float64 and parts.hedges.dtype == np.float64
    return parts if are_floats else None


def _are_equal(dates: pd.DatetimeIndex, others: pd.DatetimeIndex) -> bool:
    """Return whether dates have the same unit, time zone and values."""
    return dates.dtype == others.dtype and np.array_equal(dates.asi8, others.asi8)


def _joined_if_plain(asset: Any, hedges: Any) -> pd.DataFrame | None:
    """Return asset and hedges in one frame if they need no closer look, else None."""
    parts = _plain_parts(asset, hedges)
    if parts is None or type(hedges.columns) is not pd.Index:
        return None
    names = [asset.name, *hedges.columns]
    if not all(type(name) is str for name in names) or len(set(names)) < len(names):
        return None
    columns = labels(names)
    if hedges.columns.dtype != columns.dtype or len(names) < 2:
        return None
    by_column = np.empty((len(names), len(parts.dates)))
    by_column[0] = parts.asset
    by_column[1:] = parts.hedges.T
    if not are_finite(by_column):
        return None
    check_index(parts.dates, "asset")
    return pd.DataFrame(by_column.T, index=parts.dates, columns=columns, copy=False)


def plain_rows(asset: Any, hedges: Any, names: list[Any]) -> tuple[Array, pd.DatetimeIndex] | None:
    """Return the values (n_dates, 1 + n_hedges) and dates of data that need no closer look.

    None where ``join_asset_and_hedges`` has to decide: this accepts a part of what it accepts, at
    the cost of a few microseconds, for bars that come one by one.
    """
    parts = _plain_parts(asset, hedges)
    if parts is None or [asset.name, *hedges.columns] != names:
        return None
    values = np.empty((len(parts.dates), len(names)))
    values[:, 0] = parts.asset
    values[:, 1:] = parts.hedges
    if not are_finite(values):
        return None
    check_index(parts.dates, "asset")
    return values, parts.dates


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
        if are_finite(values):
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
