r"""Robust standard errors of a hidden Markov model.

The influence of a date on the parameters, :math:`A^{-1} s_t`, is computed with scores and Hessian
of the filter's log-likelihood by date in coordinates without units: means move by :math:`L m`,
covariances as :math:`L (I + E) L'` with :math:`\Sigma = L L'`, rows of the transition by log odds,
degrees of freedom by their logarithm. The covariance is the sandwich of White (1982), Econometrica
50, eq. 3.3. Transition probabilities and degrees of freedom on a bound are held, and so is a free
distribution of the first date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.hidden_markov import expected_regimes
from hedgeresearch.estimation.influence import (
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.regimes.hmm.emissions import Structure
from hedgeresearch.regimes.hmm.parameters import (
    MIN_EXPECTED_TRANSITIONS,
    Initial,
    Parameters,
    named_parameters,
)
from hedgeresearch.regimes.hmm.student_emissions import degrees_are_inside
from hedgeresearch.regimes.markov_chain import stationary_distribution
from hedgeresearch.regimes.state import HiddenMarkovChain
from hedgeresearch.typing import Array, Indices

STEP = 0.03
"""Step of the differences, in standard errors that a parameter would have if regimes were known."""


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


@dataclass(frozen=True, eq=False)
class HMMErrors:
    """Sandwich covariance of the parameters of a hidden Markov model, computed on demand.

    Attributes
    ----------
    parameters : Parameters, of the estimate
    observations : array (n_dates, n_series), of the estimation sample
    persistence : float, pseudo-counts of the prior on staying
    initial : "free" or "stationary", distribution of the first date
    """

    parameters: Parameters
    observations: Array
    persistence: float = 0.0
    initial: Initial = "free"

    def covariance(self) -> Array:
        """Return the covariance in the order of ``named_parameters``; NaN for those on a bound."""
        return covariance_from_influence(self.influence @ self._jacobian())

    @cached_property
    def influence(self) -> Array:
        """Influence of each date on the coordinates, (n_dates, n_coordinates)."""
        origin = np.zeros(len(self._steps))
        hessian = numerical_hessian(
            lambda x: self.scores(x).mean(axis=0), origin, self._steps, range(len(origin))
        )
        return parameter_influence(self.scores(origin), -hessian, np.eye(len(origin)))

    def influence_on(self, function: Callable[[HiddenMarkovChain], Array]) -> Array:
        """Return the influence of each date on a function of the chain, (n_dates, p).

        Parameters
        ----------
        function : callable
            Function of the chain before the sample with values (p,), which may filter it: the
            probabilities of a regime depend on the parameters through all dates.
        """
        slopes = []
        for step in np.diag(self._steps):
            up = function(HiddenMarkovChain(*self._parameters_at(step)))
            down = function(HiddenMarkovChain(*self._parameters_at(-step)))
            slopes.append((up - down) / (2.0 * step.sum()))
        return np.asarray(self.influence @ np.array(slopes))

    @cached_property
    def visits(self) -> Array:
        """Expected number of dates in each regime, (k,)."""
        emissions, transition, initial = self.parameters
        log_densities = emissions.log_densities(self.observations)
        smoothed, _, _ = expected_regimes(log_densities, transition, initial)
        return np.asarray(smoothed.sum(axis=0))

    def scores(self, point: Array) -> Array:
        """Return central differences of the log-likelihood (or log-posterior) of each date.

        Parameters
        ----------
        point : array (n_coordinates,), zero at the estimate

        Returns
        -------
        array (n_dates, n_coordinates)
        """
        rises = [
            self._log_likelihoods(point + step) - self._log_likelihoods(point - step)
            for step in np.diag(self._steps)
        ]
        return np.stack(rises, axis=1) / (2.0 * self._steps)

    def _log_likelihoods(self, point: Array) -> Array:
        """Return the log-likelihood of each date plus its share of the log-prior, (n_dates,)."""
        parameters = self._parameters_at(point)
        by_date = HiddenMarkovChain(*parameters).filter(self.observations).log_likelihood
        if self.persistence:
            log_prior = self.persistence * np.log(np.diag(parameters.transition)).sum()
            by_date = by_date + log_prior / len(by_date)
        return by_date

    def _jacobian(self) -> Array:
        """Return derivatives of the parameters w.r.t. the coordinates, (n_coordinates, n)."""
        rows = []
        for step in np.diag(self._steps):
            rise = self._values_at(step) - self._values_at(-step)
            rows.append(rise / (2.0 * step.sum()))
        return np.stack(rows)

    def _values_at(self, point: Array) -> Array:
        names = [str(i) for i in range(self.observations.shape[1])]
        return np.array(list(named_parameters(self._parameters_at(point), names).values()))

    @cached_property
    def _steps(self) -> Array:
        """Steps in each coordinate: means, covariances, degrees of freedom, transition."""
        emissions, transition, _ = self.parameters
        n_series = self.observations.shape[1]
        n_directions = len(covariance_directions(emissions.structure, n_series))
        by_regime = STEP / np.sqrt(self.visits)
        by_move = []
        for i, free, _ in self._rows:
            by_move += [STEP / np.sqrt(self.visits[i] * transition[i, j]) for j in free]
        parts = [
            np.repeat(by_regime, n_series),
            np.repeat(by_regime, n_directions),
            by_regime[self._free_degrees],
            np.array(by_move),
        ]
        return np.concatenate(parts)

    @cached_property
    def _free_degrees(self) -> Indices:
        """Regimes whose degrees of freedom are between their bounds."""
        degrees = self.parameters.emissions.degrees_of_freedom
        return np.array([s for s, nu in enumerate(degrees) if degrees_are_inside(nu)], dtype=int)

    @cached_property
    def _rows(self) -> list[FreeRow]:
        """Free entries of each row of the transition."""
        transitions = self.parameters.transition * self.visits[:, None]
        rows = []
        for i, row in enumerate(transitions):
            largest = int(row.argmax())
            possible = np.flatnonzero(row >= MIN_EXPECTED_TRANSITIONS)
            free = [int(j) for j in possible if j != largest]
            rows.append(FreeRow(i, free, largest))
        return rows

    def _parameters_at(self, point: Array) -> Parameters:
        """Return the parameters at a point of the coordinates, whose origin is the estimate."""
        emissions, _, initial = self.parameters
        means, covariances = emissions.moments
        k, n = means.shape
        directions = covariance_directions(emissions.structure, n)
        sizes = [k * n, k * len(directions), len(self._free_degrees)]
        mean_moves, covariance_moves, degree_moves, odds = np.split(point, np.cumsum(sizes))
        roots = np.linalg.cholesky(covariances)
        means = means + np.einsum("kij,kj->ki", roots, mean_moves.reshape(k, n))
        changes = np.tensordot(covariance_moves.reshape(k, -1), directions, axes=1)
        covariances = roots @ (np.eye(n) + changes) @ roots.swapaxes(1, 2)
        degrees = emissions.degrees_of_freedom.copy()
        degrees[self._free_degrees] *= np.exp(degree_moves)
        moved = emissions.with_moments(means, covariances, degrees)
        transition = self._transition_at(odds)
        if self.initial == "stationary":
            initial = stationary_distribution(transition)
        return Parameters(moved, transition, initial)

    def _transition_at(self, log_odds: Array) -> Array:
        """Return the transition after changes of the log odds of its free entries."""
        transition = self.parameters.transition.copy()
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
