r"""M-step of the transition of a chain that starts from its stationary distribution.

The part of the expected log-likelihood that depends on the transition,

.. math:: Q(P) = \sum_i g_i \log \pi_i(P) + \sum_{ij} n_{ij} \log p_{ij}

with g the smoothed probabilities of the first date and n the expected transitions, has no maximum
in closed form. As :math:`d\pi = \pi \, dP \, Z` with :math:`Z = (I - P + 1 \pi)^{-1}` (Schweitzer
1968, Journal of Applied Probability 5, section 4), its derivative with respect to the log odds of
row i is

.. math:: s_{ij} = n_{ij} - n_i p_{ij} + \pi_i p_{ij} \Bigl(v_j - \sum_l p_{il} v_l\Bigr), \quad
          v = Z (g / \pi), \quad n_i = \sum_j n_{ij}

At the parameters of the E-step this is also the score of the log-likelihood (Fisher's identity).
:math:`s_{ij} / n_i` is a direction of ascent, and its full step is the M-step of a free start,
:math:`n_{ij} / n_i`, moved by the term of the first date. Shortened until Q rises, it makes a
generalized EM algorithm (Dempster, Laird and Rubin 1977), whose log-likelihood never falls.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.regimes.markov_chain import stationary_distribution
from hedgeresearch.typing import Array

MAX_HALVINGS = 30


def improve_transition(transition: Array, expected_transitions: Array, first: Array) -> Array:
    """Return a transition with a higher expected log-likelihood.

    Parameters
    ----------
    transition : array (k, k), at which the expectations were taken
    expected_transitions : array (k, k), with the pseudo-counts of a prior
    first : array (k,), smoothed probabilities of the first date

    Raises
    ------
    LinAlgError
        If the chain falls apart, so that its stationary distribution is not unique.
    """
    visits = expected_transitions.sum(axis=1, keepdims=True)
    direction = transition_score(transition, expected_transitions, first) / visits
    value = expected_log_likelihood(transition, expected_transitions, first)
    length = 1.0
    for _ in range(MAX_HALVINGS):
        candidate = transition + length * direction
        inside = (candidate >= 0.0).all()
        if inside and expected_log_likelihood(candidate, expected_transitions, first) >= value:
            return np.asarray(candidate / candidate.sum(axis=1, keepdims=True))
        length *= 0.5
    return transition


def transition_score(transition: Array, expected_transitions: Array, first: Array) -> Array:
    """Return the derivative of the expected log-likelihood, (k, k).

    It is with respect to the log odds of the rows.
    """
    k = len(transition)
    stationary = stationary_distribution(transition)
    weights = np.divide(first, stationary, out=np.zeros(k), where=stationary > 0.0)
    values = np.linalg.solve(np.eye(k) - transition + stationary, weights)
    centered = values - (transition @ values)[:, None]
    from_first = stationary[:, None] * transition * centered
    visits = expected_transitions.sum(axis=1, keepdims=True)
    return np.asarray(expected_transitions - visits * transition + from_first)


def expected_log_likelihood(transition: Array, expected_transitions: Array, first: Array) -> float:
    """Return the part of the expected log-likelihood that depends on the transition."""
    from scipy.special import xlogy

    start = xlogy(first, stationary_distribution(transition)).sum()
    return float(start + xlogy(expected_transitions, transition).sum())
