"""``recommend``: from a fitted hedge to what to hold."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, overload

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.recommendation.inputs.problem_checks import check_backtest
from hedgeresearch.recommendation.inputs.settings import (
    Limits,
    Margin,
    Objective,
    Rebalancing,
    Settings,
)
from hedgeresearch.recommendation.notional import NotionalRecommendation, recommend_for_notional
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.recommendation.sizing.plan import plan_of


@overload
def recommend(fit: HedgeFit, notional: float) -> NotionalRecommendation: ...


@overload
def recommend(
    fit: HedgeFit,
    *,
    position: Position,
    instruments: Sequence[Instrument] | Instrument,
    market: Market,
    holdings: Mapping[str, float] | pd.Series[float] | None = None,
    objective: Objective = Objective(),
    limits: Limits = Limits(),
    rebalancing: Rebalancing = Rebalancing(),
    margin: Margin = Margin(),
    backtest: Backtest | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Recommendation: ...


@exported_by("hedgeresearch.recommendation")
def recommend(
    fit: HedgeFit,
    notional: float | None = None,
    *,
    position: Position | None = None,
    instruments: Sequence[Instrument] | Instrument = (),
    market: Market | None = None,
    holdings: Mapping[str, float] | pd.Series[float] | None = None,
    objective: Objective = Objective(),
    limits: Limits = Limits(),
    rebalancing: Rebalancing = Rebalancing(),
    margin: Margin = Margin(),
    backtest: Backtest | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Recommendation | NotionalRecommendation:
    """What to hold, and to trade, against a position, over the date after the last.

    With a ``notional`` alone, amounts of currency to sell; with a position, contracts.

    Parameters
    ----------
    fit : HedgeFit, fitted (and extended) on ``market.returns(position, instruments)``, or for a model of prices on the
        market's columns. Bands take from its path how much the target moves, of fewer than 20 dates that it does not
    notional : float, value held in units of currency, negative if short, instead of all that follows
    position : Position, units held
    instruments : what hedges, one or several
    market : Market, prices of all up to now
    holdings : mapping from instrument to contracts held already, negative being short; nothing by default
    objective : Objective, the exposure that is left; none by default
    limits : Limits, of contracts, notional and number of instruments
    rebalancing : Rebalancing, how far a holding may be off before it is traded
    margin : Margin, collateral and horizon
    backtest : Backtest of the same position and hedges, on the same kind of returns, up to the market's last date
        or an earlier one; it tells what the model did out of sample, and others
    level : float in (0, 1), of the intervals
    seed : int, of the bootstraps

    Raises
    ------
    DataError
        If parts are missing or do not belong together, prices or limits make no sense; the message names the field.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500"))
    >>> position = hr.Position({"NASDAQ": 1000})
    >>> future = hr.LinearContract("SP500", 50, lot=1, fee=0.00005)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
    >>> advice = hr.recommend(fit, position=position, instruments=future, market=market, holdings={"SP500": -50})
    >>> advice.orders[["instrument", "side", "contracts"]]
      instrument  side  contracts
    0      SP500  sell        7.0
    """
    if notional is not None:
        beside = {
            "position": position,
            "instruments": instruments,
            "market": market,
            "holdings": holdings,
            "objective": objective,
            "limits": limits,
            "rebalancing": rebalancing,
            "margin": margin,
            "backtest": backtest,
            "level": level,
            "seed": seed,
        }
        _refuse_beside_notional(beside)
        return recommend_for_notional(fit, notional)
    if position is None or market is None:
        raise DataError(
            "recommend needs a position, its instruments and a market: position=hr.Position({'BTC': 25}), "
            "instruments=[...], market=hr.Market(prices); or notional=, an amount of currency."
        )
    settings = Settings(objective, limits, rebalancing, margin, backtest, level, seed)
    book = Book.of(fit, position, instruments, market, holdings)
    settings.check_names(book.names)
    if backtest is not None:
        check_backtest(book, backtest)
    return Recommendation(book, settings, plan_of(book, settings))


def _refuse_beside_notional(given: dict[str, Any]) -> None:
    """Refuse what a notional alone would leave out of account."""
    parameters = inspect.signature(recommend).parameters
    defaults = {name: parameters[name].default for name in given}
    other = [
        name
        for name, value in given.items()
        if type(value) is not type(defaults[name]) or value != defaults[name]
    ]
    if other:
        raise DataError(
            f"give a notional, or a position with instruments and a market, not both; beside the notional came "
            f"{', '.join(other)}. Leave out the notional, or these."
        )
