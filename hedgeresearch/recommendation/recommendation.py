"""The recommended hedge: what to trade, what to expect, and why."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._csv import to_csv_text
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe, quantity
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import ShownTable
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.instruments.carry import Carry
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.evidence.confidence import Confidence
from hedgeresearch.recommendation.assessment.evidence.regime_alternative import RegimeAlternative
from hedgeresearch.recommendation.assessment.onchain.onchain_risks import OnchainRisk
from hedgeresearch.recommendation.assessment.options.option_risks import OptionRisk
from hedgeresearch.recommendation.assessment.risks import past_of_holdings
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import OnchainPosition
from hedgeresearch.recommendation.inputs.onchain.oracles import LaterRounds
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import RecommendationSettings
from hedgeresearch.recommendation.narrative.decision import (
    decision_sentences,
    summarize_all_trades,
    trades_anything,
)
from hedgeresearch.recommendation.narrative.reasons import list_reasons
from hedgeresearch.recommendation.next_bar import one_bar_later, with_other_fit
from hedgeresearch.recommendation.order_list import Order, list_option_orders, list_orders
from hedgeresearch.recommendation.record import record_as_dict
from hedgeresearch.recommendation.sizing.plan import Plan
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.risk.joint_tails import TailDependence
from hedgeresearch.risk.systemic.breakdown import CorrelationBreakdown
from hedgeresearch.risk.systemic.variance_sources import VarianceSources
from hedgeresearch.risk.tails import TailSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False, repr=False)
class Recommendation:
    """Contracts to hold and to trade against a position until the next observation, and why.

    What takes time (intervals, margin, stress, tails) is computed when it is first read, and
    sentences are made when they are read.

    Attributes
    ----------
    assessment : Assessment
        Problem, settings, plan and findings.

    Examples
    --------
    >>> from textwrap import fill
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
    >>> position = hr.Position({"NASDAQ": 1000})
    >>> future = hr.LinearContract("SP500", 50, lot=1, fee=0.00002, half_spread=0.00005)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
    >>> advice = hr.recommend(fit, position, future, market, holdings={"SP500": -20})
    >>> print(fill(advice.decision, 80))
    Sell 37 SP500 (new position: 57 short). Expected volatility of 1,000 NASDAQ over
    the next business day falls from 68,229 to 22,147, a variance reduction of 89.5%
    under the model.
    >>> advice.action, str(advice.as_of.date()), advice.holdings.to_dict()
    ('trade', '2018-12-31', {'SP500': -57.0})
    >>> advice.orders[["instrument", "side", "contracts"]]
      instrument  side  contracts
    0      SP500  sell       37.0
    >>> advice.summary[["ratio", "target", "held", "new", "trade"]].round(2)
                ratio  target  held   new  trade
    instrument
    SP500        1.13  -59.88 -20.0 -57.0  -37.0
    >>> advice.volatility.round(0)
    unhedged          68229.0
    as held           48296.0
    as recommended    22147.0
    Name: volatility, dtype: float64
    >>> print(fill(advice.reasons[-2], 80))
    Forecast error variance of the hedged position 10 business days ahead comes to
    90.1% from NASDAQ, 9.9% from SP500 (shares of shocks; vector autoregression on
    1,005 business days).
    >>> len(advice.plot().get_lines()) > 0
    True
    """

    assessment: Assessment

    def __repr__(self) -> str:
        return f"Recommendation({day(self.as_of)}: {summarize_all_trades(self.problem, self.plan)})"

    def _repr_html_(self) -> str:
        reasons = "".join(f"<li>{html.escape(text)}</li>" for text in self.reasons)
        about = f"As of {day(self.as_of)}, {html.escape(describe(self.problem.fit.model))}."
        if self.assessment.currency:
            about += f" Amounts are in {html.escape(self.assessment.currency)}."
        table = self.summary.to_html(float_format=quantity, na_rep="–")
        decision = f"<b>{html.escape(self.decision)}</b>"
        return f"<p>{decision}</p>{table}<ul>{reasons}</ul><p>{about}</p>"

    # --- what it is made of ---

    @property
    def problem(self) -> HedgeProblem:
        """Fit, position, instruments, market and holdings before trading.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
        >>> position = hr.Position({"NASDAQ": 1000})
        >>> future = hr.LinearContract("SP500", 50, lot=1)
        >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
        >>> advice = hr.recommend(fit, position, future, market)
        >>> advice.problem.names, advice.settings.confidence
        (['SP500'], 0.95)
        >>> round(advice.valuation.value), advice.plan.holdings
        (6635280, array([-60.]))
        """
        return self.assessment.problem

    @property
    def valuation(self) -> Valuation:
        """Value of the position and of one contract of each instrument."""
        return self.assessment.valuation

    @property
    def settings(self) -> RecommendationSettings:
        """Objective, limits, rebalancing, margin, backtest, confidence and seed."""
        return self.assessment.settings

    @property
    def plan(self) -> Plan:
        """Targets, bands and trades, as arrays."""
        return self.assessment.plan

    # --- what to do ---

    @property
    def as_of(self) -> Any:
        """Last date seen."""
        return self.problem.market.last_date

    @property
    def action(self) -> str:
        """Either "trade" or "hold"."""
        return "trade" if trades_anything(self.problem, self.plan) else "hold"

    @property
    def decision(self) -> str:
        """The trades and their expected effect on volatility, in words."""
        return decision_sentences(self.assessment)

    @property
    def orders(self) -> pd.DataFrame:
        """Order list: instrument, side, contracts, cost in currency, reason; may be empty.

        The cost is NaN where none was given.
        ``attrs["currency"]`` names the currency, where it is known.
        """
        orders = [*list_option_orders(self.problem), *list_orders(self.problem.names, self.plan)]
        table = pd.DataFrame(orders, columns=list(Order._fields))
        table.attrs["currency"] = self.assessment.currency
        return table

    @property
    def holdings(self) -> pd.Series[float]:
        """Contracts to have after the orders, (n_instruments,); negative is short.

        Options that hedge come first; those of the position are not among them.
        """
        contracts = self.plan.holdings
        if self.problem.options is not None:
            book = self.problem.options
            contracts = np.concatenate([book.contracts[book.n_position :], contracts])
        return pd.Series(contracts, index=self.problem.traded_names, name="contracts")

    @property
    def summary(self) -> pd.DataFrame:
        """A row for each instrument.

        Columns: ratio; target, held and new contracts; trade; half-width of the no-trade band;
        notional of the new contracts and cost of the trade, in currency, NaN where none was given.
        """
        return ShownTable(self.assessment.summary)

    # --- what to expect ---

    @property
    def volatility(self) -> pd.Series[float]:
        """Expected standard deviation of the next profit, in currency; of options, of their delta.

        Rows: unhedged, as held, as recommended.
        """
        return self.assessment.volatility

    @property
    def regimes(self) -> pd.DataFrame | None:
        """A row for each regime; None for a model without regimes.

        Columns: probability at the next date, expected duration in observations, and the target
        of each instrument.
        """
        return self.assessment.regimes

    @property
    def regime_alternative(self) -> RegimeAlternative | None:
        """The ratio with regimes, for the default hedge; None for any other hedge.

        The regime-conditional hedge is estimated when this or the reasons are first read, which
        takes about a tenth of a second.

        Raises
        ------
        DataError
            If the regimes cannot be estimated, as on few observations.
        """
        return self.assessment.regime_alternative

    @property
    def confidence(self) -> Confidence:
        """Intervals of ratio and contracts, other models, effectiveness out of sample.

        Models without a delta method are refitted 50 times for their intervals, which may take
        minutes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
        >>> position = hr.Position({"NASDAQ": 1000})
        >>> future = hr.LinearContract("SP500", 50, lot=1)
        >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
        >>> advice = hr.recommend(fit, position, future, market)
        >>> advice.confidence.ratios[["ratio", "lower", "upper"]].round(3)
                    ratio  lower  upper
        instrument
        SP500       1.131  1.097  1.165
        >>> advice.regimes is None, advice.regime_alternative is None, advice.options is None
        (True, True, True)
        """
        return self.assessment.confidence

    @property
    def margin(self) -> pd.DataFrame | None:
        """A row for each hedge held on margin after the orders; None without any.

        What has happened to the collateral of what is held now is in the decision.

        Columns: collateral, the maintenance margin required now, liquidation price, its
        probability within the horizon with an interval and in closed form, the collateral needed,
        and what collateral is counted in.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
        >>> position = hr.Position({"NASDAQ": 1000})
        >>> future = hr.LinearContract("SP500", 50, lot=1, maintenance_margin=0.055)
        >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
        >>> margin = hr.Margin({"SP500": 1_500_000.0}, horizon=20)
        >>> advice = hr.recommend(fit, position, future, market, margin=margin)
        >>> advice.margin.T.round(4)
        instrument                  SP500
        collateral              1500000.0
        maintenance          413630.26617
        liquidation price      2850.09488
        probability                   0.0
        lower                         0.0
        upper                    0.000384
        closed form               0.00051
        needed             1010655.502383
        currency
        >>> advice.carry
        []
        """
        return self.assessment.margin

    @property
    def carry(self) -> list[Carry]:
        """Funding or basis of each hedge held, where it is known; the reasons say where it is not.

        Dated futures are assumed to be rolled four times a year, as quarterly ones are; for another
        number, call ``hr.instruments.hedge_carry`` with ``rolls_per_year``.
        """
        return self.assessment.carry

    @property
    def options(self) -> OptionRisk | None:
        """Greeks of the options of the book and its profits by full revaluation; None without."""
        return self.assessment.options

    @property
    def onchain(self) -> OnchainRisk | None:
        """Values, carry and liquidation of pools and loans; None for a position without any.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> import hedgeresearch as hr
        >>> days = pd.date_range("2025-01-01", periods=300, name="date")
        >>> steps = 0.03 * np.random.default_rng(1).standard_normal(300)
        >>> prices = pd.DataFrame({"WETH": 2_000.0 * np.exp(steps.cumsum()), "USDC": 1.0}, days)
        >>> market = hr.Market(prices.assign(PERP=prices["WETH"] * 1.0001), currency="USDC")
        >>> pool = hr.onchain.PoolPosition([hr.onchain.LiquidityRange(1e3)], "WETH", "USDC")
        >>> perpetual = hr.LinearContract("PERP", 0.01, lot=1)
        >>> fit = hr.NaiveHedge().fit(*market.returns(hr.Position(onchain=pool), perpetual))
        >>> hr.recommend(fit, pool, perpetual, market).onchain
        OnchainRisk(1 pools and loans; net delta 0.004898 WETH)
        """
        return self.assessment.onchain

    @property
    def stress(self) -> pd.DataFrame:
        """Profit in currency, unhedged and hedged, on the worst days and in scenarios.

        A book with options is revalued on a grid of price and volatility, pools and loans on one of
        prices.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
        >>> position = hr.Position({"NASDAQ": 1000})
        >>> future = hr.LinearContract("SP500", 50, lot=1)
        >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
        >>> advice = hr.recommend(fit, position, future, market)
        >>> advice.stress.iloc[:2, :2].round(0)
                                 unhedged   hedged
        scenario
        past date 1: 2018-10-24 -293637.0 -61519.0
        past date 2: 2016-06-24 -273058.0  -2921.0
        >>> advice.past.tail(2).round(4)
        date
        2018-12-28    0.0022
        2018-12-31   -0.0019
        Name: hedged, dtype: float64
        >>> round(advice.tails.tail_index, 1), advice.tail_dependence is None
        (3.9, False)
        >>> advice.variance_sources.shares.round(2)
        NASDAQ    0.98
        SP500     0.02
        Name: share, dtype: float64
        >>> round(float(advice.correlation_breakdown.calm), 2)
        0.93
        """
        return self.assessment.stress

    @property
    def tails(self) -> TailSummary:
        """Tails of the hedged position over the past, per unit of the position's value."""
        return self.assessment.tails

    @property
    def tail_dependence(self) -> TailDependence | None:
        """Dependence of the hedges on the asset when it falls most.

        None where nothing is held that moves against the position's losses, or for fewer than 200
        returns.
        """
        return self.assessment.tail_dependence

    @property
    def variance_sources(self) -> VarianceSources | None:
        """Shares of the forecast error variance of the hedged position, by leg.

        None without a hedge, and for a book with options.
        """
        return self.assessment.variance_sources

    @property
    def correlation_breakdown(self) -> CorrelationBreakdown | None:
        """Correlation of position and hedges on turbulent dates compared with calm ones.

        Turbulent is the fifth of the dates after the highest volatility of the hedges. None where
        nothing is held that moves with the position.
        """
        return self.assessment.correlation_breakdown

    @property
    def past(self) -> pd.Series[float]:
        """Past returns of the position with the new holdings, per unit of the position's value."""
        return self.assessment.past

    @property
    def reasons(self) -> list[str]:
        """Sentences on the recommendation, warnings first.

        They need everything that is computed when it is first read; :attr:`confidence` takes
        longest.
        """
        return list_reasons(self.assessment)

    # --- one bar later ---

    def update(
        self,
        bar: Mapping[Any, float] | pd.Series[float],
        date: Any = None,
        *,
        holdings: Mapping[str, float] | pd.Series[float] | None = None,
        liquidity: Mapping[str, Liquidity] | None = None,
        oracles: LaterRounds | None = None,
        onchain: OnchainPosition | Sequence[OnchainPosition] | None = None,
    ) -> Recommendation:
        """Return the recommendation one bar later, with the same parameters and bands.

        It equals a new recommendation from the extended fit, the market with the bar, and what is
        held then. The collateral behind each hedge has changed by its profit or loss over the bar
        less funding, in the currency of its payoff, so that the same price liquidates it as before.
        Where the position holds that currency, such as the coin of an inverse contract, its units
        have changed by the same amount, while the fit goes on with the returns of the units of each
        date. Fees of the trades are left out: what a venue charged is not known here. Options are
        valued at the new prices and volatilities and the time that has passed, and the bands around
        their delta are computed again from their gamma. So are pools and loans, which keep their
        liquidity, collateral and debt, and the bands around them.

        Parameters
        ----------
        bar : mapping or Series
            A number for each column of the market's table.
        date : date
            Date of the bar; by default the name of the Series.
        holdings : mapping from instrument
            Contracts held over the bar, where these were not the ones recommended here: an order
            was not filled, or only in part.
        liquidity : mapping from instrument to Liquidity
            Cost and capacity measured at the bar, from which the bands around the same targets are
            computed again; those of the recommendation by default.
        oracles : mapping from token to OracleRound, or Oracles
            Rounds of oracles that are later than those of the market; the others have aged by the
            bar.
        onchain : PoolPosition, LoanPosition or sequence of them
            Pools and loans at the bar, all of them, where liquidity, collateral or debt have
            changed: by fees that are part of a pool, interest, or a transaction.

        Raises
        ------
        DataError
            If a column is missing or not finite, a price leaves nothing to hedge or is about 10,
            100 or 1000 times the last one, or a part of that, a contract has expired, the price of
            an oracle must not be used, or the date is not later than the last.

        Warns
        -----
        DataWarning
            If a price moves by more than twelve typical deviations, and by half as much again as
            ever before in the table.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> prices = hr.load("nasdaq_sp500").loc["2015":]
        >>> market = hr.Market(prices.iloc[:-1])
        >>> position = hr.Position({"NASDAQ": 1000})
        >>> future = hr.LinearContract("SP500", 50, lot=1)
        >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
        >>> advice = hr.recommend(fit, position, future, market)
        >>> later = advice.update(prices.iloc[-1], prices.index[-1])
        >>> later.action, later.holdings.to_dict()
        ('hold', {'SP500': -60.0})
        >>> later.refitted(later.problem.fit).action
        'hold'
        """
        if date is None:
            date = bar.name if isinstance(bar, pd.Series) else None
        if date is None:
            raise DataError("the new bar must have a date: the name of the Series, or date=.")
        after = one_bar_later(self.assessment, bar, date, holdings, liquidity, oracles, onchain)
        return Recommendation(after)

    def refitted(self, fit: HedgeFit) -> Recommendation:
        """Return the recommendation on the same date from another fit, with bands of its past.

        Parameters
        ----------
        fit : HedgeFit
            Of the same position and instruments, extended to the date of the recommendation.

        Raises
        ------
        DataError
            If the fit is of other names, dates or returns.
        """
        return Recommendation(with_other_fit(self.assessment, fit))

    # --- on paper ---

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, valid by ``recommendation/schema.json``.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
        >>> position = hr.Position({"NASDAQ": 1000})
        >>> future = hr.LinearContract("SP500", 50, lot=1)
        >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
        >>> advice = hr.recommend(fit, position, future, market)
        >>> advice.to_dict()["instruments"]["SP500"]["new"]
        -60.0
        >>> advice.to_json()[:1], advice.to_csv().splitlines()[0]
        ('{', '"instrument","side","contracts","cost","reason"')
        """
        return record_as_dict(self.assessment)

    def to_json(self) -> str:
        """Return the dictionary as text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_csv(self) -> str:
        """Return the order list as CSV; a name that a spreadsheet would compute is made text."""
        return to_csv_text(self.orders, index=False)

    def plot(self, ax: Axes | None = None, *, interactive: bool = False) -> Any:
        """Plot the cumulative past profit at today's values, unhedged and as recommended.

        It is the profit of a position and of hedges that are kept at their value of today, the sum
        of past returns times these values. Units that are kept would have made another profit,
        unless the returns are differences of prices.

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.
        """
        from matplotlib.ticker import StrMethodFormatter

        from hedgeresearch.plotting import plot_lines

        nothing = np.zeros_like(self.plan.holdings)
        unhedged = past_of_holdings(self.assessment.past_returns, self.valuation, nothing)
        paths = pd.DataFrame({"unhedged": unhedged, "hedged": self.past})
        differs = self.problem.kind == "difference"
        axes = plot_lines(
            (paths * self.valuation.value).cumsum(),
            ylabel=f"cumulative profit, {self.assessment.currency or 'currency'}",
            note="in sample" if differs else "at today's values, in sample",
            references={"unhedged": "0.6"},
            ax=ax,
        )
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
        return shown(axes, interactive=interactive)
