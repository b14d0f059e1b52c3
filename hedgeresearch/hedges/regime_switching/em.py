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

from hedgeresearch._kernels.hidden_markov import filter_regimes, smooth_regimes
from hedgeresearch.estimation.em import EMRun, run_em
from hedgeresearch.hedges.regime_switching.emissions import log_normal
from hedgeresearch.regimes.hmm.em import ExpectedRegimes
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


@dataclass(frozen=True, eq=False)
class RegressionSteps:
    """E-step and M-step for a sample.

    Attributes
    ----------
    asset : array (n_dates,), in units of the residuals of one regression
    regressors : array (n_dates, n_regressors), the constant first
    """

    asset: Array
    regressors: Array

    def run(
        self, parameters: SwitchingRegression, tolerance: float, max_steps: int
    ) -> EMRun[SwitchingRegression] | None:
        """Run EM from a starting point; None if a regime collapses."""
        return run_em(
            parameters, self.e_step, self.m_step, tolerance=tolerance, max_steps=max_steps
        )

    def e_step(self, parameters: SwitchingRegression) -> ExpectedRegimes | None:
        """Return the expected regimes and transitions; None if a regime has collapsed."""
        coefficients, variances, transition, first = parameters
        if not variances.min() > MIN_VARIANCE:
            return None
        log_densities = log_normal(self.asset, self.regressors, coefficients, variances)
        predicted, filtered, by_date = filter_regimes(log_densities, transition, first)
        smoothed = smooth_regimes(predicted, filtered, transition)
        # a regime that cannot come next has no weight in the sum
        possible = predicted[1:-1] > 0.0
        ahead = np.divide(
            smoothed[1:], predicted[1:-1], out=np.zeros_like(smoothed[1:]), where=possible
        )
        transitions = transition * (filtered[:-1].T @ ahead)
        log_likelihood = float(by_date.sum())
        return ExpectedRegimes(smoothed, transitions, log_likelihood, objective=log_likelihood)

    def m_step(
        self, parameters: SwitchingRegression, expected: ExpectedRegimes
    ) -> SwitchingRegression:
        """Return parameters of a higher likelihood."""
        coefficients, variances = self.least_squares(expected.smoothed)
        transition = expected.transitions / expected.transitions.sum(axis=1, keepdims=True)
        return SwitchingRegression(coefficients, variances, transition, expected.smoothed[0])

    def least_squares(self, weights: Array) -> tuple[Array, Array]:
        """Return coefficients (k, n_regressors) and residual variances (k,) of the regimes.

        The weights (n_dates, k) are those of each date in each regime.
        """
        coefficients = []
        variances = []
        for weight in weights.T:
            weighted = self.regressors * weight[:, None]
            # lstsq rather than solve: a regime about to collapse has too few dates
            beta = np.linalg.lstsq(weighted.T @ self.regressors, weighted.T @ self.asset)[0]
            residuals = self.asset - self.regressors @ beta
            coefficients.append(beta)
            variances.append(weight @ residuals**2 / weight.sum())
        return np.stack(coefficients), np.array(variances)
