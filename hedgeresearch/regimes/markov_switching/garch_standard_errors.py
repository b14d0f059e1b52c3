"""Standard errors of Markov-switching GARCH, from its scores and a numerical Hessian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.estimation.influence import (
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.optimization.quasi_newton import Optimum
from hedgeresearch.regimes.markov_switching.garch_coordinates import from_box
from hedgeresearch.regimes.markov_switching.garch_likelihood import (
    difference_steps,
    switching_garch_likelihood,
)
from hedgeresearch.regimes.markov_switching.garch_parameters import SwitchingGARCHLayout
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class SwitchingGARCHErrors:
    """Sandwich covariance of the parameters in use, computed on demand.

    Attributes
    ----------
    layout : SwitchingGARCHLayout
    optimum : Optimum, at a point of the whole box
    unit : array (n_dates,), (observations - mean) / scale
    scale : float
    """

    layout: SwitchingGARCHLayout
    optimum: Optimum
    unit: Array
    scale: float

    @property
    def parameters(self) -> Array:
        """All parameters in the units of the observations, (m,), also those that are not used."""
        parameters, _ = from_box(self.optimum.point, self.layout.n_regimes)
        return parameters * self.layout.units(self.scale)

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust"

    def covariance(self) -> Array:
        """Return the covariance of the parameters in use; NaN for those at a bound."""
        k = self.layout.n_regimes
        used = self.layout.used
        parameters, jacobian = from_box(self.optimum.point, k)

        def scores(x: Array) -> Array:
            return switching_garch_likelihood(x, self.unit, k)[1]

        hessian = numerical_hessian(
            lambda x: scores(x).mean(axis=0),
            parameters,
            difference_steps(parameters, k),
            used.tolist(),
        )
        tangent = jacobian[np.ix_(used, np.flatnonzero(self.optimum.free))]
        by_date = parameter_influence(scores(parameters)[:, used], -hessian, tangent)
        return covariance_from_influence(by_date * self.layout.units(self.scale)[used])
