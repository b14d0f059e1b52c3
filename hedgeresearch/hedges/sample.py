"""The observations behind a hedge fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from hedgeresearch._containers.growing_table import GrowingTable
from hedgeresearch._containers.lazy_table import Dates, changed
from hedgeresearch._exports import exported_by
from hedgeresearch._spacing import Spacing, spacing_of
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True, eq=False)
class Sample:
    """Observations that a hedge was estimated from, and those that it has been extended over.

    Attributes
    ----------
    asset : str
        Name of the asset.
    rows : GrowingTable (n_rows, 1 + n_hedges)
        All observations in the order of their dates, the asset first: returns, or prices for a
        model of prices.
    n_estimation : int
        Number of rows in the estimation sample; they are the first rows.
    end : date
        Date of the last row of the estimation sample.
    last_date : date
        Date of the last row.
    returns_kind : {"simple", "log", "difference"} or None
        Kind of the returns, as recorded by ``hr.returns``.
    dates : Index (n_estimation,)
        Dates of the estimation sample.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.hedges import Sample
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns[["asset", "hedge"]]
    >>> past, new = returns.iloc[:400], returns.iloc[400:]
    >>> sample = Sample.of(past, "simple").append(new)
    >>> len(sample.estimation_rows()), sample.last_date == new.index[-1]
    (400, True)
    >>> sample.spacing.describe(2)
    'the next 2 business days'
    >>> Sample.of(past, None).append_array(new.to_numpy(), new.index).n_estimation
    400
    """

    asset: Any
    rows: GrowingTable
    n_estimation: int
    end: Any
    last_date: Any
    returns_kind: str | None = None
    dates: pd.Index[Any] = field(default_factory=pd.RangeIndex)

    @classmethod
    def of(cls, frame: pd.DataFrame, returns_kind: str | None) -> Sample:
        """Return the sample of a frame (n_dates, 1 + n_hedges), the asset first."""
        dates = frame.index
        last_date = dates[-1]
        rows = GrowingTable.of(frame)
        return cls(rows.names[0], rows, len(frame), last_date, last_date, returns_kind, dates)

    @cached_property
    def spacing(self) -> Spacing:
        """Time between observations of the estimation sample."""
        return spacing_of(self.dates)

    def append(self, frame: pd.DataFrame) -> Sample:
        """Return this sample with the rows of later dates."""
        return self.append_array(frame.to_numpy(), frame.index)

    def append_array(self, values: Array, dates: Dates, last_date: Any = None) -> Sample:
        """Return this sample with the rows (n_new, 1 + n_hedges) of later dates.

        ``last_date`` is the last of them, where it is known: pandas needs long to find it.
        """
        last = dates[-1] if last_date is None else last_date
        longer: Sample = changed(self, rows=self.rows.append(values), last_date=last)
        return longer

    def estimation_rows(self) -> pd.DataFrame:
        """Return the estimation sample, (n_estimation, 1 + n_hedges), its rows numbered."""
        return self.rows.frame().iloc[: self.n_estimation]
