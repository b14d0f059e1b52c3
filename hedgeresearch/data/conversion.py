"""From prices to returns, and from several series to their common dates."""

from __future__ import annotations

import warnings
from typing import Any, Literal, TypeVar, cast

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame, check_index, kind_of_dates
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError, DataWarning

Data = TypeVar("Data", pd.Series, pd.DataFrame)


@exported_by("hedgeresearch.data")
def returns(prices: Data, kind: Literal["simple", "log", "difference"] = "simple") -> Data:
    """Returns per period, as fractions (or, as differences, in units of the prices).

    Parameters
    ----------
    prices : DataFrame, shape (n_dates, n_columns), or Series
        Prices on ascending dates, without gaps.
    kind : {"simple", "log", "difference"}
        With p the price of a date and q that of the date before: p / q - 1, log(p / q) or p - q. Simple returns of
        positions add up across instruments, log returns across time (Campbell, Lo and MacKinlay 1997, section 1.4).
        Differences are for prices that can be zero or negative, such as spreads or power.

    Returns
    -------
    DataFrame, shape (n_dates - 1, n_columns), or Series
        Like ``prices`` without its first date; ``attrs`` are carried over and tell the kind under ``"returns"``.

    Raises
    ------
    DataError
        If the prices are not numbers on ascending, unique dates, have a gap or an infinity, have fewer than two rows,
        or are not positive where the kind divides by them.

    Examples
    --------
    >>> prices = pd.Series([100.0, 110.0, 99.0], pd.date_range("2020-01-01", periods=3), name="oil")
    >>> returns(prices).round(6).tolist()
    [0.1, -0.1]
    >>> returns(prices, kind="difference").tolist()
    [10.0, -11.0]
    """
    check_choice(kind, "kind", ("simple", "log", "difference"))
    frame = check_frame(prices, "prices", minimum_rows=2)
    if kind != "difference":
        _check_positive(frame, kind)
    values = frame.to_numpy()
    change = np.diff(values, axis=0)
    if kind == "log":
        change = np.log1p(change / values[:-1])
    elif kind == "simple":
        change = change / values[:-1]
    result: Any = pd.DataFrame(change, frame.index[1:], frame.columns)
    if isinstance(prices, pd.Series):
        result = result.iloc[:, 0].rename(prices.name)
    result.attrs = {**prices.attrs, "returns": kind}
    return cast(Data, result)


@exported_by("hedgeresearch.data")
def align(*frames: Data) -> tuple[Data, ...]:
    """Series and frames on the dates that all of them share and on which none has a gap; units unchanged.

    Parameters
    ----------
    *frames : DataFrame or Series
        Two or more, each on ascending, unique dates.

    Returns
    -------
    tuple of DataFrame or Series
        One for each, of the same type. ``attrs["dropped"]`` of each lists what was dropped from all of them:
        ``{"NASDAQ": ["2001-09-11", ...], "SP500,VIX": []}``.

    Raises
    ------
    DataError
        If there are fewer than two, their dates cannot be compared (some with a time zone, some without) or none is
        shared.

    Warns
    -----
    DataWarning
        If any date was dropped; the message says how many, from what, and the first ones.

    Examples
    --------
    >>> left = pd.Series([1.0, 2.0, 3.0], pd.date_range("2020-01-01", periods=3), name="left")
    >>> right = pd.Series([4.0, 5.0], pd.date_range("2020-01-02", periods=2), name="right")
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     a, b = align(left, right)
    >>> a.tolist(), a.attrs["dropped"]
    ([2.0, 3.0], {'left': ['2020-01-01'], 'right': []})
    """
    if len(frames) < 2:
        raise DataError(
            f"align must be given at least two Series or DataFrames; got {len(frames)}."
        )
    labels = _labels(frames)
    for frame, label in zip(frames, labels, strict=True):
        _check_alignable(frame, label)
    _check_dated_alike(frames, labels)
    common = _common_dates(frames)
    dropped = {
        label: [_iso(date) for date in frame.index.difference(common)]
        for frame, label in zip(frames, labels, strict=True)
    }
    if any(dropped.values()):
        warnings.warn(_dropped_message(dropped, len(common)), DataWarning, stacklevel=2)
    return tuple(_keep(frame, common, dropped) for frame in frames)


def _check_positive(frame: pd.DataFrame, kind: str) -> None:
    bad = frame.to_numpy() <= 0
    if bad.any():
        row, column = divmod(int(np.argmax(bad)), bad.shape[1])
        raise DataError(
            f"prices must be positive for {kind} returns; column {frame.columns[column]!r} is "
            f"{frame.to_numpy()[row, column]:g} on {day(frame.index[row])} "
            f'({int(bad.sum())} such in all). Use kind="difference" for prices that can be zero or negative.'
        )


def _labels(frames: tuple[Any, ...]) -> list[str]:
    """The column names of each, joined; numbered where two would be the same."""
    labels: list[str] = []
    for number, frame in enumerate(frames, start=1):
        if isinstance(frame, pd.DataFrame):
            label = ",".join(map(str, frame.columns))
        else:
            label = str(getattr(frame, "name", None) or f"argument {number}")
        labels.append(f"{label} (argument {number})" if label in labels else label)
    return labels


def _check_alignable(frame: Any, label: str) -> None:
    """Everything that check_frame asks for, but for gaps and infinities: those are what align removes."""
    if isinstance(frame, pd.Series | pd.DataFrame):
        check_index(frame.index, label)
        check_frame(frame.iloc[:0], label, minimum_rows=0)
    else:
        check_frame(frame, label)


def _check_dated_alike(frames: tuple[Any, ...], labels: list[str]) -> None:
    kinds = [kind_of_dates(frame.index) for frame in frames]
    for kind, label in zip(kinds, labels, strict=True):
        if kind != kinds[0]:
            raise DataError(
                f"all must be dated alike; {labels[0]} has {kinds[0]}, {label} has {kind}. "
                "Convert one, for example with tz_localize or tz_convert on its index."
            )


def _common_dates(frames: tuple[Any, ...]) -> pd.Index[Any]:
    common: pd.Index[Any] = frames[0].index
    for frame in frames:
        values = pd.DataFrame(frame).to_numpy(dtype=float, na_value=np.nan)
        finite = np.isfinite(values).all(axis=1)
        common = common.intersection(frame.index[finite])
    if common.empty:
        spans = "; ".join(
            f"{_iso(f.index[0])} to {_iso(f.index[-1])}" if len(f) else "no dates" for f in frames
        )
        raise DataError(
            f"all must share at least one date on which none has a gap; none is shared (they span {spans}). "
            "Compare the indices: time of day, time zone or period may differ."
        )
    return common


def _dropped_message(dropped: dict[str, list[str]], kept: int) -> str:
    parts = [
        f"{len(dates)} from {label} ({', '.join(dates[:3])}{', ...' if len(dates) > 3 else ''})"
        for label, dates in dropped.items()
        if dates
    ]
    return (
        f"align dropped dates that are not shared or have a gap: {'; '.join(parts)}. {kept} are left; "
        'attrs["dropped"] of the results lists all that went.'
    )


def _keep(frame: Data, dates: pd.Index[Any], dropped: dict[str, list[str]]) -> Data:
    kept = frame.loc[frame.index.isin(dates)]
    kept.attrs = {**frame.attrs, "dropped": dropped}
    return kept


def _iso(date: Any) -> str:
    return (
        date.isoformat()
        if isinstance(date, pd.Timestamp) and date != date.normalize()
        else day(date)
    )
