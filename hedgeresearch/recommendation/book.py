"""A fit, a position and instruments brought together: what each contract is now, and what the book does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from hedgeresearch.recommendation.aims import Objective
from hedgeresearch.recommendation.holdings import Traded, ideal_holding
from hedgeresearch.recommendation.market import Kind, Market, as_list
from hedgeresearch.recommendation.position import Position

SAME = 1e-6
"""Relative difference of a return that the fit saw and that of the market, above which they are not the same."""
CHECKED = 20
"""Dates on which they are compared, as many may stand still on one."""


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
        _check_parts(fit, position, market)
        listed = tuple(as_list(instruments))
        market.check_columns(position, listed)
        book = cls(fit, position, listed, market, _held(listed, holdings))
        _check_names(book)
        book.check_now()
        _check_returns(book)
        return book

    def followed_by(self, bar: Mapping[Any, float] | pd.Series[float], date: Any, held: Array) -> Book:
        """The book one bar later, the fit carried over it, coins that were paid counted with the position."""
        later = Book(self.fit, self.position, self.instruments, self.market.followed_by(bar, date), held)
        later.check_now()
        row, dates = later.seen_by_fit(1), pd.Index([date])
        asset = pd.Series(row[:, 0], index=dates, name=self.position.name)
        fit = self.fit.extend(asset, pd.DataFrame(row[:, 1:], index=dates, columns=self.names))
        paid, units = later.coins_paid(), self.position.units
        if not paid:
            return replace(later, fit=fit)
        position = replace(self.position, units={asset: units[asset] + paid.get(asset, 0.0) for asset in units})
        return replace(later, fit=fit, position=position)

    def check_now(self) -> None:
        """Refuse prices of now that leave nothing to hedge, and contracts that have expired."""
        lowest = 0.0 if self.kind == "simple" else -np.inf
        for name, price in [*self.values.items(), *((name, self.market.price(name)) for name in self.names)]:
            if price == 0.0 or price < lowest:
                raise DataError(
                    f"the last price of {name!r} must be {'positive' if lowest == 0.0 else 'other than zero'}; got "
                    f"{price:g}. Mend the table, or hedge without it."
                )
        self._refuse_expired()

    def _refuse_expired(self) -> None:
        now = self.market.last_date
        for one in self.terms:
            if one.expiry is None or not isinstance(now, pd.Timestamp):
                continue
            if now.tz_localize(None).normalize() > pd.Timestamp(one.expiry).tz_localize(None):
                raise DataError(
                    f"{one.name!r} must not have expired; it did on {day(one.expiry)}, and the market ends on "
                    f"{day(now)}. Give the contract it was rolled into."
                )

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
        """What one contract is worth per unit of its returns, (n,), in currency; for differences, its size."""
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

    def asked(self, ratios: Array, objective: Objective) -> Array:
        """Contracts (..., n) that ratios (..., n) ask for, beside the sensitivities that are to be left."""
        return ideal_holding(ratios - np.array(objective.betas(self.names)), self.scale, self.sizes)

    def coin_of(self, instrument: Instrument) -> str | None:
        """The asset of the position that an inverse contract is paid in; None where it is paid in something else."""
        coin = self.market.rates.get(instrument.name)
        held = isinstance(instrument, InverseContract) and isinstance(coin, str) and coin in self.position.units
        return str(coin) if held else None

    def coins_paid(self) -> dict[str, float]:
        """What inverse contracts have paid over the last date in coins of the position, by asset."""
        paid: dict[str, float] = {}
        for one, contracts in zip(self.instruments, self.held, strict=True):
            coin = self.coin_of(one)
            if coin is not None and contracts != 0.0:
                gain = one.payoff(contracts, self.market.price(one.name, back=1), self.market.price(one.name))
                paid[coin] = paid.get(coin, 0.0) + float(gain)
        return paid

    def seen_by_fit(self, n_dates: int) -> Array:
        """What the model should have been given on the last dates, (n_dates, 1 + n): returns, or prices."""
        market, position, rows = self.market, self.position, n_dates + 1
        values = np.column_stack([market.path(a, rows) * market.rate_path(a, rows) for a in position.assets])
        if _takes_prices(self.fit):
            return np.column_stack([values, *(market.path(name, rows) for name in self.names)])[1:]
        hedges = [
            contract_returns(one, market.path(one.name, rows), market.rate_path(one.name, rows), self.kind)
            for one in self.instruments
        ]
        returns = np.column_stack([position.returns_of(values, self.kind), *hedges])
        return np.log1p(returns) if self.fit.returns_kind == "log" else returns


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


def _check_parts(fit: Any, position: Any, market: Any) -> None:
    for value, kind, name, example in (
        (fit, HedgeFit, "fit", "OLSHedge().fit(*market.returns(position, instruments))"),
        (position, Position, "position", "Position({'BTC': 25})"),
        (market, Market, "market", "Market(prices)"),
    ):
        if not isinstance(value, kind):
            raise DataError(f"{name} must be such as {example}; got {value!r}.")


def _takes_prices(fit: HedgeFit) -> bool:
    return getattr(fit.model, "needs", "returns") == "prices"


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


def _check_returns(book: Book) -> None:
    """A ratio of other returns, such as of per cent or of a coin-margined contract's price, gives wrong contracts."""
    if _takes_prices(book.fit):
        _check_price_model(book)
    n_dates = min(CHECKED, len(book.fit.history), len(book.market) - 1)
    seen, market = book.fit.history.values[-n_dates:], book.seen_by_fit(n_dates)
    wrong = ~(np.abs(seen - market) <= SAME * (book.fit.history.values.std(axis=0) + np.abs(market)))
    if wrong.any():
        row, i = divmod(int(np.argmax(wrong)), wrong.shape[1])
        name = [book.position.name, *book.names][i]
        raise DataError(
            f"the fit must be made on market.returns(position, instruments), or on prices of the market; it saw "
            f"{seen[row, i]:.6g} of {name!r} where the market has {market[row, i]:.6g}, {n_dates - row} dates from the "
            "end. Fit it on these, as fractions per date."
        )


def _check_price_model(book: Book) -> None:
    """Prices say what a contract pays if it is linear in them, in one currency."""
    other = [one.name for one in book.instruments if one.name in book.market.rates]
    if other or book.position.is_book:
        raise DataError(
            f"a model of prices must be of one asset and of instruments paid in its currency; got "
            f"{other[0] if other else 'a book of several'!r}. Use a model of returns, such as OLSHedge."
        )
