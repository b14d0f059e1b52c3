"""Second step of estimation: (a, b, g) and the degrees of freedom that maximize the likelihood.

Source: Engle and Sheppard (2001), section 3, and Engle (2002), section 5, for the two steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.dcc_box import INVERSE_NU, PERSISTENCE
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.pair import PairCorrelation
from hedgeresearch.covariance.dcc.parameters import ParameterBox
from hedgeresearch.optimization.line_search import MeanLikelihood, mean_likelihood
from hedgeresearch.optimization.quasi_newton import (
    Optimum,
    best_optimum,
    continue_or_restart,
    maximize,
)
from hedgeresearch.typing import Array

STARTS = ((0.97, 0.03), (0.99, 0.01), (0.95, 0.006), (0.9, 0.1))
"""Persistence and share of news at which the searches begin."""
FURTHER_STARTS = ((0.3, 0.3), (0.6, 0.3), (0.8, 0.1), (0.999, 0.02), (0.2, 0.9))
"""Persistence and share of news of further searches, where the first may have missed it."""
START_ASYMMETRY = 0.3
"""Share of the asymmetric term at which the searches begin."""
START_INVERSE_NU = 0.1
"""Inverse of the degrees of freedom at which the searches begin."""
CLEAR_GAIN = 10.0
"""Gain in log-likelihood over a constant correlation from which one search suffices.

Below it local optima are common.
"""
MIN_REVERSION = 0.2
"""Part of a deviation from the mean correlation that must vanish over the sample.

Below it the persistence counts as one: no sample distinguishes it from that.
"""
NAMES = ("a", "b", "g", "nu")


@dataclass(frozen=True, eq=False)
class CorrelationEstimate:
    """Result of the second step.

    Attributes
    ----------
    point : array (4,)
        Optimum in the box of parameters, from which another search may begin.
    parameters : array (3,)
        a, b and g.
    nu : float
        Degrees of freedom; infinite for the normal.
    reported : list of int
        Positions among (a, b, g, nu) of the estimates.
    tangent : array (n_reported, n_free)
        Directions in which the estimates could move inside their bounds.
    log_density : float
        Log-density of the standardized residuals of all dates.
    gradient_norm : float
        Largest component of the projected gradient, per date.
    bounds_hit : tuple of str
        Bounds on which the estimate lies, as formulas.
    reverts : bool
        Whether the correlation returns to its mean within a sample of this length. If not, the
        sample says nothing about that mean, nor about how far the persistence is from one.
    """

    point: Array
    parameters: Array
    nu: float
    reported: list[int]
    tangent: Array
    log_density: float
    gradient_norm: float
    bounds_hit: tuple[str, ...]
    reverts: bool = True

    @property
    def all_parameters(self) -> Array:
        """a, b, g and nu, (4,)."""
        return np.append(self.parameters, self.nu)

    @property
    def values(self) -> dict[str, float]:
        """Estimates by name."""
        return {NAMES[i]: float(self.all_parameters[i]) for i in self.reported}


def estimate_correlation(
    likelihood: CorrelationLikelihood,
    student: bool,
    model_name: str,
    warm_start: CorrelationEstimate | None = None,
) -> CorrelationEstimate:
    """Maximize the likelihood over the box of stationary parameters.

    Parameters
    ----------
    likelihood : CorrelationLikelihood
        Residuals and rules of the model.
    student : bool
        Whether the density is Student-t.
    model_name : str
        Name of what is estimated, for the message.
    warm_start : CorrelationEstimate, optional
        Earlier estimate at which the search begins.

    Raises
    ------
    ConvergenceError
        If no start reaches an optimum.
    """
    box = ParameterBox.of(likelihood, student)
    near = None if warm_start is None else warm_start.point
    optimum = _maximize(BoxLikelihood(likelihood, box), near, model_name)
    point = box.point(optimum.point)
    parameters, nu = box.parameters(point)
    reverts = bool((1.0 - point[PERSISTENCE]) * len(likelihood.residuals) > MIN_REVERSION)
    is_known = np.array([reverts or i != PERSISTENCE for i in box.searched])
    is_free = optimum.free & is_known
    free = np.array(box.searched)[is_free]
    return CorrelationEstimate(
        point=point,
        parameters=parameters,
        nu=nu,
        reported=box.reported,
        tangent=box.jacobian(point)[np.ix_(box.reported, free)],
        log_density=optimum.log_likelihood,
        gradient_norm=optimum.gradient_norm,
        bounds_hit=box.bounds_hit(point, is_free),
        reverts=reverts,
    )


def _maximize(objective: BoxLikelihood, near: Array | None, model_name: str) -> Optimum:
    """Search from a point (4,) near the maximum, if there is one; two series have a search of own.

    Raises
    ------
    ConvergenceError
        If no start reaches an optimum.
    """
    pair = objective.likelihood.pair
    if pair is not None:
        return _pair_optimum(pair, objective, near, model_name)
    search = CorrelationSearch(objective, model_name)
    if near is None:
        return search.from_many_starts()
    return continue_or_restart(lambda: search.from_points([near]), search.from_many_starts)


def _pair_optimum(
    pair: PairCorrelation, objective: BoxLikelihood, near: Array | None, model_name: str
) -> Optimum:
    """Maximize the likelihood of two series in one compiled call.

    Where that stops on a ridge of the likelihood, Newton steps go on.
    """
    searched = np.array(objective.box.searched)
    point, log_density, gradient = pair.maximize(searched, near)
    x = point[searched]
    slope = gradient[searched]
    low, high = np.array(objective.box.limits).T
    found = Optimum(
        point=x,
        log_likelihood=log_density,
        gradient_norm=float(np.abs(np.clip(x + slope, low, high) - x).max()),
        free=x != np.where(slope > 0.0, high, low),
    )
    return best_optimum(objective, [found], objective.box.limits, model_name)


@dataclass(frozen=True, eq=False)
class BoxLikelihood:
    """Likelihood of a correlation as a function of the coordinates that are searched."""

    likelihood: CorrelationLikelihood
    box: ParameterBox

    def __call__(self, x: Array) -> MeanLikelihood:
        """Return the mean log-density at a point (n_searched,), with its derivatives."""
        point = self.box.point(x)
        log_density, scores = self.likelihood.scores(*self.box.parameters(point))
        return mean_likelihood(log_density, scores, self.box.jacobian(point)[:, self.box.searched])


@dataclass(frozen=True, eq=False)
class CorrelationSearch:
    """Searches for the optimum of one likelihood."""

    objective: BoxLikelihood
    model_name: str

    def from_points(self, points: list[Array], *, try_all_starts: bool = False) -> Optimum:
        """Maximize from points (4,) of the box: from the best, or from every one."""
        box = self.objective.box
        starts = [point[box.searched] for point in points]
        return maximize(
            self.objective, starts, box.limits, self.model_name, try_all_starts=try_all_starts
        )

    def from_many_starts(self) -> Optimum:
        """Maximize from the usual starts and, unless the gain is clear, from further ones."""
        nested = self._nested_optimum()
        found = self.from_points([*nested, *_points(STARTS)])
        if self._gain_over_constant_correlation(found) >= CLEAR_GAIN:
            return found
        return self.from_points(
            [*nested, *_points((*STARTS, *FURTHER_STARTS))], try_all_starts=True
        )

    def _nested_optimum(self) -> list[Array]:
        """Optimum of the symmetric model, so that an asymmetric search cannot end below it."""
        likelihood = self.objective.likelihood
        if not likelihood.asymmetric:
            return []
        symmetric = replace(likelihood, asymmetric=False)
        student = INVERSE_NU in self.objective.box.searched
        point = estimate_correlation(symmetric, student, self.model_name).point
        is_asymmetry = [False, False, True, False]
        return [np.where(is_asymmetry, share, point) for share in (0.0, 0.2)]

    def _gain_over_constant_correlation(self, found: Optimum) -> float:
        """Gain in log-likelihood, over all pairs of a composite one."""
        likelihood = self.objective.likelihood
        nu = self.objective.box.parameters(self.objective.box.point(found.point))[1]
        constant, _ = likelihood.scores(np.zeros(3), nu)
        return likelihood.n_blocks * float(found.log_likelihood - constant.sum())


def _points(starts: tuple[tuple[float, float], ...]) -> list[Array]:
    """Points of the box with the persistence and the share of news of each start."""
    return [np.array([p, s, START_ASYMMETRY, START_INVERSE_NU]) for p, s in starts]
