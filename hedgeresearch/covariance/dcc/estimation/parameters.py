"""Box of stationary parameters in which the likelihood of a correlation is maximized.

The coordinates are the persistence p = a + b + delta g, the share of news in it,
s = (a + delta g) / p, the share k of the asymmetric term in that, and 1 / nu. delta is the largest
eigenvalue of S^-1/2 N S^-1/2: a + b + delta g < 1 keeps the intercept positive definite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.dcc.box import (
    ASYMMETRIC_SHARE,
    HIGH,
    INVERSE_NU,
    LOW,
    NEWS_SHARE,
    PERSISTENCE,
    box_jacobian,
    parameters_at,
)
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.typing import Array, Mask

LIMITS = tuple(zip(LOW.tolist(), HIGH.tolist(), strict=True))
"""Smallest and largest value of each coordinate."""


class CorrelationRules(NamedTuple):
    """Kind of a correlation, as the settings of ``DCC``."""

    asymmetric: bool
    corrected: bool
    integrated: bool
    student: bool

    @property
    def searched(self) -> list[int]:
        """Coordinates of the box that are estimated."""
        used = {
            PERSISTENCE: not self.integrated,
            NEWS_SHARE: True,
            ASYMMETRIC_SHARE: self.asymmetric,
            INVERSE_NU: self.student,
        }
        return [i for i, is_used in used.items() if is_used]


@dataclass(frozen=True, eq=False)
class ParameterBox:
    """Map from the box to the parameters (a, b, g, nu) of one model.

    Attributes
    ----------
    delta : float
        Largest weight that the asymmetric term can have in the persistence.
    searched : list of int
        Coordinates that the search changes.
    asymmetric, integrated : bool
        Whether the model has g, and whether its persistence is 1.
    """

    delta: float
    searched: list[int]
    asymmetric: bool
    integrated: bool

    @classmethod
    def of(cls, likelihood: CorrelationLikelihood, student: bool) -> ParameterBox:
        """Return the box of a likelihood, with degrees of freedom if it is a Student-t one."""
        rules = CorrelationRules(
            likelihood.asymmetric, likelihood.corrected, likelihood.integrated, student
        )
        delta = _largest_news_share(likelihood)
        return cls(delta, rules.searched, likelihood.asymmetric, likelihood.integrated)

    @property
    def limits(self) -> list[tuple[float, float]]:
        """Limits of the coordinates that are searched."""
        return [LIMITS[i] for i in self.searched]

    @property
    def reported(self) -> list[int]:
        """Positions among (a, b, g, nu) of the estimates; a and b are always among them."""
        return [0, 1, *(i for i in self.searched if i >= ASYMMETRIC_SHARE)]

    def point(self, x: Array) -> Array:
        """Return all four coordinates for values of those that are searched."""
        point = np.array([1.0 if self.integrated else 0.0, 0.0, 0.0, 0.0])
        point[self.searched] = x
        return point

    def parameters(self, point: Array) -> tuple[Array, float]:
        """Return (a, b, g) and nu at a point (4,)."""
        parameters = np.empty(4)
        parameters_at(point, self.delta, parameters)
        return parameters[:3], float(parameters[3])

    def jacobian(self, point: Array) -> Array:
        """Return the derivatives of (a, b, g, nu) with respect to the four coordinates, (4, 4)."""
        jacobian = np.empty((4, 4))
        box_jacobian(point, self.delta, jacobian)
        return jacobian

    def bounds_hit(self, point: Array, free: Mask) -> tuple[str, ...]:
        """Return the bounds that hold a point, as formulas.

        Parameters
        ----------
        point : array (4,)
            Optimum.
        free : array (n_searched,) of bool
            Whether each searched coordinate lies inside its limits.
        """
        held = [i for i, is_free in zip(self.searched, free.tolist(), strict=True) if not is_free]
        if not held:
            return ()
        if point[PERSISTENCE] <= LIMITS[PERSISTENCE][0]:
            # the shares of a persistence of zero have no meaning
            held = [i for i in held if i in (PERSISTENCE, INVERSE_NU)]
        return tuple(self._formulas[i][0 if point[i] <= LIMITS[i][0] else 1] for i in held)

    @property
    def _formulas(self) -> dict[int, tuple[str, str]]:
        """Meaning of the lower and the upper limit of each coordinate."""
        no_news = "a = g = 0" if self.asymmetric else "a = 0"
        integrated = "a + b + delta g = 1" if self.asymmetric else "a + b = 1"
        return {
            PERSISTENCE: (f"{no_news}, b = 0", integrated),
            NEWS_SHARE: (f"{no_news}: constant correlation", "b = 0"),
            ASYMMETRIC_SHARE: ("g = 0", "a = 0"),
            INVERSE_NU: ("nu at its largest: normal", "nu at its smallest"),
        }


def _largest_news_share(likelihood: CorrelationLikelihood) -> float:
    """Return delta, the largest eigenvalue of S^-1/2 N S^-1/2."""
    if not likelihood.asymmetric:
        return 1.0
    from scipy.linalg import eigh

    return float(eigh(likelihood.news_target, likelihood.sample_target, eigvals_only=True)[-1])
