"""Bad news, the negative parts of shocks, and their expected second moments."""

from __future__ import annotations

import numpy as np

from hedgeresearch.typing import Array


def bad_news(errors: Array) -> Array:
    """Return the negative part of each shock, min(e, 0)."""
    return np.minimum(errors, 0.0)


def expected_news(covariance: Array) -> Array:
    r"""Return E[n n'] of the bad news n = min(e, 0) of normal shocks e with a covariance matrix.

    .. math:: s_i s_j (\sqrt{1 - \rho^2} + \rho (\pi / 2 + \arcsin \rho)) / (2 \pi)

    Parameters
    ----------
    covariance : array (n_series, n_series)
        Covariance matrix of the shocks.

    Returns
    -------
    array (n_series, n_series)
    """
    scale = np.sqrt(np.diag(covariance))
    product = np.outer(scale, scale)
    correlation = np.clip(covariance / product, -1.0, 1.0)
    tail = np.sqrt(1.0 - correlation**2) + correlation * (0.5 * np.pi + np.arcsin(correlation))
    return np.asarray(product * tail / (2.0 * np.pi))
