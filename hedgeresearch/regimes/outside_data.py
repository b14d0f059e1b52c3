"""Data from outside the returns, by date: an indicator that is observed, or labels of dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import counted, day
from hedgeresearch._validation.frames import index_kind
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


class OutsideData:
    """A table among the settings of a model, which compares equal to a table of the same values.

    Parameters
    ----------
    frame : DataFrame (n_rows, n_columns), on ascending, unique dates; the row dated t is known at
        the end of t
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OutsideData) and self.frame.equals(other.frame)

    def __hash__(self) -> int:
        return hash((len(self.frame), *map(str, self.frame.columns)))

    def __repr__(self) -> str:
        index = self.frame.index
        rows = counted(len(index), "row")
        return f"<{list(self.frame.columns)}, {rows}, {day(index[0])} to {day(index[-1])}>"

    def on(self, dates: pd.Index[Any], name: str) -> pd.DataFrame:
        """Return the rows of some dates.

        Raises
        ------
        DataError
            If the table has no row for one of them.
        """
        index = self.frame.index
        if index_kind(index) != index_kind(dates):
            raise DataError(
                f"{name} must be dated like the returns, by {index_kind(dates)}; got "
                f"{index_kind(index)}. Convert its index."
            )
        rows = index.get_indexer(dates)
        missing = dates[rows < 0]
        if len(missing):
            remedy = "Join them first, for example with hr.align(returns, table)."
            if name == "labels":  # texts are not numbers to align
                remedy = "Keep the last known label, labels.reindex(returns.index, method='ffill')."
            if missing[0] < index[0]:
                remedy = f"Begin the returns on {day(index[0])}, the date of the first row."
            if missing[0] > index[-1]:
                remedy = (
                    "Give a table that goes on to the last date of the returns; a fit is extended "
                    "with one by dataclasses.replace(fit, model=...) with the longer table."
                )
            raise DataError(
                f"{name} must have a row for every date of the returns; it has none for "
                f"{counted(len(missing), 'date')}, first {day(missing[0])}. {remedy}"
            )
        return self.frame.iloc[rows]


def values_with_labels(frame: pd.DataFrame, labels: OutsideData | None) -> Array:
    """Return observations (n_dates, n_series), with the labels of the dates as the last column.

    Without labels they are the values of the frame.
    """
    if labels is None:
        return frame.to_numpy()
    codes = labels.on(frame.index, "labels").to_numpy(dtype=np.float64)
    return np.column_stack([frame.to_numpy(), codes])
