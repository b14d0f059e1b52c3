"""Observations of a hedge model in a market: the returns, or the prices, that it is fitted on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.returns import contract_returns
from hedgeresearch.recommendation.inputs.market import Kind, Market
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.typing import Array


def ratio_kind(fit: HedgeFit) -> Kind:
    """Return what the ratio of a fit is in: shares of value ("simple"), or units ("difference")."""
    return "difference" if fit.returns_kind == "difference" else "simple"


def uses_prices(fit: HedgeFit) -> bool:
    """Return whether a model is fitted on prices instead of returns."""
    return bool(fit.model.traits.input == "prices")


def latest_observations(
    fit: HedgeFit,
    position: Position,
    instruments: Sequence[Instrument],
    market: Market,
    n_dates: int,
) -> Array:
    """Return what the model should have been given on the last dates, (n_dates, 1 + n).

    The position first: returns of the kind of the fit, or prices.
    """
    n_rows = n_dates + 1
    values = np.column_stack([market.value_path(asset, n_rows) for asset in position.assets])
    if uses_prices(fit):
        levels = [market.path(one.name, n_rows) for one in instruments]
        return np.column_stack([values, *levels])[1:]
    kind = ratio_kind(fit)
    hedges = []
    for one in instruments:
        prices = market.path(one.name, n_rows)
        hedges.append(contract_returns(one, prices, market.rate_path(one.name, n_rows), kind))
    returns = np.column_stack([position.returns_of(values, kind), *hedges])
    return np.log1p(returns) if fit.returns_kind == "log" else returns


def coin_held(position: Position, instrument: Instrument, market: Market) -> str | None:
    """Return the asset of the position that an inverse contract is paid in; None for others."""
    coin = market.rates.get(instrument.name)
    if isinstance(instrument, InverseContract) and isinstance(coin, str):
        return coin if coin in position.units else None
    return None
