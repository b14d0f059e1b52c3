r"""Standard errors of GARCH(1,1) by five estimates of the information.

With the scores :math:`s_t`, the Hessian :math:`H`, and for normal innovations the expected
information of each date given the past,

.. math:: I_t = \frac{1}{2 h_t^2}
          \frac{\partial h_t}{\partial \theta} \frac{\partial h_t}{\partial \theta'}
          + \frac{1}{h_t} \frac{\partial \mu}{\partial \theta}
          \frac{\partial \mu}{\partial \theta'},

the covariance is the inverse of :math:`-H`, of :math:`\sum I_t` or of :math:`\sum s_t s_t'`, or a
sandwich :math:`A^{-1} (\sum s_t s_t') A^{-1}` with A the first (White 1982, Econometrica 50, eq.
3.3) or the second (after Bollerslev and Wooldridge 1992, Econometric Reviews 11). Fiorentini,
Calzolari and Panattoni (1996), Journal of Applied Econometrics 11, compare them. Without leverage
the expected information is block diagonal in mu, by symmetry; its sample cross terms are set to
zero, as in that paper.

An omega within a factor of ten of its lower bound counts as at the bound: no sample distinguishes
it from zero. Where the information matrix is not positive definite in the remaining directions, the
point is not a strict maximum, so standard errors are NaN.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from hedgeresearch._kernels.arithmetic.inference import (
    CURVATURE_TOLERANCE,
    identified_inverse,
    sandwich,
)
from hedgeresearch._kernels.garch.coordinates import BOX
from hedgeresearch._kernels.garch.covariance import robust_covariance
from hedgeresearch._kernels.garch.influence import mean_hessian
from hedgeresearch._kernels.garch.likelihood import outer_products
from hedgeresearch._kernels.garch.recursion import garch_log_variance_derivatives
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.likelihood import backcast_start

GARCHErrorKind = Literal["robust", "hessian", "information", "opg", "bollerslev-wooldridge"]
KINDS = ("robust", "hessian", "information", "opg", "bollerslev-wooldridge")
EXPECTED_INFORMATION_KINDS = ("information", "bollerslev-wooldridge")
"""Kinds that use the expected information of normal innovations."""
MIN_IDENTIFIED_OMEGA = 10.0 * np.exp(BOX[1][0])
"""Omega of a series of unit variance below which the sample does not identify it."""


def check_error_kind(kind: str, *, student: bool) -> None:
    """Raise DataError for an unknown kind, or one that Student-t innovations do not have."""
    check_choice(kind, "kind", KINDS)
    if kind in EXPECTED_INFORMATION_KINDS and student:
        raise DataError(
            f"density must be 'normal' for errors of the kind {kind!r}; got 'student'. "
            "Choose 'robust', 'hessian' or 'opg'."
        )


def covariance_by_kind(
    kind: str, parameters: Array, unit_returns: Array, kept: list[int], tangent: Array
) -> Array:
    """Return the sampling covariance of the ``kept`` parameters, (k, k).

    It is NaN for parameters at a bound, and for all if the information is not positive definite.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    parameters : array (6,)
        mu, omega, alpha, gamma, beta and nu.
    unit_returns : array (n_dates,)
        The series of unit variance.
    kept : list of int
        Positions of the parameters that are estimated.
    tangent : array (k, n_free)
        Directions in which they are free.
    """
    if parameters[1] < MIN_IDENTIFIED_OMEGA:
        tangent = tangent[:, tangent[kept.index(1)] == 0.0]
    tangent = np.ascontiguousarray(tangent)
    if kind == "robust":
        covariance = np.empty((len(kept), len(kept)))
        robust_covariance(parameters, unit_returns, np.array(kept), tangent, covariance)
        return covariance
    cut = np.ix_(kept, kept)
    is_symmetric = 3 not in kept and 5 not in kept
    outer = outer_products(parameters, unit_returns, is_symmetric)[cut] / len(unit_returns)
    if kind in EXPECTED_INFORMATION_KINDS:
        information = expected_information(parameters[:5], unit_returns)[cut]
    elif kind == "opg":
        information = outer
    else:
        information = observed_information(parameters, unit_returns, kept)[cut]
    inverse = np.empty(outer.shape)
    curvature = identified_inverse(np.ascontiguousarray(information), tangent, inverse)
    if not curvature > CURVATURE_TOLERANCE:
        return np.full(outer.shape, np.nan)
    covariance = inverse
    if kind == "bollerslev-wooldridge":
        covariance = np.empty(outer.shape)
        sandwich(inverse, np.ascontiguousarray(outer), covariance)
    held = np.diag(covariance) == 0.0
    covariance[held, :] = np.nan
    covariance[:, held] = np.nan
    return covariance / len(unit_returns)


def observed_information(parameters: Array, unit_returns: Array, kept: list[int]) -> Array:
    """Return minus the mean Hessian by (mu, omega, alpha, gamma, beta, nu), (6, 6).

    It is zero for gamma and nu where neither is kept.
    """
    hessian = np.empty((6, 6))
    mean_hessian(parameters, unit_returns, np.array(kept), hessian)
    return -hessian


def expected_information(parameters: Array, unit_returns: Array) -> Array:
    """Return the mean of I_t over dates for (mu, omega, alpha, gamma, beta), (5, 5)."""
    variances, slopes = garch_log_variance_derivatives(
        parameters, unit_returns, *backcast_start(parameters, unit_returns)
    )
    information = 0.5 * slopes.T @ slopes / len(unit_returns)
    if parameters[3] == 0.0:  # the mean is independent of the others by symmetry
        information[0, 1:] = 0.0
        information[1:, 0] = 0.0
    information[0, 0] += np.mean(1.0 / variances)
    return np.asarray(information)
