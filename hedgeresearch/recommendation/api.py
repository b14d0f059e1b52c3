"""From a fitted hedge and a position to a recommendation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Literal, cast

import pandas as pd

from hedgeresearch._exports import explains_calls, exported_by
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.plausibility import warn_of_absurd_answer
from hedgeresearch.instruments.instrument import Instrument, as_instruments
from hedgeresearch.instruments.option_terms import options_among, without_options
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity, as_liquidity
from hedgeresearch.recommendation.inputs.currencies import check_currencies
from hedgeresearch.recommendation.inputs.last_bar import warn_of_last_bar
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.onchain.onchain_book import onchain_book
from hedgeresearch.recommendation.inputs.options.option_book import check_coin_hedges, option_book
from hedgeresearch.recommendation.inputs.position import Held, Position, as_position
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.problem_checks import (
    as_holdings,
    check_backtest,
    check_fit,
    check_parts,
    check_settings,
    check_terms,
)
from hedgeresearch.recommendation.inputs.rebalancing import NoTradeBands, Rebalancing
from hedgeresearch.recommendation.inputs.settings import (
    Limits,
    Margin,
    Objective,
    RecommendationSettings,
    as_defaults,
)
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.recommendation.selection import fit_best_on_market, run_tournament
from hedgeresearch.recommendation.sizing.option_hedges import with_delta
from hedgeresearch.recommendation.sizing.plan import plan_trades
from hedgeresearch.recommendation.sizing.valuation import value_problem
from hedgeresearch.risk.scenarios import JumpToDefault


@exported_by("hedgeresearch.recommendation")
@explains_calls(
    "hr.recommend(fit, position, instruments, market), or hr.hedge_notional(fit, 1_000_000) for an "
    "amount of currency"
)
def recommend(  # noqa: PLR0913 - four parts of the problem, and settings with defaults
    fit: HedgeFit | None,
    position: Held,
    instruments: Sequence[Instrument] | Instrument,
    market: Market,
    *,
    model: Literal["best"] | None = None,
    holdings: Mapping[str, float] | pd.Series[float] | None = None,
    objective: Objective = Objective(),
    limits: Limits = Limits(),
    rebalancing: Rebalancing = NoTradeBands(),
    margin: Margin = Margin(),
    liquidity: Mapping[str, Liquidity] | None = None,
    backtest: Backtest | None = None,
    confidence: float = 0.95,
    seed: int = 0,
    defaults: JumpToDefault | Sequence[JumpToDefault] = (),
) -> Recommendation:
    """Return the contracts to hold and to trade against a position until the next observation.

    For an amount of currency instead of contracts use :func:`hedge_notional`.

    Parameters
    ----------
    fit : HedgeFit or None
        Hedge fitted (and extended) on ``market.returns(position, instruments)``, or for a model of
        prices on the market's columns. Past changes of its ratio determine the widths of the
        no-trade bands; with a path of fewer than 20 dates the target counts as constant. None only
        with ``model="best"``.
    position : Position, PoolPosition, LoanPosition or sequence of the last two
        Units held of the assets to be hedged, or the value held of one; or pools and loans, whose
        delta is hedged.
    instruments : Instrument or sequence of Instrument
        Instruments used as hedges.
    market : Market
        Prices of the assets and the instruments up to now.
    model : "best" or None
        None recommends ``fit``. "best" recommends the winner of ``backtest``, fitted on all
        observations: the model of the 90% model confidence set that costs least, see
        :func:`hedgeresearch.recommendation.assess_tournament`. Without a backtest, one is run of
        the fit's model and of ten others, at the costs of the instruments, which takes seconds:
        1:1, OLS, rolling OLS, EWMA, three decays stacked, DCC-GARCH, the Kalman filter, stacking,
        and two models of regimes (for more than two hedges, or few observations, fewer).
    holdings : mapping from instrument
        Contracts already held, negative for short holdings; none by default.
    objective : Objective
        Exposure that the hedged position keeps; none by default.
    limits : Limits
        Limits on contracts, notional and number of instruments.
    rebalancing : NoTradeBands, CostOptimalBands or PartialRebalancing
        Rule that decides how far a holding may be from its target before it is traded.
    margin : Margin
        Collateral behind the hedges, and the horizon over which it must last.
    liquidity : mapping from instrument to Liquidity
        Cost and capacity as measured in a market now: the spread and the impact count in costs and
        bands, no order is larger than the capacity, and a flagged venue is named.
    backtest : Backtest
        Backtest of the same position and hedges, on the same kind of returns, that ends on the
        market's last date or earlier; shows how the model and others did out of sample.
    confidence : float in [0.5, 1)
        Confidence level of the intervals.
    seed : int
        Random seed of the bootstraps.
    defaults : JumpToDefault or sequence of them
        What the position loses, and what the hedges pay, if what it is a claim on fails: rows of
        the stress table and reasons. Not for positions with options, pools or loans.

    Raises
    ------
    DataError
        If parts do not belong together, or prices or limits make no sense; the message names the
        field.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500"))
    >>> position = hr.Position({"NASDAQ": 1000})
    >>> future = hr.LinearContract("SP500", 50, lot=1, fee=0.00005)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
    >>> advice = hr.recommend(fit, position, future, market, holdings={"SP500": -50})
    >>> advice.orders[["instrument", "side", "contracts"]]
      instrument  side  contracts
    0      SP500  sell        7.0
    """
    given = as_position(position)
    check_parts(fit, given, market, model)
    market = market.holding(given)
    everything = as_instruments(instruments)
    check_terms(everything)
    options = options_among(everything)
    listed = tuple(without_options(everything))
    position = _counted(given, everything, market)
    names = [one.name for one in listed]
    traded = [*(one.name for one in options), *names]
    held = as_holdings(holdings, traded)
    book = option_book(position, options, held[: len(options)], market)
    onchain = onchain_book(position, market)
    settings = RecommendationSettings(
        objective, limits, rebalancing, margin, backtest, confidence, seed, as_defaults(defaults)
    )
    check_settings(settings, names, traded, market)
    if settings.defaults and (book is not None or onchain is not None):
        raise DataError("defaults are of positions without options, pools or loans.")
    measured = as_liquidity(liquidity, names)
    if fit is not None:
        check_fit(fit, position, listed, market)
    if fit is None or model == "best":
        with data_checked() if fit is not None else nullcontext():  # by the given fit
            backtest = backtest or run_tournament(fit, position, listed, market, seed)
        settings = replace(settings, backtest=backtest)
        with data_checked():  # by the tournament or the given fit
            fit = fit_best_on_market(backtest, position, listed, market)
        warn_of_absurd_answer(fit)
        check_fit(fit, position, listed, market)
    if backtest is not None:
        check_backtest(backtest, fit, position, listed, market)
    warn_of_last_bar(position, listed, market)
    problem = HedgeProblem(
        fit, position, listed, market, held[len(options) :], book, onchain=onchain
    )
    problem = problem.with_liquidity(measured)
    problem = with_delta(problem, limits)
    valuation = value_problem(problem)
    plan = plan_trades(problem, valuation, settings)
    return Recommendation(Assessment(problem, valuation, settings, plan))


def _counted(position: Position, instruments: Sequence[Instrument], market: Market) -> Position:
    """Return the position as the account counts it, in units; refuse other currencies."""
    hedges = without_options(instruments)
    counted = market.counted(position)
    if counted.in_coin:
        check_coin_hedges(hedges, market)
    market.check_columns(counted, hedges)
    terms = [cast(Terms, one) for one in instruments]
    check_currencies(market, [*terms, *position.options])
    return counted.in_units({asset: market.value(asset) for asset in counted.assets})
