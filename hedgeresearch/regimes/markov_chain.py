"""Functions of the transition matrix of a Markov chain, whose rows sum to one."""

from __future__ import annotations

import numpy as np

from hedgeresearch.estimation.parameter_name import Bound, ParameterName
from hedgeresearch.typing import Array


def stationary_probabilities(transition: Array) -> Array:
    """Return the probabilities that a step of the chain does not change, (k,).

    Hamilton (1994), eq. 22.2.26.
    """
    k = len(transition)
    equations = np.vstack([transition.T - np.eye(k), np.ones(k)])
    return np.asarray(np.linalg.lstsq(equations, np.append(np.zeros(k), 1.0), rcond=None)[0])


def stationary_distribution(transition: Array) -> Array:
    """Return the stationary probabilities without the negative zeros of rounding, (k,)."""
    return np.maximum(stationary_probabilities(transition), 0.0)


def expected_durations(transition: Array) -> Array:
    """Return the expected number of dates that a regime lasts, 1 / (1 - p_ii), (k,)."""
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / (1.0 - np.diag(transition)))


def forecast_probabilities(next_probabilities: Array, transition: Array, horizon: int) -> Array:
    """Return the probabilities of the regimes at the next ``horizon`` dates, (horizon, k)."""
    rows = [next_probabilities]
    for _ in range(horizon - 1):
        rows.append(rows[-1] @ transition)
    return np.array(rows)


def transition_from(probabilities: Array, n_regimes: int) -> Array:
    """Return the matrix (k, k) from all columns of its rows but the last, (k * (k - 1),)."""
    rows = probabilities.reshape(n_regimes, n_regimes - 1)
    # rounding may leave a negative zero
    last_column = np.maximum(1.0 - rows.sum(axis=1), 0.0)
    return np.column_stack([rows, last_column])


def transition_parameters(transition: Array) -> dict[ParameterName, float]:
    """Return the probabilities by name; the last of each row follows from the others."""
    k = len(transition)
    named = {}
    for i in range(k):
        for j in range(k - 1):
            named[ParameterName("p", (i, j))] = float(transition[i, j])
    return named


def zero_transitions(frequencies: Array, minimum: float) -> tuple[Bound, ...]:
    """Return the transitions whose frequency (k, k) is below a minimum, as bounds of zero."""
    rare = np.argwhere(frequencies < minimum)
    return tuple(Bound(ParameterName("p", (int(i), int(j))), 0.0) for i, j in rare)
