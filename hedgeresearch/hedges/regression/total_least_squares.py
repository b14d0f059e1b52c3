r"""The hedge by total least squares, for returns of hedges that are noisy as the asset's are.

.. math:: \min_{b, \Delta} \sum_t \Big( \frac{\Delta_{0t}^2}{d_0^2}
              + \sum_j \frac{\Delta_{jt}^2}{d_j^2} \Big), \qquad
          r^{asset}_t - \Delta_{0t} = c + \sum_j b_j (r^{hedge}_{jt} - \Delta_{jt})

With v the right singular vector of the smallest singular value of the centered data, each series
over its d, b_j = -(v_j / d_j) / (v_0 / d_0): Golub and Van Loan (1980), SIAM Journal on Numerical
Analysis 17. With one hedge it is Deming's regression. Errors follow from the derivative of an
eigenvector: Magnus (1985), Econometric Theory 1, theorem 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.influence import estimates_from_influence
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.ratio_errors import ParameterErrors
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array

IDENTIFICATION_TOLERANCE = 1e-10
"""Loading of the asset, or relative gap between the two smallest variances, that counts as zero."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class TotalLeastSquaresHedge:
    """Orthogonal regression of the asset on the hedges, all of which are observed with noise.

    OLS takes the hedges as exact; noise in them pulls its ratio toward zero. OLS remains the
    minimum-variance hedge of the returns as they are observed, noise included; this one is for
    noise that the position does not bear, such as errors of recorded prices. With one hedge and the
    default settings the ratio is the ratio of the two standard deviations, with the sign of the
    correlation, however weak that is. Several hedges must differ by more than their noise, or noise
    between them is attributed to the asset: look at the standard errors.

    Parameters
    ----------
    noise_ratio : float > 0
        Variance of the asset's noise over that of each hedge's, in the units of ``scale``; as it
        grows the ratio tends to OLS.
    scale : {"standardized", "raw"}
        "standardized": noise in units of the variance of each series, so that 1 is the same share
        of noise in all series; "raw": in units of the returns, so that 1 is the same noise in each
        series, and the ratio depends on the units of the asset by more than these units.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.TotalLeastSquaresHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> fit.summary.round(3)
           estimate  standard error       t    p
    SP500     1.325           0.038  34.681  0.0
    """

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    noise_ratio: float = 1.0
    scale: Literal["standardized", "raw"] = "standardized"

    def __post_init__(self) -> None:
        check_between(self.noise_ratio, "noise_ratio", 0.0, np.inf)
        check_choice(self.scale, "scale", ("standardized", "raw"))

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few observations, hedges are collinear, or the asset has nothing in
            common with them.
        """
        returns, kind = join_returns(asset, hedges)
        standardized = self.scale == "standardized"
        ratio, influence = total_least_squares(returns.to_numpy(), self.noise_ratio, standardized)
        names = list(returns.columns[1:])
        estimates = estimates_from_influence(
            names, ratio, influence, n_coefficients=returns.shape[1]
        )
        return constant_ratio_fit(self, returns, ratio, kind, estimates, ParameterErrors())

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)


def total_least_squares(
    returns: Array, noise_ratio: float, standardized: bool
) -> tuple[Array, Array]:
    """Return the coefficients of the first column on the others, and their influence function.

    Parameters
    ----------
    returns : array (n_dates, 1 + k)
    noise_ratio, standardized : as in TotalLeastSquaresHedge

    Returns
    -------
    array (k,) of coefficients and array (n_dates, k), the influence of each observation on them
    """
    centered = returns - returns.mean(axis=0)
    deviation = centered.std(axis=0)
    noise = deviation.copy() if standardized else np.ones(len(deviation))
    noise[0] *= np.sqrt(noise_ratio)
    scaled = centered / noise
    _, singular, vectors = np.linalg.svd(scaled, full_matrices=False)
    variances = singular**2 / len(returns)
    v = vectors[-1]
    other_vectors = vectors[:-1]
    gaps = variances[:-1] - variances[-1]
    if min(abs(v[0]), gaps[-1] / variances[0]) < IDENTIFICATION_TOLERANCE:
        raise DataError(
            "the asset must have variance in common with the hedges, or noise cannot be "
            "distinguished from returns; it has none. Use OLSHedge, whose ratio is then zero, or "
            "other hedges."
        )
    units = noise[0] / noise[1:]
    ratio = -v[1:] / v[0] * units
    # estimated deviations change the matrix, too; a change along v cancels in the ratio
    weights = (centered / deviation) ** 2 if standardized else 1.0
    moments = scaled * (scaled @ v)[:, None] - variances[-1] * v * weights
    v_influence = -((moments @ other_vectors.T) / gaps) @ other_vectors
    relative = v_influence[:, 1:] - np.outer(v_influence[:, 0], v[1:] / v[0])
    return ratio, -relative / v[0] * units
