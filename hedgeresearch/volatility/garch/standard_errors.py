r"""Standard errors of GARCH(1,1) by five estimates of the information.

With the scores :math:`s_t`, the Hessian :math:`H`, and for normal innovations the expected information of each date
given the past,

.. math:: I_t = \frac{1}{2 h_t^2} \frac{\partial h_t}{\partial \theta} \frac{\partial h_t}{\partial \theta'}
          + \frac{1}{h_t} \frac{\partial \mu}{\partial \theta} \frac{\partial \mu}{\partial \theta'},

the covariance is the inverse of :math:`-H`, of :math:`\sum I_t` or of :math:`\sum s_t s_t'`, or a sandwich
:math:`A^{-1} (\sum s_t s_t') A^{-1}` with A the first (White 1982, Econometrica 50, eq. 3.3) or the second (after
Bollerslev and Wooldridge 1992, Econometric Reviews 11). Fiorentini, Calzolari and Panattoni (1996), Journal of Applied
Econometrics 11, compare them. Without leverage the mean and the other parameters have no information in common, by
symmetry, and the sample's share of it is left out, as there.

An omega within a factor of ten of its floor counts as held there: no sample tells it from nothing. Where an information
is not positive definite in the directions that are left, the point is no maximum, or one of many, and has no errors.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from hedgeresearch._kernels.garch import garch_log_variance_derivatives
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.influence import (
    CURVATURE_TOLERANCE,
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.likelihood import (
    BOX,
    backcast_start,
    mean_score,
    scores_by_date,
)

ErrorKind = Literal["robust", "hessian", "information", "opg", "bollerslev-wooldridge"]
KINDS = ("robust", "hessian", "information", "opg", "bollerslev-wooldridge")
EXPECTED = ("information", "bollerslev-wooldridge")
SANDWICH = ("robust", "bollerslev-wooldridge")
NO_OMEGA = 10.0 * np.exp(BOX[1][0])
"""Omega of a series of unit variance, below which the search may end anywhere."""


def check_kind(kind: str, density: str) -> None:
    """Refuse a kind of errors that does not exist for the density."""
    check_choice(kind, "kind", KINDS)
    if kind in EXPECTED and density != "normal":
        raise DataError(
            f"density must be 'normal' for errors of the kind {kind!r}; got {density!r}. "
            "Choose 'robust', 'hessian' or 'opg'."
        )


def covariance_by_kind(
    kind: str, parameters: Array, unit: Array, kept: list[int], tangent: Array
) -> Array:
    """Sampling covariance of the ``kept`` parameters, (k, k).

    NaN for those that cannot move, and for all if the information is not positive definite where they can.

    Parameters
    ----------
    kind : one of ``KINDS``
    parameters : array (6,) of mu, omega, alpha, gamma, beta, nu
    unit : array (n_dates,), the series of mean zero and unit variance
    kept : positions of the parameters in use
    tangent : array (k, n_free), the directions in which they can move
    """
    if parameters[1] < NO_OMEGA:
        tangent = tangent[:, tangent[kept.index(1)] == 0.0]
    scores = scores_by_date(parameters, unit)[:, kept]
    if kind in EXPECTED:
        information = expected_information(parameters[:5], unit)[np.ix_(kept, kept)]
    elif kind == "opg":
        information = scores.T @ scores / len(unit)
    else:
        information = observed_information(parameters, unit, kept)
    if not _is_positive_definite(information, tangent):
        return np.full((len(kept), len(kept)), np.nan)
    if kind in SANDWICH:
        return covariance_from_influence(parameter_influence(scores, information, tangent))
    inverse = parameter_influence(np.eye(len(kept)), information, tangent) / len(unit)
    held = np.diag(inverse) == 0.0
    inverse[held, :], inverse[:, held] = np.nan, np.nan
    return inverse


def _is_positive_definite(information: Array, tangent: Array) -> bool:
    """Whether it curves in every direction of the tangent, whatever the units of the parameters."""
    moved = tangent.any(axis=1)  # beside a bound the others may not be finite
    inside = tangent[moved].T @ information[np.ix_(moved, moved)] @ tangent[moved]
    curvature = np.diag(inside)
    if not (curvature > 0.0).all():
        return False
    return bool(
        (
            np.linalg.eigvalsh(inside / np.sqrt(np.outer(curvature, curvature)))
            > CURVATURE_TOLERANCE
        ).all()
    )


def observed_information(parameters: Array, unit: Array, kept: list[int]) -> Array:
    """Minus the mean Hessian over the ``kept`` parameters, by central differences of the analytic score, (k, k)."""
    steps = np.array([1e-6, 1e-5 * parameters[1], 1e-6, 1e-6, 1e-6, 1e-4 * parameters[5]])
    return -numerical_hessian(lambda x: mean_score(x, unit), parameters, steps, kept)


def expected_information(parameters: Array, unit: Array) -> Array:
    """The mean of I_t over the dates, for mu, omega, alpha, gamma, beta and normal innovations, (5, 5)."""
    variances, of_logs = garch_log_variance_derivatives(
        parameters, unit, *backcast_start(parameters, unit)
    )
    information = 0.5 * of_logs.T @ of_logs / len(unit)
    if parameters[3] == 0.0:
        information[0, 1:] = information[1:, 0] = 0.0
    information[0, 0] += np.mean(1.0 / variances)
    return np.asarray(information)
