"""The stationary block bootstrap of a hedge ratio.

Blocks of consecutive dates, of random length, are drawn from the estimation sample (Politis and
Romano 1994, Journal of the American Statistical Association 89, section 2). Their mean length is
chosen after Politis and White (2004), Econometric Reviews 23, and its correction. A model whose
ratio also depends on a state is fitted to each draw and then filters the observed data: only the
parameters vary (Pascual, Romo and Ruiz 2006, Computational Statistics & Data Analysis 50). For a
conditional covariance, blocks would break up volatility clusters; as these authors do, standardized
residuals are drawn and fed through the fitted model. Blocks must not break up regimes either, see
``regime_resampling``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from hedgeresearch._formatting import describe
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.residuals import standardized_residuals
from hedgeresearch.covariance.simulation import returns_from_residuals
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import ConvergenceError, DataError, recorded_warnings
from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length
from hedgeresearch.hedges.fit_protocols import (
    FittedHedge,
    RegimeDetail,
    RegimeSources,
    WrapperState,
)
from hedgeresearch.hedges.outside_regimes import outside_regime_ratios
from hedgeresearch.hedges.regime_resampling import regime_resampling
from hedgeresearch.hedges.traits import all_traits, with_horizon_in_rows
from hedgeresearch.typing import Array, Indices

N_RATIO_DRAWS = 200
"""Default number of draws."""
EQUAL_DRAWS = 1e-12
"""Range of a ratio over the draws, relative to its size, up to which it is the same in all."""
MAX_FAILURES = 0.1
"""Maximum share of the draws on which the model may fail."""
Resampling = Callable[[Indices], pd.DataFrame]
"""Function that turns drawn positions (n_dates,) into a resample (n_dates, 1 + n_hedges)."""


def bootstrap_ratios(fit: FittedHedge, n_bootstrap: int | None = None, seed: int = 0) -> Array:
    """Return the next ratios of resampled data, (n_bootstrap, n_hedges).

    Draws on which the model fails are left out.

    Raises
    ------
    DataError
        If the model is fitted to prices, whose dates cannot be shuffled; has a random ratio; or
        uses only the most recent dates and already has delta-method errors.
    ConvergenceError
        If the model fails on more than a tenth of the draws.
    """
    n_bootstrap = N_RATIO_DRAWS if n_bootstrap is None else n_bootstrap
    check_at_least(n_bootstrap, "n_bootstrap", 2)
    check_at_least(seed, "seed", 0)
    check_can_be_resampled(fit)
    sample = fit.sample.estimation_rows()
    # blocks must be at least as long as the return horizon
    products = _products(sample, fit.next_ratio)
    length = max(optimal_block_length(products), fit.horizon)
    next_ratio = _next_ratios(fit, sample, seed)
    ratios: list[Array] = []
    failures: list[str] = []
    # warnings about resampled data are not shown to the user
    with data_checked(), recorded_warnings():
        for positions in draw_rows(len(sample), length, n_bootstrap, seed):
            try:
                ratios.append(next_ratio(positions))
            except (DataError, ConvergenceError) as error:
                failures.append(str(error))
    if len(failures) > MAX_FAILURES * n_bootstrap:
        raise ConvergenceError(
            f"{describe(fit.model)} must succeed on {1 - MAX_FAILURES:.0%} of the bootstrap's "
            f"draws; it failed on {len(failures)} of {n_bootstrap}, for example: {failures[0]}"
        )
    draws = np.array(ratios)
    if not fit.model.traits.parts:  # a constraint may hold a composed hedge at one value
        _check_draws_differ(fit, draws)
    return draws


def _check_draws_differ(fit: FittedHedge, draws: Array) -> None:
    """Refuse draws (n_draws, n_hedges) in which the ratio of a hedge never moves."""
    stuck = np.ptp(draws, axis=0) <= EQUAL_DRAWS * np.abs(draws).max(axis=0)
    if not stuck.any():
        return
    first = int(np.argmax(stuck))
    raise DataError(
        f"the ratio of {fit.next_ratio.index[first]!r} must differ between the draws of the "
        f"bootstrap; it is {draws[0, first]:.4g} in all of them, so that {describe(fit.model)} has "
        "no interval: the returns lie on too coarse a grid, or nothing is estimated from them. "
        "Use finer prices, or returns over longer periods."
    )


def _next_ratios(fit: FittedHedge, sample: pd.DataFrame, seed: int) -> Callable[[Indices], Array]:
    """Return the function that turns drawn positions into the next ratio of a resample."""
    if isinstance(fit.state, RegimeSources):
        return outside_regime_ratios(fit, sample, seed)
    resample = resampling(fit, sample, seed)
    return lambda positions: _next_ratio(fit, resample(positions))


def check_can_be_resampled(fit: FittedHedge) -> None:
    """Raise DataError for a hedge whose sampling error the bootstrap cannot reproduce."""
    name = describe(fit.model)
    traits = list(all_traits(fit.model))
    if fit.model.traits.input == "prices":
        raise DataError(f"the bootstrap shuffles returns; {name} takes prices. Use method='delta'.")
    if any(one.random_ratio for one in traits):
        raise DataError(
            "the bootstrap captures the uncertainty of parameters only; the ratio of "
            f"{name} is itself random. Use method='delta', which is available unless a constraint "
            "binds."
        )
    moves = (fit.ratio.to_numpy() != fit.next_ratio.to_numpy()).any()
    filters = filters_with_parameters(fit)
    # without a delta method, the bootstrap is the only estimate of the error
    if moves and not filters and fit.errors is not None:
        raise DataError(
            f"the bootstrap shuffles dates; the ratio of {name} depends on the most recent ones. "
            "Use method='delta'."
        )


def filters_with_parameters(fit: FittedHedge) -> bool:
    """Return whether the next ratio is filtered with estimated parameters.

    A moment of the latest returns has none: the bootstrap varies the returns themselves.
    """
    detail = innermost(fit).detail
    if isinstance(detail, CovarianceFit):
        return bool(detail.estimates.values)
    return any(traits.filters_state for traits in all_traits(fit.model))


def resampling(fit: FittedHedge, sample: pd.DataFrame, seed: int = 0) -> Resampling:
    """Return the function that turns drawn positions into a resample of a fit's sample."""
    # with a longer horizon, regimes and covariances describe its returns, not those of the sample
    if fit.horizon == 1:
        fit = innermost(fit)
        if isinstance(fit.detail, RegimeDetail):
            return regime_resampling(fit.detail.regimes, sample, seed)
        if isinstance(fit.detail, CovarianceFit):
            method = fit.detail.delta_method()
            if method is not None:
                return residual_resampling(method.estimated_state, sample)
    return lambda positions: sample.iloc[positions]


def innermost(fit: FittedHedge) -> FittedHedge:
    """Return the innermost fit of a hedge that modifies another hedge."""
    while isinstance(fit.state, WrapperState):
        fit = fit.state.inner
    return fit


def residual_resampling(first: CovarianceState, sample: pd.DataFrame) -> Resampling:
    """Return a resampling of the standardized residuals of a conditional covariance.

    ``first`` is the state of the covariance model before the sample.
    """
    residuals = standardized_residuals(first, sample)
    residuals -= residuals.mean(axis=0)
    return lambda positions: pd.DataFrame(
        returns_from_residuals(first, residuals[positions]), columns=sample.columns
    )


def _products(sample: pd.DataFrame, next_ratio: pd.Series[float]) -> Array:
    """Return the product of each hedge with the hedged return, (n_dates, n_hedges)."""
    values = sample.to_numpy() - sample.to_numpy().mean(axis=0)
    hedged = values[:, 0] - values[:, 1:] @ next_ratio.to_numpy()
    return np.asarray(values[:, 1:] * hedged[:, None])


def _next_ratio(fit: FittedHedge, draw: pd.DataFrame) -> Array:
    """Return the next ratio of the model fitted to a draw, in the state after the observed data."""
    draw = draw.set_axis(pd.RangeIndex(-len(draw), 0), axis=0)
    draw.attrs["returns"] = fit.sample.returns_kind
    warm = {"warm_start": fit} if fit.model.traits.warm_start else {}
    model = with_horizon_in_rows(fit.model, fit.horizon)  # a draw has no dates
    refit = model.fit(draw.iloc[:, 0], draw.iloc[:, 1:], **warm)
    if filters_with_parameters(fit):
        seen = fit.sample.rows.frame()
        refit = refit.extend(seen.iloc[:, 0], seen.iloc[:, 1:])
    return np.asarray(refit.next_ratio.to_numpy())
