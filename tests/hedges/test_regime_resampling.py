"""Resamples whose regimes last as long as those of the fit, and their intervals."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.bootstrap import bootstrap_ratios
from hedgeresearch.hedges.regime_resampling import draw_path, regime_resampling


def world(n_dates, seed):
    simulated = hr.data.simulate_regimes(
        n_dates, hedge_volatility=(0.010, 0.032), residual_volatility=(0.0042, 0.014), seed=seed
    )
    return simulated.returns.reset_index(drop=True)


MODEL = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))


def fit(returns, model=MODEL):
    return model.fit(returns["asset"], returns[["hedge"]])


def test_drawn_path_has_the_transition_of_its_chain():
    transition = np.array([[0.9, 0.08, 0.02], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]])
    path = draw_path(transition, 100_000, np.random.default_rng(1))
    counts = np.zeros((3, 3))
    np.add.at(counts, (path[:-1], path[1:]), 1)
    np.testing.assert_allclose(counts / counts.sum(axis=1, keepdims=True), transition, atol=0.015)


@pytest.mark.parametrize(
    "model", [MODEL, hr.MarkovSwitchingHedge(n_starts=3)], ids=["hmm", "switching"]
)
def test_draws_have_the_regimes_of_the_fit(model):
    returns = world(2000, 4)
    found = fit(returns, model)
    draw = regime_resampling(found.regimes, returns, seed=0)
    again = fit(draw(None).set_axis(pd.RangeIndex(2000)), model)
    # in either order: the asset's variance, which numbers regimes, is about the same in both
    np.testing.assert_allclose(
        *(np.sort(np.diag(f.regimes.transition)) for f in (again, found)), atol=0.03
    )
    np.testing.assert_allclose(*(np.sort(f.by_regime["hedge"]) for f in (again, found)), atol=0.05)
    rows = set(map(tuple, returns.to_numpy()))
    assert all(tuple(row) in rows for row in draw(None).to_numpy())


def test_draws_follow_their_seed():
    returns = world(600, 4)
    found = fit(returns)
    np.testing.assert_array_equal(
        bootstrap_ratios(found, 5, seed=3), bootstrap_ratios(found, 5, seed=3)
    )
    assert (bootstrap_ratios(found, 5, seed=3) != bootstrap_ratios(found, 5, seed=4)).all()


def test_regimes_of_a_function_are_drawn_with_their_dates():
    returns = world(600, 4)
    size = hr.RegimeHedge(
        hr.GaussianHMM(2, n_starts=2), observe=lambda r: r[["asset"]].abs().add_suffix(" size")
    )
    found = fit(returns, size)
    lower, upper = found.conf_int(n_bootstrap=10).loc["hedge"]
    assert lower < found.next_ratio["hedge"] < upper


@pytest.mark.slow
def test_intervals_cover_the_next_ratio():
    """Truth is the ratio under parameters of 20,000 dates; blocks would cover it in 55%."""
    long = world(20_000, 999).set_axis(pd.RangeIndex(-20_000, 0))
    oracle = fit(long)
    hits = []
    for seed in range(60):
        returns = world(1000, seed)
        truth = oracle.extend(returns["asset"], returns[["hedge"]]).next_ratio["hedge"]
        lower, upper = fit(returns).conf_int(n_bootstrap=80).loc["hedge"]
        hits.append(lower <= truth <= upper)
    assert np.mean(hits) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 60)
