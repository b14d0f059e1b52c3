"""Correlation of two series in the form that the compiled search and errors of a pair need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.arithmetic.inference import identified_inverse
from hedgeresearch._kernels.dcc.pair.plain_sensitivity import plain_sensitivity
from hedgeresearch._kernels.dcc.pair.products import pair_score_products
from hedgeresearch._kernels.dcc.pair.sensitivity import pair_sensitivity
from hedgeresearch._kernels.garch.influence import garch_influence_matrix, garch_residual_slopes
from hedgeresearch.covariance.dcc.likelihoods.pair_search import PairSearch
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

    def maximize(self, searched: Indices, near: Array | None) -> tuple[Array, float, Array, float]:
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
        norm : float
            Largest component of the projected gradient.
        """
        targets = self.targets[None, None]
        search = PairSearch(searched, self.corrected, self.x[None], self.y[None], targets)
        found = search.maximize(near)
        return found.point.copy(), found.value * len(self.x), found.gradient, found.norm

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
        information, by_residuals, by_element = self._score_derivatives(parameters, steps, backward)
        by_moments = by_element.reshape(4, 2, 3)[:, :, [0, 1, 1, 2]].reshape(4, 2, 2, 2)
        by_moments[:, :, [0, 1], [1, 0]] *= 0.5
        return information, by_residuals, by_moments

    def _score_derivatives(
        self, parameters: Array, steps: Array, backward: Array
    ) -> tuple[Array, Array, Array]:
        """Return the same, the last by the elements of S and N, (4, 6)."""
        information = np.empty((4, 4))
        by_residuals = np.zeros((4, 2, len(self.x)))
        sample = (self.x, self.y, self.targets, information, by_residuals)
        how = (parameters, steps, backward)
        if self._is_plain(parameters):
            by_element = plain_sensitivity(*how, self.shrunk, *sample)
        else:
            rules = (self.asymmetric, self.corrected, self.shrunk)
            by_element = pair_sensitivity(*how, *rules, *sample)
        return information, by_residuals, by_element

    def _is_plain(self, parameters: Array) -> bool:
        """Return whether the model is the usual one: normal, symmetric and not corrected."""
        return bool(parameters[3] == NORMAL) and not (self.asymmetric or self.corrected)

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
        information, by_z, _ = self._score_derivatives(*at)
        information = information[reported[:, None], reported]
        own = np.empty(information.shape)
        identified_inverse(0.5 * (information + information.T), np.ascontiguousarray(tangent), own)
        transform = _influence_transform(own, by_z[reported], margins, kept)
        products = self._score_products(at.parameters, reported, margins, kept)
        # where the variance itself overflows, errors are not known
        with np.errstate(over="ignore", invalid="ignore"):
            covariance = transform @ products @ transform.T / len(self.x) ** 2
        held = np.diag(covariance) == 0.0
        covariance[held] = np.nan
        covariance[:, held] = np.nan
        units = [*first.units[kept], *second.units[kept], *np.ones(len(reported))]
        return np.asarray(covariance * np.outer(units, units))

    def _score_products(
        self,
        parameters: Array,
        reported: Indices,
        margins: Sequence[GARCHEstimate],
        kept: Indices,
    ) -> Array:
        """Return the summed outer products of the scores of both steps, (k, k)."""
        first, second = margins
        size = 2 * len(kept) + len(reported)
        products = np.zeros((size, size))
        of_margins = np.stack([first.unit_parameters, second.unit_parameters])
        returns = (first.unit_returns, second.unit_returns)
        sample = (self.x, self.y, self.targets, of_margins)
        pair_score_products(parameters, reported, self.corrected, *sample, kept, returns, products)
        return products


def _influence_transform(
    own: Array, by_z: Array, margins: Sequence[GARCHEstimate], kept: Indices
) -> Array:
    """Return what turns the scores of both steps into influences on all parameters, (k, k).

    Those of a univariate model act on its own parameters and, through the residuals, on the
    correlation.

    Parameters
    ----------
    own : array (k_c, k_c)
        Inverse information of the correlation.
    by_z : array (k_c, 2, n_dates)
        Derivatives of its mean scores by the residuals.
    margins : two GARCHEstimate
    kept : array (k_m,) of int
        Positions of the univariate parameters that are estimated.
    """
    k = len(kept)
    transform = np.zeros((2 * k + len(own),) * 2)
    transform[2 * k :, 2 * k :] = own
    slopes = np.empty((len(own), 6))
    for series, margin in enumerate(margins):
        returns = margin.unit_returns
        inverse = np.empty((k, k))
        garch_influence_matrix(margin.point, margin.free, returns, kept, inverse)
        for i, weights in enumerate(by_z[:, series]):
            garch_residual_slopes(margin.unit_parameters, returns, weights, slopes[i])
        place = slice(series * k, (series + 1) * k)
        transform[place, place] = inverse
        transform[2 * k :, place] = own @ (slopes[:, kept] @ inverse)
    return transform
