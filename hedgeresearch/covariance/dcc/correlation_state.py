"""Filter states at the estimates of a dynamic correlation, before and after its sample."""

from __future__ import annotations

from dataclasses import replace

from hedgeresearch._kernels.dcc.recursion import dcc_last
from hedgeresearch.covariance.dcc.estimation.second_step import CorrelationEstimate
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.volatility.protocols import VolatilityState


def correlation_state(
    likelihood: CorrelationLikelihood,
    estimate: CorrelationEstimate,
    univariate: tuple[VolatilityState, ...],
) -> DCCState:
    """Return the state before the first date, with univariate states before it."""
    target, _ = likelihood.target(*estimate.parameters[:2])
    intercept, first = likelihood.intercept_and_first(estimate.parameters)
    return DCCState(
        univariate=univariate,
        parameters=estimate.parameters,
        corrected=likelihood.corrected,
        target=target,
        intercept=intercept,
        q=first,
        degrees_of_freedom=estimate.nu,
    )


def state_after_sample(
    likelihood: CorrelationLikelihood,
    estimate: CorrelationEstimate,
    univariate: tuple[VolatilityState, ...],
) -> DCCState:
    """Return the state after the last date, with univariate states after it."""
    before = correlation_state(likelihood, estimate, univariate)
    residuals = likelihood.residuals
    q = dcc_last(before.parameters, before.corrected, residuals, before.intercept, before.q)
    return replace(before, q=q)
