"""EM of regime-switching correlations: its fixed point, its order and its collapse."""

import numpy as np
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.covariance.first_step import fit_first_step
from hedgeresearch.covariance.regime_switching.estimation import (
    estimate_regime_correlation,
    run_em,
    starting_points,
)
from hedgeresearch.covariance.regime_switching.state import SwitchingCorrelation


def slow_expectations(densities, switching):
    """Smoothed probabilities and expected transitions by the forward and backward recursions."""
    n_dates, k = densities.shape
    transition = switching.transition
    forward = np.empty((n_dates, k))
    before = switching.probabilities
    for t in range(n_dates):
        forward[t] = before * densities[t] / (before @ densities[t])
        before = forward[t] @ transition
    backward = np.ones((n_dates, k))
    transitions = np.zeros((k, k))
    for t in range(n_dates - 2, -1, -1):
        later = densities[t + 1] * backward[t + 1]
        joint = forward[t][:, None] * transition * later
        transitions += joint / joint.sum()
        backward[t] = transition @ later
        backward[t] /= backward[t].sum()
    both = forward * backward
    return both / both.sum(axis=1, keepdims=True), transitions


def test_em_ends_at_its_fixed_point(fit):
    """A slow step of EM from the estimate changes nothing."""
    z = fit.estimates.errors.first_step.residuals
    switching = fit.initial_state.switching
    normals = [stats.multivariate_normal(cov=matrix) for matrix in switching.correlations]
    densities = np.stack([normal.pdf(z) for normal in normals], axis=1)
    weights, transitions = slow_expectations(densities, switching)
    found = transitions / transitions.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, switching.transition, atol=1e-5)
    for k in range(2):
        moment = np.cov(z, rowvar=False, aweights=weights[:, k], ddof=0)
        center = np.average(z, axis=0, weights=weights[:, k]) - z.mean(axis=0)
        moment += np.outer(center, center)  # about the mean of all dates
        scale = np.sqrt(np.diag(moment))
        correlation = moment / np.outer(scale, scale)
        np.testing.assert_allclose(correlation, switching.correlations[k], atol=1e-5)


def test_regimes_are_ordered_by_their_correlation(fit, returns):
    correlations = fit.initial_state.switching.correlations
    assert correlations[0].sum() < correlations[1].sum()
    z = fit_first_step(hr.GARCH(), returns).residuals
    for seed in range(4):
        found = estimate_regime_correlation(z, starting_points(z, 2, 2, seed))
        np.testing.assert_allclose(found.correlations, correlations, atol=1e-4)


def test_collapsed_regimes_are_refused():
    z = np.random.default_rng(0).standard_normal((60, 3))
    singular = SwitchingCorrelation(np.ones((1, 3, 3)), np.ones((1, 1)), np.ones(1))
    with pytest.raises(hr.ConvergenceError, match="none of 1 starts did"):
        estimate_regime_correlation(z, [singular])
    never_left = np.array([[1.0, 0.0], [1.0, 0.0]])
    one_empty = SwitchingCorrelation(np.stack([np.eye(3)] * 2), never_left, np.array([1.0, 0.0]))
    with pytest.raises(hr.ConvergenceError, match="none is singular or rests on a few dates"):
        estimate_regime_correlation(z, [one_empty])


def slow_em(z, switching, n_steps):
    """EM steps in arrays; the log-density is the one before the last step."""
    centered = z - z.mean(axis=0)
    for _ in range(n_steps):
        normals = [stats.multivariate_normal(cov=matrix) for matrix in switching.correlations]
        densities = np.stack([normal.pdf(z) for normal in normals], axis=1)
        weights, transitions = slow_expectations(densities, switching)
        before = switching.probabilities
        log_density = 0.0
        for density in densities:
            log_density += np.log(before @ density)
            before = (before * density / (before @ density)) @ switching.transition
        moments = [centered.T @ (w[:, None] * centered) for w in weights.T]
        scales = [np.sqrt(np.diag(moment)) for moment in moments]
        switching = SwitchingCorrelation(
            np.stack([m / np.outer(s, s) for m, s in zip(moments, scales, strict=True)]),
            transitions / transitions.sum(axis=1, keepdims=True),
            weights[0],
        )
    return switching, log_density


def test_compiled_steps_equal_slow_ones():
    z = np.random.default_rng(2).standard_normal((150, 3)) @ np.array(
        [[1.0, 0.5, 0.2], [0.0, 1.0, 0.6], [0.0, 0.0, 1.0]]
    )
    start = starting_points(z, 2, 1, seed=3)[0]
    expected, log_density = slow_em(z, start, 5)
    found = run_em(z, start, 0.0, 5)
    assert found.log_density == pytest.approx(log_density, rel=1e-12)
    for one, other in zip(found.switching, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)
    previous, _ = slow_em(z, start, 4)
    change = max(
        np.abs(expected.correlations - previous.correlations).max(),
        np.abs(expected.transition - previous.transition).max(),
    )
    assert found.change == pytest.approx(change, rel=1e-6)
