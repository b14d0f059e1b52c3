"""Out-of-sample results of hedges of a liquidity position."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch._shown_table import line_and_table
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.onchain.position import PoolPosition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNHEDGED = "unhedged"
COSTS = ("trading", "gas")
PLOTS = ("cumulative", "parts", "contracts")


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class PoolBacktest:
    """Out-of-sample gains of hedges of one liquidity position, in quote tokens.

    Attributes
    ----------
    position : PoolPosition, the same over all dates
    models : dict of hedge models by name, whose ratios were estimated
    prices : Series (n_dates,), of the base token
    ratios : DataFrame (n_dates, models x hedges), columns by (model, hedge); each date's ratio was
        made before that date
    contracts : dict of DataFrame (n_dates, n_hedges) by hedge: what is sold short over each date
    parts : dict of DataFrame (n_dates, 6) by hedge: what each date has brought by the ``position``,
        its ``fees``, the ``hedge`` and its ``funding``; costs of ``trading`` and ``gas`` are losses
    gamma_losses : Series (n_dates,), what the position has brought over each date beyond the tokens
        that it held at the date before; a loss is negative, as in ``parts``
    notes : DataFrame with the columns model, date, failed, note
    n_refits : int, of each model

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import hedgeresearch as hr
    >>> rng = np.random.default_rng(0)
    >>> dates = pd.date_range("2026-01-01", periods=600, freq="1h", tz="UTC", name="date")
    >>> steps = 0.005 * rng.standard_normal((2, 600))
    >>> pool = pd.Series(2_000.0 * np.exp(steps[0].cumsum()), dates, name="WETH")
    >>> perpetual = pool.to_frame("PERP") * np.exp(0.1 * steps[1])[:, None]
    >>> position = hr.onchain.PoolPosition.of_value(1e5, 2_000.0, 1_500.0, 2_500.0, "WETH", "USDC")
    >>> backtest = hr.evaluation.walk_forward_pool(position, pool, perpetual, window=300)
    >>> backtest
    PoolBacktest(4 hedges of WETH/USDC, 299 dates out of sample, to 2026-01-25 23:00 UTC)
    >>> backtest.gains.shape, backtest.hedged_moves.shape
    ((299, 4), (299, 4))
    >>> backtest.summary["variance removed"].round(2).to_dict()
    {'unhedged': 0.0, 'static': 0.98, 'naive': 0.98, 'ols': 0.98}
    >>> backtest.conclusion[:40]
    "The gains vary least with 'ols', which r"
    >>> type(backtest.plot()).__name__
    'Axes'
    """

    position: PoolPosition
    models: dict[str, HedgeModel]
    prices: pd.Series[float]
    ratios: pd.DataFrame
    contracts: dict[str, pd.DataFrame]
    parts: dict[str, pd.DataFrame]
    gamma_losses: pd.Series[float]
    notes: pd.DataFrame
    n_refits: int

    def __repr__(self) -> str:
        dates = self.prices.index
        return (
            f"PoolBacktest({counted(len(self.parts), 'hedge')} of {self.position.base}/"
            f"{self.position.quote}, {len(dates)} dates out of sample, to {day(dates[-1])})"
        )

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)

    @cached_property
    def gains(self) -> pd.DataFrame:
        """Gains of each hedge by date, with fees and after all costs, (n_dates, hedges)."""
        return pd.DataFrame({name: part.sum(axis=1) for name, part in self.parts.items()})

    @cached_property
    def hedged_moves(self) -> pd.DataFrame:
        """Gains of the position and of each hedge alone, (n_dates, hedges).

        Without fees, funding and costs: what the variance removed is measured by.
        """
        return pd.DataFrame(
            {name: part["position"] + part["hedge"] for name, part in self.parts.items()}
        )

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Main results of each hedge.

        The share of variance removed is that of the position's moves, NaN without any. Gains are
        sums over all dates, in quote tokens: ``gain`` is the sum of the parts that follow it. The
        volatility is that of a date's gain, the drawdown the largest fall of the sum of gains.
        ``trades`` counts dates with one.
        """
        moves = self.hedged_moves.var()
        totals = pd.DataFrame({name: part.sum() for name, part in self.parts.items()}).T
        summed = self.gains.cumsum()
        fall = summed.cummax().clip(lower=0.0) - summed
        columns = {
            "variance removed": 1.0 - moves / moves[UNHEDGED],
            "gain": self.gains.sum(),
            **{name: totals[name] for name in totals.columns},
            "volatility": self.gains.std(),
            "drawdown": fall.max(),
            "trades": pd.Series({name: self._n_trades(name) for name in self.parts}),
        }
        return pd.DataFrame(columns).rename_axis("hedge")

    @property
    def conclusion(self) -> str:
        """The best hedge by volatility after costs, and what is left by it, in words.

        Without moves of the position, that there is nothing to hedge.
        """
        if not self.hedged_moves[UNHEDGED].var() > 0.0:
            return (
                "There is nothing to hedge: the value of the position does not move, as above all "
                f"of its ranges. In {self.position.quote}: "
                f"{self.parts[UNHEDGED]['fees'].sum():+,.0f} of fees."
            )
        table = self.summary.drop(index=UNHEDGED)
        best = str(table["volatility"].idxmin())
        row = table.loc[best]
        gamma = float(self.gamma_losses.sum())
        left = row["position"] + row["hedge"] - gamma
        return (
            f"The gains vary least with {best!r}, which removes {row['variance removed']:.1%} of "
            f"the variance. In {self.position.quote}: {row['fees']:+,.0f} of fees, {gamma:+,.0f} "
            f"by gamma, {left:+,.0f} of moves that are left, {row['funding']:+,.0f} of funding, "
            f"{row[list(COSTS)].sum():+,.0f} for trades; together {row['gain']:+,.0f}."
        )

    def _n_trades(self, name: str) -> int:
        """Return the number of dates on which a hedge is traded."""
        held = self.contracts[name].to_numpy()
        changes = np.diff(held, axis=0, prepend=np.zeros((1, held.shape[1])))
        return int((changes != 0.0).any(axis=1).sum())

    def plot(
        self,
        kind: Literal["cumulative", "parts", "contracts"] = "cumulative",
        hedge: str | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Plot gains or holdings over time.

        Parameters
        ----------
        kind : "cumulative", the sum of gains of each hedge; "parts", that of each part of one
            hedge; "contracts", what each hedge is short
        hedge : name of the hedge whose parts are plotted
        ax : Axes, by default those of a new figure

        Raises
        ------
        DataError
            If the kind is none, or no hedge has the name.
        """
        from hedgeresearch.plotting import plot_lines

        check_choice(kind, "kind", PLOTS)
        quote = self.position.quote
        note = "out of sample"
        if kind == "contracts":
            held = {name: one.sum(axis=1) for name, one in self.contracts.items()}
            lines = pd.DataFrame(held).drop(columns=UNHEDGED)
            return plot_lines(lines, ylabel="contracts sold short", note=note, ax=ax)
        if kind == "cumulative":
            colors = {UNHEDGED: "0.6"}
            return plot_lines(
                self.gains.cumsum(),
                ylabel=f"sum of gains, {quote}",
                note=note,
                references=colors,
                ax=ax,
            )
        if hedge not in self.parts:
            raise DataError(f"hedge must be one of {', '.join(self.parts)}; got {hedge!r}.")
        return plot_lines(
            self._shown_parts(hedge), ylabel=f"sum since the start, {quote}", note=note, ax=ax
        )

    def _shown_parts(self, hedge: str) -> pd.DataFrame:
        """Return the sums of the parts of a hedge, the moves of position and contracts as one."""
        part = self.parts[hedge]
        columns = {
            "fees": part["fees"],
            "gamma": self.gamma_losses,
            "delta left": part["position"] + part["hedge"] - self.gamma_losses,
            "funding": part["funding"],
            "trades": part[list(COSTS)].sum(axis=1),
            "all": self.gains[hedge],
        }
        return pd.DataFrame(columns).cumsum()
