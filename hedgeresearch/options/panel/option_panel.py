"""Options by date with what became of each until the next date, as hedges of options need them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch.errors import DataError
from hedgeresearch.options.panel.arrays import Flags, PanelArrays
from hedgeresearch.options.panel.checks import (
    MOVES,
    QUOTES,
    check_contracts,
    check_prices,
    check_ranges,
    check_underlying,
    checked_columns,
    checked_dates,
    warn_of_other_prices,
)

MIN_EXPIRY = 5.0 / 365.0
"""Years to expiry below which an option is dropped."""
DELTA_RANGE = (0.05, 0.95)
"""Size of the delta outside of which an option is dropped."""


@exported_by("hedgeresearch.options")
@dataclass(frozen=True, eq=False, repr=False)
class OptionPanel:
    """Options of one underlying by date, each with its move to the next date.

    A row is one contract on one date. Its quotes are known on that date; its move, in the columns
    that begin with ``next_``, is known on the next date. Columns:

    ===================== ==============================================================
    date, next_date       of the quotes, and of the end of the move: the next date with
                          rows. ``next_date`` is needed on the last date only
    contract              name, once on each date
    kind                  "call" or "put"
    strike, forward       price of the underlying for the expiry of the contract
    expiry                years to expiry, actual/365
    volatility            implied volatility, annual fraction
    price                 undiscounted, in the currency of the forward
    next_forward          forward of the same contract on the next date
    next_price            price of the same contract on the next date
    next_volatility       implied volatility of the same contract on the next date
    ===================== ==============================================================

    The forwards of one date may differ by expiry, and within an expiry by the time of the quotes,
    but are of one underlying. Further columns are kept. Contracts that expire soon, those with a
    delta near zero or one, and those without a quote on the next date (NaN) are dropped and
    counted; on the last date, moves may be missing, as they are not known yet.

    Parameters
    ----------
    table : DataFrame (n_rows, n_columns), dates ascending
    min_expiry : float, years to expiry below which contracts are dropped, 5 / 365 by default
    delta_range : tuple of float, sizes of Black's forward delta outside of which they are dropped

    Attributes
    ----------
    dropped : Series, number of rows dropped by reason

    Raises
    ------
    DataError
        If a column is missing, a quote is missing or impossible (the row is named), a contract
        comes twice on a date, dates do not ascend, or moves do not end on the next date.

    Warns
    -----
    DataWarning
        If many prices are not those of their volatilities at the forward, such as prices in coin.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(n_dates=100, seed=1).panel
    >>> panel
    OptionPanel(3,600 options on 100 dates, 2000-01-03 to 2000-05-19)
    """

    table: pd.DataFrame
    min_expiry: float = MIN_EXPIRY
    delta_range: tuple[float, float] = DELTA_RANGE
    dropped: pd.Series[int] = field(init=False)
    arrays: PanelArrays = field(init=False)

    def __post_init__(self) -> None:
        table = _with_next_date(self.table)
        columns = checked_columns(table)
        arrays = PanelArrays.of(columns, *checked_dates(table))
        if arrays.n_moved == len(arrays.dates) and pd.isna(arrays.next_dates[-1]):
            raise DataError(
                f"next_date must say when the moves of the last date, {day(arrays.dates[-1])}, "
                "ended; it is missing. Add it, or leave these moves missing (NaN)."
            )
        check_prices(table, arrays)
        check_underlying(table, arrays)
        check_ranges(self.min_expiry, self.delta_range)
        kept, dropped = self._kept(arrays)
        if not kept.all():
            table = table.loc[kept].reset_index(drop=True)
            arrays = arrays.rows(kept)
        warn_of_other_prices(table, arrays)
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "dropped", dropped)
        object.__setattr__(self, "arrays", arrays)

    @classmethod
    def from_quotes(cls, quotes: pd.DataFrame, **settings: Any) -> OptionPanel:
        """Return the panel of quotes without moves, which are those of the same contract.

        Parameters
        ----------
        quotes : DataFrame with the columns date, contract, kind, strike, expiry, forward,
            volatility and price
        **settings
            ``min_expiry`` and ``delta_range``.

        Raises
        ------
        DataError
            As for the panel; or if a contract changes its kind or strike.

        Examples
        --------
        >>> import pandas as pd
        >>> from hedgeresearch.options import OptionPanel
        >>> rows = [
        ...     (pd.Timestamp("2024-05-20"), 0.2, 100.0, 0.25, 2.1),
        ...     (pd.Timestamp("2024-05-21"), 0.197, 99.0, 0.26, 2.5),
        ... ]
        >>> names = ["date", "expiry", "forward", "volatility", "price"]
        >>> quotes = pd.DataFrame(rows, columns=names)
        >>> panel = OptionPanel.from_quotes(quotes.assign(contract="P95", kind="put", strike=95.0))
        >>> panel.n_dates, len(panel.dates), panel.days(0, 1).n_dates
        (2, 2, 1)
        """
        if not isinstance(quotes, pd.DataFrame):
            raise DataError(f"quotes must be a DataFrame; got {type(quotes).__name__}.")
        absent = [column for column in QUOTES if column not in quotes.columns]
        if absent:
            raise DataError(f"quotes must have the columns {list(QUOTES)}; {absent} are missing.")
        changed = quotes.groupby("contract", sort=False)[["kind", "strike"]].nunique().gt(1)
        if changed.to_numpy().any():
            name = changed.index[int(changed.any(axis=1).to_numpy().argmax())]
            raise DataError(
                f"a contract must keep its kind and strike; {name!r} has several. Give each "
                "contract a name of its own."
            )
        check_contracts(quotes)
        dates = pd.Index(quotes["date"].unique())
        following = dict(pairwise(dates))
        table = quotes.assign(next_date=quotes["date"].map(following))
        later = quotes[["date", "contract", "forward", "price", "volatility"]].rename(
            columns={
                "date": "next_date",
                "forward": "next_forward",
                "price": "next_price",
                "volatility": "next_volatility",
            }
        )
        table = table.merge(later, on=["next_date", "contract"], how="left")
        return cls(table, **settings)

    def __repr__(self) -> str:
        dates = self.dates
        return (
            f"OptionPanel({len(self.table):,} options on {counted(len(dates), 'date')}, "
            f"{day(dates[0])} to {day(dates[-1])})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.table.head().to_html()}"

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates with rows, (n_dates,)."""
        return self.arrays.dates

    @property
    def n_dates(self) -> int:
        """Number of dates with rows."""
        return len(self.arrays.dates)

    def days(self, first: int, stop: int) -> OptionPanel:
        """Return the rows of the dates from position ``first`` to before ``stop``."""
        arrays = self.arrays.days(first, stop)
        rows = slice(self.arrays.starts[first], self.arrays.starts[stop])
        part = object.__new__(OptionPanel)
        # checked as a part of the whole
        for name, value in {**vars(self), "table": self.table.iloc[rows], "arrays": arrays}.items():
            object.__setattr__(part, name, value)
        return part

    def _kept(self, arrays: PanelArrays) -> tuple[Flags, pd.Series[int]]:
        """Return which rows are kept, (n_rows,), and how many are dropped by reason."""
        low, high = self.delta_range
        size = np.abs(arrays.delta)
        last = arrays.day_of_row == len(arrays.dates) - 1
        reasons = {
            "expires soon": arrays.expiry < self.min_expiry,
            "delta out of range": (size < low) | (size > high),
            "no quote on the next date": ~arrays.is_moved & ~last,
        }
        kept = np.ones(len(size), dtype=bool)
        counts = {}
        for reason, rows in reasons.items():
            counts[reason] = int((rows & kept).sum())
            kept &= ~rows
        if not kept.any():
            raise DataError(
                "no option is left: "
                + ", ".join(f"{number} {reason}" for reason, number in counts.items())
                + ". Check expiry (years), volatility (annual fractions) and the moves."
            )
        return kept, pd.Series(counts, name="rows dropped")


def as_panel(panel: Any) -> OptionPanel:
    """Return a panel, made from a table if it is one."""
    if isinstance(panel, OptionPanel):
        return panel
    if isinstance(panel, pd.DataFrame):
        return OptionPanel(panel)
    raise DataError(
        "panel must be an OptionPanel, or a DataFrame with its columns; got "
        f"{type(panel).__name__}. OptionPanel.from_quotes makes one from daily quotes."
    )


def _with_next_date(table: Any) -> pd.DataFrame:
    """Return the table with all columns, or refuse it."""
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"table must be a DataFrame; got {type(table).__name__}.")
    absent = [name for name in (*QUOTES, *MOVES) if name not in table.columns]
    if absent:
        raise DataError(
            f"table must have the columns {[*QUOTES, *MOVES]}; {absent} are missing. "
            "OptionPanel.from_quotes finds the moves of daily quotes."
        )
    if table.empty:
        raise DataError("table must have rows; got none.")
    if "next_date" in table.columns:
        return table
    dates = pd.Index(table["date"].unique())
    following = dict(pairwise(dates))
    return table.assign(next_date=table["date"].map(following))
