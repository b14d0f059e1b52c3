"""Findings on the options of a book: Greeks, exposure, profits on a grid, and margin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.instruments.terms import on_clock_of
from hedgeresearch.recommendation.assessment.expiry import next_date
from hedgeresearch.recommendation.assessment.options.option_profits import (
    PRICE_MOVES,
    VOLATILITY_MOVES,
    BookProfits,
    betas,
    book_profits,
    stress_grid,
)
from hedgeresearch.recommendation.inputs.options.option_book import OptionBook, moment_of
from hedgeresearch.recommendation.inputs.options.option_values import revalued
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

DAYS_PER_YEAR = 365.0


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False, repr=False)
class OptionRisk:
    """Options of a book: their Greeks, and profits of the book by full revaluation.

    Attributes
    ----------
    convention : {"forward", "premium_adjusted"}
        The delta: Black's, or that of an account in the coin.
    moment : Timestamp
        When the options are valued.
    underlying : str
        Column of the price that they are on.
    options : DataFrame (n_options, 14)
        A row for each option: role ("held" or "hedge"), contracts before and after trading, what it
        is valued at, its premium, and value and Greeks of all its contracts: delta in units of the
        underlying, gamma in units per 1% of the price, vega per point of volatility, theta per day.
    exposure : DataFrame (n_parts, 5)
        Value and Greeks of each part of the book and of all, the delta of other hedges by their
        beta.
    grid : DataFrame (n_moves, 4)
        Profit unhedged and hedged for a move of the price and a relative one of volatilities.
    revaluation : Series or None
        Volatility of one period, unhedged and hedged, of the book revalued at past moves of price
        and volatility; None for fewer than 20.
    margin : Series or None
        Cash that short options require now and at the worst point of the grid, in the currency of
        the account; None without short options, NaN where no maintenance margin was given.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> terms = ("put", 6000.0, 100)
    >>> put = hr.OptionContract("P6000", "NASDAQ", *terms, expiry="2019-03-15 20:00+00:00")
    >>> quotes = hr.recommendation.OptionQuotes({"P6000": 0.27}, moment="2018-12-31 21:00+00:00")
    >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2018":], quotes=quotes)
    >>> position = hr.Position(options={put: -40})
    >>> future = hr.LinearContract("SP500", 50, lot=1)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
    >>> risk = hr.recommend(fit, position, future, market).options
    >>> risk.exposure["delta"].round(0)
    part
    options held    748.0
    other hedges   -680.0
    all              69.0
    Name: delta, dtype: float64
    """

    convention: str
    moment: pd.Timestamp
    underlying: str
    options: pd.DataFrame
    exposure: pd.DataFrame
    grid: pd.DataFrame
    revaluation: pd.Series | None
    margin: pd.Series | None

    def __repr__(self) -> str:
        net = self.exposure.loc["all"]
        return (
            f"OptionRisk({len(self.options)} options on {self.underlying}, "
            f"delta={self.convention!r}: delta {net['delta']:.4g}, gamma {net['gamma']:.4g} per "
            f"1%, vega {net['vega']:.4g} per point, theta {net['theta']:.4g} per day)"
        )


def assess_options(
    problem: HedgeProblem, valuation: Valuation, holdings: Array, past: BookProfits | None
) -> OptionRisk | None:
    """Return the findings on the options of a problem with holdings (n_instruments,) of hedges."""
    book = problem.options
    if book is None:
        return None
    revaluation = None
    if past is not None:
        volatilities = [past.position.std(ddof=1), past.hedged.std(ddof=1)]
        revaluation = pd.Series(volatilities, ["unhedged", "hedged"], name="volatility")
    grid = stress_grid(problem, valuation, holdings)
    return OptionRisk(
        convention="premium_adjusted" if book.state.in_coin else "forward",
        moment=moment_of(problem.market),
        underlying=book.underlying,
        options=_table_of_options(book, problem),
        exposure=_exposure(book, problem, valuation, holdings),
        grid=grid,
        revaluation=revaluation,
        margin=_margin(book, problem, valuation, holdings),
    )


def expiring_options(problem: HedgeProblem) -> dict[str, pd.Timestamp]:
    """Return the expiry of each option held that ends within the hedge's horizon, by name."""
    book = problem.options
    following = None if book is None else next_date(problem)
    if book is None or following is None:
        return {}
    moment = moment_of(problem.market)
    passed = (following - problem.market.last_date) * problem.fit.horizon
    return {
        one.name: on_clock_of(one.expires_at, moment)
        for one, held in zip(book.options, book.contracts.tolist(), strict=True)
        if held and one.expires_at <= moment + passed
    }


# --- tables ---


def _table_of_options(book: OptionBook, problem: HedgeProblem) -> pd.DataFrame:
    """Return a row for each option."""
    state = book.state
    n = len(book.options)
    premium = [
        one.premium(forward, years, volatility, discount)
        for one, forward, years, volatility, discount in zip(
            book.options, state.forward, state.years, state.volatility, state.discount, strict=True
        )
    ]
    table = pd.DataFrame(
        {
            "role": ["held"] * book.n_position + ["hedge"] * (n - book.n_position),
            "before": book.before,
            "contracts": book.contracts,
            "trade": book.trades,
            "forward": state.forward,
            "volatility": state.volatility,
            "years": state.years,
            "premium": premium,
        },
        index=pd.Index(book.names, name="option"),
    )
    return table.join(_greeks_of_contracts(book, problem))


def _greeks_of_contracts(book: OptionBook, problem: HedgeProblem) -> pd.DataFrame:
    """Return value and Greeks of all contracts of each option."""
    price = book.price(problem.market)
    values = book.values
    columns = {
        "value": values.value,
        "delta": values.delta / price,
        "gamma": values.gamma / price / 100.0,
        "vega": values.vega / 100.0,
        "theta": values.theta / DAYS_PER_YEAR,
    }
    table = {name: book.contracts * column for name, column in columns.items()}
    return pd.DataFrame(table, index=pd.Index(book.names, name="option"))


def _exposure(
    book: OptionBook, problem: HedgeProblem, valuation: Valuation, holdings: Array
) -> pd.DataFrame:
    """Return value and Greeks of each part of the book, and of all."""
    greeks = _greeks_of_contracts(book, problem)
    n = book.n_position
    parts = {"options held": greeks.iloc[:n].sum()}
    price = book.price(problem.market)
    units = problem.position.units.get(book.underlying, 0.0)
    nothing = dict.fromkeys(greeks.columns, 0.0)
    if units:
        parts["units held"] = pd.Series(nothing | {"value": units * price, "delta": units})
    if book.hedging:
        parts["options that hedge"] = greeks.iloc[n:].sum()
    by_beta = float(holdings @ (valuation.sizes * betas(problem)))
    # sizes of differences are units already
    delta = by_beta if problem.kind == "difference" else by_beta / price
    parts["other hedges"] = pd.Series(nothing | {"delta": delta})
    table = pd.DataFrame(parts).T
    table.loc["all"] = table.sum()
    return table.rename_axis("part")


def _margin(
    book: OptionBook, problem: HedgeProblem, valuation: Valuation, holdings: Array
) -> pd.Series | None:
    """Return the cash that short options require, now and at the worst point of the grid.

    It is their value and a share of that of their underlying, less what other hedges have gained;
    long options are paid for, and their value is no cash.
    """
    short = np.minimum(book.contracts, 0.0)
    if not short.any():
        return None
    given = [_share(one.maintenance_margin) for one in book.options]
    shares = np.where(short < 0.0, given, 0.0)  # long options are paid for
    pairs = np.array(list(product(PRICE_MOVES, VOLATILITY_MOVES)))
    moves = np.append(0.0, pairs[:, 0])
    shifts = np.append(0.0, pairs[:, 1])[:, None] * book.state.volatility
    sizes = np.array([one.multiplier for one in book.options]) * book.price(problem.market)
    notional = sizes if book.state.in_coin else sizes * (1.0 + moves[:, None])
    required = (revalued(book.state, moves, shifts) + shares * notional) @ -short
    gains = book_profits(problem, valuation, holdings, moves, shifts).hedges
    needed = required - gains
    worst = int(np.argmax(needed)) if np.isfinite(needed).all() else 0
    return pd.Series(
        {
            "now": required[0],
            "worst": needed[worst],
            "price move": moves[worst],
            "volatility move": float(np.append(0.0, pairs[:, 1])[worst]),
        },
        name="margin",
    )


def _share(maintenance_margin: float | None) -> float:
    return math.nan if maintenance_margin is None else maintenance_margin
