"""Estimation of a specification of the arch package on an array of returns.

arch searches with forward differences and may stop early: where a density is flat in its degrees of
freedom, by several tenths of log-likelihood. The same sequential quadratic programming (Kraft 1988,
DFVLR-FB 88-28) goes on from there with central differences and parameters of similar size.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hedgeresearch._threads import process_lock
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.influence import (
    Sensitivities,
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.optimization.quasi_newton import GRADIENT_TOLERANCE
from hedgeresearch.typing import Array
from hedgeresearch.volatility.arch.constraints import LinearConstraints, arch_constraints
from hedgeresearch.volatility.arch.likelihood import (
    ArchLikelihood,
    central_differences,
    natural_size,
)
from hedgeresearch.volatility.arch.process import ArchProcess, Specification
from hedgeresearch.volatility.arch.state import ArchState, state_after

HESSIAN_STEP = 1e-3
"""Step of the differences of scores, relative to the natural size of a parameter."""
IMPOSSIBLE = -1e10
"""Log-likelihood that the search sees where it is not finite."""


@dataclass(frozen=True, eq=False)
class ArchOptimum:
    """Optimum of a likelihood, in unit variance.

    Attributes
    ----------
    point : array (k,)
        Parameters.
    log_likelihood : float
        Sum over dates.
    gradient_norm : float
        Largest component of the gradient that no constraint opposes, per date, in natural sizes.
    bounds_hit : tuple of str
        Constraints that hold the point, as formulas.
    tangent : array (k, n_free)
        Directions in which the point can move.
    """

    point: Array
    log_likelihood: float
    gradient_norm: float
    bounds_hit: tuple[str, ...]
    tangent: Array


@dataclass(frozen=True, eq=False)
class ArchEstimate:
    """Specification of the arch package estimated on one series.

    Attributes
    ----------
    process : ArchProcess
        Specification with the estimated parameters.
    unit_returns : array (n_dates,)
        Returns divided by their standard deviation.
    optimum : ArchOptimum
        Optimum of the likelihood, in unit variance.
    """

    process: ArchProcess
    unit_returns: Array
    optimum: ArchOptimum

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, as in arch."""
        return self.process.specification.names

    @property
    def parameters(self) -> Array:
        """Estimates, (k,), in the units of the returns."""
        return self.process.in_return_units()[0]

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood, in the units of the returns."""
        log_scale = float(np.log(self.process.scale))
        return self.optimum.log_likelihood - len(self.unit_returns) * log_scale

    @property
    def gradient_norm(self) -> float:
        """Largest component of the gradient that no constraint opposes, in natural sizes."""
        return self.optimum.gradient_norm

    @property
    def bounds_hit(self) -> tuple[str, ...]:
        """Constraints of arch on which the estimate lies, as formulas in unit variance."""
        return self.optimum.bounds_hit

    @property
    def initial_state(self) -> ArchState:
        """State before the first date of the sample."""
        return state_after(self.process, np.empty(0))

    def initial_state_after(self, change: Array) -> ArchState:
        """Return the initial state after a small change (k,) of the parameters."""
        _, units = self.process.in_return_units()
        parameters = self.process.parameters + np.linalg.solve(units, change)
        return state_after(replace(self.process, parameters=parameters), np.empty(0))

    def sensitivities(self) -> Sensitivities:
        """Return how parameters react to each date, and standardized residuals to parameters.

        The initial value of the recursion is fixed.
        """
        likelihood = self.process.likelihood(self.unit_returns)
        x = self.process.parameters
        scores = likelihood.scores(x)
        tangent = self.optimum.tangent
        moved = np.flatnonzero(tangent.any(axis=1))
        information = np.zeros((len(x), len(x)))
        information[np.ix_(moved, moved)] = -numerical_hessian(
            lambda point: likelihood.scores(point).mean(axis=0),
            x,
            HESSIAN_STEP * natural_size(scores, x),
            moved.tolist(),
        )
        _, units = self.process.in_return_units()
        by_date = parameter_influence(scores, information, tangent) @ units.T
        derivatives = central_differences(likelihood.residuals, x)
        return Sensitivities(by_date, np.linalg.solve(units.T, derivatives))

    def check_error_kind(self, kind: str) -> None:
        """Refuse standard errors that are not robust ones."""
        check_choice(kind, "kind", ("robust",))

    def covariance(self, kind: str = "robust") -> Array:
        """Return the sampling covariance (k, k); NaN for parameters at a bound."""
        return covariance_from_influence(self.sensitivities().influence)


def estimate_arch(
    specification: Specification, returns: Array, warm_start: ArchEstimate | None = None
) -> ArchEstimate:
    """Maximize the likelihood of one series (n_dates,), in any unit.

    arch searches first, from the estimate ``warm_start`` if given.

    Raises
    ------
    ConvergenceError
        If the searches do not end at an optimum.
    """
    scale = float(returns.std())
    unit_returns = returns / scale
    presample = float(unit_returns.mean())
    before = np.full(specification.longest_lag, presample)
    arch = specification.build(np.concatenate([before, unit_returns]))
    start = None if warm_start is None else warm_start.process.parameters
    # arch changes the warning filters of the process; a search may visit points that overflow
    with process_lock, warnings.catch_warnings(), np.errstate(all="ignore"):
        found = arch.fit(starting_values=start, disp="off", show_warning=False)
    residuals = arch.resids(arch.starting_values())
    backcast = float(arch.volatility.backcast(residuals))
    likelihood = ArchLikelihood(arch, specification.longest_lag, backcast)
    optimum = refine_optimum(likelihood, found.params.to_numpy(), residuals, specification.names)
    _check_optimum(optimum, specification, found.optimization_result.message)
    process = ArchProcess(specification, optimum.point, scale, presample, backcast)
    return ArchEstimate(process, unit_returns, optimum)


def refine_optimum(
    likelihood: ArchLikelihood, start: Array, residuals: Array, names: Sequence[str]
) -> ArchOptimum:
    """Search on from where arch stopped.

    ``residuals`` are those of its regression, of which it makes some bounds.
    """
    constraints = arch_constraints(likelihood.arch, residuals)
    point = _search(likelihood, start, constraints)
    gradient_norm, held = constraints.projected_gradient(likelihood.scores(point), point)
    return ArchOptimum(
        point=point,
        log_likelihood=float(likelihood.log_likelihoods(point).sum()),
        gradient_norm=gradient_norm,
        bounds_hit=constraints.formulas(held, names),
        tangent=constraints.null_space(held),
    )


def _search(likelihood: ArchLikelihood, start: Array, constraints: LinearConstraints) -> Array:
    """Maximize from ``start``; stay there where the likelihood is too rugged to rise."""
    from scipy.optimize import minimize

    size = natural_size(likelihood.scores(start), start)

    def objective(u: Array) -> float:
        total = likelihood.log_likelihoods(u * size).sum()
        return -float(np.nan_to_num(total, nan=IMPOSSIBLE, neginf=IMPOSSIBLE))

    found = minimize(
        objective,
        start / size,
        jac=lambda u: -likelihood.scores(u * size).sum(axis=0) * size,
        method="SLSQP",
        constraints={
            "type": "ineq",
            "fun": lambda u: constraints.rows @ (u * size) - constraints.limits,
            "jac": lambda u: constraints.rows * size,
        },
        options={"ftol": 1e-12, "maxiter": 300},
    )
    end = np.asarray(found.x * size)
    rises = likelihood.log_likelihoods(end).sum() >= likelihood.log_likelihoods(start).sum()
    return end if rises else start


def _check_optimum(optimum: ArchOptimum, specification: Any, message: str) -> None:
    """Refuse a point at which the gradient does not vanish."""
    if not optimum.gradient_norm < GRADIENT_TOLERANCE:
        raise ConvergenceError(
            f"the likelihood of {specification} must reach a maximum; stopped at "
            f"{np.round(optimum.point, 6).tolist()}, in unit variance, with a gradient of "
            f"{optimum.gradient_norm:.1e} per date, while arch said {message!r}. A power near 0 or "
            "an explosive EGARCH has no smooth maximum: try another vol, fewer lags, or a longer "
            "sample."
        )
