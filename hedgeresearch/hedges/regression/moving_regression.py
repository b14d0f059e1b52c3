"""Regressions over the observations before each date: their fits and extensions.

They are computed from moments, either of a window or of all observations with weights that decline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._kernels.moments.rolling_ratios import rolling_ratios, weighted_ratios
from hedgeresearch._labels import without_first
from hedgeresearch.covariance.hedge_ratio import check_pivots
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.labels import (
    labelled_covariance,
    labelled_path,
    labelled_ratio,
)
from hedgeresearch.hedges.ratio_errors import RatioErrors
from hedgeresearch.hedges.regression.moving_errors import MovingErrors
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.typing import Array


class MovingRatios(NamedTuple):
    """Ratios of regressions that end one date after another.

    Attributes
    ----------
    ratios : array (n, n_hedges)
    pivots : array (n,)
        Smallest pivots of the correlation matrices of the hedges.
    covariance : array (1 + n_hedges, 1 + n_hedges)
        Covariance of the last regression, the asset first.
    covariance_at : callable
        Function of the number of a regression that returns its covariance.
    """

    ratios: Array
    pivots: Array
    covariance: Array
    covariance_at: Callable[[int], Array]

    def checked(self, names: list[str], dates: pd.Index[Any]) -> Array:
        """Return the ratios; refuse hedges that are collinear on one of the dates (n,)."""
        check_pivots(self.pivots, names, dates, self.covariance_at)
        return self.ratios


def moving_window_ratios(values: Array, window: int) -> MovingRatios:
    """Return the ratios over each run of ``window`` rows of values (n_rows, 1 + n_hedges)."""
    ratios, pivots, covariance = rolling_ratios(np.ascontiguousarray(values), window)

    def covariance_at(place: int) -> Array:
        return np.cov(values[place : place + window], rowvar=False)

    return MovingRatios(ratios, pivots, covariance, covariance_at)


def moving_fit(
    model: Any,
    returns: pd.DataFrame,
    kind: str | None,
    moving: MovingRatios,
    errors: RatioErrors,
    state: Any,
) -> HedgeFit:
    """Return the fit of regressions before each of the last dates and after the last one.

    Parameters
    ----------
    model : hedge model
    returns : DataFrame (n_dates, 1 + n_hedges)
        The estimation sample, the asset first.
    kind : str or None
        Kind of the returns.
    moving : MovingRatios
        Ratios before each of the last n_path dates, and after the last one.
    errors : RatioErrors
    state : what ``model.advance`` continues from
    """
    n_path = len(moving.ratios) - 1
    columns = returns.columns
    hedges = without_first(columns)
    names = [str(name) for name in hedges]
    ratios = moving.checked(names, returns.index[-n_path - 1 :])
    return HedgeFit(
        model=model,
        sample=Sample.of(returns, kind),
        ratio=labelled_path(ratios[:-1], returns.index[-n_path:], hedges),
        next_ratio=labelled_ratio(ratios[-1], hedges),
        next_covariance=labelled_covariance(moving.covariance, columns),
        errors=errors,
        state=state,
    )


def advance_moving_fit(
    fit: HedgeFit, returns: pd.DataFrame, moving: MovingRatios, state: Any
) -> HedgeFit:
    """Return a fit over new dates, from the ratios after each of them."""
    columns = returns.columns
    hedges = fit.ratio.columns
    names = [str(name) for name in hedges]
    ratios = moving.checked(names, returns.index)
    # the ratio of the first new date is the next ratio of the fit
    path = np.vstack([fit.next_ratio.to_numpy(), ratios[:-1]])
    return replace(
        fit,
        ratio=labelled_path(path, returns.index, hedges),
        next_ratio=labelled_ratio(ratios[-1], hedges),
        next_covariance=labelled_covariance(moving.covariance, columns),
        state=state,
    )


def weighted_fit(
    model: Any, returns: pd.DataFrame, kind: str | None, skip: int, errors: MovingErrors
) -> HedgeFit:
    """Return the fit of regressions on all observations before each date.

    The path begins after ``skip`` dates; the weights of observations decline with the half-life of
    ``errors``.
    """
    values = returns.to_numpy()
    empty = WeightedMoments.empty(values, decay=0.5 ** (1.0 / errors.half_life))
    moving, moments = empty.advance(values, skip)
    return moving_fit(model, returns, kind, moving, errors, moments)


def advance_weighted_fit(fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
    """Return a fit of ``weighted_fit`` over new dates."""
    moving, moments = fit.state.advance(returns.to_numpy(), skip=1)
    return advance_moving_fit(fit, returns, moving, moments)


@dataclass(frozen=True, eq=False)
class WeightedMoments:
    """Weighted moments of all rows so far, of a size that does not grow with them.

    Attributes
    ----------
    decay : float
        Weight of a row relative to the one after it.
    origin : array (n,)
        The first row, from which all are counted so that their level costs no digits.
    weights : array (2,)
        Sum of the weights, and sum of their squares.
    mean : array (n,)
    products : array (n, n)
        Weighted sum of products of deviations from the mean.
    """

    decay: float
    origin: Array
    weights: Array
    mean: Array
    products: Array

    @classmethod
    def empty(cls, values: Array, decay: float) -> WeightedMoments:
        """Return the moments of no rows, to be advanced over ``values`` (n_rows, n)."""
        n = values.shape[1]
        return cls(decay, values[0].copy(), np.zeros(2), np.zeros(n), np.zeros((n, n)))

    def advance(self, values: Array, skip: int) -> tuple[MovingRatios, WeightedMoments]:
        """Return ratios before each row and after the last, and the moments after the last.

        Parameters
        ----------
        values : array (n_rows, n)
        skip : int
            Number of ratios at the beginning that are left out.
        """
        deviations = np.ascontiguousarray(values - self.origin)
        ratios, pivots, covariance, after = self._moved(deviations, skip)

        def covariance_at(place: int) -> Array:
            return self._moved(deviations[: skip + place], skip + place)[2]

        return MovingRatios(ratios, pivots, covariance, covariance_at), after

    def _moved(self, deviations: Array, skip: int) -> tuple[Array, Array, Array, WeightedMoments]:
        weights = self.weights.copy()  # the kernel writes into these
        mean = self.mean.copy()
        products = self.products.copy()
        found = weighted_ratios(deviations, self.decay, skip, weights, mean, products)
        return *found, replace(self, weights=weights, mean=mean, products=products)
