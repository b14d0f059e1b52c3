r"""Stress of a basis trade: what it loses, and must add as collateral, when the basis widens.

A holding of q coins against a short contract earns the basis as it closes, and loses by its price
now where it widens. The stress is a return of the basis b = F / S - 1 to a quantile of its past,
together with no move of the price, a rise and a fall. With the exit prices S_1 and
F_1 = S_1 (1 + b_q) each leg is valued by its own contract: an inverse one pays, and is margined, in
coins. A leg calls for what its equity lacks of the margin it must hold,

.. math:: \text{call} = \max(0, m \cdot \text{value} - \text{equity})

The trade as a whole can be solvent while one of its legs is not, because a gain of one leg is not
collateral of the other. An inverse contract has the coins themselves as collateral, but only what
they are worth at the exit beyond the loan and their own margin. Funding liquidity that ends such
trades is the subject of Brunnermeier and Pedersen (2009), Review of Financial Studies 22.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import percent, quantity
from hedgeresearch._interactive import shown
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.series import joined_series
from hedgeresearch._validation.settings import check_at_least, check_between, check_not_negative
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.typing import Array

MIN_DATES = 30
"""Minimum number of dates from which quantiles are taken."""


@exported_by("hedgeresearch.basis")
@dataclass(frozen=True)
class TradeTerms:
    """A basis trade: coins held against a contract that is sold. The reverse is not covered.

    Parameters
    ----------
    units : float > 0, coins held
    collateral : float >= 0, deposited for the contract, in the currency of its payoff: coins for an
        inverse contract, beyond the coins that are held
    loan : share in [0, 1) of the coins' value now that is borrowed against them
    spot_margin : share in [0, 1) of their value that must remain as equity of the coins

    Examples
    --------
    Ten coins, half of them paid for by a loan, and 50,000 deposited for the contract:

    >>> from hedgeresearch.basis import TradeTerms
    >>> TradeTerms(units=10.0, collateral=50_000.0, loan=0.5, spot_margin=0.25).loan
    0.5
    """

    units: float = 1.0
    collateral: float = 0.0
    loan: float = 0.0
    spot_margin: float = 0.0

    def __post_init__(self) -> None:
        check_between(self.units, "units", 0.0, math.inf)
        check_not_negative(self.collateral, "collateral")
        for name in ("loan", "spot_margin"):
            value = vars(self)[name]
            check_not_negative(value, name)
            if not value < 1.0:
                raise DataError(f"{name} must be a share below 1; got {value:g}.")


@exported_by("hedgeresearch.basis")
@dataclass(frozen=True, eq=False, repr=False)
class UnwindStress:
    """Loss and margin calls of a basis trade if the basis widens back.

    Attributes
    ----------
    table : DataFrame (3, 5)
        By scenario ("price unchanged", "price rises", "price falls"): spot and contract price, then
        in the currency of the price the gain of the trade, and the calls of the contract and of the
        coins.
    basis, widened : contract / spot - 1 now and in the stress
    quantile : of past basis
    move : share by which the price moves
    carry : what the trade earns a year, in the currency of the price; None if it was not given

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2026-01-01", periods=100, freq="8h", tz="UTC")
    >>> spot = 100.0 + np.arange(100.0) % 7
    >>> prices = pd.DataFrame({"BTC": spot, "PERP": spot * (1.0 + 0.01 * (np.arange(100) < 50))})
    >>> perpetual = hr.InverseContract("PERP", 1, funding="8-hourly", maintenance_margin=0.005)
    >>> trade = hr.basis.TradeTerms(units=10.0)
    >>> stress = hr.basis.unwind_stress(
    ...     prices.set_axis(dates), "BTC", perpetual, trade, periods=3, per_year=0.1
    ... )
    >>> round(stress.loss, 1), stress.largest_call, round(stress.days_to_earn_back)
    (10.0, 0.0, 36)
    >>> print(stress.sentence)
    If the basis widens from 0.0% back to 1.0%, its 95% quantile, the trade loses 10, which is 36
    days of carry; with a move of the price by 3.8% neither leg calls for collateral.
    >>> axes = stress.plot()
    """

    table: pd.DataFrame
    basis: float
    widened: float
    quantile: float
    move: float
    carry: float | None

    @property
    def loss(self) -> float:
        """Loss if the basis widens at an unchanged price; 0.0 where it is as wide already."""
        return max(-float(self.table["gain"].iloc[0]), 0.0)

    @property
    def largest_call(self) -> float:
        """Largest sum of what both legs call for in a scenario."""
        return float(self.table[["contract call", "spot call"]].sum(axis=1).max())

    @property
    def days_to_earn_back(self) -> float | None:
        """Days of carry that pay for the loss; None where nothing is earned or it is not known."""
        if self.carry is None or not self.carry > 0.0:
            return None
        return 365.0 * self.loss / self.carry

    @property
    def sentence(self) -> str:
        """The stress in words."""
        text = self._basis_clause()
        call = self.largest_call
        moves = f"with a move of the price by {percent(self.move)}"
        if call > 0.0:
            return f"{text}; {moves} its legs call for {quantity(call, 3)}."
        return f"{text}; {moves} neither leg calls for collateral."

    def _basis_clause(self) -> str:
        """Return what the move of the basis to its quantile brings, which may be a narrowing."""
        now = percent(self.basis)
        then = f"{percent(self.widened)}, its {self.quantile:.0%} quantile"
        if self.basis > self.widened:
            gain = quantity(float(self.table["gain"].iloc[0]), 3)
            return f"If the basis narrows from {now} to {then}, the trade gains {gain}"
        text = f"If the basis widens from {now} back to {then}, the trade loses "
        text += quantity(self.loss, 3)
        days = self.days_to_earn_back
        return text if days is None else f"{text}, which is {days:.0f} days of carry"

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Draw the gain and the calls of each scenario, and return the Axes.

        Parameters
        ----------
        ax : Axes; None draws on those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.
        """
        from hedgeresearch.plotting import COLORS, new_axes

        axes = new_axes(ax)
        bars = self.table[["gain", "contract call", "spot call"]]
        rows = np.arange(len(bars))
        for place, (name, color) in enumerate(zip(bars.columns, COLORS, strict=False)):
            axes.barh(rows + 0.25 * (1 - place), bars[name], 0.22, color=color, label=name)
        axes.set_yticks(rows, list(bars.index))
        axes.axvline(0.0, color="0.6", linewidth=0.8)
        axes.set_xlabel("currency of the price")
        axes.legend()
        return shown(axes, interactive=interactive)

    def __repr__(self) -> str:
        return f"UnwindStress({self.sentence})"

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence}</p>{self.table.to_html(float_format='{:,.6g}'.format)}"


@exported_by("hedgeresearch.basis")
def unwind_stress(
    prices: pd.DataFrame,
    spot: str,
    contract: LinearContract | InverseContract,
    trade: TradeTerms,
    *,
    quantile: float = 0.95,
    periods: int = 21,
    per_year: float | None = None,
) -> UnwindStress:
    """Return what a basis trade loses, and calls for, if the basis widens back to a quantile.

    The trade is entered at the last prices: coins are held, and as many contracts sold as hedge
    them, q coins of a linear contract and the face q F of an inverse one.

    Parameters
    ----------
    prices : DataFrame (n_dates, ...), n_dates >= 30, positive prices at the same times in columns
        of spot and contract
    spot : name of the column of spot
    contract : LinearContract or InverseContract that is sold, with its ``maintenance_margin``
    trade : TradeTerms
    quantile : float in (.5, 1) of the past basis, and of the absolute moves of the price
    periods : int, dates over which the price moves in the stress
    per_year : float, carry a year as a share of the value of the coins, such as the last
        ``per_year`` of ``basis_history``; None leaves it out

    Returns
    -------
    UnwindStress

    Raises
    ------
    DataError
        If a column is missing, prices are not positive, there are fewer than 30 dates or not more
        than periods, the contract has no maintenance margin, or a setting is out of range.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2026-01-01", periods=100, freq="8h", tz="UTC")
    >>> spot = 100.0 + np.arange(100.0) % 7
    >>> prices = pd.DataFrame({"BTC": spot, "PERP": spot * (1.0 + 0.01 * (np.arange(100) < 50))})
    >>> perpetual = hr.LinearContract("PERP", 1, funding="8-hourly", maintenance_margin=0.005)
    >>> trade = hr.basis.TradeTerms(units=10.0, collateral=50.0)
    >>> stress = hr.basis.unwind_stress(
    ...     prices.set_axis(dates), "BTC", perpetual, trade, periods=3, per_year=0.1
    ... )
    >>> stress
    UnwindStress(If the basis widens from 0.0% back to 1.0%, its 95% quantile, the trade loses 10.1,
    which is 37 days of carry; with a move of the price by 3.8% its legs call for 4.63.)
    """
    check_between(quantile, "quantile", 0.5, 1.0)
    if not isinstance(trade, TradeTerms):
        raise DataError(f"trade must be TradeTerms(units=..., collateral=...); got {trade!r}.")
    share = _margin_of(contract)
    table = _joined(prices, spot, contract.name)
    check_at_least(periods, "periods", 1, len(table) - 1)
    level = table[spot].to_numpy()
    now = float(level[-1])
    basis = table[contract.name].to_numpy() / level - 1.0
    widened = float(np.quantile(basis, quantile))
    move = float(np.quantile(np.abs(level[periods:] / level[:-periods] - 1.0), quantile))
    if not move < 1.0:
        raise DataError(f"The price must not move by {move:.0%}. Use fewer periods.")
    entry = float(table[contract.name].iloc[-1])
    exits = now * np.array([1.0, 1.0 + move, 1.0 - move])
    scenarios = _scenarios(contract, trade, (now, entry), exits, exits * (1.0 + widened), share)
    scenarios.index = pd.Index(["price unchanged", "price rises", "price falls"])
    carry = None if per_year is None else per_year * trade.units * now
    return UnwindStress(scenarios, float(basis[-1]), widened, quantile, move, carry)


def _scenarios(
    contract: LinearContract | InverseContract,
    trade: TradeTerms,
    entry: tuple[float, float],
    spot: Array,
    price: Array,
    share: float,
) -> pd.DataFrame:
    """Return gains and calls at exit prices of spot and contract (n_scenarios,)."""
    spot_entry, contract_entry = entry
    inverse = isinstance(contract, InverseContract)
    # an inverse contract pays coins, whose value is that of spot
    rate = spot if inverse else np.ones_like(spot)
    face = trade.units * contract_entry if inverse else trade.units
    sold = -face / contract.size
    payoff = np.asarray(contract.payoff(sold, contract_entry, price))
    needed = np.asarray(contract.margined_position(sold).maintenance_margin(price, share))
    value = trade.units * spot
    # what the coins are worth at the exit beyond their loan and their own margin
    spare = value * (1.0 - trade.spot_margin) - trade.loan * trade.units * spot_entry
    # coins are collateral of an inverse contract as far as they are spare: none counts twice
    backing = np.maximum(spare, 0.0) / spot if inverse else 0.0
    lacking = np.maximum(needed - (trade.collateral + backing + payoff), 0.0)
    return pd.DataFrame(
        {
            "spot": spot,
            "contract": price,
            "gain": trade.units * (spot - spot_entry) + payoff * rate,
            "contract call": lacking * rate,
            "spot call": np.maximum(-spare, 0.0),
        }
    )


def _margin_of(contract: Any) -> float:
    """Return the maintenance margin of a contract, which must be known."""
    if not isinstance(contract, LinearContract | InverseContract):
        raise DataError(f"contract must be a linear or inverse contract; got {contract!r}.")
    if contract.maintenance_margin is None:
        raise DataError(
            f"{contract.name!r} has no maintenance margin. Pass maintenance_margin=, such as 0.005."
        )
    return contract.maintenance_margin


def _joined(prices: Any, spot: str, contract: str) -> pd.DataFrame:
    """Return the prices of spot and contract, which must be positive."""
    names = (spot, contract)
    if not isinstance(prices, pd.DataFrame) or not set(names) <= set(prices.columns):
        raise DataError(f"prices must be a DataFrame with the columns {list(names)}.")
    table = joined_series({name: prices[name] for name in names}, minimum_rows=MIN_DATES)
    check_positive_prices(table, "a basis", "Pass prices, not returns.")
    return table
