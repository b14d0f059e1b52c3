"""Parameters of GARCH(1,1), and the box over which they are searched.

A full vector is (mu, omega, alpha, gamma, beta, nu); a model estimates some of them, the others are
fixed at mu = 0, gamma = 0 and normal innovations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from hedgeresearch._kernels.garch.coordinates import BOX, garch_jacobian, garch_parameters
from hedgeresearch.typing import Array

NAMES = ("mu", "omega", "alpha", "gamma", "beta", "nu")
"""Names of a full vector of parameters."""


@dataclass(frozen=True)
class GARCHLayout:
    """Choice of the parameters that a GARCH model estimates.

    Attributes
    ----------
    constant_mean : bool
        Whether mu is estimated; it is zero otherwise.
    asymmetric : bool
        Whether gamma is estimated.
    student : bool
        Whether the degrees of freedom nu are estimated; innovations are normal otherwise.
    """

    constant_mean: bool
    asymmetric: bool
    student: bool

    @cached_property
    def kept(self) -> list[int]:
        """Positions in a full vector of the parameters that are estimated."""
        estimated = (self.constant_mean, True, True, self.asymmetric, True, self.student)
        return [position for position, is_estimated in enumerate(estimated) if is_estimated]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that are estimated, (k,)."""
        return tuple(NAMES[position] for position in self.kept)

    @cached_property
    def coordinates(self) -> list[int]:
        """Positions in the box of the coordinates that are searched."""
        searched = (self.constant_mean, True, True, True, self.asymmetric, self.student)
        return [position for position, is_searched in enumerate(searched) if is_searched]

    def bound_formula(self, coordinate: int, value: float) -> str:
        """Return the bound of a coordinate at its lowest or highest value as a formula."""
        persistence = "alpha + gamma / 2 + beta" if self.asymmetric else "alpha + beta"
        formulas = {
            0: ("mu", "mu"),
            1: ("omega = 0", "omega"),
            2: (f"{persistence} = 0", f"{persistence} = 1"),
            3: ("alpha = 0", "beta = 0"),
            4: ("alpha + gamma = 0", "alpha = 0"),
            5: ("nu at its largest: normal", "nu at its smallest"),
        }
        lowest, highest = formulas[coordinate]
        return lowest if value <= BOX[coordinate][0] else highest


@lru_cache(maxsize=8)
def garch_layout(constant_mean: bool, asymmetric: bool, student: bool) -> GARCHLayout:
    """Return one of the eight layouts, whose lists are made once."""
    return GARCHLayout(constant_mean, asymmetric, student)


def from_box(point: Array) -> tuple[Array, float]:
    """Return (mu, omega, alpha, gamma, beta) and the degrees of freedom at a point (6,)."""
    parameters = garch_parameters(point)
    return parameters[:5], float(parameters[5])


def box_jacobian(point: Array) -> Array:
    """Return the derivatives of all parameters with respect to the coordinates, (6, 6)."""
    return np.asarray(garch_jacobian(point))
