"""The model to recommend, chosen by a backtest, and fitted on all observations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import describe
from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.covariance.moments.ewma import EWMACovariance
from hedgeresearch.data.quality import check_data
from hedgeresearch.data.quality.checks.closes import LONG_HORIZON
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.losses import MIN_OBSERVATIONS
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.evaluation.engine.schedule import default_window
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.hedges.composed.combined import CombinedHedge
from hedgeresearch.hedges.composed.horizon import HorizonHedge
from hedgeresearch.hedges.default import regime_conditional_hedge, stacked_decays_hedge
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.kalman.hedge import KalmanHedge
from hedgeresearch.hedges.minimum_variance.hedge import MinimumVarianceHedge
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.regime_switching.regime_hedge import RegimeHedge
from hedgeresearch.hedges.regression.dimson import DimsonHedge
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.hedges.regression.rolling_ols import RollingOLSHedge
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.recommendation.assessment.evidence.tournament import assess_tournament
from hedgeresearch.recommendation.inputs.costs.backtest_costs import backtest_costs
from hedgeresearch.recommendation.inputs.market import Kind, Market
from hedgeresearch.recommendation.inputs.observations import ratio_kind
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.regimes.hmm.gaussian import GaussianHMM
from hedgeresearch.trading.costs import Costs

MIN_WINDOW = 20
"""Minimum number of observations in each estimation of a tournament."""
N_REFITS = 20
"""Number of refits of a tournament: enough to follow a drift, few enough to take seconds."""
MIN_REFIT_EVERY = 20
"""Minimum number of observations from one refit to the next."""
DATES_PER_PARAMETER = 10
"""Fewest observations for each parameter of a hidden Markov model."""
MIN_GARCH_WINDOW = 250
"""Number of observations in an estimation from which models with many parameters take part."""
MAX_HEDGES = 2
"""Number of hedges up to which models of regimes, the Kalman filter and stacking take part."""
DECAY = 0.97
"""Decay of the EWMA that takes part, of which the other models are made, too."""


@exported_by("hedgeresearch.recommendation")
def fit_best(backtest: Backtest, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
    """Return the fit of the model that a backtest is won by, on all observations.

    Which model that is, and by what numbers, ``assess_tournament(backtest)`` says.

    Parameters
    ----------
    backtest : Backtest
        Of at least 20 observations out of sample.
    asset : Series (n_dates,)
        Returns; or prices, if the model is one of prices.
    hedges : DataFrame (n_dates, n_hedges)

    Raises
    ------
    DataError
        If the backtest is too short, or the model cannot be fitted.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> models = {"rolling": hr.RollingOLSHedge(60)}
    >>> backtest = hr.walk_forward(models, asset, hedges, refit_every=250, progress=False)
    >>> fit_best(backtest, asset, hedges)
    HedgeFit(RollingOLSHedge(60), 4970 dates to 2018-12-31, next ratio SP500 1.24)
    """
    return _best_model(backtest).fit(asset, hedges)


def fit_best_on_market(
    backtest: Backtest,
    position: Position,
    instruments: Sequence[Instrument],
    market: Market,
) -> HedgeFit:
    """Return the fit of the winner of a backtest on all observations of a market."""
    model = _best_model(backtest)
    return fit_on_market(model, position, instruments, market, backtest.returns_kind)


def fit_on_market(
    model: HedgeModel,
    position: Position,
    instruments: Sequence[Instrument],
    market: Market,
    returns_kind: str | None,
) -> HedgeFit:
    """Return the fit of a model on all observations of a market, on returns of a kind."""
    if model.traits.input == "prices":
        asset, hedges = _prices(position, instruments, market)
    else:
        kind: Kind = "difference" if returns_kind == "difference" else "simple"
        asset, hedges = market.returns(position, instruments, kind)
        if returns_kind == "log":
            asset = _in_logs(asset)
            hedges = _in_logs(hedges)
    return model.fit(asset, hedges)


def run_tournament(
    fit: HedgeFit | None,
    position: Position,
    instruments: Sequence[Instrument],
    market: Market,
    seed: int,
) -> Backtest:
    """Return a backtest of the fit's model and of those of ``entrants``, at the terms' costs.

    Where closes are not simultaneous, hedges that allow for it take part.

    Raises
    ------
    DataError
        If the market has too few rows.
    """
    kind: Kind = "simple" if fit is None else ratio_kind(fit)
    returns = market.returns(position, instruments, kind)
    cost = backtest_costs(instruments, market) if kind == "simple" else None
    return run_tournament_of_returns(fit, returns, cost, seed)


def run_tournament_of_returns(
    fit: HedgeFit | None,
    returns: tuple[pd.Series[float], pd.DataFrame],
    cost: Costs | None,
    seed: int,
) -> Backtest:
    """Return a backtest of the fit's model, 1:1, OLS and the models of ``entrants`` on returns.

    Half of the observations, or 1000, are the window; the estimations are repeated 20 times.

    Parameters
    ----------
    fit : HedgeFit or None
    returns : of the asset, Series (n_dates,), and of the hedges, DataFrame (n_dates, n_hedges)
    cost : Costs of trading and holding the hedges, or None
    seed : of the bootstrap

    Raises
    ------
    DataError
        If there are too few returns.
    """
    asset, hedges = returns
    window = default_window(len(asset))
    n_hedged = len(asset) - window
    if window < MIN_WINDOW or n_hedged < MIN_OBSERVATIONS:
        raise DataError(
            f"model='best' must have at least {2 * MIN_WINDOW} returns for its tournament; got "
            f"{len(asset)}. Fit a model and leave model out."
        )
    models = entrants(fit, window, hedges.shape[1])
    for name, model in allowing_for_closes(asset, hedges).items():
        if model not in models.values():
            models[name] = model
    return walk_forward(
        models,
        asset,
        hedges,
        window,
        max(n_hedged // N_REFITS, MIN_REFIT_EVERY),
        cost=cost,
        progress=False,
        seed=seed,
    )


def entrants(fit: HedgeFit | None, window: int, n_hedges: int) -> dict[str, HedgeModel]:
    """Return the models of a tournament by name, apart from 1:1 and OLS.

    Parameters
    ----------
    fit : HedgeFit or None, whose model takes part
    window : int, number of observations in each estimation
    n_hedges : int
    """
    ewma: HedgeModel = MinimumVarianceHedge(EWMACovariance(DECAY))
    models = {"ewma": ewma}
    if window >= MIN_GARCH_WINDOW:
        dcc: HedgeModel = MinimumVarianceHedge(DCC())
        decays = stacked_decays_hedge()
        models |= {"rolling": RollingOLSHedge(window // 4), "decays": decays, "dcc": dcc}
        if n_hedges <= MAX_HEDGES:
            members = {"naive": NaiveHedge(), "ewma": ewma, "dcc": dcc}
            within = RegimeHedge(GaussianHMM(2, n_starts=4), covariance_model=EWMACovariance(DECAY))
            models |= {
                "kalman": KalmanHedge(),
                "stacking": CombinedHedge(members, "stacking"),
                "regime around ewma": within,
            }
            if window >= 2 * dates_for_regimes(n_hedges):
                models["regime"] = regime_conditional_hedge()
    if fit is not None and fit.model not in (*models.values(), NaiveHedge(), OLSHedge()):
        models[describe(fit.model)] = fit.model
    return models


def dates_for_regimes(n_hedges: int) -> int:
    """Return the fewest dates on which two normal regimes of asset and hedges are estimated.

    The regime-conditional hedge estimates them on half of its sample first.
    """
    n_series = 1 + n_hedges
    of_regime = n_series * (n_series + 3) // 2  # means and covariances
    return DATES_PER_PARAMETER * (2 * of_regime + 2)


def allowing_for_closes(asset: pd.Series[float], hedges: pd.DataFrame) -> dict[str, HedgeModel]:
    """Return hedges that allow for closes at different times, if those of the returns are.

    Parameters
    ----------
    asset : Series (n_dates,)
    hedges : DataFrame (n_dates, n_hedges)
    """
    returns = pd.concat([asset, hedges], axis=1)
    problems = check_data(returns, asset.attrs.get("returns")).problems
    if not any(one.kind == "closes" for one in problems):
        return {}
    return {
        "dimson": DimsonHedge(lags=1, leads=1),
        "horizon": HorizonHedge(OLSHedge(), LONG_HORIZON),
    }


def _best_model(backtest: Backtest) -> HedgeModel:
    return backtest.models[assess_tournament(backtest).best]


def _prices(
    position: Position, instruments: Sequence[Instrument], market: Market
) -> tuple[pd.Series[float], pd.DataFrame]:
    """Return prices of the position and of the instruments, in the currency of the account."""
    asset = position.assets[0]
    values = market.value_path(asset, len(market))
    table: Any = market.table[[one.name for one in instruments]]
    return pd.Series(values, table.index, name=position.name), table


def _in_logs(returns: Any) -> Any:
    """Return log returns of simple ones."""
    logs = np.log1p(returns)
    logs.attrs = returns.attrs | {"returns": "log"}
    return logs
