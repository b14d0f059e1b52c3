"""Likelihood of Markov-switching GARCH(1,1) as a function of one parameter vector.

The vector holds (omega, alpha, gamma, beta, nu) of one regime after the other and then the rows of
the transition matrix without their last column; m = 5 k + k (k - 1) parameters for k regimes.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch._kernels.switching.garch import switching_garch_scores
from hedgeresearch.typing import Array


def split_parameters(parameters: Array, k: int) -> tuple[Array, Array, Array]:
    """Split a vector into variance parameters, density constants and transition matrix.

    Returns
    -------
    tuple of array (k, 4), array (k, 3), array (k, k)
        (omega, alpha, gamma, beta), (nu, log c, d log c / d nu) and the transition matrix.
    """
    own = parameters[: 5 * k].reshape(k, 5)
    rows = parameters[5 * k :].reshape(k, k - 1)
    densities = np.array([density_constants(nu, 1) for nu in own[:, 4]])
    last_column = np.maximum(1.0 - rows.sum(axis=1), 0.0)
    return np.ascontiguousarray(own[:, :4]), densities, np.column_stack([rows, last_column])


def unconditional_variances(own: Array) -> tuple[Array, Array]:
    """Return omega / (1 - alpha - gamma / 2 - beta) of every regime and its derivatives.

    Parameters
    ----------
    own : array (k, 4), (omega, alpha, gamma, beta) of every regime

    Returns
    -------
    tuple of array (k,), array (k, 4)
    """
    distance = 1.0 - own[:, 1] - 0.5 * own[:, 2] - own[:, 3]
    variances = own[:, 0] / distance
    derivatives = np.stack(
        [1.0 / distance, variances / distance, 0.5 * variances / distance, variances / distance],
        axis=1,
    )
    return variances, derivatives


def stationary_derivatives(transition: Array) -> tuple[Array, Array]:
    """Return stationary probabilities pi and their derivatives w.r.t. P_ij, j < k - 1.

    d pi = pi dP (I - P + 1 pi)^-1, from pi (I - P) = 0 and pi 1 = 1: Schweitzer (1968), Journal of
    Applied Probability 5, section 4.

    Returns
    -------
    tuple of array (k,), array (k, k, k - 1)
    """
    k = len(transition)
    equations = np.eye(k) - transition + 1.0 / k
    pi = np.linalg.solve(equations.T, np.full(k, 1.0 / k))
    inverse = np.linalg.inv(np.eye(k) - transition + pi)
    return pi, np.einsum("i,jl->lij", pi, inverse[:-1] - inverse[-1])


def switching_garch_likelihood(parameters: Array, errors: Array, k: int) -> tuple[Array, Array]:
    """Return log-likelihood and scores of every date but the first.

    Every variance starts at its unconditional value; the second date has the stationary
    probabilities.

    Returns
    -------
    tuple of array (n_dates - 1,), array (n_dates - 1, m)
    """
    own, densities, transition = split_parameters(parameters, k)
    pi, by_transition = stationary_derivatives(transition)
    probabilities = pi, np.hstack([np.zeros((k, 5 * k)), by_transition.reshape(k, -1)])
    variances = unconditional_variances(own)
    by_date, scores = switching_garch_scores(
        own, densities, transition, variances, probabilities, errors
    )
    return by_date, scores


def difference_steps(parameters: Array, k: int) -> Array:
    """Return steps for numerical derivatives of the scores, (m,).

    They are small relative to the distance from an integrated variance and from a transition
    probability of zero or one.
    """
    own = parameters[: 5 * k].reshape(k, 5)
    rows = parameters[5 * k :]
    distance = 1.0 - own[:, 1] - 0.5 * own[:, 2] - own[:, 3]
    steps = np.repeat(np.minimum(1e-5, 0.01 * distance), 5).reshape(k, 5)
    steps[:, 0] = 1e-4 * own[:, 0]
    steps[:, 4] = 1e-4 * own[:, 4]
    return np.append(steps, np.clip(0.01 * np.minimum(rows, 1.0 - rows), 1e-9, 1e-5))
