r"""Robust standard errors of a hidden Markov model.

The influence of a date on the parameters, :math:`A^{-1} s_t`, is computed with the scores of the
filter's log-likelihood by date, which advance with the filter, and their differences, in the
coordinates of ``regimes.hmm.coordinates``. The covariance is the sandwich of White (1982),
Econometrica 50, eq. 3.3.

A function of the chain, such as a hedge ratio, needs no filter for each of its derivatives:
``influence_through`` moves probabilities and moments along their own, which one pass computes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.hidden_markov.em import expected_moments
from hedgeresearch._kernels.hidden_markov.scores import chain_scores
from hedgeresearch.estimation.influence import (
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.regimes.hmm.chain_values import ChainSlopes, ChainValues, moved
from hedgeresearch.regimes.hmm.compiled_em import CODES
from hedgeresearch.regimes.hmm.coordinates import Coordinates, ExpectedMoments
from hedgeresearch.regimes.hmm.parameters import Initial, Parameters, named_parameters
from hedgeresearch.typing import Array

STEP = 1e-3
"""Step of the differences, in standard errors that a parameter would have if regimes were known."""


@dataclass(frozen=True, eq=False)
class HMMErrors:
    """Sandwich covariance of the parameters of a hidden Markov model, computed on demand.

    Attributes
    ----------
    parameters : Parameters, of the estimate
    observations : array (n_dates, n_series), of the estimation sample
    visits : array (k,), expected number of dates in each regime
    persistence : float, pseudo-counts of the prior on staying
    initial : "free" or "stationary", distribution of the first date
    """

    parameters: Parameters
    observations: Array
    visits: Array
    persistence: float = 0.0
    initial: Initial = "free"

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust"

    def covariance(self) -> Array:
        """Return the covariance in the order of ``named_parameters``; NaN for those on a bound."""
        return covariance_from_influence(self.influence @ self._jacobian())

    @cached_property
    def influence(self) -> Array:
        """Influence of each date on the coordinates, (n_dates, n_coordinates)."""
        origin = np.zeros(len(self._coordinates))
        hessian = numerical_hessian(self._mean_score, origin, self._steps, range(len(origin)))
        return parameter_influence(self.scores(origin), -hessian, np.eye(len(origin)))

    def influence_through(
        self, function: Callable[[ChainValues], Array], observations: Array
    ) -> Array:
        """Return the influence of each date on a function of probabilities and moments.

        The probabilities depend on the parameters through all dates that were filtered.

        Parameters
        ----------
        function : callable
            Cheap function of ChainValues with values (p,); it is called twice for each coordinate.
        observations : array (n_seen, n_series)
            What the values have seen: the sample, and dates after it.

        Returns
        -------
        array (n_dates, p), of the dates of the sample
        """
        values, slopes = self.slopes(observations)
        rises = []
        for i, step in enumerate(self._steps):
            up = function(moved(values, slopes, i, step))
            down = function(moved(values, slopes, i, -step))
            rises.append((up - down) / (2.0 * step))
        return np.asarray(self.influence @ np.array(rises))

    def slopes(self, observations: Array) -> tuple[ChainValues, ChainSlopes]:
        """Return values of the chain and their derivatives w.r.t. the coordinates.

        Parameters
        ----------
        observations : array (n_seen, n_series), which the values have seen
        """
        n_coordinates = len(self._coordinates)
        k = len(self.parameters.initial)
        filtered = np.empty((len(observations), k))
        by_filtered = np.empty((len(observations), k, n_coordinates))
        by_next, following = self._run_scores(
            self.parameters, observations, np.zeros((1, n_coordinates)), by_filtered, filtered
        )
        values = ChainValues(filtered, following, self.parameters.emissions.moments)
        return values, ChainSlopes(by_filtered, by_next, self._coordinates.moment_slopes)

    def scores(self, point: Array) -> Array:
        """Return the derivatives of the log-likelihood (or log-posterior) of each date.

        Parameters
        ----------
        point : array (n_coordinates,), zero at the estimate

        Returns
        -------
        array (n_dates, n_coordinates)
        """
        parameters = self._coordinates.parameters_at(point)
        scores = self._scores(parameters, len(self.observations))
        return scores + self._prior_score(parameters) / len(scores)

    def _mean_score(self, point: Array) -> Array:
        """Return the mean of the scores, (n_coordinates,), which are not stored.

        Of complete observations it is a function of expected moments.
        """
        parameters = self._coordinates.parameters_at(point)
        if self._has_gaps:
            total = self._scores(parameters, 1)[0]
        else:
            total = self._coordinates.expected_score(parameters, self._expected(parameters))
        return np.asarray((total + self._prior_score(parameters)) / len(self.observations))

    def _expected(self, parameters: Parameters) -> ExpectedMoments:
        """Return the expected moments of complete observations."""
        emissions = parameters.emissions
        means, scales = emissions.moments
        degrees = emissions.degrees_of_freedom
        is_normal = len(degrees) == 0
        if is_normal:
            degrees = np.full(len(means), NORMAL)
        else:
            scales = scales * ((degrees - 2.0) / degrees)[:, None, None]
        smoothed, transitions, visits, shifts, products = expected_moments(
            self._series,
            parameters.initial,
            parameters.transition,
            means,
            scales,
            degrees,
            CODES[emissions.structure],
        )
        log_densities = np.zeros(len(visits))
        if not is_normal:
            by_date = emissions.log_densities(self.observations)
            log_densities = np.einsum("ti,ti->i", smoothed, by_date)
        return ExpectedMoments(smoothed[0], transitions, visits, shifts, products, log_densities)

    def _prior_score(self, parameters: Parameters) -> Array:
        """Return the derivatives of the log-prior, (n_coordinates,)."""
        scores = np.zeros(len(self._coordinates))
        if self.persistence:
            rows = self._coordinates.move_rows
            by_row = self._coordinates.row_slopes(parameters.transition)
            staying = np.diag(parameters.transition)[rows]
            slopes = by_row[np.arange(len(rows)), rows] / staying
            scores[len(scores) - len(rows) :] = self.persistence * slopes
        return scores

    def _scores(self, parameters: Parameters, n_rows: int) -> Array:
        """Return the scores of the likelihood of each date, or their sum, (n_rows, n)."""
        n_coordinates = len(self._coordinates)
        scores = np.zeros((n_rows, n_coordinates))
        k = len(parameters.initial)
        nothing = np.empty((0, k, n_coordinates))
        self._run_scores(parameters, self.observations, scores, nothing, np.empty((0, k)))
        return scores

    @cached_property
    def _series(self) -> Array:
        """Observations by series, (n_series, n_dates)."""
        # a copy, as kernels would be compiled again for an array that cannot be written
        return np.array(self.observations.T, order="C")

    @cached_property
    def _has_gaps(self) -> bool:
        return bool(np.isnan(self.observations).any())

    def _run_scores(
        self,
        parameters: Parameters,
        observations: Array,
        scores: Array,
        by_filtered: Array,
        filtered: Array,
    ) -> tuple[Array, Array]:
        """Run the filter with its derivatives, which fill the last three arrays."""
        missing = np.isnan(observations)
        sets = np.zeros((1, observations.shape[1]), dtype=bool)
        patterns = np.zeros(len(observations), dtype=np.intp)
        if missing.any():
            sets, patterns = np.unique(missing, axis=0, return_inverse=True)
            patterns = patterns.reshape(-1)  # NumPy 2.0.0 gives it two dimensions
        coordinates = self._coordinates
        by_next, following = chain_scores(
            np.array(observations, order="C"),
            patterns,
            self._regimes(parameters, sets),
            (
                parameters.transition,
                parameters.initial,
                coordinates.move_rows,
                coordinates.row_slopes(parameters.transition),
            ),
            coordinates.first_slopes(parameters),
            scores,
            by_filtered,
            filtered,
        )
        return by_next, following

    def _regimes(self, parameters: Parameters, missing: Array) -> tuple[Any, ...]:
        """Return the regimes as ``chain_scores`` needs them.

        Parameters
        ----------
        parameters : Parameters
        missing : array (n_patterns, n_series), whether a series is missing
        """
        emissions = parameters.emissions
        means, covariances = emissions.moments
        k, n = means.shape
        roots = self._coordinates.roots
        nus = emissions.degrees_of_freedom if len(emissions.degrees_of_freedom) else [NORMAL] * k
        halves = np.zeros((len(missing), k, n, n))
        constants = np.zeros((len(missing), k))
        for s, pattern in enumerate(missing):
            seen = np.flatnonzero(~pattern)
            block = np.ix_(seen, seen)
            for i, covariance in enumerate(covariances):
                halves[s, i][:, seen] = roots[i][seen].T @ np.linalg.inv(covariance[block])
                constants[s, i] = density_constants(nus[i], len(seen))[1]
                constants[s, i] -= 0.5 * np.linalg.slogdet(covariance[block])[1]
        tails = np.array([density_constants(nu, n)[::2] for nu in nus])
        places = np.full(k, -1)
        free = self._coordinates.free_degrees
        n_before = len(self._coordinates) - len(self._coordinates.move_rows) - len(free)
        places[free] = n_before + np.arange(len(free))
        return (
            means,
            np.linalg.inv(roots),
            halves,
            halves @ roots,
            constants,
            tails,
            CODES[emissions.structure],
            places,
        )

    def _jacobian(self) -> Array:
        """Return derivatives of the parameters w.r.t. the coordinates, (n_coordinates, n)."""
        rows = []
        for step in np.diag(self._steps):
            rise = self._values_at(step) - self._values_at(-step)
            rows.append(rise / (2.0 * step.sum()))
        return np.stack(rows)

    def _values_at(self, point: Array) -> Array:
        names = [str(i) for i in range(self.observations.shape[1])]
        parameters = self._coordinates.parameters_at(point)
        return np.array(list(named_parameters(parameters, names).values()))

    @cached_property
    def _coordinates(self) -> Coordinates:
        return Coordinates(self.parameters, self.visits, self.initial)

    @property
    def _steps(self) -> Array:
        return STEP * self._coordinates.scales
