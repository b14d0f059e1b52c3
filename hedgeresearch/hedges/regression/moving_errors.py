"""Standard errors of regressions over the observations before each date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.moments.running_errors import n_products, running_slope_variances
from hedgeresearch._kernels.moments.windowed_errors import slope_variances
from hedgeresearch.estimation.regression import (
    SMALL_SAMPLE,
    check_leverage,
    hac_degrees_of_freedom,
    newey_west_lags,
)
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.typing import Array, Indices

MAX_HALF_LIVES = 50.0
"""Age, in half-lives, from which observations have no weight in standard errors beyond rounding."""


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
        ratios = fit.next_ratio.to_numpy()[None]
        return np.asarray(self._each_by_itself(fit, ends, ratios)[1])

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return those of the regression behind the next ratio; infinite if it is not corrected."""
        return float(self._degrees(fit, np.array([len(fit.sample.rows)]))[0])

    def path_errors(self, fit: FittedHedge) -> Array:
        """Return the standard errors of the ratio of each date, (n_dates, n_hedges)."""
        ends = self._path_ends(fit)
        ratios = fit.ratio.to_numpy()
        variances = np.full(ratios.shape, np.nan)
        first = self._first_by_running_sums(fit, ends)
        if first < len(ends):
            lags = self._lags(effective_dates(ends - self._begins(fit, ends), self.half_life))
            values = fit.sample.rows.values.copy()  # the kernel is compiled for writeable rows
            variances[first:] = running_slope_variances(
                values, self.window or 0, ends[first], lags[first:]
            )
        rest = np.isnan(variances[:, 0])
        if rest.any():
            variances[rest] = self._each_by_itself(fit, ends[rest], ratios[rest])[0]
        return np.asarray(np.sqrt(variances))

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
        lags = self._lags(n_effective)
        degrees = np.full(len(ends), np.inf)
        for i in np.flatnonzero(n_effective < SMALL_SAMPLE):
            degrees[i] = hac_degrees_of_freedom(n_effective[i], n_coefficients, lags[i])
        return degrees

    def _begins(self, fit: FittedHedge, ends: Indices) -> Indices:
        """Return the first row with a weight in each of the regressions that end at rows (n,)."""
        reach = len(fit.sample.rows) if self.window is None else self.window
        return np.maximum(ends - int(min(reach, MAX_HALF_LIVES * self.half_life + 1)), 0)

    def _lags(self, n_effective: Array) -> Indices:
        if self.hac_lags is not None:
            return np.full(len(n_effective), self.hac_lags)
        sizes, place = np.unique(n_effective, return_inverse=True)
        return np.array([newey_west_lags(n) for n in sizes.tolist()])[place]

    def _first_by_running_sums(self, fit: FittedHedge, ends: Indices) -> int:
        """Return the number of the first regression that running sums serve, none after it.

        Residuals that are corrected are not linear in sums over dates, weights that decline have a
        short reach, and with many hedges there are more products than dates in a window.
        """
        if self.half_life < np.inf:
            return len(ends)
        k = len(fit.hedges)
        n_dates = ends - self._begins(fit, ends)
        is_long = n_dates >= (SMALL_SAMPLE if self.small_sample else 0)
        is_cheap = (k + 2) * n_products(k) ** 2 < n_dates * (k + 2) ** 2
        return int(np.argmin(np.append(~(is_long & is_cheap), False)))

    def _each_by_itself(
        self, fit: FittedHedge, ends: Indices, ratios: Array
    ) -> tuple[Array, Array]:
        """Return variances of the ratios (n, n_hedges) of regressions that end at rows.

        A regression uses the rows before its end (n,). The second value is the covariance of the
        last.
        """
        begins = self._begins(fit, ends)
        n_effective = effective_dates(ends - begins, self.half_life)
        corrected = n_effective < (SMALL_SAMPLE if self.small_sample else 0.0)
        decay = 0.5 ** (1.0 / self.half_life)
        values = fit.sample.rows.values.copy()  # the kernel is compiled for writeable rows
        contiguous = np.ascontiguousarray(ratios)
        variances, covariance, leverages = slope_variances(
            values, begins, ends, contiguous, self._lags(n_effective), decay, corrected
        )
        check_leverage(float(leverages.max()))
        return variances, covariance


def effective_dates(n_dates: Indices, half_life: float) -> Array:
    """Return the number of equally weighted observations that n_dates weighted ones are worth.

    That is (sum w)^2 / sum w^2: Kish (1965), section 11.7. With d = 2^(-1 / half_life) the sums
    give (1 - d^n)(1 + d) / ((1 - d)(1 + d^n)), written so that no digit is lost as d tends to 1.
    """
    half = 0.5 * np.log(2.0) / half_life
    n_effective = n_dates if half == 0.0 else np.tanh(n_dates * half) / np.tanh(half)
    return np.asarray(n_effective, dtype=np.float64)
