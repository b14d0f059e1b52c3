"""Tables that grow at their end and share rows, so that a row costs the same at any length."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.typing import Array


class GrowingTable:
    """Rows (n_rows, n_columns), dated or numbered, that never change once they are in the table.

    The result of :meth:`append` shares the rows that were there. New rows are written into free
    room behind them; where another table has used that room, all rows are copied. Values and dates
    are written under one lock, so that several threads may append to the same table.

    Parameters
    ----------
    values : array (n_rows, n_columns)
        Copied.
    columns : Index (n_columns,)
    dates : Index (n_rows,) or None
        None numbers the rows.
    """

    def __init__(
        self, values: Array, columns: pd.Index[Any], dates: pd.Index[Any] | None = None
    ) -> None:
        self.columns = columns
        self.names = list(columns)
        self.last_date: Any = None if dates is None else dates[-1]
        self._length = len(values)
        self._rows = _Rows(np.array(values, dtype=np.float64), dates)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> GrowingTable:
        """Return the rows of a frame, numbered."""
        return cls(frame.to_numpy(), frame.columns)

    def __len__(self) -> int:
        return self._length

    def __reduce__(self) -> tuple[Any, ...]:
        dates = None if self._rows.first_dates is None else self.dates
        return GrowingTable, (self.values, self.columns, dates)

    @property
    def values(self) -> Array:
        """All rows, (n_rows, n_columns), read-only."""
        view = self._rows.values[: self._length]
        view.flags.writeable = False
        return view

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates of the rows, (n_rows,); their numbers where none were given."""
        return self._rows.dates(self._length)

    def frame(self, first: int = 0) -> pd.DataFrame:
        """Return the rows from number ``first`` on."""
        return pd.DataFrame(self.values[first:], index=self.dates[first:], columns=self.columns)

    def append(self, values: Array, dates: Iterable[Any] = ()) -> GrowingTable:
        """Return this table with more rows.

        Parameters
        ----------
        values : array (n_new, n_columns)
        dates : iterable of n_new
            Later than those of the table; none where the rows are numbered.
        """
        new_dates = list(dates)
        rows = self._rows
        with rows.lock:
            if rows.used != self._length:
                rows = rows.copy(self._length)
            rows.append(values, new_dates)
        longer = GrowingTable.__new__(GrowingTable)
        longer.columns = self.columns
        longer.names = self.names
        longer.last_date = new_dates[-1] if new_dates else self.last_date
        longer._rows = rows
        longer._length = self._length + len(values)
        return longer


class _Rows:
    """Values and dates that several tables share, each of them up to its own length."""

    def __init__(self, values: Array, dates: pd.Index[Any] | None) -> None:
        self.values = values
        self.first_dates = dates
        self.later_dates: list[Any] = []
        self.used = len(values)
        self.lock = Lock()

    def dates(self, length: int) -> pd.Index[Any]:
        """Dates of the first rows, (length,)."""
        first = self.first_dates
        if first is None:
            return pd.RangeIndex(length)
        later = self.later_dates[: length - len(first)]
        if not later:
            return first
        following: pd.Index[Any] = pd.Index(later, name=first.name)
        longer: pd.Index[Any] = first.append(following)
        if longer.dtype != first.dtype:
            longer = pd.Index([*first, *later], name=first.name)
        return longer

    def copy(self, length: int) -> _Rows:
        """Return the first rows, to be continued apart from the others."""
        rows = _Rows(self.values[:length].copy(), self.first_dates)
        if self.first_dates is not None:
            rows.later_dates = self.later_dates[: length - len(self.first_dates)]
        return rows

    def append(self, values: Array, dates: list[Any]) -> None:
        end = self.used + len(values)
        if end > len(self.values):
            grown = np.empty((max(end, 2 * len(self.values)), self.values.shape[1]))
            grown[: self.used] = self.values[: self.used]
            self.values = grown
        self.values[self.used : end] = values
        self.later_dates += dates
        self.used = end
