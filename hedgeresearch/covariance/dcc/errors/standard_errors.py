"""Standard errors of dynamic correlations that are estimated in two steps.

Source: Engle and Sheppard (2001), section 3, and Engle (2002), section 5. The score of the second
step depends on the parameters of the first one, and the influence of each observation on those
enters its own (see ``estimation.influence``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hedgeresearch._containers.lazy_table import Table
from hedgeresearch.covariance.dcc.correlation_state import correlation_state
from hedgeresearch.covariance.dcc.errors.delta_method import (
    DCCStateAt,
    dcc_delta_method,
    stencil_of,
)
from hedgeresearch.covariance.dcc.errors.targets import target_influence
from hedgeresearch.covariance.dcc.estimation.second_step import CorrelationEstimate
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.covariance.dcc.likelihoods.pair import ScoreSteps
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.delta_method import BACKWARD, STEP, DeltaMethod
from hedgeresearch.covariance.first_step import FirstStep, UnivariateModels, fit_first_step
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import (
    Sensitivities,
    covariance_from_influence,
    parameter_influence,
)
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.estimation import GARCHEstimate

NU = 3
"""Position of the degrees of freedom among (a, b, g, nu)."""
RELATIVE_NU_STEP = 1e-4
"""Finite-difference step for the degrees of freedom, relative to them."""


@dataclass(frozen=True, eq=False)
class TwoStepInference:
    """Sampling errors of all univariate parameters and of those of the correlation, in this order.

    Attributes
    ----------
    first_step : FirstStep
        Univariate estimates.
    likelihood : CorrelationLikelihood
        Residuals and rules of the correlation.
    estimate : CorrelationEstimate
        Optimum of the correlation.
    """

    first_step: FirstStep
    likelihood: CorrelationLikelihood
    estimate: CorrelationEstimate

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust, in two steps"

    def covariance(self) -> Array:
        """Return the two-step sandwich, (k, k); NaN for parameters at a bound."""
        pair = self.likelihood.pair
        margins = self._garch_margins()
        if pair is not None and margins is not None:
            reported = np.array(self.estimate.reported)
            at = _score_steps(self.likelihood, self.estimate)
            return pair.covariance(at, reported, self.estimate.tangent, margins)
        sensitivities = self.first_step.sensitivities()
        correlation = correlation_influence(self.likelihood, self.estimate, sensitivities)
        return covariance_from_influence(
            np.hstack([*(s.influence for s in sensitivities), correlation])
        )

    def _garch_margins(self) -> list[GARCHEstimate] | None:
        """Return the univariate estimates if all are GARCH models with the same parameters."""
        fits = [fit for fit in self.first_step.fits if isinstance(fit, GARCHEstimate)]
        is_alike = len(fits) == len(self.first_step.fits) and len({f.layout for f in fits}) == 1
        return fits if is_alike else None

    def delta_method(self) -> DeltaMethod[DCCState]:
        """Return the influence on all parameters and on S and N, which are estimated as well."""
        sensitivities = self.first_step.sensitivities()
        targets = target_influence(self.likelihood, self.estimate.parameters)
        if not self.estimate.reverts:
            targets = np.zeros_like(targets)
        correlation = correlation_influence(self.likelihood, self.estimate, sensitivities, targets)
        state_at = DCCStateAt(
            self.first_step,
            self.likelihood,
            self.estimate.all_parameters,
            self.estimate.reported,
        )
        return dcc_delta_method(state_at, sensitivities, correlation, targets)


def fit_two_steps(
    univariate: UnivariateModels,
    frame: Table,
    correlate: Callable[
        [Array, CorrelationEstimate | None], tuple[CorrelationLikelihood, CorrelationEstimate]
    ],
    near: TwoStepInference | None,
) -> TwoStepInference:
    """Estimate the univariate models of a table, and the correlation of their residuals.

    The searches begin at the estimates on a similar sample, if there are any.

    Raises
    ------
    ConvergenceError
        If a univariate model or the correlation reaches no optimum.
    """
    first_step = fit_first_step(univariate, frame, None if near is None else near.first_step)
    second_step = correlate(first_step.residuals, None if near is None else near.estimate)
    return TwoStepInference(first_step, *second_step)


def two_step_estimates(inference: TwoStepInference, n_dates: int) -> Estimates:
    """Return the estimates of both steps.

    The composite estimator has no log-likelihood: its criterion is not the likelihood of a sample.
    """
    first_step = inference.first_step
    likelihood = inference.likelihood
    estimate = inference.estimate
    log_likelihood = None
    if not likelihood.composite:
        log_likelihood = estimate.log_density - first_step.log_volatility
    return Estimates(
        values=first_step.values | estimate.values,
        n_dates=n_dates,
        log_likelihood=log_likelihood,
        n_targets=_number_of_targets(likelihood),
        gradient_norm=max(first_step.gradient_norm, estimate.gradient_norm),
        bounds=(*first_step.bounds_hit, *estimate.bounds_hit),
        errors=inference,
    )


def two_step_state(inference: TwoStepInference) -> DCCState:
    """Return the filter state before the sample at the estimates of both steps."""
    return correlation_state(inference.likelihood, inference.estimate, inference.first_step.states)


def correlation_influence(
    likelihood: CorrelationLikelihood,
    estimate: CorrelationEstimate,
    sensitivities: list[Sensitivities],
    targets: Array | None = None,
) -> Array:
    """Return the influence of each observation on the parameters of the correlation.

    A_cc^-1 (s_c + A_cm i_m): the score of the second step, and the influence i_m on the univariate
    parameters through A_cm = d mean s_c / d m. The influence on S and N enters in the same way. All
    second derivatives are differences of analytic gradients.

    Parameters
    ----------
    likelihood : CorrelationLikelihood
        Residuals and rules.
    estimate : CorrelationEstimate
        Optimum of the correlation.
    sensitivities : list of Sensitivities
        Sensitivities of the univariate model of each series.
    targets : array (n_dates, 2, n_series, n_series), optional
        Influence on S and N at given univariate models; S and N are taken as known without it.

    Returns
    -------
    array (n_dates, n_reported)
    """
    reported = estimate.reported
    information, by_residuals, by_moments = _score_derivatives(likelihood, estimate)
    _, scores = likelihood.scores(estimate.parameters, estimate.nu)
    adjusted = scores[:, reported]
    for series, s in enumerate(sensitivities):
        adjusted += s.influence @ (s.derivatives @ by_residuals[:, series].T)
    if targets is not None:
        adjusted += np.einsum("tmij,pmij->tp", targets, by_moments)
    return parameter_influence(adjusted, 0.5 * (information + information.T), estimate.tangent)


def _score_steps(likelihood: CorrelationLikelihood, estimate: CorrelationEstimate) -> ScoreSteps:
    """Return the differences by which the scores of the reported parameters are differentiated."""
    point = estimate.all_parameters
    steps = np.zeros(4)
    steps[estimate.reported] = STEP
    if NU in estimate.reported:
        steps[NU] = RELATIVE_NU_STEP * point[NU]
    stencils = [stencil_of(likelihood, point, i) for i in range(4)]
    return ScoreSteps(point, steps, np.array([stencil == BACKWARD for stencil in stencils]))


def _score_derivatives(
    likelihood: CorrelationLikelihood, estimate: CorrelationEstimate
) -> tuple[Array, Array, Array]:
    """Return how the mean scores of the reported parameters react to all that they depend on.

    Returns
    -------
    information : array (n_reported, n_reported)
        Minus the derivatives by the parameters.
    by_residuals : array (n_reported, n_series, n_dates)
        S and N follow the residuals, unless S is shrunk.
    by_moments : array (n_reported, 2, n_series, n_series)
        By the elements of S and of N at given residuals.
    """
    reported = estimate.reported
    at = _score_steps(likelihood, estimate)
    correlation = likelihood.passes if likelihood.pair is None else likelihood.pair
    information, *others = correlation.sensitivity(*at)
    return information[np.ix_(reported, reported)], others[0][reported], others[1][reported]


def _number_of_targets(likelihood: CorrelationLikelihood) -> int:
    """Return the number of moments that count as parameters in the information criteria."""
    if likelihood.integrated:
        # S is only a start, and a + b = 1 leaves one parameter of two
        return -1
    n: int = likelihood.residuals.shape[1]
    n_correlations = n * (n - 1) // 2
    n_news_moments = n * (n + 1) // 2 if likelihood.asymmetric else 0
    return n_correlations + n_news_moments
