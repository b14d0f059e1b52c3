"""Standard errors of the parameters of a BEKK model: the sandwich of scores and Hessian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedgeresearch.covariance.bekk.likelihood import BEKKLikelihood
from hedgeresearch.estimation.influence import covariance_from_influence, parameter_influence
from hedgeresearch.typing import Array

OUTWARD = 1.02
"""Factor of A, B and G of an estimate on the bound at whose product differences are taken."""


@dataclass(frozen=True, eq=False)
class BEKKSandwich:
    """Sandwich of the scores of each date and of the Hessian, by differences of the score.

    Attributes
    ----------
    likelihood : BEKKLikelihood
        Likelihood of standardized returns.
    point : array (k,)
        Optimum.
    free : array (k,) of bool
        False for parameters held at zero.
    on_bound : array (n_bounds,) of bool
        Whether the optimum lies on each bound of stationarity: it can then move only along the
        bound.
    units : array (k,)
        Factors from the parameters to those of the returns.
    search : array (k,)
        Optimum with a symmetric root, where a search on a similar sample may begin.
    """

    likelihood: BEKKLikelihood
    point: Array
    free: Array
    on_bound: npt.NDArray[np.bool_]
    units: Array
    search: Array

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust"

    def covariance(self) -> Array:
        """Return the sampling covariance (k, k); NaN for parameters held at zero."""
        return covariance_from_influence(self.influence() * self.units)

    def influence(self, added: Array | float = 0.0) -> Array:
        """Return the influence of each date on the parameters in unit variance, (n_dates, k).

        Parameters
        ----------
        added : array (n_dates, k), optional
            What each date adds to its score through quantities estimated before the parameters.
        """
        point = self.point
        tangent = np.eye(len(point))[:, self.free]
        if self.on_bound.any():
            # Beyond the bound differences do not cross it, and the likelihood is flat along the
            # ray to the optimum, which is taken out of the tangent.
            layout = self.likelihood.map.layout
            held = np.flatnonzero(self.on_bound)
            point = layout.scaled(point, np.where(self.on_bound, OUTWARD, 1.0))
            rays = np.where(layout.bound_of_parameter == held[:, None], point, 0.0)[:, self.free]
            tangent = tangent @ np.linalg.svd(rays)[2][len(held) :].T
        steps = 1e-5 * np.maximum(np.abs(point), 0.1)
        information = -self.likelihood.hessian(point, steps)
        scores = self.likelihood.by_date(point)[1] + added
        by_date = parameter_influence(scores, information, tangent)
        _, projection = self.likelihood.map.project(point)
        return np.asarray(by_date @ projection.T)
