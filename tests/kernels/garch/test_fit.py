"""Compiled search of GARCH against the search in Python and random starts."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.garch.coordinates import BOX_EDGES, garch_coordinates
from hedgeresearch._kernels.garch.fit import best_climb, fit_garch, is_hopeless, unit_series
from hedgeresearch._kernels.search.box_search import CONVERGED, begin_search
from hedgeresearch.volatility.garch.likelihood import GARCHLikelihood
from hedgeresearch.volatility.garch.parameters import GARCHLayout
from hedgeresearch.volatility.garch.search import maximize_garch

NORMAL = (True, False, False)
MODELS = {
    "normal": NORMAL,
    "zero mean": (False, False, False),
    "asymmetric": (True, True, False),
    "student": (True, False, True),
    "asymmetric student": (True, True, True),
}


def in_units(returns, constant_mean=True):
    unit = np.empty_like(returns)
    unit_series(np.ascontiguousarray(returns), constant_mean, unit)
    return unit


def fitted(unit, flags, near=None):
    """Mean log-likelihood, gradient norm, optimum and free coordinates."""
    point = np.zeros(6) if near is None else near.copy()
    free = np.zeros(6, dtype=bool)
    value, norm, _ = fit_garch(unit, *flags, near is not None, point, free)
    return value, norm, point, free


@pytest.mark.parametrize("constant_mean", [True, False])
def test_unit_series_has_unit_variance(constant_mean):
    returns = 0.01 * np.random.default_rng(0).standard_normal(501) + 0.002
    unit = np.empty_like(returns)
    center, scale = unit_series(returns, constant_mean, unit)
    assert center == pytest.approx(returns.mean() if constant_mean else 0.0)
    assert scale == pytest.approx(np.sqrt(np.mean((returns - center) ** 2)), rel=1e-13)
    np.testing.assert_allclose(unit, (returns - center) / scale, rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("alpha", [0.0, 0.03, 0.1])
def test_optimum_is_not_below_that_of_the_search_in_python(alpha, name):
    flags = MODELS[name]
    returns = hr.data.simulate_dcc(700, alpha=alpha, beta=0.8, seed=4).returns["asset"]
    unit = in_units(returns.to_numpy(), flags[0])
    optimum, _ = maximize_garch(GARCHLikelihood(unit, GARCHLayout(*flags).coordinates))
    value, _, _, _ = fitted(unit, flags)
    assert len(unit) * value >= optimum.log_likelihood - 1e-6


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("alpha", [0.0, 0.1])
def test_python_finds_what_compiled_code_finds(alpha, name):
    flags = MODELS[name]
    returns = hr.data.simulate_dcc(400, alpha=alpha, beta=0.85, seed=5).returns["asset"]
    unit = in_units(returns.to_numpy(), flags[0])
    ends = []
    for search in (fit_garch.dispatcher, fit_garch.interpreted):
        point = np.zeros(6)
        free = np.zeros(6, dtype=bool)
        value, norm, _ = search(unit, *flags, False, point, free)
        assert norm < CONVERGED
        ends.append([400 * value, *point, *free])
    # fast passes may sum in another order
    np.testing.assert_allclose(*ends, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_point_and_value_belong_together(name):
    flags = MODELS[name]
    unit = in_units(hr.data.simulate_dcc(900, seed=2).returns["asset"].to_numpy(), flags[0])
    value, _, point, free = fitted(unit, flags)
    searched = garch_coordinates(*flags)
    likelihood = GARCHLikelihood(unit, searched.tolist())
    there = likelihood(point[searched])
    np.testing.assert_array_equal(likelihood.full_point(point[searched]), point)
    assert there.value == pytest.approx(value, rel=1e-13)
    assert free[searched].all() == (np.abs(there.gradient) < 1e-6).all()
    assert not free[[i for i in range(6) if i not in searched]].any()


def test_search_near_an_optimum_stays_there():
    returns = hr.data.simulate_dcc(1001, seed=5).returns["asset"].to_numpy()
    _, _, earlier, _ = fitted(in_units(returns[:-1]), NORMAL)
    cold = fitted(in_units(returns[1:]), NORMAL)
    warm = fitted(in_units(returns[1:]), NORMAL, near=earlier)
    assert warm[0] == pytest.approx(cold[0], abs=1e-13)
    np.testing.assert_allclose(warm[2], cold[2], atol=1e-7)


def test_search_near_a_bound_begins_again():
    """From a slow trend of the variance the search ends at another one, without news."""
    returns = hr.data.simulate_dcc(300, alpha=0.15, beta=0.6, seed=8).returns["asset"]
    unit = in_units(returns.to_numpy())
    searched = garch_coordinates(*NORMAL)
    trend = np.array([0.0, -8.0, 0.9999, 0.0, 0.5, 0.0])
    free = np.zeros(6, dtype=bool)
    stays, *_ = best_climb(unit, in_segments(unit), searched, trend[None], np.empty(6), free)
    assert not free[3]
    warm = fitted(unit, NORMAL, near=trend)[0]
    assert len(unit) * (warm - stays) > 1.0
    assert warm == fitted(unit, NORMAL)[0]


@pytest.mark.parametrize("n_dates", [60, 250, 1250])
def test_no_random_start_beats_weak_samples(n_dates):
    """Forty starts, some with slow trends, on samples without news that lasts."""
    rng = np.random.default_rng(n_dates)
    searched = garch_coordinates(*NORMAL)
    low, high = BOX_EDGES[searched].T
    losses = []
    for seed in range(15):
        draws = np.random.default_rng(seed).standard_normal(n_dates)
        unit = in_units(draws)
        starts = np.tile([0.0, 0.0, 0.0, 0.0, 0.5, 0.0], (40, 1))
        persistence = 1 - 10 ** rng.uniform(-5, -0.02, 40)
        level = 10 ** rng.uniform(-1.5, 1, 40)
        starts[:, 1] = np.log((1 - persistence) * level)
        starts[:, 2] = persistence
        starts[:, 3] = 10 ** rng.uniform(-3, 0, 40)
        starts[:, searched] = np.clip(starts[:, searched], low, high)
        segments = in_segments(unit)
        free = np.empty(6, dtype=bool)
        best, *_ = best_climb(unit, segments, searched, starts, np.empty(6), free)
        losses.append(n_dates * (best - fitted(unit, NORMAL)[0]))
    assert max(losses) < 0.02  # of a likelihood that is flat to that amount


def test_search_far_below_with_little_to_gain_is_hopeless():
    search = begin_search(np.zeros(2), -np.ones(2), np.ones(2))
    search.numbers[0] = -1.0
    search.gradient[:] = 1e-5
    search.direction[:] = 1.0
    assert is_hopeless(search, -0.9, 1000)
    assert not is_hopeless(search, -0.9997, 1000)
    assert not is_hopeless(search, -np.inf, 1000)
