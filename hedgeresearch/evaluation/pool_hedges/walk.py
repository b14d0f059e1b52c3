"""Walk-forward runs of hedges of a liquidity position."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from hedgeresearch._exports import explains_calls, exported_by
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.series import one_series, refuse_other_dates
from hedgeresearch._validation.settings import check_between, check_not_negative
from hedgeresearch.data.conversion import returns
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.evaluation.engine.schedule import Window
from hedgeresearch.evaluation.pool_hedges.backtest import PoolBacktest
from hedgeresearch.evaluation.pool_hedges.fees import PoolFees
from hedgeresearch.evaluation.pool_hedges.holdings import (
    Before,
    banded_contracts,
    known_before,
    target_contracts,
    unchanged,
)
from hedgeresearch.evaluation.results.tables import ratio_of_model
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.onchain.position import PoolPosition
from hedgeresearch.trading.costs import Costs, costs_of_trades
from hedgeresearch.typing import Array

UNHEDGED = "unhedged"
STATIC = "static"
"""Name of the hedge that is never changed."""
NAIVE = "naive"
"""Name of the hedge with the ratio one: contracts worth as much as the tokens."""
BAND = ", band"
"""What the name of a hedge within a no-trade band ends in."""


@exported_by("hedgeresearch.evaluation")
@explains_calls(
    "hr.evaluation.walk_forward_pool(position, prices, hedges, models, window=1000, "
    "refit_every=20, fees=None, cost=None, gas=0.0, risk_aversion=None)"
)
def walk_forward_pool(  # noqa: PLR0913 (a public function spells out its settings)
    position: PoolPosition,
    prices: pd.Series[float],
    hedges: pd.DataFrame,
    models: Mapping[str, HedgeModel] | None = None,
    window: Window = 1000,
    refit_every: int = 20,
    *,
    fees: PoolFees | None = None,
    cost: Costs | None = None,
    gas: float = 0.0,
    risk_aversion: float | None = None,
) -> PoolBacktest:
    """Backtest hedges of a liquidity position out of sample.

    The position is unchanged from the first hedged date to the last. Ratios between the pool's
    token and the contracts are those of :func:`walk_forward`. Over each date a hedge is short the
    value of the base tokens that the position held at the date before, times the ratio, in
    contracts at their prices then. Compared are always

    - ``unhedged``;
    - ``static``, the contracts of the first date with the ratio one, never changed;
    - ``naive``, contracts worth as much as the tokens, the ratio one, changed at each date;
    - ``ols`` and the models given, with their ratios, changed at each date;

    and, with a risk aversion, each of the last kind within its no-trade band ("ols, band"), whose
    width follows from the gamma of the position and the costs.

    Parameters
    ----------
    position : PoolPosition
    prices : Series (n_dates,), of the base token in the quote token, by the pool
    hedges : DataFrame (n_dates, n_hedges), prices of linear contracts on one token each, in the
        quote token
    models : hedge models by name
    window : int, number of dates in each estimation; or "expanding"
    refit_every : int, number of dates between estimations
    fees : PoolFees, what the pool earns its providers; None leaves fees out
    cost : Costs of trading the contracts, and their funding as ``carry``
    gas : float >= 0, quote tokens paid for each date with a trade, for contracts on a chain
    risk_aversion : float > 0, per quote token, as in ``trading.no_trade_band``, which does not know
        gas; None leaves bands out

    Raises
    ------
    DataError
        If prices are not positive or their dates differ, a setting is out of range, a model has a
        reserved name, or the window leaves fewer than two dates.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import hedgeresearch as hr
    >>> rng = np.random.default_rng(0)
    >>> dates = pd.date_range("2026-01-01", periods=600, freq="1h", tz="UTC", name="date")
    >>> steps = 0.005 * rng.standard_normal((2, 600))
    >>> pool = pd.Series(2_000.0 * np.exp(steps[0].cumsum()), dates, name="WETH")
    >>> perpetual = pool.to_frame("PERP") * np.exp(0.1 * steps[1])[:, None]
    >>> position = hr.onchain.PoolPosition.of_value(1e5, 2_000.0, 1_500.0, 2_500.0, "WETH", "USDC")
    >>> backtest = hr.evaluation.walk_forward_pool(position, pool, perpetual, window=300)
    >>> backtest.summary["variance removed"].round(2).to_dict()
    {'unhedged': 0.0, 'static': 0.98, 'naive': 0.98, 'ols': 0.98}
    """
    pool, contracts = _checked_prices(position, prices, hedges)
    check_not_negative(gas, "gas", "Zero leaves it out.")
    if risk_aversion is not None:
        check_between(risk_aversion, "risk_aversion", 0.0, math.inf)
    table = returns(pd.concat([pool, contracts], axis=1))
    asset = table.iloc[:, 0]
    walked = walk_forward(
        _checked_models(models), asset, table.iloc[:, 1:], window, refit_every, progress=False
    )
    ratios = {name: ratio_of_model(walked.ratios, name) for name in walked.models}
    dates = walked.ratios.index
    length = None if window == "expanding" else int(window)
    before = known_before(pool, contracts, dates, length)
    costs = Costs() if cost is None else cost
    held = _holdings(position, ratios, before, _rates_of(costs, contracts), risk_aversion)
    earned = pd.Series(0.0, pool.index) if fees is None else fees.earned(position, pool)
    return PoolBacktest(
        position=position,
        models=walked.models,
        prices=pool.loc[dates],
        ratios=walked.ratios,
        contracts=held,
        parts=_parts(position, pool, contracts, held, earned, costs, gas),
        gamma_losses=_gamma_losses(position, pool).loc[dates],
        notes=walked.notes,
        n_refits=walked.n_refits,
    )


def _checked_prices(
    position: PoolPosition, prices: pd.Series[float], hedges: pd.DataFrame
) -> tuple[pd.Series[float], pd.DataFrame]:
    """Return the prices of the pool and of the contracts, positive and on the same dates."""
    if not isinstance(position, PoolPosition):
        raise DataError(f"position must be a PoolPosition; got {position!r}.")
    pool = one_series(prices, "prices").rename(position.base)
    contracts = check_frame(hedges, "hedges")
    check_positive_prices(pool.to_frame(), "a pool", "Check the order of the tokens.")
    check_positive_prices(contracts, "contracts", "Pass prices, not returns.")
    refuse_other_dates(pool.index, contracts.index, "prices and hedges")
    if position.base in contracts.columns:
        raise DataError(
            f"A contract must not have the name of the pool's token, {position.base}. Rename it."
        )
    return pool, contracts


def _checked_models(models: Mapping[str, HedgeModel] | None) -> Mapping[str, HedgeModel]:
    """Return the models, none of which has the name of a hedge that is compared anyway."""
    for name in models or {}:
        if name in (UNHEDGED, STATIC) or str(name).endswith(BAND):
            raise DataError(
                f"a model must not be called {name!r}: the name is that of a hedge that is "
                "compared always, or of one within a band. Choose another."
            )
    return models or {}


def _holdings(
    position: PoolPosition,
    ratios: Mapping[str, pd.DataFrame],
    before: Before,
    rates: Array,
    risk_aversion: float | None,
) -> dict[str, pd.DataFrame]:
    """Return the contracts that each hedge is short over each date."""
    targets = {name: target_contracts(position, ratio, before) for name, ratio in ratios.items()}
    first = next(iter(targets.values()))
    held = {UNHEDGED: 0.0 * first, STATIC: unchanged(targets[NAIVE]), **targets}
    if risk_aversion is None:
        return held
    for name, target in targets.items():
        if name != NAIVE:
            held[name + BAND] = banded_contracts(
                target, position, ratios[name], before, rates, risk_aversion
            )
    return held


def _parts(
    position: PoolPosition,
    pool: pd.Series[float],
    contracts: pd.DataFrame,
    held: Mapping[str, pd.DataFrame],
    earned: pd.Series[float],
    costs: Costs,
    gas: float,
) -> dict[str, pd.DataFrame]:
    """Return gains, and costs as losses, of each hedge by date."""
    value = pd.Series(position.value(pool.to_numpy()), pool.index)
    found = {}
    for name, short in held.items():
        dates = short.index
        before = contracts.shift(1).loc[dates]
        traded = short.diff()
        traded.iloc[0] = short.iloc[0]
        trades = traded.abs() * before
        with_funding = costs_of_trades(trades, short * before, costs)
        trading = costs_of_trades(trades, short * before, replace(costs, carry=0.0))
        columns = {
            "position": value.diff().loc[dates],
            "fees": earned.loc[dates],
            "hedge": -(short * contracts.diff().loc[dates]).sum(axis=1),
            "funding": trading - with_funding,
            "trading": -trading,
            "gas": -gas * (traded != 0.0).any(axis=1),
        }
        found[name] = pd.DataFrame(columns)
    return found


def _gamma_losses(position: PoolPosition, pool: pd.Series[float]) -> pd.Series[float]:
    """Return what the position brings over each date beyond its tokens of the date before."""
    prices = pool.to_numpy()
    held = np.asarray(position.delta(prices[:-1])) * np.diff(prices)
    return pd.Series(np.diff(position.value(prices)) - held, pool.index[1:], name="gamma loss")


def _rates_of(costs: Costs, contracts: pd.DataFrame) -> Array:
    """Return the cost of a trade of each contract as a share of its value, (n_hedges,)."""
    names = contracts.columns
    one_each = pd.DataFrame(np.eye(len(names)), columns=names)
    return costs_of_trades(one_each, 0.0 * one_each, replace(costs, carry=0.0)).to_numpy()
