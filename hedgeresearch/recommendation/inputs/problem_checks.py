"""Checks that a fit, a position, instruments, a market and a backtest belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._spacing import spacing_of
from hedgeresearch._validation.frames import MAX_ABSOLUTE_VALUE
from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch._validation.numbers import as_number
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Terms, last_moment, on_clock_of
from hedgeresearch.recommendation.inputs.market import Kind, Market
from hedgeresearch.recommendation.inputs.observations import (
    latest_observations,
    ratio_kind,
    uses_prices,
)
from hedgeresearch.recommendation.inputs.payments import currency_held
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.inputs.settings import RecommendationSettings
from hedgeresearch.typing import Array

RETURN_TOLERANCE = 1e-6
"""Relative difference of two returns that counts as rounding."""
COIN_RETURN_TOLERANCE = 0.1
"""The same for a portfolio that is paid in coins or currencies that it holds: its units change."""
N_COMPARED = 20
"""Number of dates on which returns are compared: on some of them all prices may be unchanged."""


def check_parts(fit: Any, position: Any, market: Any, model: Any) -> None:
    """Refuse parts of the wrong type; the fit may be None where the best model is chosen."""
    if model is not None and not (isinstance(model, str) and model == "best"):
        raise DataError(
            f"model must be 'best' or None; got {preview(model)}. To recommend a model, fit it: "
            "OLSHedge().fit(*market.returns(position, instruments))."
        )
    if fit is not None or model is None:
        fitted = "OLSHedge().fit(*market.returns(position, instruments))"
        _check_type(fit, HedgeFit, "fit", fitted)
    if isinstance(position, int | float):
        raise DataError(
            f"position must be, for example, Position({{'BTC': 25}}); got {position!r}. "
            "For an amount of currency use hr.hedge_notional(fit, notional)."
        )
    _check_type(position, Position, "position", "Position({'BTC': 25})")
    _check_type(market, Market, "market", "Market(prices)")


def _check_type(value: Any, kind: type, name: str, example: str) -> None:
    if not isinstance(value, kind):
        raise DataError(f"{name} must be, for example, {example}; got {preview(value)}.")


def check_terms(instruments: Sequence[Instrument]) -> None:
    """Refuse instruments that say what they pay but not how they are traded."""
    for one in instruments:
        _check_type(one, Terms, "instruments", "Spot('BTC') or LinearContract('ES', 50)")


def as_holdings(
    holdings: Mapping[str, float] | pd.Series[float] | None, names: Sequence[str]
) -> Array:
    """Return the contracts held of each instrument, (n_instruments,); zero for those left out."""
    given = as_mapping(holdings, "holdings", f"{{{names[0]!r}: -3}}")
    for name, contracts in given.items():
        if name not in names:
            raise DataError(
                f"holdings must be of instruments; {name!r} is not among {', '.join(names)}. "
                "Add the instrument, or count what is held with the position."
            )
        check_between(as_number(contracts), f"holdings of {name!r}", -np.inf, np.inf)
    return np.array([float(given.get(name, 0.0)) for name in names])


def check_fit(
    fit: HedgeFit, position: Position, instruments: Sequence[Instrument], market: Market
) -> None:
    """Refuse a fit of other names, dates or returns than those of the market."""
    names = [one.name for one in instruments]
    if fit.asset != position.name or fit.hedges != names:
        raise DataError(
            f"the fit must be of {position.name!r} hedged with {names}; it is of {fit.asset!r} "
            f"hedged with {fit.hedges}. Fit it on market.returns(position, instruments)."
        )
    if fit.last_date != market.last_date:
        raise DataError(
            f"the fit must end where the market does, on {day(market.last_date)}; it ends on "
            f"{day(fit.last_date)}. Extend the fit over the dates after it, or pass the market "
            "up to that date."
        )
    check_latest_prices(position, instruments, market, ratio_kind(fit))
    if uses_prices(fit):
        _check_price_model(position, names, market)
    _check_observations(fit, position, instruments, market)


def check_latest_prices(
    position: Position, instruments: Sequence[Instrument], market: Market, kind: Kind
) -> None:
    """Refuse last prices that leave nothing to hedge, and contracts that have expired."""
    prices = {asset: market.value(asset) for asset in position.assets}
    prices |= {one.name: market.price(one.name) for one in instruments}
    for name, price in prices.items():
        if price == 0.0 or (kind == "simple" and price < 0.0):
            required = "positive" if kind == "simple" else "other than zero"
            raise DataError(
                f"the last price of {name!r} must be {required}; got {price:g}. "
                "Fix the data, or hedge without it."
            )
    now = market.last_date
    if isinstance(now, pd.Timestamp):
        for one in instruments:
            if one.expiry is not None:
                _refuse_expired(one.name, pd.Timestamp(one.expiry), now)


def check_finite(observed: Array, names: Sequence[str]) -> None:
    """Refuse observations (1, 1 + n) of a new bar that are too large to compute with."""
    for name, value in zip(names, observed[0].tolist(), strict=True):
        if not abs(value) < MAX_ABSOLUTE_VALUE:
            raise DataError(
                f"the new bar must give finite returns; got {value:g} of {name!r}. Fix the data."
            )


def _refuse_expired(name: str, expiry: pd.Timestamp, now: pd.Timestamp) -> None:
    if now > on_clock_of(last_moment(expiry), now):
        raise DataError(
            f"{name!r} must not have expired; it did on {day(expiry)}, and the market ends on "
            f"{day(now)}. Pass the contract it was rolled into."
        )


def _check_price_model(position: Position, names: list[str], market: Market) -> None:
    """Refuse a model of prices where the prices alone do not say what a contract pays."""
    other = [name for name in names if name in market.rates]
    if other or position.is_portfolio:
        found = repr(other[0]) if other else "a portfolio of several"
        raise DataError(
            "a model of prices must be of one asset and of instruments paid in its currency; "
            f"got {found}. Use a model of returns, such as OLSHedge."
        )


def _check_observations(
    fit: HedgeFit, position: Position, instruments: Sequence[Instrument], market: Market
) -> None:
    """Refuse a fit of other returns, such as percent: its ratio would give wrong contracts."""
    n_dates = min(N_COMPARED, len(fit.sample.rows), len(market) - 1)
    seen = fit.sample.rows.values[-n_dates:]
    expected = latest_observations(fit, position, instruments, market, n_dates)
    tolerance = np.full(seen.shape[1], RETURN_TOLERANCE)
    tolerance[0] = _position_tolerance(position, instruments, market)
    allowed = tolerance * (fit.sample.rows.values.std(axis=0) + np.abs(expected))
    wrong = ~(np.abs(seen - expected) <= allowed)
    if wrong.any():
        row, i = divmod(int(np.argmax(wrong)), wrong.shape[1])
        name = [position.name, *(one.name for one in instruments)][i]
        raise DataError(
            "the fit must be made on market.returns(position, instruments), or on prices of the "
            f"market; it saw {seen[row, i]:.6g} of {name!r} where the market has "
            f"{expected[row, i]:.6g}, {n_dates - row} dates from the end. "
            "Fit it on these, as fractions per date."
        )


def _position_tolerance(
    position: Position, instruments: Sequence[Instrument], market: Market
) -> float:
    """Return the relative difference that returns of the position may have."""
    paid_in_coins = any(currency_held(position, one, market) for one in instruments)
    return COIN_RETURN_TOLERANCE if position.is_portfolio and paid_in_coins else RETURN_TOLERANCE


# --- settings ---


def check_settings(
    settings: RecommendationSettings, names: list[str], traded: list[str], market: Market
) -> None:
    """Refuse limits, collateral, betas and a backtest of other instruments.

    A horizon of the margin that does not fit the market is refused as well.

    Parameters
    ----------
    settings : RecommendationSettings
    names : list of str
        Instruments that a model hedges with.
    traded : list of str
        The same and options, which have limits.
    market : Market
    """
    settings.objective.check_names(names)
    dates = market.table.index
    settings.margin.periods(spacing_of(dates), len(dates) - 1)
    named = {
        "limits": (settings.limits.contracts, traded),
        "collateral": (settings.margin.collateral, names),
    }
    for field, (given, known) in named.items():
        unknown = [name for name in given or {} if name not in known]
        if unknown:
            raise DataError(
                f"{field} must be of instruments; {unknown[0]!r} is not among "
                f"{', '.join(known)}. Rename it, or add the instrument."
            )
    _check_defaults(settings, names)
    if settings.backtest is not None:
        _check_hedges(settings.backtest, names, "market.returns(position, instruments)")


def _check_hedges(backtest: Backtest, names: list[Any], data: str) -> None:
    """Refuse a backtest of other hedges."""
    hedges = list(dict.fromkeys(backtest.ratios.columns.get_level_values("hedge")))
    if hedges != names:
        raise DataError(
            f"the backtest must be of the hedges {names}; it is of {hedges}. "
            f"Run walk_forward on {data}."
        )


def check_backtest_of_fit(backtest: Any, fit: HedgeFit, returns: pd.DataFrame | None) -> None:
    """Refuse a backtest of other hedges or other returns than those of a fit.

    Parameters
    ----------
    backtest : Backtest
    fit : HedgeFit
    returns : DataFrame (n_dates, 1 + n_hedges) or None
        Returns of the estimation sample, if they are known.
    """
    if not isinstance(backtest, Backtest):
        raise DataError(f"backtest must come from hr.walk_forward; got {preview(backtest)}.")
    _check_hedges(backtest, fit.hedges, "the asset and the hedges of the fit")
    if returns is None:
        return
    unhedged = backtest.date_returns["unhedged"]
    common = unhedged.index.intersection(returns.index)[-N_COMPARED:]
    ours = returns.iloc[:, 0].loc[common]
    wrong = np.abs(unhedged.loc[common] - ours) > RETURN_TOLERANCE * (returns.iloc[:, 0].std())
    if len(common) == 0 or wrong.any():
        raise DataError(
            f"the backtest must be of the returns of {fit.asset!r} that the fit has seen; it has "
            f"{'others' if len(common) else 'none of their dates'}. Run walk_forward on them."
        )


def check_backtest(
    backtest: Backtest,
    fit: HedgeFit,
    position: Position,
    instruments: Sequence[Instrument],
    market: Market,
) -> None:
    """Refuse a backtest of another position, kind of returns or period; it may end earlier."""
    ours, _ = market.returns(position, instruments, ratio_kind(fit))
    if backtest.returns_kind == "log" and (uses_prices(fit) or fit.returns_kind == "log"):
        ours = pd.Series(np.log1p(ours.to_numpy()), index=ours.index)
    theirs = backtest.date_returns["unhedged"].iloc[-N_COMPARED:]
    absent = theirs.index[~theirs.index.isin(ours.index)]
    if len(absent):
        raise DataError(
            f"the backtest must be of dates of the market, from {day(ours.index[0])} to "
            f"{day(ours.index[-1])}; it has {day(absent[-1])}. "
            "Run walk_forward on market.returns(position, instruments)."
        )
    here = ours.loc[theirs.index]
    tolerance = _position_tolerance(position, instruments, market)
    wrong = ~(np.abs(theirs - here) <= tolerance * (ours.std() + np.abs(here)))
    if wrong.any():
        date = theirs.index[int(np.argmax(wrong))]
        raise DataError(
            f"the backtest must be of {position.name!r} and of the fit's kind of returns; on "
            f"{day(date)} it has {theirs[date]:.6g} unhedged where the market has "
            f"{here[date]:.6g}. Run walk_forward on market.returns(position, instruments)."
        )


def _check_defaults(settings: RecommendationSettings, names: list[str]) -> None:
    """Refuse defaults whose proxies are no instruments."""
    for one in settings.defaults:
        unknown = [name for name in one.proxies if name not in names]
        if unknown:
            raise DataError(
                f"proxies of the default {one.name!r} must be instruments, "
                f"{', '.join(names)}; got {unknown[0]!r}."
            )
