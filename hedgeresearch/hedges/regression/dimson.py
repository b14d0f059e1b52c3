r"""Dimson hedge for nonsynchronous closes.

.. math:: r^{asset}_t = c + \sum_{j=-m}^{n} r^{hedges}_{t+j}{}' b_j + u_t, \qquad
          b = \sum_{j=-m}^{n} b_j

with m lags and n leads: Dimson (1979), Journal of Financial Economics 7, eq. 7. The standard error
of the sum follows from the covariance of all b_j, see ``estimation.regression``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.settings import check_at_least, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.plausibility import as_part
from hedgeresearch.hedges.ratio_errors import estimates_of
from hedgeresearch.hedges.standard_errors import RegressionErrors, resolve_hac_lags
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array

MAX_SHIFT = 1000
"""Largest number of leads or lags: each is a regressor."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class DimsonHedge:
    """Sum of the asset's coefficients on contemporaneous, leading and lagged hedge returns.

    If the asset closes before the hedge, news in between moves the asset on its next date: a *lag*
    of the hedge, ``hedge t-1`` in the estimates, captures it. If the hedge closes first, a *lead*,
    ``hedge t+1``, does. The coefficient on the same date alone, as in ``OLSHedge``, then captures
    only part of the ratio. The covariance reported with the next ratio is as if the closes were
    synchronous: the hedges' own, and the response of the asset to them by the ratio. The variance
    of the asset is that of its returns as with other hedges, plus their autocovariances where these
    are clearly positive, as of prices that are quoted late.

    Parameters
    ----------
    leads : int
        Number of leads of the hedge returns in the regression, for hedges that close before the
        asset.
    lags : int
        Number of lags of the hedge returns in the regression, for hedges that close after the
        asset.
    hac_lags : int, optional
        Number of lags of the HAC standard errors; by default floor(4 (n / 100)^(2/9)) for n
        observations.
    small_sample : bool
        Whether these errors are corrected with fewer than 250 observations, as in OLSHedge.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> hr.DimsonHedge().fit(returns["NASDAQ"], returns[["SP500"]]).summary.round(3)
               estimate  standard error       t      p
    constant      0.000           0.000   0.838  0.402
    SP500 t-1     0.011           0.014   0.818  0.414
    SP500 t       1.178           0.027  43.460  0.000
    SP500 t+1     0.019           0.014   1.385  0.166
    """

    leads: int = 1
    lags: int = 1
    hac_lags: int | None = None
    small_sample: bool = True

    def __post_init__(self) -> None:
        check_at_least(self.leads, "leads", 0, MAX_SHIFT)
        check_at_least(self.lags, "lags", 0, MAX_SHIFT)
        check_flag(self.small_sample, "small_sample")
        if self.hac_lags is not None:
            check_at_least(self.hac_lags, "hac_lags", 0)

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return HedgeTraits(hac_lags="automatic" if self.hac_lags is None else "fixed")

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few observations, or hedges are collinear with one another or their
            leads and lags.
        """
        returns, kind = join_returns(asset, hedges, warn_if_nonsynchronous=False)
        names = self._regressor_names(returns.columns[1:].tolist())
        n_dates = len(returns) - self.leads - self.lags
        self._check_length(n_dates, len(names))
        hac_lags = resolve_hac_lags(self.hac_lags, n_dates)
        values = returns.to_numpy()
        shifted = shifted_columns(values[:, 1:], self.lags, self.leads)
        covariance = np.atleast_2d(np.cov(shifted, rowvar=False))
        check_independent(covariance, names, "hedges with their leads and lags")
        regression = least_squares(values[self.lags : len(values) - self.leads, 0], shifted)
        coefficients = regression.coefficients
        errors = RegressionErrors(regression, "HAC", hac_lags, self.small_sample)
        estimates = Estimates(
            values=dict(zip(["constant", *names], coefficients.tolist(), strict=True)),
            n_dates=n_dates,
            degrees_of_freedom=errors.degrees_of_freedom,
            errors=errors,
        )
        n_terms = self.lags + 1 + self.leads
        ratio = coefficients[1:].reshape(-1, n_terms).sum(axis=1)
        fit = constant_ratio_fit(self, returns, ratio, kind, estimates, SumErrors(n_terms))
        residuals = regression.residuals
        synchronized = synchronized_covariance(
            fit.next_covariance,
            ratio,
            full_variance(values[:, 0], self.leads + self.lags),
            float(residuals @ residuals) / regression.degrees_of_freedom,
        )
        with as_part():
            return replace(fit, next_covariance=synchronized)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)

    def _regressor_names(self, hedges: list[str]) -> list[str]:
        shifts = range(-self.lags, self.leads + 1)
        times = [f"t{shift:+d}" if shift else "t" for shift in shifts]
        names: list[str] = []
        for hedge in hedges:
            names += [f"{hedge} {time}" for time in times]
        return names

    def _check_length(self, n_dates: int, n_regressors: int) -> None:
        minimum = n_regressors + 3
        if n_dates < minimum:
            shifted = self.leads + self.lags
            raise DataError(
                f"asset and hedges must have at least {minimum + shifted} rows; got "
                f"{n_dates + shifted}. Use a longer sample, or fewer leads and lags."
            )


@dataclass(frozen=True)
class SumErrors:
    """Sampling error of ratios that are sums of coefficients.

    Attributes
    ----------
    n_terms : int
        Number of coefficients in each sum; the coefficients of a hedge are consecutive.
    """

    n_terms: int

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the sums, (n_hedges, n_hedges)."""
        covariance = estimates_of(fit).covariance
        if covariance is None:
            raise TypeError("SumErrors needs estimates with a covariance")
        n_hedges = len(fit.hedges)
        shape = (n_hedges, self.n_terms, n_hedges, self.n_terms)
        blocks = covariance.to_numpy()[1:, 1:].reshape(shape)
        return np.asarray(blocks.sum(axis=(1, 3)))

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return the degrees of freedom of the estimates."""
        return estimates_of(fit).degrees_of_freedom


def shifted_columns(hedges: Array, lags: int, leads: int) -> Array:
    """Return each hedge from ``lags`` dates before to ``leads`` dates after, side by side.

    Hedges (n_dates, k) become (n_dates - lags - leads, k * (lags + 1 + leads)), with the columns of
    each hedge next to one another.
    """
    rows = len(hedges) - lags - leads
    shifted = [hedges[first : first + rows] for first in range(lags + leads + 1)]
    return np.stack(shifted, axis=2).reshape(rows, -1)


def full_variance(asset: Array, n_lags: int) -> float:
    """Return the variance of full moves of an asset (n_dates,), per date.

    It is the variance of the returns, plus twice their autocovariances up to ``n_lags`` if these
    are positive by more than two standard errors: moves are then spread over several dates, as of
    prices that are quoted late.
    """
    n_dates = len(asset)
    centered = asset - asset.mean()
    variance = float(centered @ centered) / (n_dates - 1)
    products = [centered[lag:] @ centered[: n_dates - lag] for lag in range(1, n_lags + 1)]
    spread_out = 2.0 * float(sum(products)) / (n_dates - 1)
    error = 2.0 * (n_lags / n_dates) ** 0.5
    return variance + spread_out if spread_out > 2.0 * error * variance else variance


def synchronized_covariance(
    covariance: pd.DataFrame, ratio: Array, asset_variance: float, residual_variance: float
) -> pd.DataFrame:
    """Return the covariance of asset and hedges as if their closes were simultaneous.

    The asset then responds by ``ratio`` to the hedges of the same date.

    Parameters
    ----------
    covariance : DataFrame (1 + n_hedges, 1 + n_hedges)
        Covariance of asset and hedges; only the block of the hedges is used.
    ratio : array (n_hedges,)
    asset_variance : float
        Variance of the asset.
    residual_variance : float
        Variance of the asset's residual return, which is left if the response alone has as much
        variance as the asset.
    """
    hedges = covariance.to_numpy()[1:, 1:]
    shared = hedges @ ratio
    explained = float(ratio @ shared)
    total = asset_variance if asset_variance > explained else explained + residual_variance
    synchronized = np.block([[np.array([[total]]), shared[None]], [shared[:, None], hedges]])
    return pd.DataFrame(synchronized, covariance.index, covariance.columns)
