"""Regressions that move with the dates: how they are recorded, carried on, and how sure their ratios are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._kernels.weighted_moments import weighted_covariances
from hedgeresearch._kernels.windowed_errors import slope_covariances
from hedgeresearch.covariance.hedge_ratio import minimum_variance_path
from hedgeresearch.estimation.regression import newey_west_lags
from hedgeresearch.hedges.errors import RatioErrors
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fitted import FittedHedge
from hedgeresearch.hedges.labels import labelled_path, labelled_ratio
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.typing import Array, Indices

REACH = 50.0
"""Half-lives behind which a date is left out of standard errors: what it weighs is below rounding."""


@dataclass(frozen=True)
class MovingErrors:
    """HAC errors of the ratio of each date, computed from the dates of its own regression when asked.

    Attributes
    ----------
    hac_lags : int, or None for ``newey_west_lags`` of the (effective) number of dates in each regression
    window : int, dates in each regression; None for all before it
    half_life : float, of the weights of dates; infinite where all weigh the same
    """

    hac_lags: int | None = None
    window: int | None = None
    half_life: float = np.inf

    def covariance(self, fit: FittedHedge) -> Array:
        """Sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        ends = np.array([len(fit.sample.rows)])
        return np.asarray(self._covariances(fit, ends, fit.next_ratio.to_numpy()[None])[0])

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Infinite."""
        return np.inf

    def path_errors(self, fit: FittedHedge) -> Array:
        """Standard errors of the ratio of each date of the fit's path, (n_dates, n_hedges)."""
        n_rows = len(fit.sample.rows)
        ends = np.arange(n_rows - len(fit.ratio), n_rows)
        covariances = self._covariances(fit, ends, fit.ratio.to_numpy())
        return np.asarray(np.sqrt(np.diagonal(covariances, axis1=1, axis2=2)))

    def _covariances(self, fit: FittedHedge, ends: Indices, ratios: Array) -> Array:
        reach = len(fit.sample.rows) if self.window is None else self.window
        begins = np.maximum(ends - int(min(reach, REACH * self.half_life + 1)), 0)
        lags = self.hac_lags
        by_window = [
            newey_west_lags(n) if lags is None else lags
            for n in effective_dates(ends - begins, self.half_life)
        ]
        decay = 0.5 ** (1.0 / self.half_life)
        values = fit.sample.rows.values.copy()  # of one memory layout, whoever shares the rows
        return np.asarray(
            slope_covariances(
                values, begins, ends, np.ascontiguousarray(ratios), np.array(by_window), decay
            )
        )


def effective_dates(n_dates: Indices, half_life: float) -> Array:
    """How many dates of equal weight n_dates weighted ones are worth, (sum w)^2 / sum w^2: Kish (1965), section 11.7.

    With d = 2^(-1 / half_life) the sums give (1 - d^n)(1 + d) / ((1 - d)(1 + d^n)), written so that no digit is lost as
    d tends to 1.
    """
    half = 0.5 * np.log(2.0) / half_life
    return np.asarray(
        n_dates if half == 0.0 else np.tanh(n_dates * half) / np.tanh(half), dtype=np.float64
    )


@dataclass(frozen=True, eq=False)
class RunningMoments:
    """Weighted moments of all rows so far, whose size does not grow with them.

    Attributes
    ----------
    decay : weight of a row relative to the one after it
    origin : array (n,), the first row, from which all are counted so that the level costs no digits
    weights : array (2,), the sum of the weights and of their squares
    mean, products : arrays (n,) and (n, n), the mean and the sum of products of deviations from it
    """

    decay: float
    origin: Array
    weights: Array
    mean: Array
    products: Array

    @classmethod
    def before(cls, values: Array, decay: float) -> RunningMoments:
        """The moments of nothing, ready for ``values``."""
        n = values.shape[1]
        return cls(decay, values[0].copy(), np.zeros(2), np.zeros(n), np.zeros((n, n)))

    def over(self, values: Array) -> tuple[Array, RunningMoments]:
        """Covariances before each of the rows and after the last, (n_rows + 1, n, n), and the moments after them."""
        weights, mean, products = self.weights.copy(), self.mean.copy(), self.products.copy()
        path: Array = weighted_covariances(
            np.ascontiguousarray(values - self.origin), self.decay, weights, mean, products
        )
        return path, replace(self, weights=weights, mean=mean, products=products)


def moving_fit(
    model: Any,
    returns: pd.DataFrame,
    kind: str | None,
    covariances: Array,
    errors: RatioErrors,
    state: Any,
) -> HedgeFit:
    """The regressions of covariances (n_path + 1, 1 + n_hedges, 1 + n_hedges), as a fit on ``returns`` (asset first).

    They are those before each of the last n_path dates, and the one after the last.
    """
    n_path, hedges = len(covariances) - 1, returns.columns[1:]
    ratios = minimum_variance_path(
        covariances, [str(name) for name in hedges], returns.index[-n_path - 1 :]
    )
    return HedgeFit(
        model=model,
        sample=Sample.of(returns, kind),
        ratio=labelled_path(ratios[:-1], returns.index[-n_path:], hedges),
        next_ratio=labelled_ratio(ratios[-1], hedges),
        next_covariance=pd.DataFrame(
            covariances[-1], index=returns.columns, columns=returns.columns
        ),
        errors=errors,
        state=state,
    )


def moved_on(fit: HedgeFit, returns: pd.DataFrame, covariances: Array, state: Any) -> HedgeFit:
    """``fit`` after the dates of ``returns``, with the covariances after each of these."""
    hedges = fit.ratio.columns
    ratios = minimum_variance_path(covariances, [str(name) for name in hedges], returns.index)
    return replace(
        fit,
        ratio=labelled_path(
            np.vstack([fit.next_ratio.to_numpy(), ratios[:-1]]), returns.index, hedges
        ),
        next_ratio=labelled_ratio(ratios[-1], hedges),
        next_covariance=pd.DataFrame(
            covariances[-1], index=returns.columns, columns=returns.columns
        ),
        state=state,
    )


def running_fit(
    model: Any, returns: pd.DataFrame, kind: str | None, skip: int, errors: MovingErrors
) -> HedgeFit:
    """Regressions on all dates before each, weighted by the half-life of ``errors``, after ``skip`` dates."""
    values = returns.to_numpy()
    covariances, moments = RunningMoments.before(values, 0.5 ** (1.0 / errors.half_life)).over(
        values
    )
    return moving_fit(model, returns, kind, covariances[skip:], errors, moments)


def run_on(fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
    """A running fit over new dates."""
    covariances, moments = fit.state.over(returns.to_numpy())
    return moved_on(fit, returns, covariances[1:], moments)
