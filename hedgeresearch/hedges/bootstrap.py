"""The stationary block bootstrap of a hedge ratio.

Blocks of whole dates, of random length, are drawn from the estimation sample (Politis and Romano 1994, Journal of the
American Statistical Association 89, section 2), their mean length chosen after Politis and White (2004), Econometric
Reviews 23, and its correction. A model whose ratio also depends on a state is fitted to each draw and then filters what
was really seen: only the parameters vary (Pascual, Romo and Ruiz 2006, Computational Statistics & Data Analysis 50).
With a conditional covariance, blocks would break the clusters of volatility; as these authors do, its standardised
residuals are drawn and driven through the fitted model. Nor may they break regimes, see ``regime_resampling``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import describe
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.delta_method import HasDeltaMethod
from hedgeresearch.covariance.residuals import standardized_residuals
from hedgeresearch.covariance.simulation import returns_from_residuals
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length
from hedgeresearch.hedges.model import can_start, horizon_of, models_within
from hedgeresearch.hedges.regime_resampling import regime_resampling
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from hedgeresearch.hedges.fit import HedgeFit

N_BOOTSTRAP = 200
"""Draws if nobody says otherwise."""
FAILURES = 0.1
"""Share of the draws on which the model may fail."""


def bootstrap_ratios(fit: HedgeFit, n_bootstrap: int | None = None, seed: int = 0) -> Array:
    """Next ratios of resampled data, (n_bootstrap, n_hedges); draws on which the model fails are left out.

    Raises
    ------
    DataError
        If the model takes prices, whose dates cannot be shuffled, or has a ratio that is itself random, or that of the
        latest dates alone, and another method.
    ConvergenceError
        If the model fails on more than a tenth of the draws.
    """
    n_bootstrap = N_BOOTSTRAP if n_bootstrap is None else n_bootstrap
    check_at_least(n_bootstrap, "n_bootstrap", 2)
    check_at_least(seed, "seed", 0)
    if getattr(fit.model, "needs", "returns") == "prices":
        raise DataError(
            f"the bootstrap shuffles returns; {describe(fit.model)} takes prices. Use method='delta'."
        )
    if not all(getattr(model, "bootstraps", True) for model in models_within(fit.model)):
        raise DataError(
            f"the bootstrap knows the error of parameters only; the ratio of {describe(fit.model)} has an error of its "
            "own. Use method='delta', which a model has unless a constraint holds its ratio."
        )
    moves = (fit.ratio.to_numpy() != fit.next_ratio.to_numpy()).any()
    if (
        moves and not fit.carries_state and fit.inference is not None
    ):  # where there is nothing else it must do
        raise DataError(
            f"the bootstrap shuffles dates, and the ratio of {describe(fit.model)} is that of the latest ones. Use "
            "method='delta'."
        )
    sample = fit.history.frame().iloc[: fit.n_sample]
    # blocks shorter than a return would break it
    length = max(optimal_block_length(_products(sample, fit)), horizon_of(fit.model))
    resample = resampling(fit, sample, seed)
    ratios, failures = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a draw looks like is nobody's concern
        for positions in draw_rows(len(sample), length, n_bootstrap, seed):
            try:
                ratios.append(_next_ratio(fit, resample(positions)))
            except (DataError, ConvergenceError) as error:
                failures.append(str(error))
    if len(failures) > FAILURES * n_bootstrap:
        raise ConvergenceError(
            f"{describe(fit.model)} must succeed on {1 - FAILURES:.0%} of the bootstrap's draws; it failed on "
            f"{len(failures)} of {n_bootstrap}, for example: {failures[0]}"
        )
    return np.array(ratios)


def resampling(fit: HedgeFit, sample: pd.DataFrame, seed: int = 0) -> Callable[[Any], pd.DataFrame]:
    """What turns positions that were drawn into a sample."""
    # the regimes and covariances of a horizon are those of its returns
    over_horizon = any(hasattr(model, "horizon") for model in models_within(fit.model))
    while hasattr(fit.state, "inner") and not over_horizon:
        fit = fit.state.inner  # whose regimes and covariances those of a hedge made of it are
    if fit.regimes is not None and not over_horizon:
        return regime_resampling(fit.regimes, sample, seed)
    steps: Any = None if fit.covariances is None else fit.covariances.estimates.inference
    if over_horizon or not isinstance(steps, HasDeltaMethod):
        return lambda positions: sample.iloc[positions]
    start = steps.delta_method().estimated_state
    residuals = standardized_residuals(start, sample)
    residuals -= residuals.mean(axis=0)
    return lambda positions: pd.DataFrame(
        returns_from_residuals(start, residuals[positions]), columns=sample.columns
    )


def _products(sample: pd.DataFrame, fit: HedgeFit) -> Array:
    """Each hedge's part in the ratio: its product with what the hedge leaves, (n_dates, n_hedges)."""
    values = sample.to_numpy() - sample.to_numpy().mean(axis=0)
    left = values[:, 0] - values[:, 1:] @ fit.next_ratio.to_numpy()
    return np.asarray(values[:, 1:] * left[:, None])


def _next_ratio(fit: HedgeFit, draw: pd.DataFrame) -> Array:
    """The next ratio of the model fitted to a draw, in the state to which what was seen has brought it."""
    draw = draw.set_axis(pd.RangeIndex(-len(draw), 0), axis=0)
    draw.attrs["returns"] = fit.returns_kind
    asset, hedges = draw.iloc[:, 0], draw.iloc[:, 1:]
    if can_start(fit.model.fit):
        again = fit.model.fit(asset, hedges, warm_start=fit)
    else:
        again = fit.model.fit(asset, hedges)
    if fit.carries_state:
        seen = fit.history.frame()
        again = again.extend(seen.iloc[:, 0], seen.iloc[:, 1:])
    return np.asarray(again.next_ratio.to_numpy())
