r"""Shrinkage of the sample covariance of many series.

With many series the sample eigenvalues are more dispersed than the true eigenvalues.

Linear: Ledoit and Wolf (2004), Journal of Multivariate Analysis 88, section 3.3: the sample
covariance is pulled towards a multiple of the identity, by scikit-learn.

Nonlinear: Ledoit and Wolf (2020), Annals of Statistics 48(5), section 4.7: every sample eigenvalue
:math:`\lambda_i` is replaced by a new value and the eigenvectors stay. With c = N / n,
n = n_dates - 1, and kernel estimates f of the density of the sample eigenvalues and Hf of its
Hilbert transform (eq. 4.7, 4.8),

.. math:: \tilde\lambda_i = \lambda_i \big/ \left( [\pi c \lambda_i f(\lambda_i)]^2
    + [1 - c - \pi c \lambda_i Hf(\lambda_i)]^2 \right), \quad N \le n

(eq. 4.3); for N > n, with f and Hf of the n eigenvalues that are not zero,

.. math:: \tilde\lambda_i = 1 \big/ \left( \pi^2 \lambda_i [f(\lambda_i)^2 + Hf(\lambda_i)^2]
    \right), \quad \tilde\lambda_0 = 1 \big/ \left( \pi (c - 1) Hf(0) \right)

(eq. C.4, and C.5 with C.8 for the eigenvalues that are zero). The Epanechnikov kernel around the
j-th eigenvalue has the bandwidth :math:`h \lambda_j`, h = n^(-1/3) (eq. 4.9).
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MIN_SHRINKAGE_DATES = 13
"""Minimum number of observations: sqrt(5) h < 1 keeps the smallest eigenvalue's kernel positive."""
NEARLY_SQUARE = 0.02
"""Half-width of the excluded interval around N / n = 1: the smallest eigenvalues are near zero."""
ROOT5 = np.sqrt(5.0)
ASYMPTOTIC_BANDWIDTHS = 30.0
"""Distance from a kernel, in bandwidths, beyond which its Hilbert transform is a series.

The closed form loses its digits there.
"""


def shrink_linear(values: Array) -> Array:
    """Return the covariance of values pulled towards a multiple of the identity.

    It is scaled to the divisor n_dates - 1, so that its trace is the trace of the sample
    covariance.

    Parameters
    ----------
    values : array (n_dates, n_series)

    Returns
    -------
    array (n_series, n_series)
    """
    from sklearn.covariance import LedoitWolf

    n_dates = len(values)
    shrunk = LedoitWolf(store_precision=False).fit(values).covariance_
    return np.asarray(shrunk * (n_dates / (n_dates - 1)))


def shrink_nonlinear(values: Array) -> Array:
    """Return the covariance of values with each eigenvalue shrunk individually.

    Neither the trace nor the individual variances are preserved.

    Parameters
    ----------
    values : array (n_dates, n_series)
        At least thirteen observations.

    Returns
    -------
    array (n_series, n_series)

    Raises
    ------
    DataError
        If there are about as many series as observations, or the series are collinear for another
        reason than a short sample.
    """
    n = len(values) - 1
    n_series = values.shape[1]
    if abs(n_series / n - 1.0) < NEARLY_SQUARE:
        raise DataError(
            "nonlinear shrinkage needs a number of series that differs from the number of "
            f"observations minus one by 2% or more; got {n_series} series and {n + 1} "
            "observations, where its small eigenvalues explode. Use a longer or a shorter sample, "
            "or shrinkage='linear'."
        )
    centered = values - values.mean(axis=0)
    eigenvalues, vectors = np.linalg.eigh(centered.T @ centered / n)
    positive = eigenvalues[max(0, n_series - n) :]
    if not positive[0] > COLLINEARITY_TOLERANCE * positive[-1]:
        raise DataError(
            f"nonlinear shrinkage needs a sample covariance of rank {len(positive)}, the smaller "
            "of the number of series and of observations less one; some series are sums of "
            "others. Leave them out or use shrinkage='linear'."
        )
    shrunk = (vectors * shrunk_eigenvalues(positive, n, n_series)) @ vectors.T
    return np.asarray(0.5 * (shrunk + shrunk.T))  # rounding is not symmetric


def shrunk_eigenvalues(positive: Array, n: int, n_series: int) -> Array:
    """Return the new values of all sample eigenvalues, (n_series,).

    Parameters
    ----------
    positive : array (min(n, n_series),)
        Sample eigenvalues that are positive, in ascending order.
    n : int
        Number of observations less one.
    n_series : int
        Number of series.
    """
    h = n ** (-1.0 / 3.0)
    ratio = n_series / n
    density, hilbert = spectral_density(positive, h)
    if n_series <= n:
        real = 1.0 - ratio - np.pi * ratio * positive * hilbert
        return np.asarray(positive / ((np.pi * ratio * positive * density) ** 2 + real**2))
    log_ratio = np.log((1.0 + ROOT5 * h) / (1.0 - ROOT5 * h))
    factor = 3.0 / (10.0 * h**2) + 3.0 / (4.0 * ROOT5 * h) * (1.0 - 1.0 / (5.0 * h**2)) * log_ratio
    hilbert_at_zero = factor * np.mean(1.0 / positive) / np.pi
    zero = np.full(n_series - n, 1.0 / (np.pi * (ratio - 1.0) * hilbert_at_zero))
    return np.concatenate([zero, 1.0 / (np.pi**2 * positive * (density**2 + hilbert**2))])


def spectral_density(eigenvalues: Array, h: float) -> tuple[Array, Array]:
    """Estimate the density of the eigenvalues and its Hilbert transform at each of them.

    Parameters
    ----------
    eigenvalues : array (k,)
        Positive sample eigenvalues.
    h : float
        Bandwidth relative to the eigenvalue.

    Returns
    -------
    density, hilbert : array (k,)
    """
    bandwidth = h * eigenvalues[None, :]
    x = (eigenvalues[:, None] - eigenvalues[None, :]) / bandwidth
    density = 3.0 / (4.0 * ROOT5) * np.maximum(1.0 - x**2 / 5.0, 0.0) / bandwidth
    return density.mean(axis=1), (hilbert_kernel(x) / bandwidth).mean(axis=1)


def hilbert_kernel(x: Array) -> Array:
    """Return the Hilbert transform of the Epanechnikov kernel, elementwise.

    Far from the kernel the two terms of its closed form cancel; there it is -1 / (pi x) times the
    sum of the kernel's even moments 3 5^k / ((2k + 1) (2k + 3)) divided by x^2k, which converges
    fast.
    """
    far = np.abs(x) > ASYMPTOTIC_BANDWIDTHS
    inverse = 1.0 / np.where(far, x, ASYMPTOTIC_BANDWIDTHS)
    moments = [3.0 * 5.0**k / ((2 * k + 1) * (2 * k + 3)) for k in range(6)]
    series = -inverse * np.polynomial.polynomial.polyval(inverse**2, moments)
    # at the ends of the kernel the term with the logarithm vanishes
    near = np.where(far | (np.abs(x) == ROOT5), 0.0, x)
    logarithm = (1.0 - near**2 / 5.0) * np.log(np.abs((ROOT5 - near) / (ROOT5 + near)))
    closed = -3.0 / 10.0 * x + 3.0 / (4.0 * ROOT5) * logarithm
    return np.asarray(np.where(far, series, closed) / np.pi)


SHRINKAGES = {"linear": shrink_linear, "nonlinear": shrink_nonlinear}
"""Estimators by their names in the settings."""
