"""Stress, tails and carry of the hedged book, in currency.

Returns are of the fit's kind, brought to fractions of the value now: where it was fitted on differences, a past change
of price counts as the same change of price, else as the same share of today's value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.carry import Carry, hedge_carry
from hedgeresearch.instruments.carry_rates import annualized_basis
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.risk.joint_tails import TailDependence, tail_dependence
from hedgeresearch.risk.scenarios import FundingSpike
from hedgeresearch.risk.stress import stress_table
from hedgeresearch.risk.tails import TailSummary, tail_summary
from hedgeresearch.typing import Array

FEWEST = 20
"""Dates from which stress can be told."""
FEWEST_TOGETHER = 200
"""Returns from which dependence in the tail can be told: ten of them are the worst 5 %."""
ROLLS_PER_YEAR = 4.0
"""Of dated futures, as quarterly contracts are rolled."""
SPIKE, SPIKE_PERIODS = 0.001, 9
"""A funding rate against the book, ten times the usual, three days long where it is paid every eight hours."""


def stress_of(book: Book, held: Array) -> pd.DataFrame:
    """The stress table of the position and the hedges held."""
    returns = _returns(book)
    names = list(returns.columns)
    exposures = pd.Series([book.value, *(held * book.notionals)], index=names)
    into = _per_value(book)
    covariance = pd.DataFrame(
        book.fit.next_covariance.to_numpy() * np.outer(into, into), index=names, columns=names
    )
    perpetual = [one.name for one in book.terms if one.funding is not None]
    spike = None
    if perpetual:
        paid_by_shorts = exposures[perpetual].sum() < 0.0
        spike = FundingSpike(-SPIKE if paid_by_shorts else SPIKE, SPIKE_PERIODS, tuple(perpetual))
    return stress_table(exposures, returns, covariance, funding=spike)


def past_of_book(book: Book, held: Array) -> pd.Series[float]:
    """Returns that the book, as it is now held and hedged, would have had on each date, per unit of its value."""
    returns = _returns(book)
    weights = np.concatenate([[1.0], held * book.notionals / book.value])
    return pd.Series(returns.to_numpy() @ weights, index=returns.index, name="hedged")


def tails_of(book: Book, held: Array) -> TailSummary:
    """The tails of the hedged book, of its past as it is held now; losses of a short position are its asset's gains."""
    return tail_summary(past_of_book(book, held) * np.sign(book.value))


def tail_dependence_of(book: Book, held: Array, seed: int) -> TailDependence | None:
    """Of the position and all hedges together; None where there are fewer than 200 dates, or nothing that hedges.

    A holding that moves against what it should offset, as a long one beside a long position does, is no hedge.
    """
    returns = _returns(book) * np.sign(book.value)
    if not held.any() or len(returns) < FEWEST_TOGETHER:
        return None
    sold = returns.iloc[:, 1:].to_numpy() @ (-held * book.notionals / book.value)
    hedge = pd.Series(sold, index=returns.index, name="hedges")
    found = tail_dependence(returns.iloc[:, 0], hedge, n_bootstrap=200, seed=seed)
    return found if found.kendall_tau > 0.0 else None


def carries_of(book: Book, held: Array) -> list[Carry]:
    """Of each hedge that is held and whose funding, or basis to what it delivers, is in the market.

    Dated futures are taken to be rolled four times a year, as quarterly ones are.
    """
    found, market = [], book.market
    for one, contracts, notional in zip(book.terms, held, book.notionals, strict=True):
        if contracts == 0.0 or not _has_carry(one) or _why_no_carry(book, one):
            continue
        sold, history = float(-contracts * notional / abs(book.value)), market.funding_of(one.name)
        if history is not None and one.funding is not None:
            found.append(hedge_carry(one, history, sold))
        else:
            table = market.table
            basis = annualized_basis(
                table[one.name], table[market.underlying[one.name]], _end(book, one.expiry)
            )
            found.append(hedge_carry(one, basis, sold, rolls_per_year=ROLLS_PER_YEAR))
    return found


def untold_carries(book: Book, held: Array) -> list[str]:
    """Why the carry of hedges that are held is not known, a sentence each."""
    return [
        f"Not told, carry of {one.name}: {_why_no_carry(book, one)}."
        for one, contracts in zip(book.terms, held, strict=True)
        if contracts != 0.0 and _has_carry(one) and _why_no_carry(book, one)
    ]


def _has_carry(instrument: Terms) -> bool:
    return instrument.funding is not None or instrument.expiry is not None


def _why_no_carry(book: Book, instrument: Terms) -> str:
    """What is missing for the carry of a perpetual or a dated future; "" where nothing is."""
    market, name = book.market, instrument.name
    if not isinstance(market.last_date, pd.Timestamp):
        return "the market's table has no timestamps"
    if instrument.funding is not None:
        return "" if name in market.funding else "no funding is given"
    if name not in market.underlying:
        return "no underlying is given"
    if market.last_date >= (end := _end(book, instrument.expiry)):
        return f"it expires on {day(end)}"
    positive = (market.table[[name, market.underlying[name]]] > 0.0).all(axis=None)
    return "" if positive else "its past prices, or those of its underlying, are not all positive"


def _end(book: Book, expiry: Any) -> pd.Timestamp:
    """An expiry in the time zone of the table: a date without one is that of the table's clock."""
    end, zone = pd.Timestamp(expiry), book.market.last_date.tz
    if end.tz is not None and zone is not None:
        return end.tz_convert(zone)
    return end.tz_localize(None).tz_localize(zone)


def _returns(book: Book) -> pd.DataFrame:
    """Of the position and the hedges, (n_dates, 1 + n), as fractions of their values now."""
    asset, hedges = book.market.returns(book.position, book.instruments, book.kind)
    returns = pd.concat([asset, hedges], axis=1)
    if len(returns) < FEWEST:
        raise DataError(
            f"stress needs at least {FEWEST} dates of the market; got {len(returns)}. Give a longer table."
        )
    return returns * _per_value(book)


def _per_value(book: Book) -> Array:
    """What turns returns of the fit's kind into fractions of the value now, (1 + n,)."""
    return np.concatenate([[book.scale / book.value], book.sizes / book.notionals])
