r"""The triangle of spot, dated future and perpetual: which pair pays on its collateral.

Held until the future expires, a time T away, with prices S, F and P and the final spot price S_T,
one coin of each leg gains, whatever S_T is,

.. math:: \text{spot: } S_T - S, \qquad \text{future: } S_T - F, \qquad
          \text{perpetual: } S_T - S - n f T

- A linear future of one coin is settled at S_T. Of an inverse one the face is F: it gains
  F (1/F - 1/S_T) coins, worth S_T - F.
- The perpetual is closed at the premium over spot at which it was opened, b = P / S - 1: of a
  linear one S / P coins are held, of an inverse one the face P. With f the funding per year, which
  longs pay, its notional n is S or P.

Collateral in coin counts at its value now; where no coins are held, its price risk is not hedged.

So each pair locks its profit in: spot against future F - S, spot against perpetual n f T, perpetual
against future F - S - n f T. What is left after costs of all trades, and interest on what is
borrowed, less the interest r K T that the collateral K would earn otherwise, is divided by the
collateral, per year:

.. math:: \frac{\text{profit} - \text{costs} - \text{interest}}{K \, T}

The funding of the time to expiry and the premium at the end are not known: funding is an argument,
and a premium that moves adds its change to the profit of pairs with the perpetual. The formulas are
ours; they follow from the payoffs of the contracts, and the cost-of-carry relation of the textbooks
is the case without costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import line_and_table
from hedgeresearch._validation.frames import index_kind
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.series import joined_series
from hedgeresearch.basis.triangle_legs import (
    Contract,
    Leg,
    check_kinds,
    contracts,
    future_leg,
    perpetual_leg,
    spot_leg,
)
from hedgeresearch.basis.triangle_terms import TriangleTerms
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.carry_rates import years_left
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.instruments.terms import on_clock_of
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.basis")
@dataclass(frozen=True, eq=False, repr=False)
class ArbitrageTriangle:
    """Profits of the pairs of spot, future and perpetual.

    Attributes
    ----------
    profits : DataFrame (n_dates, n_trades)
        Per year on the collateral, after costs and above the cash rate; columns name what is bought
        and what is sold. Positive ones can be executed.
    parts : mapping from trade to DataFrame (n_dates, 5)
        Shares of the spot price until expiry: gross, costs, interest on what is borrowed and at the
        cash rate on the collateral, and collateral; and the years that are left. A profit is gross
        - costs - interest, over collateral times years.
    contracts : DataFrame (n_dates, 2)
        Contracts of future and perpetual for each coin of spot.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> days = pd.DatetimeIndex(["2026-01-01", "2026-02-01"], tz="UTC")
    >>> prices = pd.DataFrame({"BTC": 100.0, "DATED": [102.0, 100.0], "PERP": 100.0}, days)
    >>> triangle = hr.basis.arbitrage_triangle(
    ...     prices,
    ...     hr.Spot("BTC", fee=0.001),
    ...     hr.LinearContract("DATED", 1, fee=0.0005, expiry=pd.Timestamp("2026-03-27")),
    ...     hr.LinearContract("PERP", 1, fee=0.0005, funding="8-hourly"),
    ...     funding=0.1,
    ... )
    >>> triangle.mispriced.index.tolist()
    ['buy DATED, sell PERP', 'buy BTC, sell PERP']
    >>> triangle.summary.loc["buy BTC, sell PERP", ["gross", "costs"]].round(4).to_dict()
    {'gross': 0.0148, 'costs': 0.003}
    >>> triangle.share_paying["buy BTC, sell DATED"].item()
    0.5
    >>> axes = triangle.plot()
    """

    profits: pd.DataFrame
    parts: Mapping[str, pd.DataFrame]
    contracts: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """Each trade at the last date: its parts, the profit per year, and whether it pays."""
        rows = {name: table.iloc[-1] for name, table in self.parts.items()}
        table = pd.DataFrame(rows).T
        table["per year on collateral"] = self.profits.iloc[-1]
        table["pays"] = table["per year on collateral"] > 0.0
        return table.sort_values("per year on collateral", ascending=False)

    @property
    def mispriced(self) -> pd.DataFrame:
        """Trades at the last date that pay, the best first; empty if there are none."""
        table = self.summary
        return table[table["pays"]]

    @property
    def share_paying(self) -> pd.Series[float]:
        """Share of the dates at which each trade pays."""
        return (self.profits > 0.0).mean().rename("share of dates")

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Draw the profits of the trades that pay at some date, and return the Axes.

        Where none does, that of the least loss is drawn.

        Parameters
        ----------
        ax : Axes; None draws on those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.
        """
        from hedgeresearch.plotting import plot_lines

        paying = self.profits.loc[:, (self.profits > 0.0).any()]
        if paying.empty:
            paying = self.profits[[self.profits.max().idxmax()]]
        axes = plot_lines(
            100.0 * paying, ylabel="after costs, % a year over cash\non the collateral", ax=ax
        )
        axes.axhline(0.0, color="0.6", linewidth=0.8)
        return shown(axes, interactive=interactive)

    def __repr__(self) -> str:
        best = self.profits.iloc[-1].idxmax()
        value = self.profits.iloc[-1].max()
        return (
            f"ArbitrageTriangle({len(self.profits)} dates, best now: {best}, {value:.1%} a year "
            "over cash)"
        )

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)


@exported_by("hedgeresearch.basis")
def arbitrage_triangle(
    prices: pd.DataFrame,
    spot: Spot,
    future: Contract,
    perpetual: Contract,
    *,
    funding: pd.Series[float] | float,
    terms: TriangleTerms | None = None,
) -> ArbitrageTriangle:
    """Return which pairs of spot, dated future and perpetual pay on their collateral after costs.

    Parameters
    ----------
    prices : DataFrame (n_dates, ...), positive prices at the same times in columns named as the
        instruments
    spot : Spot, with fee and half spread
    future : LinearContract or InverseContract with an expiry
    perpetual : LinearContract or InverseContract with funding
    funding : Series (n_dates,) or float, funding per year that is expected until the expiry, such
        as the column ``per_year`` of ``basis_history``
    terms : TriangleTerms, collateral and interest

    Returns
    -------
    ArbitrageTriangle
        Six trades; four where nothing can be borrowed.

    Raises
    ------
    DataError
        If a column or date is missing, prices are not positive, a date is not before the expiry, or
        an instrument is none of these or has no costs.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> day = pd.DatetimeIndex(["2026-01-01"], tz="UTC")
    >>> prices = pd.DataFrame({"BTC": 100.0, "DATED": 102.0, "PERP": 100.1}, day)
    >>> triangle = hr.basis.arbitrage_triangle(
    ...     prices,
    ...     hr.Spot("BTC", fee=0.001),
    ...     hr.InverseContract("DATED", 100, fee=0.0005, expiry=pd.Timestamp("2026-03-27")),
    ...     hr.LinearContract("PERP", 0.001, fee=0.0005, funding="8-hourly"),
    ...     funding=0.05,
    ... )
    >>> triangle
    ArbitrageTriangle(1 dates, best now: buy PERP, sell DATED, 14.6% a year over cash)
    """
    chosen = TriangleTerms() if terms is None else terms
    if not isinstance(chosen, TriangleTerms):
        raise DataError(f"terms must be TriangleTerms(...); got {chosen!r}.")
    check_kinds(spot, future, perpetual)
    table, dates = _joined(prices, (spot.name, future.name, perpetual.name))
    assert future.expiry is not None
    years = years_left(dates, on_clock_of(pd.Timestamp(future.expiry), dates[-1]))
    levels = table.div(table[spot.name], axis=0)
    paid = _funding_on(funding, table) * years
    legs = {
        spot.name: spot_leg(spot, len(dates)),
        future.name: future_leg(future, levels[future.name].to_numpy(), chosen),
        perpetual.name: perpetual_leg(perpetual, levels[perpetual.name].to_numpy(), paid, chosen),
    }
    parts = {
        f"buy {bought}, sell {sold}": _trade(legs, bought, sold, spot.name, years, chosen)
        for bought, sold in permutations(legs, 2)
        if sold != spot.name or chosen.borrow_rate is not None
    }
    profits = {name: _per_year(part) for name, part in parts.items()}
    return ArbitrageTriangle(
        pd.DataFrame(profits).set_axis(dates),
        {name: part.set_axis(dates) for name, part in parts.items()},
        pd.concat(
            [
                contracts(future, table[future.name], 1.0),
                contracts(perpetual, table[perpetual.name], 1.0 / levels[perpetual.name]),
            ],
            axis=1,
        ),
    )


def _per_year(part: pd.DataFrame) -> pd.Series[float]:
    """Return the profit of a trade after costs and interest, per year on its collateral."""
    net = part["gross"] - part["costs"] - part["interest"]
    return net / (part["collateral"] * part["years"])


def _trade(
    legs: Mapping[str, Leg],
    bought: str,
    sold: str,
    spot: str,
    years: Array,
    terms: TriangleTerms,
) -> pd.DataFrame:
    """Return gross profit, costs, interest and collateral of a pair, and the years of the trade.

    All but the years are shares of the spot price.
    """
    long = legs[bought]
    short = legs[sold]
    interest = np.zeros_like(years)
    if bought == spot:
        # coins that were paid for are the collateral of an inverse contract
        collateral = long.margin + (0.0 if short.in_coin else short.margin)
    elif sold == spot:
        collateral = long.margin + terms.borrow_margin
        interest = (terms.borrow_rate or 0.0) * years
    else:
        collateral = long.margin + short.margin
    return pd.DataFrame(
        {
            "gross": long.drift - short.drift,
            "costs": long.costs + short.costs,
            "interest": interest + terms.cash_rate * collateral * years,
            "collateral": collateral,
            "years": years,
        }
    )


def _funding_on(funding: Any, table: pd.DataFrame) -> Array:
    """Return funding per year on the dates of a table."""
    if not isinstance(funding, pd.Series):
        funding = pd.Series(funding, index=table.index)
    joined = joined_series({"prices": table.iloc[:, 0], "funding": funding})
    return np.asarray(joined["funding"].to_numpy())


def _joined(prices: Any, names: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DatetimeIndex]:
    """Return the prices of three instruments, which must be positive, and their dates."""
    if not isinstance(prices, pd.DataFrame) or not set(names) <= set(prices.columns):
        raise DataError(f"prices must be a DataFrame with the columns {list(names)}.")
    table = joined_series({name: prices[name] for name in names})
    if not isinstance(table.index, pd.DatetimeIndex):
        raise DataError(f"prices must be indexed by dates; got {index_kind(table.index)}.")
    check_positive_prices(table, "an arbitrage", "Pass prices in one currency.")
    return table, table.index
