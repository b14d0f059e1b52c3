"""EM for hidden Markov models of normal or Student-t observations: one pass each way a step.

Hamilton (1990), Journal of Econometrics 45, eq. 4.1-4.3. Forward, the filter keeps filtered
probabilities, and densities over that of the date; backward, the smoother of Kim (1994) adds up
expected transitions and weighted moments as it goes. Two steps are extrapolated, see
``extrapolation``.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.em_passes import filter_forward, smooth_backward
from hedgeresearch._kernels.hidden_markov.extrapolation import (
    IS_TRIAL,
    begin_extrapolation,
    note_end,
    note_start,
    withdraw,
)
from hedgeresearch._kernels.hidden_markov.m_step import (
    reestimate_chain,
    reestimate_degrees,
    reestimate_moments,
)
from hedgeresearch._kernels.hidden_markov.regime_densities import NORMAL, fill_metrics

COLLAPSED = -1
"""Number of steps that stands for a regime that collapsed."""


@kernel(steers=True)
def maximize_by_em(  # noqa: C901 - one loop
    series,
    first,
    transition,
    means,
    scales,
    degrees,
    structure,
    persistence,
    min_visits,
    degree_range,
    tolerance,
    plain_steps,
    history,
):
    """Overwrite parameters by EM until a step gains less than the tolerance.

    ``series`` is (n_series, n_dates), ``first`` (k,), ``transition`` (k, k), ``means`` (k,
    n_series), ``scales`` (k, n_series, n_series), ``degrees`` (k,), infinite for normal densities.
    ``persistence`` are pseudo-counts on staying. ``history`` is filled with the log-likelihood plus
    log-prior before each step; its size is the largest number of steps. After ``plain_steps`` of
    them, every other one starts from an extrapolation. Returns the number of
    steps, COLLAPSED if a covariance is not positive definite or a regime has at most ``min_visits``
    expected dates; whether the last step gained less than the tolerance; and the log-likelihood,
    before the last step if it did not.
    """
    n_series, n_dates = series.shape
    k = first.shape[0]
    filtered = np.empty((n_dates, k))
    relative = np.empty((n_dates, k))
    inverse_factors = np.empty((k, n_series, n_series))
    constants = np.empty(k)
    transitions = np.empty((k, k))
    visits = np.empty(k)
    weights = np.empty(k)
    shifts = np.empty((k, n_series))
    products = np.empty((k, n_series, n_series))
    log_degrees = np.zeros(k)
    # views, through which the extrapolation reads and writes
    parts = (first, transition.reshape(-1), means.reshape(-1), scales.reshape(-1), log_degrees)
    extrapolation = begin_extrapolation(parts)
    densities = (means, inverse_factors, constants, degrees)
    chain = (transition, first, persistence)
    log_likelihood = -np.inf
    step = 0
    while step < history.shape[0]:
        objective, log_likelihood = _evaluate(series, scales, densities, chain, filtered, relative)
        is_trial = extrapolation.numbers[IS_TRIAL] == 1.0
        if is_trial and not objective >= history[step - 1]:
            withdraw(extrapolation, parts)
            _read_degrees(log_degrees, degree_range, degrees)
            continue
        history[step] = objective
        if not np.isfinite(objective):
            return COLLAPSED, False, log_likelihood
        if step > 0 and not is_trial and objective - history[step - 1] < tolerance:
            return step + 1, True, log_likelihood
        moments = (visits, weights, shifts, products)
        smooth_backward(
            series, densities, structure, transition, filtered, relative, transitions, moments
        )
        if _is_too_small(visits, min_visits):
            return COLLAPSED, False, log_likelihood
        if step >= plain_steps:
            _write_degrees(degrees, log_degrees)
            note_start(extrapolation, parts)
        reestimate_chain(filtered, transitions, persistence, first, transition)
        reestimate_moments(moments, structure, means, scales)
        if degrees[0] != NORMAL:
            if not fill_metrics(scales, degrees, inverse_factors, constants):
                return COLLAPSED, False, log_likelihood
            reestimate_degrees(series, filtered, visits, densities, degree_range)
        if step >= plain_steps:
            _write_degrees(degrees, log_degrees)
            note_end(extrapolation, parts)
            _read_degrees(log_degrees, degree_range, degrees)
        step += 1
    if extrapolation.numbers[IS_TRIAL] == 1.0:
        withdraw(extrapolation, parts)
        _read_degrees(log_degrees, degree_range, degrees)
    return history.shape[0], False, log_likelihood


@kernel(steers=True)
def _evaluate(series, scales, densities, chain, filtered, relative):
    """Return the log-likelihood plus log-prior, and the log-likelihood.

    They are -inf where a scale is not positive definite. Fills what ``filter_forward`` does.
    """
    _, inverse_factors, constants, degrees = densities
    transition, first, persistence = chain
    if not fill_metrics(scales, degrees, inverse_factors, constants):
        return -np.inf, -np.inf
    log_likelihood = filter_forward(series, densities, transition, first, filtered, relative)
    return log_likelihood + _log_prior(transition, persistence), log_likelihood


@kernel(steers=True)
def _write_degrees(degrees, log_degrees):
    """Fill the logarithms of the degrees of freedom of Student-t regimes."""
    for i in range(degrees.shape[0]):
        if degrees[i] != NORMAL:
            log_degrees[i] = math.log(degrees[i])


@kernel(steers=True)
def _read_degrees(log_degrees, degree_range, degrees):
    """Overwrite the degrees of freedom of Student-t regimes, within their bounds."""
    for i in range(degrees.shape[0]):
        if degrees[i] != NORMAL:
            lowest = math.log(degree_range[0])
            highest = math.log(degree_range[1])
            degrees[i] = math.exp(min(max(log_degrees[i], lowest), highest))


@kernel(steers=True)
def _is_too_small(visits, min_visits):
    """Return whether the expected dates of a regime do not exceed a number."""
    found = False
    for i in range(visits.shape[0]):
        found = found or not visits[i] > min_visits
    return found


@kernel(steers=True)
def _log_prior(transition, persistence):
    """Return the logarithm of the prior on staying, up to a constant."""
    total = 0.0
    if persistence > 0.0:
        for i in range(transition.shape[0]):
            total += persistence * math.log(transition[i, i])
    return total


@kernel(steers=True)
def expected_moments(series, first, transition, means, scales, degrees, structure):
    """Return what the score needs, by Fisher's identity.

    Arguments are those of ``maximize_by_em``. Returns smoothed probabilities (n_dates, k), expected
    transitions (k, k), expected dates of the regimes (k,), and the weighted sums of deviations from
    the means (k, n_series) and of their products, of which the lower triangles are filled, (k,
    n_series, n_series). Weights are smoothed probabilities, for Student-t regimes times (nu + n) /
    (nu + d^2).
    """
    n_series, n_dates = series.shape
    k = first.shape[0]
    inverse_factors = np.empty((k, n_series, n_series))
    constants = np.empty(k)
    fill_metrics(scales, degrees, inverse_factors, constants)
    densities = (means, inverse_factors, constants, degrees)
    filtered = np.empty((n_dates, k))
    relative = np.empty((n_dates, k))
    transitions = np.empty((k, k))
    visits = np.empty(k)
    shifts = np.empty((k, n_series))
    products = np.zeros((k, n_series, n_series))
    filter_forward(series, densities, transition, first, filtered, relative)
    moments = (visits, np.empty(k), shifts, products)
    smooth_backward(
        series, densities, structure, transition, filtered, relative, transitions, moments
    )
    return filtered, transitions, visits, shifts, products
