r"""The hedge for closes that are not simultaneous.

.. math:: r^{asset}_t = c + \sum_{j=-m}^{n} r^{hedges}_{t+j}{}' b_j + u_t, \qquad b = \sum_{j=-m}^{n} b_j

with m lags and n leads: Dimson (1979), Journal of Financial Economics 7, eq. 7. The standard error is that of the sum,
from the covariance of all b_j of ``estimation.regression``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.regression import least_squares, newey_west_lags
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.errors import estimates_of
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fitted import FittedHedge
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.standard_errors import RegressionErrors
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class DimsonHedge:
    """The sum of the coefficients of the asset on the hedges of the same, the next and the last periods.

    Where the asset's close comes before the hedge's, what moved the hedge in between moves the asset on its next date:
    a *lag* of the hedge, ``hedge t-1`` in the estimates, catches it. Where the hedge closes first, it is a *lead*,
    ``hedge t+1``. A coefficient on the same date alone, as of ``OLSHedge``, then holds a part of the ratio only.

    Parameters
    ----------
    leads : int, later periods of the hedges in the regression, for hedges that close before the asset
    lags : int, earlier periods of the hedges in the regression, for hedges that close after the asset
    hac_lags : int, lags of the HAC standard errors; by default floor(4 (n / 100)^(2/9)) for n dates

    The covariance reported with the next ratio is that of moves of which both closes have seen the whole.

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

    def __post_init__(self) -> None:
        check_at_least(self.leads, "leads", 0)
        check_at_least(self.lags, "lags", 0)
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
            If there are too few dates, or hedges are collinear with one another or their leads and lags.
        """
        returns, kind = join_returns(asset, hedges, simultaneous_required=False)
        names = [f"{name} {_at(shift)}" for name in returns.columns[1:] for shift in self._shifts]
        n_dates, fewest = len(returns) - self.leads - self.lags, len(names) + 3
        if n_dates < fewest:
            raise DataError(
                f"asset and hedges must have at least {fewest + self.leads + self.lags} rows; got {len(returns)}. "
                "Give a longer sample, or fewer leads and lags."
            )
        lags = newey_west_lags(n_dates) if self.hac_lags is None else self.hac_lags
        if lags >= n_dates:
            raise DataError(
                f"hac_lags must be smaller than the number of dates, {n_dates}; got {lags}."
            )
        values = returns.to_numpy()
        shifted = shifted_columns(values[:, 1:], self.lags, self.leads)
        check_independent(
            np.atleast_2d(np.cov(shifted, rowvar=False)), names, "hedges with their leads and lags"
        )
        regression = least_squares(values[self.lags : len(values) - self.leads, 0], shifted)
        errors = RegressionErrors(regression, "HAC", lags)
        coefficients = dict(
            zip(["constant", *names], regression.coefficients.tolist(), strict=True)
        )
        ratio = regression.coefficients[1:].reshape(-1, len(self._shifts)).sum(axis=1)
        estimates = Estimates(values=coefficients, n_dates=n_dates, inference=errors)
        left = float(regression.residuals @ regression.residuals) / regression.degrees_of_freedom
        fit = constant_ratio_fit(
            self, returns, ratio, kind, estimates, SumOfCoefficients(len(self._shifts))
        )
        return replace(fit, next_covariance=whole_moves(fit.next_covariance, ratio, left))

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same coefficients over new dates."""
        return carry_constant_ratio(fit, returns)

    @property
    def _shifts(self) -> range:
        return range(-self.lags, self.leads + 1)


@dataclass(frozen=True)
class SumOfCoefficients:
    """The sampling error of ratios each of which is the sum of ``n_terms`` coefficients, one hedge after the other."""

    n_terms: int

    def covariance(self, fit: FittedHedge) -> Array:
        """Covariance of the sums, (n_hedges, n_hedges)."""
        covariance = estimates_of(fit).covariance
        if covariance is None:
            raise TypeError("SumOfCoefficients needs estimates with a covariance")
        n_hedges = len(fit.hedges)
        blocks = covariance.to_numpy()[1:, 1:].reshape(
            n_hedges, self.n_terms, n_hedges, self.n_terms
        )
        return np.asarray(blocks.sum(axis=(1, 3)))

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Those of the estimates."""
        return estimates_of(fit).degrees_of_freedom


def shifted_columns(hedges: Array, lags: int, leads: int) -> Array:
    """Each hedge from ``lags`` dates before to ``leads`` after, side by side: lags + leads + 1 columns for a hedge."""
    rows = len(hedges) - lags - leads
    return np.stack(
        [hedges[first : first + rows] for first in range(lags + leads + 1)], axis=2
    ).reshape(rows, -1)


def whole_moves(covariance: pd.DataFrame, ratio: Array, left: float) -> pd.DataFrame:
    """Covariance of hedges as they are and an asset that moves with them by ``ratio``, with the variance ``left``."""
    hedges = covariance.to_numpy()[1:, 1:]
    shared = hedges @ ratio
    whole = np.block(
        [[np.array([[ratio @ shared + left]]), shared[None]], [shared[:, None], hedges]]
    )
    return pd.DataFrame(whole, covariance.index, covariance.columns)


def _at(shift: int) -> str:
    return f"t{shift:+d}" if shift else "t"
