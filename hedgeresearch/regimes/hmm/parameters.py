"""Parameters of a hidden Markov model: their order, names and bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from hedgeresearch.estimation.parameter_name import Bound, ParameterName
from hedgeresearch.regimes.hmm.emissions import EstimatedEmissions, Structure
from hedgeresearch.regimes.hmm.student_emissions import degrees_are_inside
from hedgeresearch.regimes.markov_chain import transition_parameters, zero_transitions
from hedgeresearch.typing import Array

Initial = Literal["free", "stationary"]
"""Distribution of the first date: estimated, or the stationary one of the transition."""
MIN_EXPECTED_TRANSITIONS = 0.01
"""Expected number in the whole sample below which a transition counts as impossible."""


class Parameters(NamedTuple):
    """Parameters of a hidden Markov model.

    Attributes
    ----------
    emissions : EstimatedEmissions
    transition : array (k, k), rows sum to one
    initial : array (k,), probabilities of the regimes at the first date
    """

    emissions: EstimatedEmissions
    transition: Array
    initial: Array

    def ordered(self) -> Parameters:
        """Return the same parameters with regimes in the order of the first series' variance."""
        means, covariances = self.emissions.moments
        order = np.argsort(covariances[:, 0, 0])
        degrees = self.emissions.degrees_of_freedom
        if len(degrees):
            degrees = degrees[order]
        emissions = self.emissions.with_moments(means[order], covariances[order], degrees)
        return Parameters(emissions, self.transition[np.ix_(order, order)], self.initial[order])


def named_parameters(parameters: Parameters, series: list[str]) -> dict[ParameterName, float]:
    """Return means, covariances, degrees of freedom and transition probabilities by name.

    The last probability of each row of the transition follows from the others. Probabilities of
    the first date are not among the parameters.
    """
    emissions, transition, _ = parameters
    means, covariances = emissions.moments
    named = {}
    for regime, mean in enumerate(means):
        for i, name in enumerate(series):
            named[ParameterName(f"mean {name}", (regime,))] = float(mean[i])
    for regime, covariance in enumerate(covariances):
        for label, value in _free_covariances(covariance, series, emissions.structure):
            named[ParameterName(label, (regime,))] = float(value)
    for regime, nu in enumerate(emissions.degrees_of_freedom):
        named[ParameterName("nu", (regime,))] = float(nu)
    return named | transition_parameters(transition)


def _free_covariances(
    covariance: Array, series: list[str], structure: Structure
) -> Iterator[tuple[str, float]]:
    """Yield the labels and values of the elements that a structure leaves free."""
    if structure == "spherical":
        yield "variance", covariance[0, 0]
        return
    for i, row in enumerate(series):
        columns = [i] if structure == "diagonal" else range(i + 1)
        for j in columns:
            yield f"cov {row} {series[j]}", covariance[i, j]


def parameter_bounds(parameters: Parameters, visits: Array) -> tuple[Bound, ...]:
    """Return transition probabilities of zero and degrees of freedom at the ends of their range.

    Parameters
    ----------
    parameters : Parameters
    visits : array (k,), expected number of dates in each regime
    """
    bounds = zero_transitions(parameters.transition * visits[:, None], MIN_EXPECTED_TRANSITIONS)
    for regime, nu in enumerate(parameters.emissions.degrees_of_freedom):
        if not degrees_are_inside(nu):
            bounds += (Bound(ParameterName("nu", (regime,)), float(nu)),)
    return bounds
