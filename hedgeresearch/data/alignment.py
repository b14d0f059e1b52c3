"""Common dates of several series."""

from __future__ import annotations

import warnings
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame, check_index, index_kind
from hedgeresearch.errors import DataError, DataWarning

LOST_MOVES = " The moves of dates dropped from returns are lost: align prices, then use hr.returns."
Data = TypeVar("Data", pd.Series, pd.DataFrame)


@exported_by("hedgeresearch.data")
def align(*frames: Data) -> tuple[Data, ...]:
    """Restrict Series and DataFrames to the dates they share and on which none has a gap.

    Values and units are unchanged.

    Parameters
    ----------
    *frames : DataFrame or Series
        Two or more, each on ascending, unique dates.

    Returns
    -------
    tuple of DataFrame or Series
        One for each argument, of the same type. ``attrs["dropped"]`` of each lists the dates
        dropped from every argument: ``{"NASDAQ": ["2001-09-11", ...], "SP500,VIX": []}``.

    Raises
    ------
    DataError
        If there are fewer than two arguments, their dates cannot be compared (some with a time
        zone, some without) or none is shared.

    Warns
    -----
    DataWarning
        If any date was dropped; the message says how many, from which argument, and the first ones.

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
    _check_same_index_kind(frames, labels)
    common = _common_dates(frames)
    dropped = {
        label: [_iso_format(date) for date in frame.index.difference(common)]
        for frame, label in zip(frames, labels, strict=True)
    }
    if any(dropped.values()):
        message = _dropped_message(dropped, len(common))
        if any(_loses_moves(frame, common) for frame in frames):
            message += LOST_MOVES
        warnings.warn(message, DataWarning, stacklevel=2)
    return tuple(_keep(frame, common, dropped) for frame in frames)


def _labels(frames: tuple[Any, ...]) -> list[str]:
    """Return the joined column names of each argument, numbered where two would be the same."""
    labels: list[str] = []
    for number, frame in enumerate(frames, start=1):
        if isinstance(frame, pd.DataFrame):
            label = ",".join(map(str, frame.columns))
        elif isinstance(frame, pd.Series) and frame.name:
            label = str(frame.name)
        else:
            label = f"argument {number}"
        labels.append(f"{label} (argument {number})" if label in labels else label)
    return labels


def _check_alignable(frame: Any, label: str) -> None:
    """Check what check_frame does, except for gaps and infinities, which align removes."""
    if isinstance(frame, pd.Series | pd.DataFrame):
        check_index(frame.index, label)
        check_frame(frame.iloc[:0], label, minimum_rows=0)
    else:
        check_frame(frame, label)


def _check_same_index_kind(frames: tuple[Any, ...], labels: list[str]) -> None:
    kinds = [index_kind(frame.index) for frame in frames]
    for kind, label in zip(kinds, labels, strict=True):
        if kind != kinds[0]:
            raise DataError(
                "all must have the same type of index; "
                f"{labels[0]} has {kinds[0]}, {label} has {kind}. "
                "Convert one, for example with tz_localize or tz_convert on its index."
            )


def _common_dates(frames: tuple[Any, ...]) -> pd.Index[Any]:
    common: pd.Index[Any] = frames[0].index
    for frame in frames:
        values = pd.DataFrame(frame).to_numpy(dtype=float, na_value=np.nan)
        finite = np.isfinite(values).all(axis=1)
        common = common.intersection(frame.index[finite])
    if common.empty:
        spans = "; ".join(map(_span, frames))
        raise DataError(
            "all must share at least one date on which none has a gap; none is shared "
            f"(they span {spans}). "
            "Compare the indices: time of day, time zone or period may differ."
        )
    return common


def _span(frame: Any) -> str:
    if not len(frame):
        return "no dates"
    return f"{_iso_format(frame.index[0])} to {_iso_format(frame.index[-1])}"


def _dropped_message(dropped: dict[str, list[str]], kept: int) -> str:
    parts = []
    for label, dates in dropped.items():
        if dates:
            more = ", ..." if len(dates) > 3 else ""
            parts.append(f"{len(dates)} from {label} ({', '.join(dates[:3])}{more})")
    return (
        f"align dropped dates that are not shared or have a gap: {'; '.join(parts)}. "
        f'{kept} are left; attrs["dropped"] of the results lists all that were dropped.'
    )


def _loses_moves(frame: Any, common: pd.Index[Any]) -> bool:
    """Return whether dates between the common ones are dropped from returns."""
    within = (frame.index > common[0]) & (frame.index < common[-1])
    return "returns" in frame.attrs and not frame.index[within].isin(common).all()


def _keep(frame: Data, dates: pd.Index[Any], dropped: dict[str, list[str]]) -> Data:
    kept = frame.loc[frame.index.isin(dates)]
    kept.attrs = {**frame.attrs, "dropped": dropped}
    return kept


def _iso_format(date: Any) -> str:
    if isinstance(date, pd.Timestamp) and date != date.normalize():
        return date.isoformat()
    return day(date)
