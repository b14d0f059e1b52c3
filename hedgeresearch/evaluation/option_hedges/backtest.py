"""Out-of-sample results of hedges of options."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import line_and_table
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.overview import Comparison, compare_hedges
from hedgeresearch.evaluation.option_hedges.comparison import OptionComparison, compare_losses
from hedgeresearch.evaluation.option_hedges.gains import gain_intervals, gains_on
from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.options.panel.moves import Account
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNHEDGED = "unhedged"
BENCHMARK = "black"
PLOTS = ("gain", "cumulative")
MAX_GROUPS = 4
"""Groups of expiries, at most."""


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class OptionBacktest:
    """Out-of-sample errors of hedges of options, by option and by day.

    The error of an option is its move to the next day less that of its hedges, over the price of
    the future; the loss of a day is the sum of the squared errors of its options.

    Attributes
    ----------
    models : dict of hedges of options by name, Black's delta first
    table : DataFrame (n_rows, ...), rows of the panel that were hedged
    rows : PanelArrays, the same as arrays
    dates : Index (n_days,), on which the moves ended
    errors : DataFrame (n_rows, models), of the options themselves under "unhedged"
    net_ratios : dict of DataFrame (n_days, n_hedges) by model: ratios summed over the options
    traded : dict of DataFrame (n_days, n_hedges) by model: contracts traded, the entry on the first
        day included; where another option hedges than the day before, both are traded
    costs : DataFrame (n_days, models), of trading the summed ratios, per price of the future
    notes : DataFrame with the columns model, date, failed, note
    n_refits : int, of each model
    account : "dollar" or "coin"
    seed : int, of the bootstrap

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(160, kinds=("put",), seed=2).panel
    >>> models = {"hull_white": hr.hedges.HullWhiteDelta()}
    >>> backtest = hr.evaluation.walk_forward_options(models, panel, window=100, refit_every=60)
    >>> backtest
    OptionBacktest(2 models, 2,160 options on 60 days out of sample, to 2000-08-14)
    >>> backtest.summary.iloc[:, :3].round(4)
                gain on black  gain, lower  gain, upper
    model
    unhedged         -39.0609     -66.5429     -23.6053
    black              0.0000       0.0000       0.0000
    hull_white         0.0891      -0.0741       0.1994
    >>> backtest.losses.shape, backtest.book_returns.shape, backtest.net_returns.shape
    ((60, 3), (60, 3), (60, 3))
    >>> int(backtest.failed_refits.sum())
    0
    """

    models: dict[str, Any]
    table: pd.DataFrame
    rows: PanelArrays
    dates: pd.Index[Any]
    errors: pd.DataFrame
    net_ratios: dict[str, pd.DataFrame]
    traded: dict[str, pd.DataFrame]
    costs: pd.DataFrame
    notes: pd.DataFrame
    n_refits: int
    account: Account = "dollar"
    seed: int = 0

    def __repr__(self) -> str:
        days = counted(len(self.dates), "day")
        return (
            f"OptionBacktest({len(self.models)} models, {self.rows.n_rows:,} options on {days} out "
            f"of sample, to {day(self.dates[-1])})"
        )

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)

    @cached_property
    def losses(self) -> pd.DataFrame:
        """Squared errors summed by day, (n_days, models)."""
        squares = self.rows.sums(self.errors.to_numpy() ** 2)
        return pd.DataFrame(squares, self.dates, self.errors.columns)

    @property
    def book_returns(self) -> pd.DataFrame:
        """Errors summed by day, (n_days, models): the return of a book with one of each option.

        It is before costs, per price of the future.
        """
        sums = self.rows.sums(self.errors.to_numpy())
        return pd.DataFrame(sums, self.dates, self.errors.columns)

    @property
    def net_returns(self) -> pd.DataFrame:
        """``book_returns`` after the costs of trading, (n_days, models)."""
        return self.book_returns - self.costs

    @property
    def failed_refits(self) -> pd.Series[int]:
        """Number of failed refits of each model, (models,)."""
        failed = self.notes["model"][self.notes["failed"]].tolist()
        counts = {name: failed.count(name) for name in self.errors.columns}
        return pd.Series(counts, name="failed refits").rename_axis("model")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Main results of each model.

        The gain on Black is the share of his squared errors that is removed, with a 95% interval by
        the stationary bootstrap of whole days; "removed" is the share of the unhedged squares. The
        error is the root mean square of an option, per price of the future; "book volatility" that
        of the summed returns of a day, after costs. ``trades a day`` is the mean
        number of contracts that are traded after the first day, per day and option, and the mean
        cost is per day and option.
        """
        losses = self.losses
        totals = losses.sum()
        per_day = self.rows.n_rows / len(self.dates)
        trades = {name: 0.0 for name in self.errors.columns}
        for name, contracts in self.traded.items():
            trades[name] = float(contracts.iloc[1:].sum(axis=1).mean()) / per_day
        columns = {
            "gain on black": gains_on(losses, BENCHMARK),
            **gain_intervals(losses, BENCHMARK, self.seed),
            "removed": 1.0 - totals / totals[UNHEDGED],
            "error": np.sqrt(totals / self.rows.n_rows),
            "book volatility": self.net_returns.std(),
            "trades a day": pd.Series(trades),
            "mean cost": self.costs.mean() / per_day,
            "failed refits": self.failed_refits,
        }
        return pd.DataFrame(columns).rename_axis("model")

    # --- where it worked ---

    def by_delta(self, width: float = 0.2) -> pd.DataFrame:
        """Return the gain on Black by size of the delta, (buckets, models).

        Parameters
        ----------
        width : float in (0, 1], of the buckets

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> smiles = hr.options.simulate_smiles(160, kinds=("put",), seed=2)
        >>> models = {"hull_white": hr.hedges.HullWhiteDelta()}
        >>> walk = hr.evaluation.walk_forward_options
        >>> backtest = walk(models, smiles.panel, window=100, refit_every=60)
        >>> backtest.by_delta(0.5).round(3)
                  hull_white
        delta
        0 to 0.5       0.068
        0.5 to 1       0.108
        >>> backtest.by_expiry().round(3)
                        hull_white
        up to 30 days       -0.048
        up to 61 days        0.076
        up to 91 days        0.113
        up to 182 days       0.124
        >>> backtest.by_regime(smiles.regimes).round(3)
                hull_white
        regime
        0            0.089
        """
        if not 0.0 < width <= 1.0:
            raise DataError(f"width must lie in (0, 1]; got {width!r}.")
        edges = np.append(np.arange(0.0, 1.0 - width / 2.0, width), 1.0)
        bucket = np.clip(np.searchsorted(edges, np.abs(self.rows.delta)) - 1, 0, len(edges) - 2)
        names = [f"{low:.2g} to {high:.2g}" for low, high in pairwise(edges)]
        return self._by_group(np.array(names, dtype=object)[bucket], "delta")

    def by_expiry(self) -> pd.DataFrame:
        """Return the gain on Black by years to expiry, (groups, models): at most four groups."""
        different = np.unique(self.rows.expiry)
        ends = different
        if len(different) > MAX_GROUPS:
            shares = np.arange(1, MAX_GROUPS + 1) / MAX_GROUPS
            ends = np.unique(np.quantile(self.rows.expiry, shares, method="inverted_cdf"))
        groups = ends[np.searchsorted(ends, self.rows.expiry)]
        table = self._by_group(groups, "expiry")
        return table.set_axis([f"up to {365 * end:.0f} days" for end in table.index])

    def by_regime(self, regimes: pd.Series[Any]) -> pd.DataFrame:
        """Return the gain on Black by a label of each day, (labels, models).

        Parameters
        ----------
        regimes : Series by date, the label of the move that begins on it
        """
        starts = self.rows.dates
        absent = starts.difference(pd.Index(regimes.index))
        if len(absent):
            raise DataError(
                f"regimes must have a label for every day; {len(absent)} are missing, first "
                f"{day(absent[0])}."
            )
        labels = regimes.loc[starts].to_numpy()[self.rows.day_of_row]
        return self._by_group(labels, "regime")

    def _by_group(self, groups: Array, name: str) -> pd.DataFrame:
        squares = self.errors.drop(columns=UNHEDGED) ** 2
        totals = squares.groupby(pd.Series(groups, name=name)).sum()
        return 1.0 - totals.drop(columns=BENCHMARK).div(totals[BENCHMARK], axis=0)

    # --- whether it is better ---

    def compare(self, against: Hashable = BENCHMARK, **settings: Any) -> OptionComparison:
        """Test every model against one, by squared errors summed by day.

        Parameters
        ----------
        against : name of the model to compare with, Black's delta by default
        **settings
            ``size``, ``mcs_size``, ``n_bootstrap`` and ``seed`` as in ``compare_hedges``.

        Raises
        ------
        DataError
            If ``against`` is not a model of the backtest, or there are fewer than 20 days.

        Examples
        --------
        >>> from textwrap import fill
        >>> import hedgeresearch as hr
        >>> panel = hr.options.simulate_smiles(160, kinds=("put",), seed=2).panel
        >>> models = {"hull_white": hr.hedges.HullWhiteDelta()}
        >>> backtest = hr.evaluation.walk_forward_options(models, panel, window=100, refit_every=60)
        >>> backtest.compare().is_beaten
        False
        >>> print(fill(backtest.compare_books().conclusion, 80))
        Counting the one hedge tried against black, none is shown to be better at 5% (p
        = .11); at 10%, the model confidence set contains black, hull_white.
        """
        losses = self.losses.drop(columns=UNHEDGED)
        return compare_losses(losses, against, **({"seed": self.seed} | settings))

    def compare_books(
        self, against: Hashable = BENCHMARK, *, net: bool = True, **settings: Any
    ) -> Comparison:
        """Test the variance of a book with one of each option, after costs.

        Errors of options on one day add up or offset each other there, and costs count.

        Parameters
        ----------
        against : name of the model to compare with
        net : bool, whether costs are subtracted
        **settings
            Arguments of ``compare_hedges``.
        """
        returns = self.net_returns if net else self.book_returns
        return compare_hedges(returns, against, **({"seed": self.seed} | settings))

    def plot(
        self,
        kind: Literal["gain", "cumulative"] = "gain",
        ax: Axes | None = None,
        *,
        interactive: bool = False,
    ) -> Any:
        """Plot the gain of each model on Black's delta.

        Parameters
        ----------
        kind : "gain", with 95% intervals; "cumulative", the sum over the days so far of the squares
            that Black leaves more, as a share of all that he leaves
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> panel = hr.options.simulate_smiles(160, kinds=("put",), seed=2).panel
        >>> models = {"hull_white": hr.hedges.HullWhiteDelta()}
        >>> backtest = hr.evaluation.walk_forward_options(models, panel, window=100, refit_every=60)
        >>> backtest.plot().get_xlabel()
        "squares of Black's errors removed, % (95% interval)"
        """
        check_choice(kind, "kind", PLOTS)
        return shown(self._draw(kind, ax), interactive=interactive)

    def _draw(self, kind: str, ax: Axes | None) -> Axes:
        from hedgeresearch.plotting import plot_intervals, plot_lines

        if kind == "cumulative":
            losses = self.losses.drop(columns=UNHEDGED)
            saved = -losses.drop(columns=BENCHMARK).sub(losses[BENCHMARK], axis=0).cumsum()
            axes = plot_lines(
                100.0 * saved / losses[BENCHMARK].sum(),
                ylabel="squares saved against Black,\n% of Black's",
                note="out of sample",
                ax=ax,
            )
            axes.axhline(0.0, color="black", linewidth=0.8)
            return axes
        models = self.summary.drop(index=[UNHEDGED, BENCHMARK])
        return plot_intervals(
            100.0 * models["gain on black"],
            100.0 * models[["gain, lower", "gain, upper"]].to_numpy(),
            reference=0.0,
            xlabel="squares of Black's errors removed, % (95% interval)",
            note="out of sample",
            ax=ax,
        )
