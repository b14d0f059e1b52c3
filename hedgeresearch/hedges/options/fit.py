"""The fit that every hedge of options returns."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch._validation.probabilities import check_confidence
from hedgeresearch.errors import DataError
from hedgeresearch.options.panel.moves import moves_of
from hedgeresearch.options.panel.option_panel import OptionPanel, as_panel
from hedgeresearch.typing import Array, Indices

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True, eq=False, repr=False)
class OptionHedgeFit:
    """Hedge ratios of each option of a panel.

    A positive ratio means a short position in the hedge against one long option: in the future per
    unit of the underlying, in another option per contract. The ratio of a row uses its own quotes,
    which are known on its date, and moves that ended on that date or before; over the estimation
    sample the parameters are those of the whole sample.

    Attributes
    ----------
    model : hedge of options
        The settings that were fitted.
    panel : OptionPanel
        Rows of the path: those of the estimation, or of the last extension.
    ratios : array (n_rows, n_hedges)
        ``ratio`` without labels.
    sample_end : date
        Last date of the estimation sample.
    errors : array (n_contracts, n_hedges) or None
        Standard errors of the ratios of the last date; None for a model without them.
    hedge_rows : array (n_dates, n_hedges - 1) or None
        Rows of the options that hedge the others on each date; None if the future alone does.
    state : object
        State from which the model continues; private to the model.
    detail : VolatilityResponse or None
        Results that only one family of hedges has.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(120, kinds=("put",), seed=2).panel
    >>> fit = hr.hedges.HullWhiteDelta().fit(panel.days(0, 100))
    >>> fit
    OptionHedgeFit(HullWhiteDelta(), 100 dates to 2000-05-19, 3,600 options)
    >>> later = fit.extend(panel.days(100, 110))
    >>> later.next_ratio.head(2).round(3)
                 future
    contract
    put 21d 0.1  -0.144
    put 21d 0.2  -0.247
    >>> later.standard_errors.head(2).round(3)
                 future
    contract
    put 21d 0.1   0.006
    put 21d 0.2   0.009
    >>> later.conf_int().head(2).round(3)
                future
                 lower  upper
    contract
    put 21d 0.1 -0.157 -0.131
    put 21d 0.2 -0.265 -0.228
    >>> fit.summary.round(3)
                response  standard error
    kind delta
    put  -0.1     -0.112           0.032
         -0.3     -0.115           0.032
         -0.5     -0.123           0.033
         -0.7     -0.136           0.032
         -0.9     -0.154           0.032
    """

    model: Any
    panel: OptionPanel
    ratios: Array
    sample_end: Any
    errors: Array | None = None
    hedge_rows: Indices | None = None
    state: Any = None
    detail: Any = None

    def __repr__(self) -> str:
        rows = f"{self.panel.n_dates} dates to {day(self.last_date)}"
        return f"OptionHedgeFit({describe(self.model)}, {rows}, {len(self.ratios):,} options)"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.summary.to_html()}"

    @property
    def hedges(self) -> list[str]:
        """Names of the hedges.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> panel = hr.options.simulate_smiles(60, kinds=("put",), seed=2).panel
        >>> fit = hr.hedges.DeltaHedge().fit(panel)
        >>> fit.hedges, int(fit.dropped.sum()), str(fit.last_date)
        (['future'], 0, '2000-03-24 00:00:00')
        >>> fit.ratio.shape, fit.hedging_errors.shape
        ((2160, 1), (2160,))
        """
        return list(self.model.traits.hedges)

    @property
    def last_date(self) -> Any:
        """Last date of the path."""
        return self.panel.dates[-1]

    @property
    def dropped(self) -> pd.Series[int]:
        """Number of rows that the panel dropped, by reason."""
        return self.panel.dropped

    @cached_property
    def ratio(self) -> pd.DataFrame:
        """Ratio of each row, (n_rows, n_hedges), by date and contract."""
        return self._by_row(self.ratios)

    @property
    def next_ratio(self) -> pd.DataFrame:
        """Ratios of the last date, to hold until the next one, (n_contracts, n_hedges)."""
        return self._table_of_last_date(self.ratios[self.panel.arrays.starts[-2] :])

    @property
    def standard_errors(self) -> pd.DataFrame:
        """Standard errors of the ratios of the last date, (n_contracts, n_hedges).

        Raises
        ------
        DataError
            If the model has none, as one that estimates nothing.
        """
        if self.errors is None:
            raise DataError(f"{describe(self.model)} has no standard errors.")
        return self._table_of_last_date(self.errors)

    def conf_int(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return intervals of the ratios of the last date, columns by (hedge, lower or upper).

        Parameters
        ----------
        confidence : float in [0.5, 1), probability that an interval covers the ratio

        Raises
        ------
        DataError
            If the model has no standard errors.
        """
        from scipy.special import ndtri

        check_confidence(confidence)
        half = float(ndtri(0.5 + confidence / 2.0)) * self.standard_errors
        ends = {"lower": self.next_ratio - half, "upper": self.next_ratio + half}
        return pd.concat(ends, axis=1).swaplevel(axis=1).sort_index(axis=1)

    @cached_property
    def hedging_errors(self) -> Array:
        """Move of each option less that of its hedges, per price of the future, (n_rows,).

        It is in the account of the hedge; NaN where the move is not known.
        """
        rows = self.panel.arrays
        moves = moves_of(rows, self.model.traits.account)
        errors = moves.option - self.ratios[:, 0] * moves.future
        if self.hedge_rows is not None:
            of_options = moves.option[self.hedge_rows[rows.day_of_row]]
            errors = errors - (self.ratios[:, 1:] * of_options).sum(axis=1)
        return np.asarray(errors)

    @property
    def summary(self) -> pd.DataFrame:
        """Results of the estimation; the ratios of the last date where nothing is estimated."""
        if self.detail is None:
            return self.next_ratio
        summary: pd.DataFrame = self.detail.summary
        return summary

    def extend(self, panel: OptionPanel | pd.DataFrame) -> OptionHedgeFit:
        """Return ratios over later dates with the same parameters.

        Parameters
        ----------
        panel : OptionPanel, or a table with its columns; it begins with the date after the last one
            whose moves are known to the fit

        Raises
        ------
        DataError
            If the dates do not follow.
        """
        later = as_panel(panel)
        self._check_follows(later)
        return self.advance(later)

    def advance(self, panel: OptionPanel) -> OptionHedgeFit:
        """Extend over the rows of a panel that is known to follow.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> panel = hr.options.simulate_smiles(60, kinds=("put",), seed=2).panel
        >>> fit = hr.hedges.DeltaHedge().fit(panel.days(0, 50))
        >>> fit.advance(panel.days(50, 60)).next_ratio.head(2).round(3)
                     future
        contract
        put 21d 0.1  -0.122
        put 21d 0.2  -0.214
        """
        later: OptionHedgeFit = self.model.advance(self, panel)
        return later

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot the ratio of the future less Black's forward delta against it, on the last date.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> panel = hr.options.simulate_smiles(60, kinds=("put",), seed=2).panel
        >>> hr.hedges.DeltaHedge().fit(panel).plot().get_ylabel()
        "ratio less Black's delta"
        """
        from hedgeresearch.plotting import plot_lines

        rows = self.panel.days(self.panel.n_dates - 1, self.panel.n_dates).arrays
        difference = self.ratios[-rows.n_rows :, 0] - rows.delta
        lines = {}
        for years in np.unique(rows.expiry):
            some = np.flatnonzero(rows.expiry == years)
            some = some[np.argsort(rows.delta[some])]
            name = f"{years * 365:.0f} days"
            lines[name] = pd.Series(difference[some], rows.delta[some], name=name)
        first, *others = lines.values()
        settings: dict[str, Any] = {
            "ylabel": "ratio less Black's delta",
            "note": day(self.last_date),
        }
        axes = plot_lines(first.to_frame(), ax=ax, **settings)
        for line in others:
            plot_lines(line.to_frame(), ax=axes, **settings)
        axes.set_xlabel("Black's forward delta")
        return axes

    def _check_follows(self, later: OptionPanel) -> None:
        rows = self.panel.arrays
        is_closed = rows.n_moved == len(rows.dates)
        expected = rows.next_dates[-1] if is_closed else rows.dates[-1]
        if later.dates[0] == expected:
            return
        raise DataError(
            f"new rows must begin on {day(expected)}, the date after the last known move; they "
            f"begin on {day(later.dates[0])}. Pass every date once, in order."
        )

    def _by_row(self, values: Array) -> pd.DataFrame:
        table = self.panel.table
        index = pd.MultiIndex.from_arrays(
            [table["date"], table["contract"]], names=["date", "contract"]
        )
        return pd.DataFrame(values, index=index, columns=self.hedges)

    def _table_of_last_date(self, values: Array) -> pd.DataFrame:
        first = self.panel.arrays.starts[-2]
        contracts = pd.Index(self.panel.table["contract"].iloc[first:], name="contract")
        return pd.DataFrame(values, index=contracts, columns=self.hedges)
