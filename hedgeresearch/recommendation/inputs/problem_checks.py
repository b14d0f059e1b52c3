"""Whether a fit, a position, instruments, a market and a backtest belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._validation.mappings import as_mapping, shown
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from hedgeresearch.recommendation.inputs.problem import Book

SAME = 1e-6
"""Relative difference of a return that the fit saw and that of the market, above which they are not the same."""
NEARLY = 0.1
"""The same for a book in which coins are paid: its units were others on the dates before."""
CHECKED = 20
"""Dates on which they are compared, as many may stand still on one."""


def check_parts(fit: Any, position: Any, market: Any) -> None:
    """Refuse parts of another kind."""
    for value, kind, name, example in (
        (fit, HedgeFit, "fit", "OLSHedge().fit(*market.returns(position, instruments))"),
        (position, Position, "position", "Position({'BTC': 25})"),
        (market, Market, "market", "Market(prices)"),
    ):
        if not isinstance(value, kind):
            raise DataError(f"{name} must be such as {example}; got {shown(value)}.")


def contracts_held(
    instruments: tuple[Instrument, ...], holdings: Mapping[str, float] | pd.Series[float] | None
) -> Array:
    """Contracts of each instrument (n,), zero for those left out."""
    names = [one.name for one in instruments]
    given = as_mapping(holdings, "holdings", f"{{{names[0]!r}: -3}}")
    for name, contracts in given.items():
        if name not in names:
            raise DataError(
                f"holdings must be of instruments; {name!r} is not among {', '.join(names)}. Add the instrument, or "
                "count what is held with the position."
            )
        check_between(contracts, f"holdings of {name!r}", -np.inf, np.inf)
    return np.array([float(given.get(name, 0.0)) for name in names])


def check_names(book: Book) -> None:
    """Refuse a fit of other names, or one that does not end where the market does."""
    fit = book.fit
    if fit.asset != book.position.name or fit.hedges != book.names:
        raise DataError(
            f"the fit must be of {book.position.name!r} hedged with {book.names}; it is of {fit.asset!r} hedged with "
            f"{fit.hedges}. Fit it on market.returns(position, instruments)."
        )
    if fit.last_date != book.market.last_date:
        raise DataError(
            f"the fit must end where the market does, on {day(book.market.last_date)}; it ends on "
            f"{day(fit.last_date)}. Extend the fit over the dates after, or give the market up to that date."
        )


def check_returns(book: Book) -> None:
    """A ratio of other returns, such as of per cent or of a coin-margined contract's price, gives wrong contracts."""
    if book.takes_prices:
        _check_price_model(book)
    n_dates = min(CHECKED, len(book.fit.sample.rows), len(book.market) - 1)
    seen, market = book.fit.sample.rows.values[-n_dates:], book.seen_by_fit(n_dates)
    allowed = np.full(seen.shape[1], SAME)
    allowed[0] = _allowed_of_position(book)
    wrong = ~(
        np.abs(seen - market)
        <= allowed * (book.fit.sample.rows.values.std(axis=0) + np.abs(market))
    )
    if wrong.any():
        row, i = divmod(int(np.argmax(wrong)), wrong.shape[1])
        name = [book.position.name, *book.names][i]
        raise DataError(
            f"the fit must be made on market.returns(position, instruments), or on prices of the market; it saw "
            f"{seen[row, i]:.6g} of {name!r} where the market has {market[row, i]:.6g}, {n_dates - row} dates from the "
            "end. Fit it on these, as fractions per date."
        )


def check_backtest(book: Book, backtest: Backtest) -> None:
    """Refuse a backtest of another position, kind of returns or period; it may end before the market does."""
    ours, _ = book.market.returns(book.position, book.instruments, book.kind)
    if backtest.returns_kind == "log" and (book.takes_prices or book.fit.returns_kind == "log"):
        ours = pd.Series(np.log1p(ours.to_numpy()), index=ours.index)
    theirs = backtest.hedged_returns["unhedged"].iloc[-CHECKED:]
    absent = theirs.index[~theirs.index.isin(ours.index)]
    if len(absent):
        raise DataError(
            f"the backtest must be of dates of the market, from {day(ours.index[0])} to {day(ours.index[-1])}; it "
            f"has {day(absent[-1])}. Run walk_forward on market.returns(position, instruments)."
        )
    here = ours.loc[theirs.index]
    wrong = ~(np.abs(theirs - here) <= _allowed_of_position(book) * (ours.std() + np.abs(here)))
    if wrong.any():
        date = theirs.index[int(np.argmax(wrong))]
        raise DataError(
            f"the backtest must be of {book.position.name!r} and of the fit's kind of returns; on {day(date)} it has "
            f"{theirs[date]:.6g} unhedged where the market has {here[date]:.6g}. Run walk_forward on "
            "market.returns(position, instruments)."
        )


def _allowed_of_position(book: Book) -> float:
    """How far returns of the position may differ."""
    return (
        NEARLY
        if book.position.is_book and any(book.coin_of(one) for one in book.instruments)
        else SAME
    )


def _check_price_model(book: Book) -> None:
    """Prices say what a contract pays if it is linear in them, in one currency."""
    other = [one.name for one in book.instruments if one.name in book.market.rates]
    if other or book.position.is_book:
        raise DataError(
            f"a model of prices must be of one asset and of instruments paid in its currency; got "
            f"{other[0] if other else 'a book of several'!r}. Use a model of returns, such as OLSHedge."
        )
