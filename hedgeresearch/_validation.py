"""The only place that judges what a user passes in.

Every check either returns clean data or raises :class:`~hedgeresearch.errors.DataError` saying what must hold, what
came and what to do. Nothing is repaired.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._simultaneity import warn_unless_simultaneous
from hedgeresearch._types import Array
from hedgeresearch._wording import day
from hedgeresearch.errors import DataError

LARGEST = 1e100
"""Size from which a value is refused: its square would overflow."""
CONSTANT = 1e-12
"""Range of a series, relative to its size, below which it counts as constant."""
COLLINEAR = 1e-10
"""Smallest eigenvalue of a correlation matrix below which its columns count as linearly dependent."""


def check_frame(data: Any, name: str, *, minimum_rows: int = 1, allow_missing: bool = False) -> pd.DataFrame:
    """``data`` as a float DataFrame of finite numbers, or NaN if allowed, on ordered, unique dates; of a Series too."""
    frame = _as_frame(data, name)
    check_index(frame.index, name)
    if len(frame) < minimum_rows:
        raise DataError(f"{name} must have at least {minimum_rows} rows; got {len(frame)}. Give a longer sample.")
    frame = _as_float(frame, name)
    _check_finite(frame.fillna(0.0) if allow_missing else frame, name)
    return frame


def check_index(index: pd.Index[Any], name: str) -> None:
    """Refuse an index that is not made of dates (or numbers) in ascending order, each once."""
    if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) and not pd.api.types.is_numeric_dtype(index.dtype):
        raise DataError(
            f"{name} must be indexed by dates; its index holds {index.dtype} values"
            f"{' such as ' + repr(index[0]) if len(index) else ''}. Convert it with pd.to_datetime(..., utc=True) "
            "(mixed time zones end up as such an index)."
        )
    if index.hasnans:
        raise DataError(f"{name} must have a date in every row; row {int(np.argmax(index.isna()))} has none.")
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


def check_returns(data: Any, name: str = "returns", *, minimum_rows: int, allow_missing: bool = False) -> pd.DataFrame:
    """A frame from which a model can be estimated: long enough, and no column constant or without any value."""
    frame = check_frame(data, name, minimum_rows=minimum_rows, allow_missing=allow_missing)
    values = frame.to_numpy()
    empty = np.isnan(values).all(axis=0)
    if empty.any():
        first = frame.columns[int(np.argmax(empty))]
        raise DataError(f"{name} must have values in every column; {first!r} has none. Leave it out.")
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    constant = high - low <= CONSTANT * np.maximum(np.abs(low), np.abs(high))
    if constant.any():
        raise DataError(
            f"{name} must vary; column {frame.columns[int(np.argmax(constant))]!r} is constant. Leave it out."
        )
    return frame


def kind_of_dates(index: pd.Index[Any]) -> str:
    """What an index is made of, in words; two that differ cannot be matched."""
    if isinstance(index, pd.DatetimeIndex):
        return "dates without a time zone" if index.tz is None else f"dates in the time zone {index.tz}"
    return f"periods ({index.freqstr})" if isinstance(index, pd.PeriodIndex) else "numbers"


def join_asset_and_hedges(asset: Any, hedges: Any, *, columns: pd.Index[Any] | None = None) -> pd.DataFrame:
    """The asset and the hedges behind it, on dates they must share, as ``columns`` if given and of the same names."""
    (left, first), (right, others) = _values_and_names(asset, "asset"), _values_and_names(hedges, "hedges")
    if len(first) != 1:
        raise DataError(f"asset must be one series; got the columns {first}. Choose one of them.")
    _check_same_dates(asset.index, hedges.index)
    if columns is None or [*first, *others] != list(columns):
        if first[0] in others:
            mend = "Rename one, for example hedges.add_suffix('_hedge')."
            raise DataError(f"asset and hedges must have different names; both hold {first[0]!r}. {mend}")
        names = list(map(str, [*first, *others]))
        if len(set(names)) < len(names):
            raise DataError(f"asset and hedges must have names that differ as text; got {names}. Rename one.")
        columns = _as_frame(asset, "asset").columns.append(_as_frame(hedges, "hedges").columns)
    return pd.DataFrame(np.column_stack([left, right]), index=asset.index, columns=columns)


def join_returns(asset: Any, hedges: Any, *, simultaneous_required: bool = True) -> tuple[pd.DataFrame, str | None]:
    """A joined frame from which a hedge can be estimated, and the kind of its returns where ``hr.returns`` noted it.

    None constant or collinear, more dates than regression parameters; warns of closes that do not look simultaneous.
    """
    kind = kind_of_returns(asset, hedges)
    joined = join_asset_and_hedges(asset, hedges)
    joined = check_returns(joined, "asset and hedges", minimum_rows=joined.shape[1] + 2)
    check_independent(
        np.atleast_2d(np.cov(joined.to_numpy()[:, 1:], rowvar=False)), list(map(str, joined.columns[1:])), "hedges"
    )
    # returns over a horizon may overlap, so that they lead one another of themselves
    if simultaneous_required and getattr(asset, "attrs", {}).get("horizon", 1) == 1:
        warn_unless_simultaneous(joined)
    return joined, kind


def apart(name: str, names: list[Any]) -> str:
    """A name in as many brackets as it takes to differ from all others."""
    while name in names:
        name = f"({name})"
    return name


def join_prices(asset: Any, hedges: Any, kind: str) -> pd.DataFrame:
    """Joined prices whose returns of a kind ("log" or "difference") a hedge can be estimated from, the asset first."""
    refuse_returns(kind_of_returns(asset, hedges))
    joined = join_asset_and_hedges(asset, hedges)
    joined = check_returns(joined, "asset and hedges", minimum_rows=joined.shape[1] + 3)
    low = joined.min()
    if kind == "log" and not (low > 0.0).all():
        raise DataError(
            f"prices must be positive for log returns; column {low.idxmin()!r} goes down to {low.min():g}. Give "
            "prices, not returns, or use kind='difference' for prices that can be zero or negative."
        )
    levels = np.log(joined.to_numpy()) if kind == "log" else joined.to_numpy()
    changes = pd.DataFrame(np.diff(levels, axis=0), joined.index[1:], joined.columns)
    check_returns(changes, "the returns of asset and hedges", minimum_rows=1)
    check_independent(changes.iloc[:, 1:].cov().to_numpy(), list(map(str, joined.columns[1:])), "hedges")
    return joined


def refuse_returns(kind: str | None) -> None:
    """Refuse what ``hr.returns`` has made, where prices are needed."""
    if kind is not None:
        raise DataError(f"asset and hedges must be prices; got {kind} returns. Give what hr.returns was given.")


def kind_of_returns(asset: Any, hedges: Any) -> str | None:
    """The kind that ``hr.returns`` noted on both, or on one of them; None if on neither."""
    kinds = {kind for data in (asset, hedges) if (kind := getattr(data, "attrs", {}).get("returns")) is not None}
    if len(kinds) > 1:
        raise DataError(f"asset and hedges must hold the same kind of returns; got {' and '.join(sorted(kinds))}.")
    return next(iter(kinds), None)


def check_following(new: pd.DataFrame, columns: pd.Index[Any], last_date: Any) -> None:
    """Refuse new data that does not carry on where a fit ended."""
    if not new.columns.equals(columns) and list(new.columns) != list(columns):
        raise DataError(f"new data must have the columns {list(columns)} in this order; got {list(new.columns)}.")
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
        raise DataError(f"{what} must not be collinear; {', '.join(involved)} are. Leave one of them out.")


def collinear_names(covariance: Array, names: list[str]) -> list[str]:
    """The series in the null space of a covariance matrix; none when it has full rank."""
    scale = np.sqrt(np.diag(covariance))
    if not scale.all():
        return [name for name, size in zip(names, scale, strict=True) if size == 0.0]
    if len(names) == 1:
        return []
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    null = vectors[:, values < COLLINEAR]
    return [name for name, loading in zip(names, np.abs(null).max(axis=1, initial=0.0), strict=True) if loading > 1e-3]


def check_at_least(value: Any, name: str, minimum: int) -> None:
    """Refuse a setting that is not a whole number of at least ``minimum``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise DataError(f"{name} must be a whole number of at least {minimum}; got {value!r}.")


def check_between(value: Any, name: str, low: float, high: float) -> None:
    """Refuse a setting that does not lie strictly between two numbers."""
    real = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not real or not low < value < high:
        raise DataError(f"{name} must lie strictly between {low:g} and {high:g}; got {value!r}.")


def check_not_negative(value: Any, name: str, mend: str = "Zero leaves it out.") -> None:
    """Refuse a setting that is no finite number, or below zero."""
    check_between(value, name, -np.inf, np.inf)
    if value < 0.0:
        raise DataError(f"{name} must not be negative; got {value:g}. {mend}")


def check_model(value: Any, name: str, example: str) -> None:
    """Refuse what is no model: it must be an instance with a ``fit``."""
    if isinstance(value, type) or not hasattr(value, "fit"):
        raise DataError(f"{name} must be a model such as {example}; got {value!r}.")


def check_flag(value: Any, name: str) -> None:
    """Refuse a setting that is neither True nor False."""
    if not isinstance(value, bool):
        raise DataError(f"{name} must be True or False; got {value!r}.")


def check_choice(value: Any, name: str, choices: tuple[str, ...]) -> None:
    """Refuse a setting that is not one of the words it can be."""
    if value not in choices:
        raise DataError(f"{name} must be one of {', '.join(map(repr, choices))}; got {value!r}.")


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
        raise DataError(f"{name} must have different column names; {twice!r} occurs twice. Rename one.")
    return data


def _values_and_names(data: Any, name: str) -> tuple[Array, list[Any]]:
    """Numbers and names of a checked frame; a faultless series becomes none, which is quick for a single bar."""
    if isinstance(data, pd.Series) and data.dtype == float and len(data) and (abs(data.to_numpy()) < LARGEST).all():
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
    bad = ~(np.abs(frame.to_numpy()) < LARGEST)
    if bad.any():
        row, column = divmod(int(np.argmax(bad)), frame.shape[1])
        value = frame.to_numpy()[row, column]
        kind = "a gap (NaN)" if np.isnan(value) else "an infinity" if np.isinf(value) else f"{value:g}"
        raise DataError(
            f"{name} must be finite; column {frame.columns[column]!r} has {kind} on {day(frame.index[row])} "
            f"({int(bad.sum())} such value{'s' if bad.sum() > 1 else ''} in all). "
            "Remove such dates knowingly, with dropna() or hr.align(...), which reports what it drops."
        )


def _check_same_dates(left: pd.Index[Any], right: pd.Index[Any]) -> None:
    if kind_of_dates(left) != kind_of_dates(right):
        raise DataError(
            f"asset and hedges must be dated alike; asset has {kind_of_dates(left)}, hedges have "
            f"{kind_of_dates(right)}. Convert one, for example with tz_localize or tz_convert on its index."
        )
    if not left.equals(right):
        different = left.symmetric_difference(right)
        raise DataError(
            f"asset and hedges must share their dates; {len(different)} differ, the first {day(different[0])}. "
            "Keep the common ones with hr.align(asset, hedges)."
        )
