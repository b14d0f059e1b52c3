"""Filter of time-varying coefficients against dense Gaussian algebra, scores by differences."""

import numpy as np
import pytest
from scipy.linalg import solve

from hedgeresearch._kernels.kalman.filter import kalman_path, kalman_smooth
from hedgeresearch.hedges.kalman.likelihood import KalmanLikelihood

CASES = {
    "walk": (False, np.array([0.03])),
    "still": (False, np.array([0.0])),
    "two walks": (False, np.array([0.5, 1e-4])),
    "mean": (True, np.array([0.05, 0.9])),
    "two means": (True, np.array([0.05, 0.3, 0.97, 0.2])),
}


def simulated(n_dates, n_hedges, seed=0):
    """Return columns (asset, 1, hedges) with ratios that follow slow random walks."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_dates, n_hedges)) + 0.2
    b = 1.0 + 0.1 * rng.standard_normal((n_dates, n_hedges)).cumsum(axis=0)
    y = 0.3 + (x * b).sum(axis=1) + rng.standard_normal(n_dates)
    return np.column_stack([y, np.ones(n_dates), x])


def likelihood_and_point(case, n_dates=60):
    mean_reverting, natural = CASES[case]
    n = len(natural) // (1 + mean_reverting)
    likelihood = KalmanLikelihood(simulated(n_dates, n), mean_reverting)
    return likelihood, likelihood.point(natural[:n], natural[n:])


def dense(likelihood, point, n_dates=None):
    """Return covariances (n, T, T) of the coefficients and (T, T) of the asset, for Var(e) = 1."""
    columns = likelihood.columns[:n_dates]
    persistence, steps, first = likelihood.dynamics(point)
    t = np.arange(len(columns))
    parts = []
    for phi, q, start in zip(persistence, steps, first, strict=True):
        if likelihood.mean_reverting:
            parts.append(start * phi ** np.abs(t[:, None] - t))
        else:
            parts.append(q * np.minimum(t[:, None], t).astype(float))
    total = np.eye(len(columns))
    for x, part in zip(columns[:, 2:].T, parts, strict=True):
        total += np.outer(x, x) * part
    return np.array(parts), total


def best_prediction(likelihood, point, n_seen, date):
    """Return the best prediction of b at ``date`` and its variance, for Var(e) = 1.

    By generalized least squares on the first ``n_seen`` dates.
    """
    columns = likelihood.columns[: max(n_seen, date + 1)]
    parts, total = dense(likelihood, point, len(columns))
    y = columns[:n_seen, 0]
    x = columns[:n_seen, 1:]
    total = total[:n_seen, :n_seen]
    crosses = parts[:, date, :n_seen] * x[:, 1:].T
    solved, solved_crosses = np.split(
        solve(total, np.column_stack([y, x, crosses.T]), assume_a="pos"), [1 + x.shape[1]], 1
    )
    inverse = np.linalg.inv(x.T @ solved[:, 1:])
    delta = inverse @ (x.T @ solved[:, 0])
    ratio = []
    variance = []
    for i, cross in enumerate(crosses):
        ratio.append(delta[1 + i] + cross @ (solved[:, 0] - solved[:, 1:] @ delta))
        left = np.eye(len(inverse))[1 + i] - cross @ solved[:, 1:]
        variance.append(parts[i, date, date] - cross @ solved_crosses[:, i] + left @ inverse @ left)
    return np.array(ratio), np.array(variance)


def filtered(likelihood, point, skipped):
    persistence, steps, first = likelihood.dynamics(point)
    n = len(steps)
    empty = np.zeros((n + 2, n + 2))
    return kalman_path(
        likelihood.columns, persistence, steps, empty[:n], np.diag(first), empty, skipped
    )


@pytest.mark.parametrize("case", CASES)
def test_likelihood_equals_that_of_error_contrasts(case):
    """For A'X = 0 and A'A = I, A'y is normal with covariance sigma^2 A'VA for all coefficients."""
    likelihood, point = likelihood_and_point(case)
    y = likelihood.columns[:, 0]
    x = likelihood.columns[:, 1:]
    contrasts = np.linalg.svd(x)[0][:, x.shape[1] :]
    inside = contrasts.T @ dense(likelihood, point)[1] @ contrasts
    seen = contrasts.T @ y
    variance = seen @ np.linalg.solve(inside, seen) / len(seen)
    expected = -0.5 * (
        len(seen) * (np.log(2 * np.pi * variance) + 1) + np.linalg.slogdet(inside)[1]
    )
    profile = likelihood.profile(point)
    assert profile.log_likelihood == pytest.approx(expected, rel=1e-10)
    assert profile.variance == pytest.approx(variance, rel=1e-10)
    means = likelihood(point)
    assert means.n_dates * means.value == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("case", CASES)
def test_score_is_derivative_of_the_log_likelihood(case):
    likelihood, point = likelihood_and_point(case, 300)
    means = likelihood(point)
    found = means.n_dates * means.gradient
    for i in range(len(point)):
        step = np.zeros(len(point))
        step[i] = 1e-3

        def at(k, step=step):
            return likelihood.profile(point + k * step).log_likelihood

        numerical = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12e-3  # fourth order
        assert found[i] == pytest.approx(numerical, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("case", CASES)
def test_predictions_are_best_linear_predictions(case):
    likelihood, point = likelihood_and_point(case)
    ratios, variances, *_ = filtered(likelihood, point, 10)
    for date in (10, 11, 35, 59):
        ratio, variance = best_prediction(likelihood, point, date, date)
        np.testing.assert_allclose(ratios[date - 10], ratio, rtol=1e-9)
        np.testing.assert_allclose(variances[date - 10], variance, rtol=1e-9)


@pytest.mark.long
@pytest.mark.parametrize("case", ["two walks", "two means"])
def test_three_thousand_updates_keep_their_precision(case):
    likelihood, point = likelihood_and_point(case, 3050)
    ratios, variances, *_, spread, _ = filtered(likelihood, point, 10)
    ratio, variance = best_prediction(likelihood, point, 3049, 3049)
    np.testing.assert_allclose(ratios[-2], ratio, rtol=1e-9)
    np.testing.assert_allclose(variances[-2], variance, rtol=1e-9)
    np.testing.assert_array_equal(spread, spread.T)
    assert np.linalg.eigvalsh(spread)[0] > 0.0


@pytest.mark.parametrize("n_hedges", [1, 3])
def test_filter_without_steps_is_ols_on_past_dates(n_hedges):
    likelihood = KalmanLikelihood(simulated(3500, n_hedges, seed=4), False)
    ratios, variances, *_ = filtered(likelihood, np.zeros(n_hedges), 10)
    for date in (10, 50, 1000, 3500):
        x = likelihood.columns[:date, 1:]
        y = likelihood.columns[:date, 0]
        np.testing.assert_allclose(
            ratios[date - 10], np.linalg.lstsq(x, y, rcond=None)[0][1:], rtol=1e-9
        )
        np.testing.assert_allclose(
            variances[date - 10], np.diag(np.linalg.inv(x.T @ x))[1:], rtol=1e-9
        )


@pytest.mark.parametrize("case", CASES)
def test_smoothed_coefficients_are_best_given_all_dates(case):
    likelihood, point = likelihood_and_point(case)
    delta = likelihood.profile(point).coefficients
    moving = kalman_smooth(likelihood.columns, *likelihood.dynamics(point), delta)
    for date in (0, 1, 30, 59):
        expected, _ = best_prediction(likelihood, point, 60, date)
        np.testing.assert_allclose(delta[1:] + moving[date], expected, rtol=1e-9)
