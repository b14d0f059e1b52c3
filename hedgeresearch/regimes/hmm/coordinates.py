r"""Coordinates of the parameters of a hidden Markov model around an estimate, without units.

Means move by :math:`L m`, covariances as :math:`L (I + E) L'` with :math:`\Sigma = L L'`, degrees
of freedom by their logarithm, rows of the transition by log odds. Transition probabilities and
degrees of freedom on a bound are held, and so is a free distribution of the first date.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch.regimes.hmm.emissions import Structure
from hedgeresearch.regimes.hmm.parameters import MIN_EXPECTED_TRANSITIONS, Initial, Parameters
from hedgeresearch.regimes.hmm.student_emissions import degrees_are_inside
from hedgeresearch.regimes.markov_chain import stationary_distribution
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array, Indices


class FreeRow(NamedTuple):
    """Entries of a row of the transition that can move.

    Attributes
    ----------
    row : int
    free : list of int, columns that have a coordinate
    reference : int, column of the largest entry, which follows from the others
    """

    row: int
    free: list[int]
    reference: int


class ExpectedMoments(NamedTuple):
    """Expected numbers of dates and transitions, and moments of the dates of each regime.

    Attributes
    ----------
    first : array (k,), smoothed probabilities of the first date
    transitions : array (k, k)
    visits : array (k,)
    shifts : array (k, n_series), weighted sums of deviations from the means
    products : array (k, n_series, n_series), lower triangles of the sums of their products
    log_densities : array (k,), sums of log-densities, of which Student-t regimes make use

    Weights of Student-t regimes are those of ``expected_moments``.
    """

    first: Array
    transitions: Array
    visits: Array
    shifts: Array
    products: Array
    log_densities: Array


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Coordinates whose origin is an estimate.

    They are, in this order: means and covariances of every regime, degrees of freedom and
    transition probabilities that are free.

    Attributes
    ----------
    estimate : Parameters
    visits : array (k,), expected number of dates in each regime
    initial : "free" or "stationary", distribution of the first date
    """

    estimate: Parameters
    visits: Array
    initial: Initial

    def __len__(self) -> int:
        return len(self.scales)

    @cached_property
    def scales(self) -> Array:
        """Standard error that each would have if regimes were known, up to a factor near one."""
        emissions, transition, _ = self.estimate
        by_regime = 1.0 / np.sqrt(self.visits)
        by_move = []
        for i, free, _ in self._rows:
            by_move += [1.0 / np.sqrt(self.visits[i] * transition[i, j]) for j in free]
        parts = [
            np.repeat(by_regime, emissions.moments.means.shape[1]),
            np.repeat(by_regime, len(self._directions)),
            by_regime[self.free_degrees],
            np.array(by_move),
        ]
        return np.concatenate(parts)

    @cached_property
    def roots(self) -> Array:
        """Cholesky factors L of the estimated covariances, (k, n_series, n_series)."""
        return np.linalg.cholesky(self.estimate.emissions.moments.covariances)

    @cached_property
    def free_degrees(self) -> Indices:
        """Regimes whose degrees of freedom are between their bounds."""
        degrees = self.estimate.emissions.degrees_of_freedom
        return np.array([s for s, nu in enumerate(degrees) if degrees_are_inside(nu)], dtype=int)

    def parameters_at(self, point: Array) -> Parameters:
        """Return the parameters at a point (n_coordinates,)."""
        emissions, _, initial = self.estimate
        means, covariances = emissions.moments
        k, n = means.shape
        mean_moves, covariance_moves, degree_moves, odds = self._split(point)
        means = means + np.einsum("kij,kj->ki", self.roots, mean_moves.reshape(k, n))
        changes = np.tensordot(covariance_moves.reshape(k, -1), self._directions, axes=1)
        covariances = self.roots @ (np.eye(n) + changes) @ self.roots.swapaxes(1, 2)
        degrees = emissions.degrees_of_freedom.copy()
        degrees[self.free_degrees] *= np.exp(degree_moves)
        moved = emissions.with_moments(means, covariances, degrees)
        transition = self._transition_at(odds)
        if self.initial == "stationary":
            initial = stationary_distribution(transition)
        return Parameters(moved, transition, initial)

    @cached_property
    def moment_slopes(self) -> Moments:
        """Derivatives of means (n_coordinates, k, n) and covariances (n_coordinates, k, n, n)."""
        k, n = self.estimate.emissions.moments.means.shape
        n_directions = len(self._directions)
        means = np.zeros((len(self), k, n))
        covariances = np.zeros((len(self), k, n, n))
        for i, root in enumerate(self.roots):
            means[i * n : (i + 1) * n, i] = root.T
            begin = k * n + i * n_directions
            covariances[begin : begin + n_directions, i] = root @ self._directions @ root.T
        return Moments(means, covariances)

    @cached_property
    def move_rows(self) -> Indices:
        """Row of the transition that each of its coordinates moves, (n_moves,)."""
        numbers = [len(row.free) for row in self._rows]
        return np.repeat(np.arange(len(numbers)), numbers)

    def row_slopes(self, transition: Array) -> Array:
        """Return the derivatives of the moved rows at a transition, (n_moves, k)."""
        slopes = np.zeros((len(self.move_rows), len(transition)))
        place = 0
        for i, free, reference in self._rows:
            entries = [*free, reference]
            row = transition[i, entries]
            for j in free:
                slopes[place, entries] = -transition[i, j] * row / row.sum()
                slopes[place, j] += transition[i, j]
                place += 1
        return slopes

    def first_slopes(self, parameters: Parameters) -> Array:
        """Return the derivatives of the probabilities of the first date, (k, n_coordinates).

        Those of the stationary distribution are dpi = pi dP Z, Z = (I - P + 1 pi)^-1 (Schweitzer
        1968, Journal of Applied Probability 5, section 4).
        """
        _, transition, first = parameters
        k = len(first)
        slopes = np.zeros((k, len(self)))
        if self.initial == "stationary" and len(self.move_rows):
            fundamental = np.linalg.inv(np.eye(k) - transition + first)
            moved = self.row_slopes(transition) @ fundamental
            slopes[:, -len(moved) :] = (first[self.move_rows][:, None] * moved).T
        return slopes

    def expected_score(self, parameters: Parameters, expected: ExpectedMoments) -> Array:
        """Return the score of the log-likelihood of complete observations, (n_coordinates,).

        By Fisher's identity it is the expected score of observations and regimes.
        """
        emissions = parameters.emissions
        degrees = emissions.degrees_of_freedom
        # densities have covariances, not scales; so do the weights of the moments
        by_scale = degrees / (degrees - 2.0) if len(degrees) else np.ones(len(expected.visits))
        halves = self.roots.swapaxes(1, 2) @ np.linalg.inv(emissions.moments.covariances)
        lower = np.tril(expected.products)
        products = (lower + np.tril(lower, -1).swapaxes(1, 2)) * by_scale[:, None, None]
        by_mean = np.einsum("kij,kj->ki", halves, expected.shifts) * by_scale[:, None]
        squares = halves @ products @ halves.swapaxes(1, 2)
        excess = squares - expected.visits[:, None, None] * (halves @ self.roots)
        by_covariance = 0.5 * np.einsum("dij,kij->kd", self._directions, excess)
        by_degrees = self._degree_score(parameters, expected, products)
        by_move = self._transition_score(parameters.transition, expected.transitions)
        scores = np.concatenate([by_mean.ravel(), by_covariance.ravel(), by_degrees, by_move])
        if self.initial == "stationary":
            shares = expected.first / parameters.initial
            scores += shares @ self.first_slopes(parameters)
        return scores

    def _degree_score(
        self, parameters: Parameters, expected: ExpectedMoments, products: Array
    ) -> Array:
        """Return the score of the free degrees of freedom, (n_free,).

        With log f = log c - (nu + n) / 2 l and l = log(1 + d^2 / (nu - 2)), the derivative by nu of
        a date is that of log c, less l / 2, plus w d^2 / (2 (nu - 2)). The expected sum of l
        follows from that of log f, and that of w d^2 from the weighted ``products``.
        """
        emissions = parameters.emissions
        covariances = emissions.moments.covariances
        n = covariances.shape[1]
        scores = []
        for i in self.free_degrees:
            nu, log_c, by_nu = density_constants(emissions.degrees_of_freedom[i], n)
            visits = expected.visits[i]
            log_c -= 0.5 * np.linalg.slogdet(covariances[i])[1]
            logarithm = 2.0 / (nu + n) * (visits * log_c - expected.log_densities[i])
            distance = np.trace(np.linalg.solve(covariances[i], products[i]))
            slope = visits * by_nu - 0.5 * logarithm + 0.5 * distance / (nu - 2.0)
            scores.append(nu * slope)
        return np.array(scores)

    def _transition_score(self, transition: Array, expected_transitions: Array) -> Array:
        """Return the score of the coordinates of the transition, (n_moves,)."""
        moved = self.row_slopes(transition)
        rows = transition[self.move_rows]
        by_row = np.divide(moved, rows, out=np.zeros_like(moved), where=rows > 0.0)
        return np.asarray((expected_transitions[self.move_rows] * by_row).sum(axis=1))

    @cached_property
    def _directions(self) -> Array:
        emissions = self.estimate.emissions
        return covariance_directions(emissions.structure, emissions.moments.means.shape[1])

    @cached_property
    def _rows(self) -> list[FreeRow]:
        """Free entries of each row of the transition."""
        transitions = self.estimate.transition * self.visits[:, None]
        rows = []
        for i, row in enumerate(transitions):
            largest = int(row.argmax())
            possible = np.flatnonzero(row >= MIN_EXPECTED_TRANSITIONS)
            free = [int(j) for j in possible if j != largest]
            rows.append(FreeRow(i, free, largest))
        return rows

    def _split(self, point: Array) -> list[Array]:
        """Return the coordinates of means, covariances, degrees of freedom and transition."""
        k, n = self.estimate.emissions.moments.means.shape
        sizes = [k * n, k * len(self._directions), len(self.free_degrees)]
        return np.split(point, np.cumsum(sizes))

    def _transition_at(self, log_odds: Array) -> Array:
        """Return the transition after changes of the log odds of its free entries."""
        transition = self.estimate.transition.copy()
        taken = 0
        for i, free, reference in self._rows:
            entries = [*free, reference]
            changes = np.append(log_odds[taken : taken + len(free)], 0.0)
            taken += len(free)
            odds = transition[i, entries] * np.exp(changes)
            transition[i, entries] = odds * transition[i, entries].sum() / odds.sum()
        return transition


def covariance_directions(structure: Structure, n: int) -> Array:
    """Return symmetric matrices along which a standardized covariance can move, (m, n, n)."""
    if structure == "spherical":
        return np.eye(n)[None]
    if structure == "diagonal":
        return np.stack([np.diag(row) for row in np.eye(n)])
    directions = []
    for i in range(n):
        for j in range(i + 1):
            unit = np.outer(np.eye(n)[i], np.eye(n)[j])
            directions.append(0.5 * (unit + unit.T))
    return np.stack(directions)
