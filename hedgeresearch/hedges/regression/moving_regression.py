"""Regressions over the observations before each date: their fits, extensions and standard errors.

They are computed from covariances, either of a window or of all observations with weights that
decline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._kernels.weighted_moments import weighted_covariances
from hedgeresearch._kernels.windowed_errors import slope_covariances
from hedgeresearch.covariance.hedge_ratio import minimum_variance_path
from hedgeresearch.estimation.regression import (
    SMALL_SAMPLE,
    check_leverage,
    hac_degrees_of_freedom,
    newey_west_lags,
)
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.hedges.labels import (
    labelled_covariance,
    labelled_path,
    labelled_ratio,
)
from hedgeresearch.hedges.ratio_errors import RatioErrors
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.typing import Array, Indices

MAX_HALF_LIVES = 50.0
"""Age, in half-lives, from which observations have no weight in standard errors beyond rounding."""


# --- fits ---


def moving_fit(
    model: Any,
    returns: pd.DataFrame,
    kind: str | None,
    covariances: Array,
    errors: RatioErrors,
    state: Any,
) -> HedgeFit:
    """Return the fit of regressions that follow from covariances.

    Parameters
    ----------
    model : hedge model
    returns : DataFrame (n_dates, 1 + n_hedges)
        The estimation sample, the asset first.
    kind : str or None
        Kind of the returns.
    covariances : array (n_path + 1, 1 + n_hedges, 1 + n_hedges)
        Covariances before each of the last n_path dates, and after the last one.
    errors : RatioErrors
    state : what ``model.advance`` continues from
    """
    n_path = len(covariances) - 1
    columns = returns.columns
    hedges = columns[1:]
    names = [str(name) for name in hedges]
    ratios = minimum_variance_path(covariances, names, returns.index[-n_path - 1 :])
    return HedgeFit(
        model=model,
        sample=Sample.of(returns, kind),
        ratio=labelled_path(ratios[:-1], returns.index[-n_path:], hedges),
        next_ratio=labelled_ratio(ratios[-1], hedges),
        next_covariance=labelled_covariance(covariances[-1], columns),
        errors=errors,
        state=state,
    )


def advance_moving_fit(
    fit: HedgeFit, returns: pd.DataFrame, covariances: Array, state: Any
) -> HedgeFit:
    """Return a fit over new dates, from the covariances (n_new, ...) after each of them."""
    columns = returns.columns
    hedges = fit.ratio.columns
    names = [str(name) for name in hedges]
    ratios = minimum_variance_path(covariances, names, returns.index)
    # the ratio of the first new date is the next ratio of the fit
    path = np.vstack([fit.next_ratio.to_numpy(), ratios[:-1]])
    return replace(
        fit,
        ratio=labelled_path(path, returns.index, hedges),
        next_ratio=labelled_ratio(ratios[-1], hedges),
        next_covariance=labelled_covariance(covariances[-1], columns),
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
    covariances, moments = empty.advance(values)
    return moving_fit(model, returns, kind, covariances[skip:], errors, moments)


def advance_weighted_fit(fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
    """Return a fit of ``weighted_fit`` over new dates."""
    covariances, moments = fit.state.advance(returns.to_numpy())
    return advance_moving_fit(fit, returns, covariances[1:], moments)


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

    def advance(self, values: Array) -> tuple[Array, WeightedMoments]:
        """Return covariances before each row and after the last, and the moments after the last.

        Parameters
        ----------
        values : array (n_rows, n)

        Returns
        -------
        array (n_rows + 1, n, n) and WeightedMoments
        """
        weights = self.weights.copy()  # the kernel writes into these
        mean = self.mean.copy()
        products = self.products.copy()
        deviations = np.ascontiguousarray(values - self.origin)
        path: Array = weighted_covariances(deviations, self.decay, weights, mean, products)
        return path, replace(self, weights=weights, mean=mean, products=products)


# --- standard errors ---


@dataclass(frozen=True)
class MovingErrors:
    """HAC errors of the ratio of each date, from the observations of its own regression.

    Attributes
    ----------
    hac_lags : int or None
        Number of lags; None for ``newey_west_lags`` of the effective number of observations in
        each regression.
    window : int or None
        Number of observations in each regression; None for all earlier ones.
    half_life : float
        Half-life of the weights; infinite if all observations have the same weight.
    small_sample : bool
        Whether errors of regressions on few effective observations are corrected, see
        ``estimation.regression``.
    """

    hac_lags: int | None = None
    window: int | None = None
    half_life: float = np.inf
    small_sample: bool = True

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        ends = np.array([len(fit.sample.rows)])
        return np.asarray(self._covariances(fit, ends, fit.next_ratio.to_numpy()[None])[0])

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return those of the regression behind the next ratio; infinite if it is not corrected."""
        return float(self._degrees(fit, np.array([len(fit.sample.rows)]))[0])

    def path_errors(self, fit: FittedHedge) -> Array:
        """Return the standard errors of the ratio of each date, (n_dates, n_hedges)."""
        covariances = self._covariances(fit, self._path_ends(fit), fit.ratio.to_numpy())
        return np.asarray(np.sqrt(np.diagonal(covariances, axis1=1, axis2=2)))

    def path_degrees_of_freedom(self, fit: FittedHedge) -> Array:
        """Return the degrees of freedom of the regression behind each date's ratio, (n_dates,)."""
        return self._degrees(fit, self._path_ends(fit))

    def _path_ends(self, fit: FittedHedge) -> Indices:
        n_rows = len(fit.sample.rows)
        return np.arange(n_rows - len(fit.ratio), n_rows)

    def _degrees(self, fit: FittedHedge, ends: Indices) -> Array:
        """Return degrees of freedom of the regressions that end at rows (n,), (n,)."""
        if not self.small_sample:
            return np.full(len(ends), np.inf)
        n_effective = effective_dates(ends - self._begins(fit, ends), self.half_life)
        n_coefficients = 1 + len(fit.hedges)
        pairs = zip(n_effective.tolist(), self._lags(n_effective).tolist(), strict=True)
        return np.array([hac_degrees_of_freedom(n, n_coefficients, lags) for n, lags in pairs])

    def _begins(self, fit: FittedHedge, ends: Indices) -> Indices:
        """Return the first row with a weight in each of the regressions that end at rows (n,)."""
        reach = len(fit.sample.rows) if self.window is None else self.window
        return np.maximum(ends - int(min(reach, MAX_HALF_LIVES * self.half_life + 1)), 0)

    def _lags(self, n_effective: Array) -> Indices:
        if self.hac_lags is not None:
            return np.full(len(n_effective), self.hac_lags)
        return np.array([newey_west_lags(n) for n in n_effective])

    def _covariances(self, fit: FittedHedge, ends: Indices, ratios: Array) -> Array:
        """Return sampling covariances of the ratios (n, n_hedges) of regressions that end at rows.

        A regression uses the rows before its end (n,).
        """
        begins = self._begins(fit, ends)
        n_effective = effective_dates(ends - begins, self.half_life)
        corrected = n_effective < (SMALL_SAMPLE if self.small_sample else 0.0)
        decay = 0.5 ** (1.0 / self.half_life)
        values = fit.sample.rows.values.copy()  # the kernel is compiled for writeable rows
        contiguous = np.ascontiguousarray(ratios)
        covariances, leverages = slope_covariances(
            values, begins, ends, contiguous, self._lags(n_effective), decay, corrected
        )
        check_leverage(float(leverages.max()))
        return np.asarray(covariances)


def effective_dates(n_dates: Indices, half_life: float) -> Array:
    """Return the number of equally weighted observations that n_dates weighted ones are worth.

    That is (sum w)^2 / sum w^2: Kish (1965), section 11.7. With d = 2^(-1 / half_life) the sums
    give (1 - d^n)(1 + d) / ((1 - d)(1 + d^n)), written so that no digit is lost as d tends to 1.
    """
    half = 0.5 * np.log(2.0) / half_life
    n_effective = n_dates if half == 0.0 else np.tanh(n_dates * half) / np.tanh(half)
    return np.asarray(n_effective, dtype=np.float64)
