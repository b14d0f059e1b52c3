"""Columns of an option panel as arrays, with Black's delta and vega."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._kernels.options.black import black_deltas, black_vegas
from hedgeresearch.typing import Array, Indices

Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class PanelArrays:
    """Rows of an option panel, sorted by date.

    Attributes
    ----------
    dates : Index (n_dates,)
    next_dates : Index (n_dates,), ends of the moves; missing for the last date if it is not known
    starts : array (n_dates + 1,), first row of each date, and the number of rows
    sign : array (n_rows,), 1 for a call and -1 for a put
    strike, expiry, forward, volatility, price, next_forward, next_price, next_volatility :
        arrays (n_rows,)
    delta, vega : arrays (n_rows,), Black's forward delta and vega, undiscounted
    """

    dates: pd.Index[Any]
    next_dates: pd.Index[Any]
    starts: Indices
    sign: Array
    strike: Array
    expiry: Array
    forward: Array
    volatility: Array
    price: Array
    next_forward: Array
    next_price: Array
    next_volatility: Array
    delta: Array
    vega: Array

    @classmethod
    def of(
        cls,
        columns: dict[str, Array],
        dates: pd.Index[Any],
        next_dates: pd.Index[Any],
        starts: Indices,
    ) -> PanelArrays:
        """Return the arrays of checked columns, which are those named above but for the Greeks."""
        quote = [columns[name] for name in ("forward", "strike", "expiry", "volatility")]
        undiscounted = np.ones_like(columns["sign"])
        delta = np.empty_like(undiscounted)
        vega = np.empty_like(undiscounted)
        black_deltas(*quote, columns["sign"], undiscounted, delta)
        black_vegas(*quote, undiscounted, vega)
        return cls(
            dates=dates, next_dates=next_dates, starts=starts, delta=delta, vega=vega, **columns
        )

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.sign)

    @cached_property
    def day_of_row(self) -> Indices:
        """Position of the date of each row, (n_rows,)."""
        return np.repeat(np.arange(len(self.dates)), np.diff(self.starts))

    @cached_property
    def is_moved(self) -> Flags:
        """True for each row whose move is known, (n_rows,)."""
        known = np.isfinite(self.next_price) & np.isfinite(self.next_forward)
        return np.asarray(known & np.isfinite(self.next_volatility))

    @cached_property
    def n_moved(self) -> int:
        """Number of dates whose moves are known: all, or all but the last."""
        open_last = len(self.dates) > 0 and not self.is_moved[self.starts[-2] :].all()
        return len(self.dates) - int(open_last)

    def sums(self, values: Array) -> Array:
        """Return the sum of values (n_rows, ...) on each date, (n_dates, ...)."""
        return np.asarray(np.add.reduceat(values, self.starts[:-1], axis=0))

    def days(self, first: int, stop: int) -> PanelArrays:
        """Return the rows of the dates from position ``first`` to before ``stop``."""
        begin = self.starts[first]
        rows = slice(begin, self.starts[stop])
        starts = self.starts[first : stop + 1] - begin
        return self._of_rows(rows, self.dates[first:stop], self.next_dates[first:stop], starts)

    def rows(self, kept: Flags) -> PanelArrays:
        """Return the rows that are kept, a mask (n_rows,), and the dates that have any."""
        counts = self.sums(kept.astype(int))
        has_rows = counts > 0
        starts = np.concatenate([[0], counts[has_rows].cumsum()])
        return self._of_rows(kept, self.dates[has_rows], self.next_dates[has_rows], starts)

    def _of_rows(
        self, rows: Any, dates: pd.Index[Any], next_dates: pd.Index[Any], starts: Indices
    ) -> PanelArrays:
        values = vars(self)
        columns = {name: values[name][rows] for name in COLUMNS}
        return PanelArrays(dates=dates, next_dates=next_dates, starts=starts, **columns)


COLUMNS = tuple(one.name for one in fields(PanelArrays))[3:]
"""Names of the arrays (n_rows,)."""
