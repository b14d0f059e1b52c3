"""The only place that judges what a user passes in.

Every check either returns clean data or raises :class:`~hedgeresearch.errors.DataError` saying what must hold, what
came and what to do. Nothing is repaired.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MAX_ABSOLUTE_VALUE = 1e100
"""Size from which a value is refused: its square would overflow."""
CONSTANT_TOLERANCE = 1e-12
"""Range of a series, relative to its size, below which it counts as constant."""
COLLINEARITY_TOLERANCE = 1e-10
"""Smallest eigenvalue of a correlation matrix below which its columns count as linearly dependent."""


def check_frame(
    data: Any, name: str, *, minimum_rows: int = 1, allow_missing: bool = False
) -> pd.DataFrame:
    """``data`` as a float DataFrame of finite numbers, or NaN if allowed, on ordered, unique dates; of a Series too."""
    frame = _as_frame(data, name)
    check_index(frame.index, name)
    if len(frame) < minimum_rows:
        raise DataError(
            f"{name} must have at least {minimum_rows} rows; got {len(frame)}. Give a longer sample."
        )
    frame = _as_float(frame, name)
    _check_finite(frame.fillna(0.0) if allow_missing else frame, name)
    return frame


def check_index(index: pd.Index[Any], name: str) -> None:
    """Refuse an index that is not made of dates (or numbers) in ascending order, each once."""
    if not isinstance(
        index, pd.DatetimeIndex | pd.PeriodIndex
    ) and not pd.api.types.is_numeric_dtype(index.dtype):
        raise DataError(
            f"{name} must be indexed by dates; its index holds {index.dtype} values"
            f"{' such as ' + repr(index[0]) if len(index) else ''}. Convert it with pd.to_datetime(..., utc=True) "
            "(mixed time zones end up as such an index)."
        )
    if index.hasnans:
        raise DataError(
            f"{name} must have a date in every row; row {int(np.argmax(index.isna()))} has none."
        )
    if not index.is_unique:
        raise DataError(
            f"{name} must have every date once; {day(index[index.duplicated()][0])} occurs twice. "
            "Keep one of them, for example data[~data.index.duplicated()]."
        )
    if not index.is_monotonic_increasing:
        first = int(np.argmax(index[1:] < index[:-1])) + 1
        raise DataError(
            f"{name} must be sorted by date; {day(index[first])} follows {day(index[first - 1])}. "
            "Sort it with data.sort_index()."
        )


def check_returns(
    data: Any, name: str = "returns", *, minimum_rows: int, allow_missing: bool = False
) -> pd.DataFrame:
    """A frame from which a model can be estimated: long enough, and no column constant or without any value."""
    frame = check_frame(data, name, minimum_rows=minimum_rows, allow_missing=allow_missing)
    values = frame.to_numpy()
    empty = np.isnan(values).all(axis=0)
    if empty.any():
        first = frame.columns[int(np.argmax(empty))]
        raise DataError(
            f"{name} must have values in every column; {first!r} has none. Leave it out."
        )
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    constant = high - low <= CONSTANT_TOLERANCE * np.maximum(np.abs(low), np.abs(high))
    if constant.any():
        raise DataError(
            f"{name} must vary; column {frame.columns[int(np.argmax(constant))]!r} is constant. Leave it out."
        )
    return frame


def index_kind(index: pd.Index[Any]) -> str:
    """What an index is made of, in words; two that differ cannot be matched."""
    if isinstance(index, pd.DatetimeIndex):
        return (
            "dates without a time zone"
            if index.tz is None
            else f"dates in the time zone {index.tz}"
        )
    return f"periods ({index.freqstr})" if isinstance(index, pd.PeriodIndex) else "numbers"


def join_asset_and_hedges(
    asset: Any, hedges: Any, *, columns: pd.Index[Any] | None = None
) -> pd.DataFrame:
    """The asset and the hedges behind it, on dates they must share, as ``columns`` if given and of the same names."""
    (left, first), (right, others) = (
        _values_and_names(asset, "asset"),
        _values_and_names(hedges, "hedges"),
    )
    if len(first) != 1:
        raise DataError(f"asset must be one series; got the columns {first}. Choose one of them.")
    _check_same_dates(asset.index, hedges.index)
    if columns is None or [*first, *others] != list(columns):
        if first[0] in others:
            mend = "Rename one, for example hedges.add_suffix('_hedge')."
            raise DataError(
                f"asset and hedges must have different names; both hold {first[0]!r}. {mend}"
            )
        names = list(map(str, [*first, *others]))
        if len(set(names)) < len(names):
            raise DataError(
                f"asset and hedges must have names that differ as text; got {names}. Rename one."
            )
        columns = _as_frame(asset, "asset").columns.append(_as_frame(hedges, "hedges").columns)
    return pd.DataFrame(np.column_stack([left, right]), index=asset.index, columns=columns)


def distinct_name(name: str, names: list[Any]) -> str:
    """A name in as many brackets as it takes to differ from all others."""
    while name in names:
        name = f"({name})"
    return name


def refuse_returns_for_prices(kind: str | None) -> None:
    """Refuse what ``hr.returns`` has made, where prices are needed."""
    if kind is not None:
        raise DataError(
            f"asset and hedges must be prices; got {kind} returns. Give what hr.returns was given."
        )


def returns_kind(asset: Any, hedges: Any) -> str | None:
    """The kind that ``hr.returns`` noted on both, or on one of them; None if on neither."""
    kinds = {
        kind
        for data in (asset, hedges)
        if (kind := getattr(data, "attrs", {}).get("returns")) is not None
    }
    if len(kinds) > 1:
        raise DataError(
            f"asset and hedges must hold the same kind of returns; got {' and '.join(sorted(kinds))}."
        )
    return next(iter(kinds), None)


def check_new_data(new: pd.DataFrame, columns: pd.Index[Any], last_date: Any) -> None:
    """Refuse new data that does not carry on where a fit ended."""
    if not new.columns.equals(columns) and list(new.columns) != list(columns):
        raise DataError(
            f"new data must have the columns {list(columns)} in this order; got {list(new.columns)}."
        )
    try:
        follows = new.index[0] > last_date
    except TypeError:
        raise DataError(
            f"new data must be dated like the fit, whose last date is {last_date!r}; "
            f"got {new.index[0]!r}. Convert the index, for example with tz_localize."
        ) from None
    if not follows:
        raise DataError(
            f"new data must start after {day(last_date)}, the last date of the fit; got {day(new.index[0])}. "
            "Pass the new dates only."
        )


def check_independent(covariance: Array, names: list[str], what: str) -> None:
    """Refuse series of which one is a linear combination of others, naming those involved."""
    involved = collinear_names(covariance, names)
    if len(involved) == 1:
        raise DataError(f"{what} must vary; {involved[0]} does not move. Leave it out.")
    if involved:
        raise DataError(
            f"{what} must not be collinear; {', '.join(involved)} are. Leave one of them out."
        )


def collinear_names(covariance: Array, names: list[str]) -> list[str]:
    """The series in the null space of a covariance matrix; none when it has full rank."""
    scale = np.sqrt(np.diag(covariance))
    if not scale.all():
        return [name for name, size in zip(names, scale, strict=True) if size == 0.0]
    if len(names) == 1:
        return []
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    null = vectors[:, values < COLLINEARITY_TOLERANCE]
    return [
        name
        for name, loading in zip(names, np.abs(null).max(axis=1, initial=0.0), strict=True)
        if loading > 1e-3
    ]


def _as_frame(data: Any, name: str) -> pd.DataFrame:
    if isinstance(data, pd.Series):
        return data.to_frame(name if data.name is None else data.name)
    if not isinstance(data, pd.DataFrame):
        raise DataError(
            f"{name} must be a pandas Series or DataFrame indexed by dates; got {type(data).__name__}. "
            "Wrap an array as pd.DataFrame(values, index=dates, columns=names)."
        )
    if data.shape[1] == 0:
        raise DataError(f"{name} must have at least one column; got none.")
    if not data.columns.is_unique:
        twice = data.columns[data.columns.duplicated()][0]
        raise DataError(
            f"{name} must have different column names; {twice!r} occurs twice. Rename one."
        )
    return data


def _values_and_names(data: Any, name: str) -> tuple[Array, list[Any]]:
    """Numbers and names of a checked frame; a faultless series becomes none, which is quick for a single bar."""
    if (
        isinstance(data, pd.Series)
        and data.dtype == float
        and len(data)
        and (abs(data.to_numpy()) < MAX_ABSOLUTE_VALUE).all()
    ):
        check_index(data.index, name)
        return data.to_numpy()[:, None], [name if data.name is None else data.name]
    frame = check_frame(data, name)
    return frame.to_numpy(), list(frame.columns)


def _as_float(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A copy in float64: what the caller later does to the original changes nothing here."""
    if frame.to_numpy().dtype == np.float64:
        return frame.copy()  # the usual case, and quick for a single bar
    for column, dtype in frame.dtypes.items():
        if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
            raise DataError(
                f"{name} must hold numbers; column {column!r} is of type {dtype}. "
                "Convert it with pd.to_numeric after looking at what does not parse."
            )
        if pd.api.types.is_complex_dtype(dtype):
            raise DataError(f"{name} must hold real numbers; column {column!r} is of type {dtype}.")
    return frame.astype(np.float64)


def _check_finite(frame: pd.DataFrame, name: str) -> None:
    bad = ~(np.abs(frame.to_numpy()) < MAX_ABSOLUTE_VALUE)
    if bad.any():
        row, column = divmod(int(np.argmax(bad)), frame.shape[1])
        value = frame.to_numpy()[row, column]
        kind = (
            "a gap (NaN)" if np.isnan(value) else "an infinity" if np.isinf(value) else f"{value:g}"
        )
        raise DataError(
            f"{name} must be finite; column {frame.columns[column]!r} has {kind} on {day(frame.index[row])} "
            f"({int(bad.sum())} such value{'s' if bad.sum() > 1 else ''} in all). "
            "Remove such dates knowingly, with dropna() or hr.align(...), which reports what it drops."
        )


def _check_same_dates(left: pd.Index[Any], right: pd.Index[Any]) -> None:
    if index_kind(left) != index_kind(right):
        raise DataError(
            f"asset and hedges must be dated alike; asset has {index_kind(left)}, hedges have "
            f"{index_kind(right)}. Convert one, for example with tz_localize or tz_convert on its index."
        )
    if not left.equals(right):
        different = left.symmetric_difference(right)
        raise DataError(
            f"asset and hedges must share their dates; {len(different)} differ, the first {day(different[0])}. "
            "Keep the common ones with hr.align(asset, hedges)."
        )
