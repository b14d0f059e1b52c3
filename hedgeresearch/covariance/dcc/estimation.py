"""The second step: (a, b, g) and the degrees of freedom of the greatest correlation likelihood, and their errors.

Source: Engle and Sheppard (2001), section 3, and Engle (2002), section 5, for the two steps; the score of the second
step reacts to the first one's parameters, and the influence of each date on those enters its own (see ``influence``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch.covariance.dcc.delta_method import (
    CorrelationStart,
    correlation_moves,
    stack_derivatives,
)
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.dcc.targets import target_influence
from hedgeresearch.covariance.delta_method import STEP, DeltaMethod
from hedgeresearch.covariance.first_step import FirstStep
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import (
    Sensitivities,
    covariance_from_influence,
    parameter_influence,
)
from hedgeresearch.optimization.quasi_newton import Optimum, continue_or_restart, maximize
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.parameters import PERSISTENCE_BOUND

BOX = (
    (0.0, PERSISTENCE_BOUND),  # persistence, a + b + delta g
    (0.0, 1.0),  # share of news in it, (a + delta g) / persistence
    (0.0, 1.0),  # share of the asymmetric term in that
    (1 / 500, 1 / 2.02),  # 1 / degrees of freedom
)
STARTS = ((0.97, 0.03), (0.99, 0.01), (0.95, 0.006), (0.9, 0.1))
FURTHER_STARTS = ((0.3, 0.3), (0.6, 0.3), (0.8, 0.1), (0.999, 0.02), (0.2, 0.9))
"""(persistence, share of news) from which the searches begin."""
CLEAR_GAIN = 10.0
"""Gain in log-likelihood over a constant correlation from which one search suffices; below, local optima are common."""
NAMES = ("a", "b", "g", "nu")


@dataclass(frozen=True, eq=False)
class CorrelationEstimate:
    """Where the second step ended.

    Attributes
    ----------
    point : array (4,), of the box in which the search went on
    parameters : array (3,) of a, b, g
    nu : float, degrees of freedom; infinite for the normal
    kept : positions among (a, b, g, nu) of what was estimated
    tangent : array (len(kept), n_free), the directions in which the parameters could move
    log_density : float, of the standardised residuals of all dates
    gradient_norm : float, per date
    bounds_hit : the bounds on which the estimate lies, as formulas
    """

    point: Array
    parameters: Array
    nu: float
    kept: list[int]
    tangent: Array
    log_density: float
    gradient_norm: float
    bounds_hit: tuple[str, ...]

    @property
    def values(self) -> dict[str, float]:
        """The estimates by name."""
        every = np.append(self.parameters, self.nu)
        return {NAMES[i]: float(every[i]) for i in self.kept}


def estimate_correlation(
    likelihood: CorrelationLikelihood,
    student: bool,
    what: str,
    start: CorrelationEstimate | None = None,
) -> CorrelationEstimate:
    """Maximise over the box of stationary parameters, from the optimum ``start`` if given.

    Raises
    ------
    ConvergenceError
        If no start reaches an optimum.
    """
    delta = _largest_share(likelihood)
    used = {0: not likelihood.integrated, 1: True, 2: likelihood.asymmetric, 3: student}
    moved = [i for i, is_used in used.items() if is_used]
    point = np.array([1.0 if likelihood.integrated else 0.0, 0.0, 0.0, 0.0])

    def in_box(x: Array) -> tuple[Array, Array, Array]:
        point[moved] = x
        by_date, scores = likelihood.scores(*_from_box(point, delta))
        return by_date, scores, _box_jacobian(point, delta)[:, moved]

    def search(starts: list[Array], *, thorough: bool = False) -> Optimum:
        bounds = [BOX[i] for i in moved]
        return maximize(in_box, [x[moved] for x in starts], bounds, what, thorough=thorough)

    def search_widely() -> Optimum:
        nested = _nested_starts(likelihood, student, what)
        found = search([*nested, *(np.array([p, s, 0.3, 0.1]) for p, s in STARTS)])
        nu = _from_box(np.append(np.zeros(3), found.point[-1] if student else 0.0), delta)[1]
        still, _ = likelihood.scores(np.zeros(3), nu)
        if (
            likelihood.n_blocks * (found.log_likelihood - still.sum()) >= CLEAR_GAIN
        ):  # of all pairs of a composite
            return found
        wide = [np.array([p, s, 0.3, 0.1]) for p, s in (*STARTS, *FURTHER_STARTS)]
        return search([*nested, *wide], thorough=True)

    if start is None:
        optimum = search_widely()
    else:
        near = start.point
        optimum = continue_or_restart(lambda: search([near]), search_widely)
    point[moved] = optimum.point
    parameters, nu = _from_box(point, delta)
    free = [i for i, is_free in zip(moved, optimum.free, strict=True) if is_free]
    kept = [0, 1, *(i for i in moved if i > 1)]
    return CorrelationEstimate(
        point=point.copy(),
        parameters=parameters,
        nu=nu,
        kept=kept,
        tangent=_box_jacobian(point, delta)[np.ix_(kept, free)],
        log_density=optimum.log_likelihood,
        gradient_norm=optimum.gradient_norm,
        bounds_hit=_bounds(point, moved, optimum),
    )


def _nested_starts(likelihood: CorrelationLikelihood, student: bool, what: str) -> list[Array]:
    """The symmetric optimum, from which an asymmetric search begins, so that it cannot end below."""
    if not likelihood.asymmetric:
        return []
    symmetric = estimate_correlation(replace(likelihood, asymmetric=False), student, what).point
    return [np.where([False, False, True, False], falls, symmetric) for falls in (0.0, 0.2)]


@dataclass(frozen=True, eq=False)
class TwoStepInference:
    """Sampling covariance of all margins' parameters and of the correlation's, in this order."""

    margins: FirstStep
    likelihood: CorrelationLikelihood
    estimate: CorrelationEstimate

    def covariance(self) -> Array:
        """The two-step sandwich, (k, k); NaN for parameters held by a bound."""
        sensitivities = [fit.sensitivities() for fit in self.margins.fits]
        correlation = correlation_influence(self.likelihood, self.estimate, sensitivities)
        return covariance_from_influence(
            np.hstack([*(s.influence for s in sensitivities), correlation])
        )

    def moves(self) -> DeltaMethod[DCCState]:
        """All margins' parameters, the correlation's, S and N, whose own sampling error is allowed for here."""
        likelihood, estimate = self.likelihood, self.estimate
        sensitivities = [fit.sensitivities() for fit in self.margins.fits]
        targets = target_influence(likelihood, estimate.parameters)
        correlation = correlation_influence(likelihood, estimate, sensitivities, targets)
        point = np.append(estimate.parameters, estimate.nu)
        start = CorrelationStart(self.margins, likelihood, point, estimate.kept)
        return correlation_moves(start, sensitivities, correlation, targets)


def two_step_estimates(steps: TwoStepInference, n_dates: int) -> Estimates:
    """What both steps found; a composite likelihood is that of no sample, so it is left out."""
    margins, likelihood, estimate = steps.margins, steps.likelihood, steps.estimate
    n = likelihood.residuals.shape[1]
    targets = n * (n - 1) // 2 + (n * (n + 1) // 2 if likelihood.asymmetric else 0)
    if likelihood.integrated:  # S is but a start, and a + b = 1 leaves one parameter of two
        targets = -1
    return Estimates(
        values=margins.values | estimate.values,
        n_dates=n_dates,
        log_likelihood=None
        if likelihood.composite
        else estimate.log_density - margins.log_volatility,
        n_targets=targets,
        gradient_norm=max(margins.gradient_norm, estimate.gradient_norm),
        bounds=(*margins.bounds_hit, *estimate.bounds_hit),
        inference=steps,
    )


def correlation_influence(
    likelihood: CorrelationLikelihood,
    estimate: CorrelationEstimate,
    sensitivities: list[Sensitivities],
    targets: Array | None = None,
) -> Array:
    """Influence of each date on the correlation's parameters, (n_dates, len(kept)).

    A_cc^-1 (s_c + A_cm i_m): the own score, and the influence i_m on the margins' parameters through
    A_cm = d mean s_c / d margins; so, too, the influence on S and N beside the margins', ``targets`` (n_dates, 2,
    n_series, n_series), where given. All second derivatives are central differences of analytic gradients.
    """
    kept = estimate.kept
    moving = stack_derivatives(sensitivities)
    point = np.append(estimate.parameters, estimate.nu)
    _, scores = likelihood.scores(estimate.parameters, estimate.nu)
    adjusted, information = scores[:, kept].copy(), np.empty((len(kept), len(kept)))
    for row, i in enumerate(kept):
        step = np.zeros(4)
        step[i] = 1e-4 * point[3] if i == 3 else STEP
        ends = [point + step, point - step]
        up, down = (likelihood.scores(end[:3], end[3])[1].sum(axis=0)[kept] for end in ends)
        information[row] = -(up - down) / (2.0 * step[i] * len(scores))
        up, down = (likelihood.margin_gradient(end[:3], end[3], moving) for end in ends)
        crossed = (up - down) / (2.0 * step[i])
        for series, s in enumerate(sensitivities):
            adjusted[:, row] += s.influence @ crossed[: s.influence.shape[1], series]
        if targets is not None:
            up, down = (likelihood.target_gradient(end[:3], end[3]) for end in ends)
            adjusted[:, row] += np.einsum("tmij,mij->t", targets, np.triu(up - down)) / (
                2.0 * step[i]
            )
    return parameter_influence(adjusted, 0.5 * (information + information.T), estimate.tangent)


def _largest_share(likelihood: CorrelationLikelihood) -> float:
    """delta, the largest eigenvalue of S^-1/2 N S^-1/2: a + b + delta g < 1 keeps the intercept positive definite."""
    if not likelihood.asymmetric:
        return 1.0
    from scipy.linalg import eigh

    return float(eigh(likelihood.news_target, likelihood.sample_target, eigvals_only=True)[-1])


def _from_box(x: Array, delta: float) -> tuple[Array, float]:
    persistence, news, falls, inverse_nu = x
    weight = persistence * news
    parameters = np.array(
        [weight * (1.0 - falls), persistence * (1.0 - news), weight * falls / delta]
    )
    return parameters, 1.0 / inverse_nu if inverse_nu > 0.0 else NORMAL


def _box_jacobian(x: Array, delta: float) -> Array:
    p, s, k, inverse_nu = x
    jacobian = np.zeros((4, 4))
    jacobian[0, :3] = s * (1.0 - k), p * (1.0 - k), -p * s
    jacobian[1, :2] = 1.0 - s, -p
    jacobian[2, :3] = np.array([s * k, p * k, p * s]) / delta
    jacobian[3, 3] = -1.0 / inverse_nu**2 if inverse_nu > 0.0 else 0.0
    return jacobian


def _bounds(point: Array, moved: list[int], optimum: Optimum) -> tuple[str, ...]:
    asymmetric = 2 in moved
    still = "a = g = 0" if asymmetric else "a = 0"
    names = {
        0: (f"{still}, b = 0", "a + b + delta g = 1" if asymmetric else "a + b = 1"),
        1: (f"{still}: constant correlation", "b = 0"),
        2: ("g = 0", "a = 0"),
        3: ("nu at its largest: normal", "nu at its smallest"),
    }
    held = [i for i, is_free in zip(moved, optimum.free, strict=True) if not is_free]
    if point[0] <= BOX[0][0]:
        held = [i for i in held if i in (0, 3)]  # without persistence its shares say nothing
    return tuple(names[i][0 if point[i] <= BOX[i][0] else 1] for i in held)
