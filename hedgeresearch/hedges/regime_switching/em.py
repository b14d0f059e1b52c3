r"""EM for a switching regression.

With smoothed probabilities :math:`w_{tk}`, the coefficients of regime k minimize
:math:`\sum_t w_{tk} (r_t - x_t' \beta_k)^2`, its variance is the weighted mean of the squared
residuals, and its row of the transition holds the expected shares of transitions. Source: Hamilton
(1990), Journal of Econometrics 45, eq. 4.1-4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.switching.em import run_regression_em
from hedgeresearch.typing import Array

MIN_VARIANCE = 1e-6
"""Residual variance of a regime, relative to that of one regression, up to which it collapses."""


class SwitchingRegression(NamedTuple):
    """Parameters of a switching regression.

    Attributes
    ----------
    coefficients : array (k, n_regressors)
    variances : array (k,), of the residuals
    transition : array (k, k)
    first : array (k,), probabilities of the regimes on the first date
    """

    coefficients: Array
    variances: Array
    transition: Array
    first: Array


class RegressionRun(NamedTuple):
    """Result of a run of EM.

    Attributes
    ----------
    parameters : SwitchingRegression, after the last step
    log_likelihood : float, before the last step
    converged : bool, whether the last step gained less than the tolerance
    """

    parameters: SwitchingRegression
    log_likelihood: float
    converged: bool


@dataclass(frozen=True, eq=False)
class RegressionSteps:
    """EM for a sample.

    Attributes
    ----------
    asset : array (n_dates,), in units of the residuals of one regression
    regressors : array (n_dates, n_regressors), the constant first
    """

    asset: Array
    regressors: Array

    def run(
        self, parameters: SwitchingRegression, tolerance: float, max_steps: int
    ) -> RegressionRun | None:
        """Run EM from a starting point; None if a regime collapses."""
        moved = SwitchingRegression(*(part.copy() for part in parameters))
        now, before, outcome = run_regression_em(
            self.asset, self.regressors, *moved, tolerance, max_steps, MIN_VARIANCE
        )
        if outcome < 0 or not np.isfinite(now):
            return None
        # the last step gained no more than the tolerance
        return RegressionRun(moved, before if outcome > 0 else now, outcome > 0)

    def least_squares(self, weights: Array) -> tuple[Array, Array]:
        """Return coefficients (k, n_regressors) and residual variances (k,) of the regimes.

        The weights (n_dates, k) are those of each date in each regime.
        """
        coefficients = []
        variances = []
        for weight in weights.T:
            weighted = self.regressors * weight[:, None]
            beta = np.linalg.lstsq(weighted.T @ self.regressors, weighted.T @ self.asset)[0]
            residuals = self.asset - self.regressors @ beta
            coefficients.append(beta)
            variances.append(weight @ residuals**2 / weight.sum())
        return np.stack(coefficients), np.array(variances)
