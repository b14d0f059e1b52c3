"""Critical values of fixed-b statistics against simulation and print, and sizes of the tests."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hedgeresearch.evaluation import bootstrap_difference
from hedgeresearch.evaluation.comparison.fixed_b import (
    QUANTILES,
    critical_values,
    fixed_b_p_value,
    stretch_of_interval,
)
from hedgeresearch.evaluation.comparison.lags import lags_for, lags_if_persistent
from hedgeresearch.evaluation.comparison.paired_tests import (
    mean_gain_test,
)
from hedgeresearch.metrics import variance

SIZES = [row[0] for row in QUANTILES]
PUBLISHED = {
    0.2: (1.2816, 1.3040, 0.5135, -0.3386),
    0.1: (1.6449, 2.1859, 0.3142, -0.3427),
    0.05: (1.9600, 2.9694, 0.4160, -0.5324),
    0.02: (2.3263, 4.1618, 0.5368, -0.9060),
}
"""Kiefer and Vogelsang (2005), table 1, Bartlett kernel: two-sided sizes and a0 to a3."""


@pytest.mark.parametrize("size", PUBLISHED)
def test_critical_values_are_those_of_kiefer_and_vogelsang(size):
    """The two simulations, theirs of 50,000 draws, differ by up to 1.7%."""
    for b in (0.05, 0.1, 0.25, 0.5, 1.0):
        found = critical_values(b)[SIZES.index(size)]
        expected = np.polyval(PUBLISHED[size][::-1], b)
        assert found == pytest.approx(expected, rel=0.02)


def simulated_statistics(b, n_draws, n_steps, seed):
    """Return |t_b| of random walks, from the sum over all pairs of dates with Bartlett weights."""
    steps = np.random.default_rng(seed).standard_normal((n_draws, n_steps))
    centered = steps - steps.mean(axis=1, keepdims=True)
    distance = np.abs(np.subtract.outer(np.arange(n_steps), np.arange(n_steps)))
    weights = np.maximum(1.0 - distance / (b * n_steps), 0.0)
    variance = np.einsum("ij,jk,ik->i", centered, weights, centered, optimize=True) / n_steps
    return np.abs(steps.sum(axis=1)) / np.sqrt(n_steps * variance)


@pytest.mark.slow
@pytest.mark.parametrize("b", [0.1, 0.25, 0.5, 1.0])
def test_critical_values_are_quantiles_of_simulated_walks(b):
    found = simulated_statistics(b, n_draws=40_000, n_steps=500, seed=1)
    expected = np.quantile(found, 1.0 - np.array(SIZES))
    assert critical_values(b)[:7] == pytest.approx(expected[:7], rel=0.03)
    assert critical_values(b) == pytest.approx(expected, rel=0.08)  # the last of 80 draws


def test_p_values_pass_through_the_table():
    for b in (0.05, 0.25, 1.0):
        for size, critical in zip(SIZES, critical_values(b), strict=True):
            assert fixed_b_p_value(critical, b) == pytest.approx(size, rel=1e-9)
            assert fixed_b_p_value(-critical, b) == pytest.approx(size, rel=1e-9)
        assert fixed_b_p_value(0.0, b) == pytest.approx(1.0)
        p = [fixed_b_p_value(x, b) for x in np.linspace(0.0, 12.0, 60)]
        assert (np.diff(p) < 0.0).all()
    assert fixed_b_p_value(2.0, 1e-9) == pytest.approx(2 * stats.norm.sf(2.0), rel=0.01)


def test_an_interval_is_stretched_to_the_critical_value():
    for confidence, size in [(0.95, 0.05), (0.9, 0.1), (0.8, 0.2)]:
        normal = stats.norm.ppf(1.0 - size / 2)
        for b in (0.05, 0.25, 1.0):
            found = stretch_of_interval(confidence, b) * normal
            assert found == pytest.approx(critical_values(b)[SIZES.index(size)])
    assert stretch_of_interval(0.95, 0.049) == 1.0


def autoregression(rng, persistence, shape):
    noise = rng.standard_normal((shape[0], shape[1] + 200))
    for t in range(1, noise.shape[1]):
        noise[:, t] += persistence * noise[:, t - 1]
    return noise[:, 200:]


def squared_garch(rng, alpha, beta, shape):
    shocks = rng.standard_normal((shape[0], shape[1] + 300))
    variance = np.ones(shape[0])
    squares = np.empty_like(shocks)
    for t in range(shocks.shape[1]):
        squares[:, t] = variance * shocks[:, t] ** 2
        variance = 1.0 - alpha - beta + alpha * squares[:, t] + beta * variance
    return squares[:, 300:]


def pair_of_losses(name, n_dates, n_samples, seed):
    """Return losses of two hedges that are equally good, (2, n_samples, n_dates)."""
    rng = np.random.default_rng(seed)
    shape = (n_samples, n_dates)
    if name == "independent":
        return rng.standard_normal((2, *shape)) ** 2
    if name == "squares of t":
        return rng.standard_t(5, (2, *shape)) ** 2
    if name.startswith("AR"):  # losses that are not negative, whose difference is an AR(1)
        persistence = float(name.removeprefix("AR "))
        difference = autoregression(rng, persistence, shape)
        return np.maximum([difference, -difference], 0.0)
    alpha, beta = map(float, name.removeprefix("GARCH ").split())
    return np.array([squared_garch(rng, alpha, beta, shape) for _ in range(2)])


def rejection_rate(losses):
    p_values = []
    for own, other in zip(*losses, strict=True):
        lags = lags_for(other - own, total=other + own)
        p_values.append(mean_gain_test(other - own, 1, lags)[1])
    return float(np.mean(np.array(p_values) < 0.05))


LIMITS = {
    ("independent", 250): (0.03, 0.08),
    ("squares of t", 250): (0.03, 0.08),
    ("AR 0.5", 250): (0.03, 0.08),
    ("AR 0.8", 250): (0.03, 0.08),
    ("GARCH 0.10 0.80", 250): (0.03, 0.08),
    ("GARCH 0.10 0.88", 250): (0.10, 0.20),  # the half-life is a seventh of the sample
    ("independent", 1000): (0.03, 0.08),
    ("squares of t", 1000): (0.03, 0.08),
    ("AR 0.5", 1000): (0.03, 0.08),
    ("AR 0.9", 1000): (0.03, 0.08),
    ("GARCH 0.10 0.88", 1000): (0.03, 0.08),
    ("GARCH 0.05 0.93", 1000): (0.05, 0.095),
}
"""Rejections of a true hypothesis at 5%, by difference of losses and number of dates."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "n_dates"), LIMITS)
def test_sizes_with_persistent_losses(name, n_dates):
    rate = rejection_rate(pair_of_losses(name, n_dates, 2000, seed=3))
    low, high = LIMITS[name, n_dates]
    assert low <= rate <= high


@pytest.mark.slow
def test_intervals_of_wandering_gains_allow_for_it():
    """With shorter blocks, and the quantiles as they are, 28% of them exclude zero."""
    rng = np.random.default_rng(3)
    squares = np.array([squared_garch(rng, 0.05, 0.93, (200, 1000)) for _ in range(2)])
    returns = np.sqrt(squares) * rng.choice([-1.0, 1.0], squares.shape)
    excluded = []
    for own, other in returns.transpose(1, 0, 2):
        found = bootstrap_difference(variance, pd.Series(own), pd.Series(other), n_bootstrap=200)
        excluded.append(found.lower > 0.0 or found.upper < 0.0)
    assert 0.04 < np.mean(excluded) < 0.14


def test_overlapping_losses_have_at_least_the_lags_of_the_overlap():
    rng = np.random.default_rng(0)
    steps = rng.standard_normal(300)
    overlapping = np.convolve(steps, np.ones(20), mode="valid")
    assert lags_for(overlapping, horizon=20) >= 19
    assert lags_for(rng.standard_normal(300), horizon=20) >= 19
    assert lags_for(rng.standard_normal(300), horizon=120) == 119  # even beyond a quarter


def test_a_hedge_better_by_a_constant_share_has_few_lags():
    """Its gain rises and falls with the volatility of both, but does not wander."""
    rng = np.random.default_rng(6)
    both = squared_garch(rng, 0.05, 0.93, (1, 1000))[0]
    own = 0.2 * both * rng.standard_normal(1000) ** 2
    gain = both - own
    few = lags_for(gain, total=both + own)
    assert few < 30 < lags_for(gain)
    assert mean_gain_test(gain, 1, few)[1] < 1e-6
    signed = lags_for(gain, total=gain - own)  # losses that may be negative have no share
    assert signed == lags_for(gain)


def test_lags_of_persistent_losses_follow_their_distance():
    """The tau of an AR(1) is 2 r / (1 - r^2); where nothing persists there are none."""
    series = autoregression(np.random.default_rng(4), 0.8, (1, 20_000))[0]
    assert lags_if_persistent(series - series.mean()) == pytest.approx(30 * 1.6 / 0.36, rel=0.35)
    assert lags_if_persistent(np.random.default_rng(5).standard_normal(20_000)) == 0
    wave = np.sin(np.arange(400) / 60.0)
    assert lags_if_persistent(wave - wave.mean()) == 100
