"""Second step of estimation: (a, b, g) and the degrees of freedom that maximize the likelihood.

Source: Engle and Sheppard (2001), section 3, and Engle (2002), section 5, for the two steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.dcc.box import HIGH, LOW, PERSISTENCE
from hedgeresearch.covariance.dcc.estimation.box_likelihood import BoxLikelihood
from hedgeresearch.covariance.dcc.estimation.panel_search import PanelSearch
from hedgeresearch.covariance.dcc.estimation.parameters import ParameterBox
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.covariance.dcc.likelihoods.pair import PairCorrelation
from hedgeresearch.optimization.quasi_newton import Optimum, best_optimum, continue_or_restart
from hedgeresearch.typing import Array, Mask

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
    box : ParameterBox
        Box of parameters in which the optimum lies.
    point : array (4,)
        Optimum in the box, from which another search may begin.
    free : array (n_searched,) of bool
        Coordinates that are searched and not held by a bound.
    parameters : array (3,)
        a, b and g.
    nu : float
        Degrees of freedom; infinite for the normal.
    log_density : float
        Log-density of the standardized residuals of all dates.
    gradient_norm : float
        Largest component of the projected gradient, per date.
    reverts : bool
        Whether the correlation returns to its mean within a sample of this length. If not, the
        sample says nothing about that mean, nor about how far the persistence is from one, which
        then does not count as free.
    """

    box: ParameterBox
    point: Array
    free: Mask
    parameters: Array
    nu: float
    log_density: float
    gradient_norm: float
    reverts: bool = True

    @property
    def reported(self) -> list[int]:
        """Positions among (a, b, g, nu) of the estimates."""
        return self.box.reported

    @property
    def tangent(self) -> Array:
        """Directions in which estimates could move inside their bounds, (n_reported, n_free)."""
        free = np.array(self.box.searched)[self.free]
        return np.asarray(self.box.jacobian(self.point)[self.reported][:, free])

    @property
    def bounds_hit(self) -> tuple[str, ...]:
        """Bounds on which the estimate lies, as formulas."""
        return self.box.bounds_hit(self.point, self.free)

    @property
    def all_parameters(self) -> Array:
        """a, b, g and nu, (4,)."""
        return np.append(self.parameters, self.nu)

    @property
    def values(self) -> dict[str, float]:
        """Estimates by name."""
        parameters = self.all_parameters.tolist()
        return {NAMES[i]: parameters[i] for i in self.reported}


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
    return CorrelationEstimate(
        box=box,
        point=point,
        free=optimum.free & is_known,
        parameters=parameters,
        nu=nu,
        log_density=optimum.log_likelihood,
        gradient_norm=optimum.gradient_norm,
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
    search = PanelSearch(objective, model_name)
    if near is None:
        return search.from_grid()
    return continue_or_restart(lambda: search.from_points([near]), search.from_grid)


def _pair_optimum(
    pair: PairCorrelation, objective: BoxLikelihood, near: Array | None, model_name: str
) -> Optimum:
    """Maximize the likelihood of two series in one compiled call.

    Where that stops on a ridge of the likelihood, Newton steps go on.
    """
    searched = np.array(objective.box.searched)
    point, log_density, gradient, norm = pair.maximize(searched, near)
    x = point[searched]
    slope = gradient[searched]
    low = LOW[searched]
    high = HIGH[searched]
    found = Optimum(
        point=x,
        log_likelihood=log_density,
        gradient_norm=norm,
        free=x != np.where(slope > 0.0, high, low),
    )
    if found.converged:
        return found
    return best_optimum(objective, [found], objective.box.limits, model_name)
