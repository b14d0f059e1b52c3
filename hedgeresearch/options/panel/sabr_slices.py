"""Lognormal SABR smiles of all slices of a panel at once, by least squares of their volatilities.

The search starts at the expansion of the smile about the money (the quadratic of a slice) and takes
damped steps of Gauss and Newton in alpha, rho and nu, weights as for the quadratics. Slices are
independent of each other.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.options.panel.lognormal_sabr import sabr_volatility
from hedgeresearch.options.panel.slices import Slices, fit_quadratics
from hedgeresearch.typing import Array

N_STEPS = 15
"""Steps of the search."""
DIFFERENCE = 1e-6
"""Step of the differences, of each parameter."""
MAX_RHO = 0.99
"""Size of rho, at most."""
NU_RANGE = (0.01, 10.0)
"""Smallest and largest nu."""


def fit_sabr_slices(rows: PanelArrays) -> tuple[Array, Array, Array]:
    """Return alpha, rho and nu of the slice of each row, (n_rows,) each.

    Raises
    ------
    DataError
        If a slice has fewer than three strikes.
    """
    slices = Slices.of(rows)
    slices.check_strikes(rows.dates, "a smile of SABR")
    log_strike = np.log(rows.strike / rows.forward)
    width = slices.sums(rows.volatility) / slices.sums(np.ones(rows.n_rows))
    u = log_strike / (width * np.sqrt(slices.expiry))[slices.number]
    weight = np.exp(-(u**2) / 2.0)
    parameters = _start(slices, log_strike, rows.volatility)
    damping = np.full(slices.n_slices, 1e-3)
    error = _error(parameters, rows, slices)
    loss = slices.sums(weight * error**2)
    for _ in range(N_STEPS):
        tried = _bounded(parameters + _step(parameters, error, weight, damping, rows, slices))
        tried_error = _error(tried, rows, slices)
        tried_loss = slices.sums(weight * tried_error**2)
        better = tried_loss <= loss
        parameters = np.where(better, tried, parameters)
        error = np.where(better[slices.number], tried_error, error)
        loss = np.where(better, tried_loss, loss)
        damping = np.where(better, damping * 0.2, damping * 10.0)
    alpha, rho, nu = parameters[:, slices.number]
    return alpha, rho, nu


def _start(slices: Slices, log_strike: Array, volatility: Array) -> Array:
    """Return the parameters (3, n_slices) of the expansion of the smile about the money.

    sigma(k) = alpha + rho nu k / 2 + (2 - 3 rho^2) nu^2 / (12 alpha) k^2 + ... with k = ln(K / F).
    """
    quadratics = fit_quadratics(slices, log_strike, volatility)
    level, first, second = quadratics.coefficients.T
    slope = first / quadratics.width
    bend = second / quadratics.width**2
    product = 2.0 * slope
    square = np.maximum(6.0 * level * bend + 1.5 * product**2, 1.1 * product**2)
    nu = np.clip(np.sqrt(square), *NU_RANGE)
    return _bounded(np.array([level, product / nu, nu]))


def _bounded(parameters: Array) -> Array:
    """Return parameters (3, n_slices) inside their bounds."""
    alpha, rho, nu = parameters
    return np.array(
        [np.maximum(alpha, 1e-4), np.clip(rho, -MAX_RHO, MAX_RHO), np.clip(nu, *NU_RANGE)]
    )


def _error(parameters: Array, rows: PanelArrays, slices: Slices) -> Array:
    """Return volatilities of the smiles less those quoted, (n_rows,)."""
    alpha, rho, nu = parameters[:, slices.number]
    model = sabr_volatility(rows.forward, rows.strike, rows.expiry, alpha, rho, nu)
    return np.asarray(model - rows.volatility)


def _step(
    parameters: Array,
    error: Array,
    weight: Array,
    damping: Array,
    rows: PanelArrays,
    slices: Slices,
) -> Array:
    """Return the damped step of Gauss and Newton, (3, n_slices)."""
    slopes = []
    for i in range(3):
        moved = parameters.copy()
        moved[i] += DIFFERENCE
        slopes.append((_error(moved, rows, slices) - error) / DIFFERENCE)
    gram = np.empty((slices.n_slices, 3, 3))
    gradient = np.empty((slices.n_slices, 3))
    for i in range(3):
        gradient[:, i] = slices.sums(weight * slopes[i] * error)
        for j in range(3):
            gram[:, i, j] = slices.sums(weight * slopes[i] * slopes[j])
    diagonal = np.einsum("nii->ni", gram)
    gram += np.einsum("ni,ij->nij", damping[:, None] * diagonal + 1e-14, np.eye(3))
    return np.asarray(-np.linalg.solve(gram, gradient[..., None])[..., 0].T)
