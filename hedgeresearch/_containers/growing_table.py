"""The rows a fit has seen. Fits that extend one another share them, so that a bar costs the same after a million."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.typing import Array


class History:
    """Values (n_rows, n_columns) that never change, with room behind them for those that follow.

    A history that follows writes into that room if nobody has done so before, and copies otherwise.
    """

    def __init__(self, values: Array, columns: pd.Index[Any]) -> None:
        self.columns = columns
        self._rows = _Rows(np.array(values, dtype=np.float64))
        self._length = len(values)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> History:
        """The rows of a frame; its dates are not kept."""
        return cls(frame.to_numpy(), frame.columns)

    def __len__(self) -> int:
        return self._length

    def __reduce__(self) -> tuple[Any, ...]:
        return History, (self.values, self.columns)

    @property
    def values(self) -> Array:
        """All rows, (n_rows, n_columns); not to be written to."""
        view = self._rows.values[: self._length]
        view.flags.writeable = False
        return view

    def frame(self, first: int = 0) -> pd.DataFrame:
        """The rows from ``first`` on, numbered."""
        return pd.DataFrame(
            self.values[first:], index=pd.RangeIndex(first, self._length), columns=self.columns
        )

    def followed_by(self, new: Array) -> History:
        """This history and new rows (n_new, n_columns) of the same columns."""
        rows = self._rows
        with rows.lock:
            if rows.used != self._length:
                rows = _Rows(self.values.copy())
            rows.append(new)
        following = History.__new__(History)
        following.columns, following._rows, following._length = (
            self.columns,
            rows,
            self._length + len(new),
        )
        return following


class _Rows:
    """A growing table."""

    def __init__(self, values: Array) -> None:
        self.values, self.used, self.lock = values, len(values), Lock()

    def append(self, new: Array) -> None:
        end = self.used + len(new)
        if end > len(self.values):
            grown = np.empty((max(end, 2 * len(self.values)), self.values.shape[1]))
            grown[: self.used] = self.values[: self.used]
            self.values = grown
        self.values[self.used : end] = new
        self.used = end
