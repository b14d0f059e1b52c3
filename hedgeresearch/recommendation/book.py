"""A fit, a position and instruments brought together: what each contract is now, and what the book does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from hedgeresearch._types import Array
from hedgeresearch._validation import check_between
from hedgeresearch._wording import day
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.hedge_fit import HedgeFit
from hedgeresearch.instruments.hedge_returns import contract_returns
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.holdings import Traded, ideal_holding
from hedgeresearch.recommendation.market import Kind, Market
from hedgeresearch.recommendation.position import Position

SAME = 1e-6
"""Relative difference of a return that the fit saw and that of the market, above which they are not the same."""


@dataclass(frozen=True, eq=False)
class Book:
    """What is held, what hedges it, and what both are worth now."""

    fit: HedgeFit
    position: Position
    instruments: tuple[Instrument, ...]
    market: Market
    held: Array

    @classmethod
    def of(
        cls,
        fit: HedgeFit,
        position: Position,
        instruments: Sequence[Instrument] | Instrument,
        market: Market,
        holdings: Mapping[str, float] | None,
    ) -> Book:
        """The parts after checking that they belong together.

        Raises
        ------
        DataError
            If one of them is of another kind, names or dates differ, an instrument has no price or a price of zero,
            holdings have no instrument, or the fit has seen other returns than those of the market.
        """
        listed = (instruments,) if isinstance(instruments, Terms) else tuple(cast(Any, instruments))
        _check_parts(fit, position, listed, market)
        market.check_columns(position, listed)
        book = cls(fit, position, listed, market, _held(listed, holdings))
        _check_names(book)
        _check_prices(book)
        _check_returns(book)
        return book

    @property
    def names(self) -> list[str]:
        """Of the instruments."""
        return [one.name for one in self.instruments]

    @property
    def kind(self) -> Kind:
        """What the ratio is in: shares of value, or units."""
        return "difference" if self.fit.returns_kind == "difference" else "simple"

    @cached_property
    def values(self) -> dict[str, float]:
        """Price of each asset in the currency of the account, now."""
        return {asset: self.market.value(asset) for asset in self.position.assets}

    @cached_property
    def scale(self) -> float:
        """What one unit of the position's returns is worth; for differences, in units."""
        return self.position.scale(self.values, self.kind)

    @cached_property
    def value(self) -> float:
        """Signed value of the position; of a book, its gross value."""
        return self.position.scale(self.values, "simple")

    @cached_property
    def net_value(self) -> float:
        """Value long less value short of the position."""
        return self.position.net_value(self.values)

    @cached_property
    def notionals(self) -> Array:
        """Value of one contract of each instrument, (n,), in the currency of the account."""
        market = self.market
        return np.array(
            [abs(float(one.notional(market.price(one.name), market.rate(one.name)))) for one in self.instruments]
        )

    @cached_property
    def sizes(self) -> Array:
        """What one contract is worth per unit of its returns, (n,); for differences, its size."""
        return np.array([one.size for one in self.instruments]) if self.kind == "difference" else self.notionals

    @cached_property
    def covariance(self) -> Array:
        """Of the next date's profit of the position and one contract each, (1 + n, 1 + n), in currency squared."""
        weights = np.concatenate([[self.scale], self.sizes])
        return self.fit.next_covariance.to_numpy() * np.outer(weights, weights)

    @cached_property
    def terms(self) -> list[Terms]:
        """The instruments, as what they are traded on."""
        return [cast(Terms, one) for one in self.instruments]

    @cached_property
    def costs(self) -> Array:
        """Of trading one contract, (n,), in currency."""
        return np.array([one.fee + one.half_spread for one in self.terms]) * self.notionals

    def traded(self, bounds: Sequence[tuple[float, float]]) -> Traded:
        """The contracts with their limits."""
        least, most = np.array(bounds, dtype=np.float64).T
        return Traded(self.sizes, self.notionals, np.array([one.lot for one in self.terms]), least, most)

    def coins_paid(self) -> dict[str, float]:
        """What inverse contracts have paid over the last date in coins of the position, by asset."""
        paid: dict[str, float] = {}
        for one, contracts in zip(self.instruments, self.held, strict=True):
            coin = self.market.rates.get(one.name)
            if isinstance(one, InverseContract) and isinstance(coin, str) and coin in self.position.units:
                gain = one.payoff(contracts, self.market.price(one.name, back=1), self.market.price(one.name))
                paid[coin] = paid.get(coin, 0.0) + float(gain)
        return paid

    def profit_of_last_date(self) -> tuple[float, Array]:
        """Returns of the position and of each instrument over the last date, of this book's kind."""
        market, position = self.market, self.position
        before = {asset: market.value(asset, back=1) for asset in position.assets}
        moved = sum(units * (self.values[asset] - before[asset]) for asset, units in position.units.items())
        hedges = [
            contract_returns(
                one,
                np.array([market.price(one.name, back=1), market.price(one.name)]),
                np.array([market.rate(one.name, back=1), market.rate(one.name)]),
                self.kind,
            )[0]
            for one in self.instruments
        ]
        return moved / position.scale(before, self.kind), np.array(hedges)


def _held(instruments: tuple[Instrument, ...], holdings: Mapping[str, float] | None) -> Array:
    names = [one.name for one in instruments]
    for name, contracts in (holdings or {}).items():
        if name not in names:
            raise DataError(
                f"holdings must be of instruments; {name!r} is not among {', '.join(names)}. Add the instrument, or "
                "count what is held with the position."
            )
        check_between(contracts, f"holdings of {name!r}", -np.inf, np.inf)
    return np.array([float((holdings or {}).get(name, 0.0)) for name in names])


def _check_parts(fit: Any, position: Any, instruments: tuple[Any, ...], market: Any) -> None:
    for value, kind, name, example in (
        (fit, HedgeFit, "fit", "OLSHedge().fit(*market.returns(position, instruments))"),
        (position, Position, "position", "Position({'BTC': 25})"),
        (market, Market, "market", "Market(prices)"),
    ):
        if not isinstance(value, kind):
            raise DataError(f"{name} must be such as {example}; got {value!r}.")
    for one in instruments:
        if not isinstance(one, Instrument):
            raise DataError(f"instruments must be such as LinearContract('ES', 50); got {one!r}.")


def _check_names(book: Book) -> None:
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


def _check_prices(book: Book) -> None:
    for name, value in [*book.values.items(), *zip(book.names, book.notionals, strict=True)]:
        if value == 0.0:
            raise DataError(f"the last price of {name!r} must not be zero; a position in it has no value to hedge.")


def _check_returns(book: Book) -> None:
    """A ratio of other returns, such as of per cent or of a coin-margined contract's price, gives wrong contracts."""
    if getattr(book.fit.model, "needs", "returns") == "prices":
        seen = book.fit.history.values[-1]
        market = np.array([book.values.get(book.position.name, np.nan), *(book.market.price(n) for n in book.names)])
    else:
        asset, hedges = book.profit_of_last_date()
        market = np.array([asset, *hedges])
        seen = book.fit.history.values[-1]
        if book.fit.returns_kind == "log":
            market = np.log1p(market)
    spread = np.std(book.fit.history.values, axis=0)
    wrong = np.abs(seen - market) > SAME * (spread + np.abs(market))
    if wrong.any() or np.isnan(market).any():
        i = int(np.argmax(wrong | np.isnan(market)))
        raise DataError(
            f"the fit must be made on market.returns(position, instruments); its last value of "
            f"{[book.position.name, *book.names][i]!r} is {seen[i]:.6g}, the market's {market[i]:.6g}."
        )


def target_path(book: Book, n_dates: int) -> Array:
    """Contracts (n, n_instruments) that the ratios of the last dates asked for, at the prices of their day.

    A ratio is made before its date. Coins that an inverse contract pays are coins held, so that its holding keeps
    hedging as the price moves: it counts as a linear contract on as many coins as it is worth today.
    """
    ratios = book.fit.ratio.to_numpy()[-n_dates:]
    if book.kind == "difference":
        return ideal_holding(ratios, book.scale, book.sizes)
    table = book.market.table.iloc[-len(ratios) - 1 : -1]
    rates = book.market.rates
    values = {
        asset: table[asset].to_numpy() * rate_path(table, rates.get(asset, 1.0)) * units
        for asset, units in book.position.units.items()
    }
    worth = np.column_stack(list(values.values()))
    scale = np.abs(worth).sum(axis=1) if book.position.is_book else worth[:, 0]
    notionals = []
    for one, now in zip(book.instruments, book.notionals, strict=True):
        price = table[one.name].to_numpy()
        if isinstance(one, InverseContract):
            notionals.append(now * price / book.market.price(one.name))
        else:
            notionals.append(np.abs(np.asarray(one.notional(price, rate_path(table, rates.get(one.name, 1.0))))))
    return ideal_holding(ratios, 1.0, np.column_stack(notionals) / scale[:, None])


def rate_path(table: pd.DataFrame, rate: str | float) -> Array:
    """A rate on each date of the table, (n_dates,)."""
    return table[rate].to_numpy() if isinstance(rate, str) else np.full(len(table), rate)
