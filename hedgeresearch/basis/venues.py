r"""Two venues for one thing: when their prices differ by more than it costs to use it.

With prices A and B of the same thing at two venues, costs a and b of a trade as shares of its
value, and a cost t of moving the thing, buying at B and selling at A pays while

.. math:: \frac{A}{B} > \frac{1 + n b + t}{1 - n a}

with n = 1 where what is bought is delivered to the other venue, and n = 2 where both positions are
closed again once the prices have met; and the other way round. Between both bounds there is no
arbitrage. Differences between venues for bitcoin, and what they cost to use, are studied by Makarov
and Schoar (2020), Journal of Financial Economics 135.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import line_and_table
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.series import joined_series
from hedgeresearch._validation.settings import check_not_negative
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.basis")
@dataclass(frozen=True, eq=False, repr=False)
class ArbitrageBand:
    """Difference of two prices, and the band in which it does not pay to use it.

    Attributes
    ----------
    table : DataFrame (n_dates, 3)
        difference (first price / second - 1), profit (share of what is bought that is left after
        costs, 0.0 within the band) and buy (name of what is bought, "" within the band).
    lower, upper : edges of the band of the difference
    names : of both

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2026-03-02", periods=4)
    >>> prices = pd.DataFrame({"A": [100.0, 101.0, 102.0, 99.0], "B": 100.0}, dates)
    >>> here, there = hr.Spot("A", fee=0.001), hr.Spot("B", fee=0.002)
    >>> band = hr.basis.arbitrage_band(prices, here, there)
    >>> band.share_outside, band.episodes["buy"].tolist(), band.episodes["n_dates"].tolist()
    (0.75, ['B', 'A'], [2, 1])
    >>> round(float(band.summary["best profit"]), 4)
    0.014
    >>> axes = band.plot()
    """

    table: pd.DataFrame
    lower: float
    upper: float
    names: tuple[str, str]

    @property
    def share_outside(self) -> float:
        """Share of the dates at which using the difference pays."""
        return float((self.table["profit"] > 0.0).mean())

    @property
    def episodes(self) -> pd.DataFrame:
        """Times outside the band, one after the other: start, end, n_dates, buy and best profit."""
        buy = self.table["buy"]
        part = (buy != buy.shift()).cumsum()
        rows = [
            {
                "start": rows.index[0],
                "end": rows.index[-1],
                "n_dates": len(rows),
                "buy": rows["buy"].iloc[0],
                "best profit": rows["profit"].max(),
            }
            for _, rows in self.table[buy != ""].groupby(part[buy != ""])
        ]
        columns = ["start", "end", "n_dates", "buy", "best profit"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def summary(self) -> pd.Series[float]:
        """Edges of the band, mean and extreme differences, share of dates outside, best profit."""
        difference = self.table["difference"]
        values = {
            "lower": self.lower,
            "upper": self.upper,
            "mean difference": difference.mean(),
            "lowest difference": difference.min(),
            "highest difference": difference.max(),
            "share outside": self.share_outside,
            "best profit": self.table["profit"].max(),
        }
        return pd.Series(values, name=f"{self.names[0]} against {self.names[1]}")

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Draw the difference and the band in basis points, and return the Axes.

        Parameters
        ----------
        ax : Axes; None draws on those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.
        """
        from hedgeresearch.plotting import plot_lines

        lines = 1e4 * self.table[["difference"]]
        axes = plot_lines(lines, ylabel=f"{self.names[0]} over {self.names[1]}, bp", ax=ax)
        axes.axhspan(1e4 * self.lower, 1e4 * self.upper, color="0.85", zorder=0)
        return shown(axes, interactive=interactive)

    def __repr__(self) -> str:
        return (
            f"ArbitrageBand({self.names[0]} over {self.names[1]}: {1e4 * self.lower:.1f} to "
            f"{1e4 * self.upper:.1f} bp, outside at {self.share_outside:.1%} of "
            f"{len(self.table):,} dates)"
        )

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)


@exported_by("hedgeresearch.basis")
def arbitrage_band(
    prices: pd.DataFrame, first: Terms, second: Terms, *, transfer: float | None = None
) -> ArbitrageBand:
    """Return when two prices of the same thing differ by more than trading both costs.

    Parameters
    ----------
    prices : DataFrame (n_dates, ...), positive prices of both in one currency at the same times, in
        columns named as the instruments
    first, second : instruments, whose fees and half spreads are the costs
    transfer : float >= 0, share of the value that delivering what was bought to the other venue
        costs; None closes both positions again once prices have met, and pays costs twice

    Returns
    -------
    ArbitrageBand

    Raises
    ------
    DataError
        If a column is missing, prices are not positive, both instruments have one name, or one has
        a fee per contract, no costs, or costs of half of its value.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> prices = pd.DataFrame(
    ...     {"A": [100.0, 100.4, 99.0], "B": [100.0, 100.0, 100.0]},
    ...     pd.date_range("2026-03-02", periods=3),
    ... )
    >>> band = hr.basis.arbitrage_band(prices, hr.Spot("A", fee=0.001), hr.Spot("B", fee=0.002))
    >>> band
    ArbitrageBand(A over B: -59.9 to 60.1 bp, outside at 33.3% of 3 dates)
    >>> band.table["buy"].tolist()
    ['', '', 'A']
    """
    shares = [cost_share_of(one) for one in (first, second)]
    if first.name == second.name:
        raise DataError(f"first and second must be two instruments; both are {first.name!r}.")
    table = joined_series({one.name: _column(prices, one) for one in (first, second)})
    check_positive_prices(table, "an arbitrage", "Pass prices in one currency.")
    if transfer is not None:
        check_not_negative(transfer, "transfer", remedy="Zero delivers for nothing.")
    times = 1.0 if transfer is not None else 2.0
    costs = [times * share for share in shares]
    move = transfer or 0.0
    upper = (1.0 + costs[1] + move) / (1.0 - costs[0])
    lower = (1.0 - costs[1]) / (1.0 + costs[0] + move)
    ratio = table[first.name].to_numpy() / table[second.name].to_numpy()
    sold_first = _profit(ratio, costs[0], costs[1] + move)
    sold_second = _profit(1.0 / ratio, costs[1], costs[0] + move)
    # with rebates both directions may pay
    profit = np.maximum(np.maximum(sold_first, sold_second), 0.0)
    better = np.where(sold_first >= sold_second, second.name, first.name)
    buy = np.where(profit > 0.0, better, "")
    columns = {"difference": ratio - 1.0, "profit": profit, "buy": buy}
    whole = pd.DataFrame(columns, index=table.index)
    return ArbitrageBand(whole, lower - 1.0, upper - 1.0, (first.name, second.name))


def cost_share_of(instrument: Terms) -> float:
    """Return fee and half spread of an instrument, which must be known as shares."""
    if not isinstance(instrument, Terms):
        raise DataError(f"Instruments such as Spot('A', fee=0.001) are needed; got {instrument!r}.")
    if instrument.fee_per_contract:
        raise DataError(
            f"{instrument.name!r} has a fee per contract. Pass it as a share of the value, fee=."
        )
    if not instrument.has_costs:
        raise DataError(
            f"{instrument.name!r} has no fee and no half spread: everything would look like "
            "arbitrage. Pass fee=, zero if there is none."
        )
    if not instrument.cost_share < 0.5:
        raise DataError(f"Costs of {instrument.name!r} must be below half of its value.")
    return instrument.cost_share


def _column(prices: Any, instrument: Terms) -> Any:
    """Return the prices of an instrument."""
    if not isinstance(prices, pd.DataFrame) or instrument.name not in prices:
        raise DataError(f"prices must be a DataFrame with a column {instrument.name!r}.")
    return prices[instrument.name]


def _profit(ratio: Array, sale: float, purchase: float) -> Array:
    """Return what is left of each unit bought: proceeds less costs of the sale and the purchase."""
    return ratio * (1.0 - sale) - 1.0 - purchase
