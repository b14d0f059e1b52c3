"""Switching regressions: scores and slopes against differences of the slow filter, EM, search."""

import numpy as np
import pytest

from hedgeresearch._kernels.hidden_markov.filter import filter_regimes, smooth_regimes
from hedgeresearch._kernels.switching.autoregression import (
    autoregression_states,
    coordinates_of,
    improved_by_em,
    natural_parameters,
    search_autoregression,
)
from hedgeresearch._kernels.switching.em import (
    empty_sums,
    filter_forward,
    run_regression_em,
    sum_backward,
)
from hedgeresearch.hedges.regime_switching.emissions import RegressionEmissions
from hedgeresearch.hedges.regime_switching.regression_sample import RegressionSample
from hedgeresearch.regimes.markov_switching.estimation import search_box
from hedgeresearch.regimes.markov_switching.parameters import (
    SwitchingLayout,
    SwitchingSample,
    with_lags,
)
from hedgeresearch.regimes.markov_switching.regression import states_pass
from hedgeresearch.regimes.state import HiddenMarkovChain

LAYOUTS = {
    "two regimes": SwitchingLayout(2, 0, True, True),
    "three regimes": SwitchingLayout(3, 0, True, True),
    "lags": SwitchingLayout(2, 2, True, True),
    "three regimes, a lag": SwitchingLayout(3, 1, True, False),
    "one mean": SwitchingLayout(2, 2, False, True),
}


def drawn(layout, seed=0):
    """Return natural parameters inside their bounds."""
    rng = np.random.default_rng(seed)
    k = layout.n_regimes
    lags = np.array([0.4, -0.2])[: layout.order]
    transition = rng.dirichlet(np.ones(k), k) + 2.0 * np.eye(k)
    transition /= transition.sum(axis=1, keepdims=True)
    return np.concatenate(
        [
            rng.standard_normal(layout.n_means),
            rng.uniform(0.5, 2.0, layout.n_variances),
            lags,
            transition[:, :-1].ravel(),
        ]
    )


def series(n_dates=200, seed=1):
    rng = np.random.default_rng(seed)
    regimes = np.cumsum(rng.random(n_dates) < 0.05) % 2
    values = np.where(regimes, -0.8, 0.5) + np.where(regimes, 1.6, 0.6) * rng.standard_normal(
        n_dates
    )
    return (values - values.mean()) / values.std()


def slopes(function, point, step=1e-4):
    """Return derivatives of fourth order, the parameters last."""
    columns = []
    for one in step * np.eye(len(point)):
        near = function(point + one) - function(point - one)
        far = function(point + 2 * one) - function(point - 2 * one)
        columns.append((8.0 * near - far) / (12.0 * step))
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("case", LAYOUTS)
def test_scores_are_those_of_the_slow_filter(case):
    layout = LAYOUTS[case]
    point = drawn(layout)
    values = series()

    def by_date(x):
        return layout.starting_state(x).filter(values[:, None]).log_likelihood[layout.order :]

    sample = SwitchingSample(layout, values)
    assert sample.log_likelihood(point) == pytest.approx(by_date(point).sum(), abs=1e-9)
    np.testing.assert_allclose(sample.scores(point), slopes(by_date, point), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("case", LAYOUTS)
def test_next_slopes_are_those_of_the_slow_filter(case):
    layout = LAYOUTS[case]
    point = drawn(layout)
    values = series(60)

    def following(x):
        return layout.starting_state(x).advance(values[:, None]).joint.ravel()

    found = states_pass(
        *with_lags(values, layout.order), autoregression_states(layout.compiled, point)
    )
    np.testing.assert_allclose(found.next_probabilities, following(point), atol=1e-12)
    np.testing.assert_allclose(found.next_slopes, slopes(following, point), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("stationary", [True, False])
def test_scores_of_a_regression_are_those_of_the_slow_filter(stationary):
    rng = np.random.default_rng(4)
    returns = rng.standard_normal((150, 3))
    point = np.concatenate(
        [rng.standard_normal(9), [0.5, 1.0, 2.0], [0.8, 0.1, 0.15, 0.7, 0.05, 0.1]]
    )
    first = None if stationary else np.array([0.2, 0.3, 0.5])
    sample = RegressionSample(returns, 3, first)

    def by_date(x):
        coefficients, variances, transition = sample.split(x)
        start = np.linalg.matrix_power(transition, 512)[0] if stationary else first
        emissions = RegressionEmissions(coefficients, variances, np.zeros(2), np.eye(2))
        return HiddenMarkovChain(emissions, transition, start).filter(returns).log_likelihood

    np.testing.assert_allclose(sample.scores(point), slopes(by_date, point), rtol=1e-7, atol=1e-7)


@pytest.mark.long
def test_three_thousand_updates_keep_their_precision():
    """Probabilities and slopes of one long pass against a filter of the last dates alone."""
    layout = LAYOUTS["lags"]
    point = drawn(layout)
    values = series(3200)
    states = autoregression_states(layout.compiled, point)
    long = states_pass(*with_lags(values, 2), states)
    # regimes forget their start within some hundred dates
    short = states_pass(*with_lags(values[-600:], 2), states)
    np.testing.assert_allclose(long.next_probabilities, short.next_probabilities, rtol=1e-11)
    np.testing.assert_allclose(long.next_slopes, short.next_slopes, rtol=1e-8, atol=1e-10)
    slow = layout.starting_state(point).filter(values[:, None])
    assert long.log_likelihood == pytest.approx(slow.log_likelihood.sum(), rel=1e-12)


@pytest.mark.parametrize("case", LAYOUTS)
def test_coordinates_are_undone_and_have_their_slopes(case):
    layout = LAYOUTS[case].compiled
    point = drawn(LAYOUTS[case])
    coordinates = coordinates_of(layout, point)
    natural, jacobian = natural_parameters(layout, coordinates)
    np.testing.assert_allclose(natural, point, rtol=1e-12)
    expected = slopes(lambda x: natural_parameters(layout, x)[0], coordinates)
    np.testing.assert_allclose(jacobian, expected, rtol=1e-9, atol=1e-10)


def test_sums_are_those_of_smoothed_probabilities():
    rng = np.random.default_rng(2)
    y = rng.standard_normal(80)
    x = np.column_stack([np.ones(80), rng.standard_normal(80)])
    coefficients = rng.standard_normal((3, 2))
    variances = np.array([0.4, 1.0, 3.0])
    transition = rng.dirichlet(np.ones(3), 3)
    first = np.array([0.5, 0.3, 0.2])
    filtered, densities = np.empty((2, 80, 3))
    sums = empty_sums(3, 2, 3)
    found = filter_forward(y, x, coefficients, variances, transition, first, filtered, densities)
    sum_backward(y, x, transition, filtered, densities, sums)
    shocks = y[:, None] - x @ coefficients.T
    log_densities = -0.5 * (np.log(2 * np.pi * variances) + shocks**2 / variances)
    predicted, slow, by_date = filter_regimes(log_densities, transition, first)
    smoothed = smooth_regimes(predicted, slow, transition)
    joint = slow[:-1, :, None] * transition * (smoothed / predicted[:-1])[1:, None, :]
    assert found == pytest.approx(by_date.sum(), abs=1e-11)
    np.testing.assert_allclose(sums.weights, smoothed.sum(axis=0), rtol=1e-11)
    np.testing.assert_allclose(sums.squares, y**2 @ smoothed, rtol=1e-11)
    np.testing.assert_allclose(sums.products, np.einsum("t,tk,tj->kj", y, smoothed, x), rtol=1e-10)
    moments = np.einsum("tk,tj,tl->kjl", smoothed, x, x)
    np.testing.assert_allclose(sums.moments, np.tril(moments), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(sums.transitions, joint.sum(axis=0), rtol=1e-11)
    np.testing.assert_allclose(sums.first, smoothed[0], rtol=1e-11)


def test_every_step_of_em_raises_the_likelihood():
    rng = np.random.default_rng(6)
    x = np.column_stack([np.ones(400), rng.standard_normal(400)])
    y = series(400) + np.where(np.arange(400) // 50 % 2, 1.0, 0.2) * x[:, 1]
    parameters = (
        np.array([[0.3, 0.5], [-0.3, 0.2]]),
        np.array([0.5, 1.5]),
        np.array([[0.9, 0.1], [0.1, 0.9]]),
        np.array([0.5, 0.5]),
    )
    reached = []
    for _ in range(15):
        copies = [part.copy() for part in parameters]
        now, _, outcome = run_regression_em(y, x, *copies, -np.inf, 1, 1e-6)
        assert outcome == 0
        reached.append(now)
        parameters = copies
    assert (np.diff(reached) > 0.0).all()
    assert reached[-1] - reached[-2] < 1e-3 * (reached[1] - reached[0])


@pytest.mark.parametrize("difference", [0.0, 0.3, 2.0])
def test_extrapolated_em_ends_as_high_as_plain_em(difference):
    """Plain steps are runs of a single one; without regimes they creep."""
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(500), rng.standard_normal(500)])
    y = rng.standard_normal(500) + np.where(np.arange(500) // 50 % 2, difference, 0.0) * x[:, 1]
    start = (
        np.array([[0.1, 0.5], [-0.1, 0.2]]),
        np.array([0.8, 1.2]),
        np.array([[0.9, 0.1], [0.1, 0.9]]),
        np.array([0.5, 0.5]),
    )
    plain = [part.copy() for part in start]
    history = [-np.inf]
    while len(history) < 3000:
        history.append(run_regression_em(y, x, *plain, -np.inf, 1, 1e-6)[0])
        if history[-1] - history[-2] < 1e-7:
            break
    found = [part.copy() for part in start]
    # the budget is a third of the plain steps, and a few more where these are few
    n_steps = max(len(history) // 3, 40)
    now, before, outcome = run_regression_em(y, x, *found, 1e-7, n_steps, 1e-6)
    assert outcome == 1
    assert now > before - 1e-9
    assert now > history[-1] - 1e-6
    assert run_regression_em(y, x, *found, -np.inf, 1, 1e-6)[0] == pytest.approx(now, abs=1e-6)


@pytest.mark.parametrize("case", LAYOUTS)
def test_search_ends_where_em_does_not_move(case):
    """EM takes the start as given, so that it moves an optimum with a stationary start a little."""
    layout = LAYOUTS[case]
    values = series(3000)
    sample = with_lags(values, layout.order)
    start = improved_by_em(
        layout.compiled, *sample, coordinates_of(layout.compiled, drawn(layout)), 5
    )
    point, reached, norm = search_autoregression(
        layout.compiled, *sample, start, *search_box(layout)
    )
    assert norm < 1e-5
    moved = improved_by_em(layout.compiled, *sample, point, 2)
    natural = natural_parameters(layout.compiled, point)[0]
    again = natural_parameters(layout.compiled, moved)[0]
    at = SwitchingSample(layout, values).log_likelihood
    assert at(natural) == pytest.approx(reached, abs=1e-8)
    assert reached - 0.05 < at(again) <= reached + 1e-9
