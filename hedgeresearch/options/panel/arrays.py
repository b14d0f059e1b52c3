"""Columns of an option panel as arrays, with Black's delta and vega."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._kernels.black import black_deltas, black_vegas
from hedgeresearch.typing import Array, Indices

Flags = np.ndarray[Any, np.dtype[np.bool_]]
ROW_COLUMNS = (
    "strike",
    "expiry",
    "forward",
    "volatility",
    "price",
    "next_forward",
    "next_price",
    "next_volatility",
)


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
    def of(cls, table: pd.DataFrame, starts: Indices) -> PanelArrays:
        """Return the arrays of a checked table, whose dates begin at the rows ``starts``."""
        columns = {name: table[name].to_numpy(dtype=float) for name in ROW_COLUMNS}
        sign = np.where(table["kind"].to_numpy() == "call", 1.0, -1.0)
        quote = [columns[name] for name in ("forward", "strike", "expiry", "volatility")]
        undiscounted = np.ones(len(table))
        delta = np.empty(len(table))
        vega = np.empty(len(table))
        black_deltas(*quote, sign, undiscounted, delta)
        black_vegas(*quote, undiscounted, vega)
        firsts = starts[:-1]
        return cls(
            dates=pd.Index(table["date"].iloc[firsts], name="date"),
            next_dates=pd.Index(table["next_date"].iloc[firsts], name="date"),
            starts=starts,
            sign=sign,
            delta=delta,
            vega=vega,
            **columns,
        )

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.sign)

    @property
    def day_of_row(self) -> Indices:
        """Position of the date of each row, (n_rows,)."""
        return np.repeat(np.arange(len(self.dates)), np.diff(self.starts))

    @property
    def is_moved(self) -> Flags:
        """True for each row whose move is known, (n_rows,)."""
        known = np.isfinite(self.next_price) & np.isfinite(self.next_forward)
        return np.asarray(known & np.isfinite(self.next_volatility))

    @property
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
        by_date: dict[str, Any] = {"dates": dates, "next_dates": next_dates, "starts": starts}
        values = vars(self)
        for one in fields(self):
            if one.name not in by_date:
                by_date[one.name] = values[one.name][rows]
        return PanelArrays(**by_date)
