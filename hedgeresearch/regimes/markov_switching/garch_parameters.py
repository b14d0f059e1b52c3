"""Parameters of Markov-switching GARCH: which are in use, their names, and their units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.estimation.parameter_name import ParameterName
from hedgeresearch.typing import Array, Indices

REGIME_PARAMETERS = ("omega", "alpha", "gamma", "beta", "nu")
"""Parameters of a regime, in the order of the parameter vector."""


@dataclass(frozen=True)
class SwitchingGARCHLayout:
    """Parameters of all regimes, and those of them that a model uses.

    The vector of all parameters holds (omega, alpha, gamma, beta, nu) of one regime after the other
    and then the rows of the transition without their last column, m values.

    Attributes
    ----------
    n_regimes : int
    asymmetric : bool, whether gamma is estimated
    student : bool, whether nu is estimated
    """

    n_regimes: int
    asymmetric: bool
    student: bool

    @property
    def free_coordinates(self) -> Array:
        """True for the coordinates of the search that are free, (m,)."""
        return self._in_all_regimes([True, True, True, self.asymmetric, self.student])

    @property
    def used(self) -> Indices:
        """Positions of the parameters in use among all parameters."""
        return np.flatnonzero(
            self._in_all_regimes([True, True, self.asymmetric, True, self.student])
        )

    @property
    def names(self) -> list[ParameterName]:
        """Names of the parameters in use."""
        every = []
        for i in range(self.n_regimes):
            every += [ParameterName(label, (i,)) for label in REGIME_PARAMETERS]
        for i in range(self.n_regimes):
            every += [ParameterName("p", (i, j)) for j in range(self.n_regimes - 1)]
        return [every[i] for i in self.used]

    def units(self, scale: float) -> Array:
        """Return the units of all parameters for observations of a scale, (m,)."""
        of_regime = [scale**2, 1.0, 1.0, 1.0, 1.0]
        return np.append(np.tile(of_regime, self.n_regimes), np.ones(self._n_probabilities))

    @property
    def _n_probabilities(self) -> int:
        return self.n_regimes * (self.n_regimes - 1)

    def _in_all_regimes(self, of_regime: list[bool]) -> Array:
        return np.array(of_regime * self.n_regimes + [True] * self._n_probabilities)
