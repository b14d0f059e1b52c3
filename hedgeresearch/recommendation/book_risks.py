"""Stress, tails and carry of the hedged book, in currency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._types import Array
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.recommendation.book import Book
from hedgeresearch.recommendation.carry import Carry, carry
from hedgeresearch.recommendation.carry_rates import annualised_basis
from hedgeresearch.recommendation.stress import FundingSpike, stress_table
from hedgeresearch.recommendation.tail_dependence import TailDependence, tail_dependence
from hedgeresearch.recommendation.tails import Tails, tails

SPIKE, SPIKE_PERIODS = 0.001, 9
"""A funding rate against the book, ten times the usual, three days long where it is paid every eight hours."""


def stress_of(book: Book, held: Array) -> pd.DataFrame:
    """The stress table of the position and the hedges held."""
    returns = _simple_returns(book)
    names = list(returns.columns)
    exposures = pd.Series([book.value, *(held * book.notionals)], index=names)
    # from the ratio's terms into shares of value
    into = np.concatenate([[book.scale / book.value], book.sizes / book.notionals])
    covariance = pd.DataFrame(book.fit.next_covariance.to_numpy() * np.outer(into, into), index=names, columns=names)
    perpetual = [one.name for one in book.terms if one.funding is not None]
    spike = None
    if perpetual:
        paid_by_shorts = exposures[perpetual].sum() < 0.0
        spike = FundingSpike(-SPIKE if paid_by_shorts else SPIKE, SPIKE_PERIODS, tuple(perpetual))
    return stress_table(exposures, returns, covariance, funding=spike)


def past_of_book(book: Book, held: Array) -> pd.Series[float]:
    """Returns that the book, as it is now held and hedged, would have had on each date, per unit of its value."""
    returns = _simple_returns(book)
    weights = np.concatenate([[1.0], held * book.notionals / book.value])
    return pd.Series(returns.to_numpy() @ weights, index=returns.index, name="hedged")


def tails_of(book: Book, held: Array) -> Tails:
    """The tails of the hedged book, of its past as it is held now; losses of a short position are its asset's gains."""
    return tails(past_of_book(book, held) * np.sign(book.value))


def tail_dependence_of(book: Book, held: Array, seed: int) -> TailDependence | None:
    """Of the position and all hedges together; None where nothing is held."""
    if not held.any():
        return None
    returns = _simple_returns(book) * np.sign(book.value)
    sold = returns.iloc[:, 1:].to_numpy() @ (-held * book.notionals / book.value)
    hedge = pd.Series(sold, index=returns.index, name="hedges")
    return tail_dependence(returns.iloc[:, 0], hedge, n_bootstrap=200, seed=seed)


def carries_of(book: Book, held: Array) -> list[Carry]:
    """Of each hedge that is held and whose funding, or basis to the single asset held, is known."""
    found = []
    for instrument, contracts, notional in zip(book.terms, held, book.notionals, strict=True):
        if contracts == 0.0 or isinstance(instrument, Spot):
            continue
        history = book.market.funding_of(instrument.name)
        if history is None and instrument.expiry is not None and not book.position.is_book:
            table = book.market.table
            history = annualised_basis(table[instrument.name], table[book.position.assets[0]], instrument.expiry)
        if history is not None:
            found.append(carry(instrument, history, -contracts * notional / abs(book.value)))
    return found


def _simple_returns(book: Book) -> pd.DataFrame:
    asset, hedges = book.market.returns(book.position, book.instruments)
    returns = pd.concat([asset, hedges], axis=1)
    if len(returns) < 20:
        raise DataError(f"stress and tails need at least 20 dates of the market; got {len(returns)}.")
    returns.attrs = dict(asset.attrs)
    return returns
