"""Correlation of two series in the form that the compiled search and errors of a pair need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.dcc_pair_errors import pair_covariance
from hedgeresearch._kernels.dcc_pair_sensitivity import pair_sensitivity
from hedgeresearch.covariance.dcc.pair_search import PairSearch
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.garch.estimation import GARCHEstimate


class ScoreSteps(NamedTuple):
    """Differences that differentiate the scores of (a, b, g, nu).

    Attributes
    ----------
    parameters : array (4,)
        Point at which they are differentiated.
    steps : array (4,)
        Steps of the differences; zero for a parameter that was not estimated.
    backward : array (4,) of bool
        Whether differences stay below the parameter.
    """

    parameters: Array
    steps: Array
    backward: Array


@dataclass(frozen=True, eq=False)
class PairCorrelation:
    """Residuals and rules of a correlation of two series.

    The equicorrelation of a pair is its correlation, and its composite likelihood is the full one.

    Attributes
    ----------
    x, y : array (n_dates,)
        Standardized residuals of the two series.
    targets : array (6,)
        Elements (1, 1), (1, 2) and (2, 2) of S and then those of N.
    asymmetric, corrected, integrated : bool
        Rules of the recursion.
    shrunk : bool
        Whether S does not depend on the residuals.
    """

    x: Array
    y: Array
    targets: Array
    asymmetric: bool
    corrected: bool
    integrated: bool
    shrunk: bool

    def maximize(self, searched: Indices, near: Array | None) -> tuple[Array, float, Array]:
        """Maximize the likelihood over the coordinates of the box that are searched.

        Parameters
        ----------
        searched : array (k,) of int
            Coordinates that are searched.
        near : array (4,), optional
            Point at which the search begins.

        Returns
        -------
        point : array (4,)
            Maximum.
        log_density : float
            Log-density of all dates there.
        gradient : array (4,)
            Mean gradient there, zero in coordinates that are not searched.
        """
        targets = self.targets[None, None]
        search = PairSearch(searched, self.corrected, self.x[None], self.y[None], targets)
        found = search.maximize(near)
        return found.point.copy(), found.value * len(self.x), found.gradient

    def sensitivity(
        self, parameters: Array, steps: Array, backward: Array
    ) -> tuple[Array, Array, Array]:
        """Differentiate the mean score of (a, b, g, nu) with respect to all that it depends on.

        Parameters are those of ``ScoreSteps``.

        Returns
        -------
        information : array (4, 4)
            Minus the derivatives by the parameters.
        by_residuals : array (4, 2, n_dates)
            S and N follow the residuals, unless S is shrunk.
        by_moments : array (4, 2, 2, 2)
            By the elements of S and of N, each of which counts by itself.
        """
        information = np.empty((4, 4))
        by_residuals = np.zeros((4, 2, len(self.x)))
        rules = (self.asymmetric, self.corrected, self.shrunk)
        by_element = pair_sensitivity(
            parameters,
            steps,
            backward,
            *rules,
            self.x,
            self.y,
            self.targets,
            information,
            by_residuals,
        )
        by_moments = by_element.reshape(4, 2, 3)[:, :, [0, 1, 1, 2]].reshape(4, 2, 2, 2)
        by_moments[:, :, [0, 1], [1, 0]] *= 0.5
        return information, by_residuals, by_moments

    def covariance(
        self,
        at: ScoreSteps,
        reported: Indices,
        tangent: Array,
        margins: Sequence[GARCHEstimate],
    ) -> Array:
        """Return the two-step sandwich of two GARCH models and the correlation, (k, k).

        Parameters
        ----------
        at : ScoreSteps
            Differences of the scores of the correlation.
        reported : array (k_c,) of int
            Positions among (a, b, g, nu) of the estimates.
        tangent : array (k_c, n_free)
            Directions in which they can move.
        margins : two GARCHEstimate
            Univariate estimates with the same layout.
        """
        first, second = margins
        kept = np.array(first.layout.kept)
        covariance = np.empty((2 * len(kept) + len(reported),) * 2)
        pair_covariance(
            *at,
            reported,
            np.ascontiguousarray(tangent),
            (self.asymmetric, self.corrected, self.shrunk),
            self.x,
            self.y,
            self.targets,
            np.stack([first.point, second.point]),
            np.stack([first.free, second.free]),
            kept,
            (first.unit_returns, second.unit_returns),
            np.array([first.scale, second.scale]),
            covariance,
        )
        return covariance
