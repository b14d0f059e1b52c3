"""Superior predictive ability and the model confidence set against their definitions, on the same draws."""

import math

import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import SPA, StationaryBootstrap

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison.losses import variance_loss
from hedgeresearch.evaluation.comparison.superior_ability import (
    bootstrap_variance,
    means_of_draws,
    superior_ability_of_losses,
)
from tests.evaluation.test_paired_tests import gains

N = 300


def draws(n_dates, block_length, n_bootstrap, seed):
    bootstrap = StationaryBootstrap(
        block_length, np.arange(n_dates), seed=np.random.default_rng(seed)
    )
    return np.array([data[0][0] for data in bootstrap.bootstrap(n_bootstrap)])


def test_superior_ability_by_the_definition(panel):
    names, length = ["good", "bad", "like"], 6
    d = np.column_stack([gains(panel, name) for name in names])
    found = hr.evaluation.superior_ability_test(
        panel.drop(columns="unhedged"), "ols", block_length=length, n_bootstrap=300, seed=4
    )
    centred, q, omega = d - d.mean(axis=0), 1 / length, np.zeros(3)
    for t in range(N):
        for s in range(N):
            i = abs(t - s)
            weight = 1.0 if i == 0 else (N - i) / N * (1 - q) ** i + i / N * (1 - q) ** (N - i)
            omega += weight * centred[t] * centred[s] / N
    omega = np.sqrt(omega)
    np.testing.assert_allclose(np.sqrt(bootstrap_variance(d, length)), omega, rtol=1e-9)
    means = d.mean(axis=0)
    drawn = d[draws(N, length, 300, 4)].mean(axis=1)
    kept = means >= -omega * math.sqrt(2 * math.log(math.log(N)) / N)
    for name, centre in (
        ("lower", np.maximum(means, 0)),
        ("p_value", np.where(kept, means, 0)),
        ("upper", means),
    ):
        largest = ((drawn - centre) / omega).max(axis=1)
        assert getattr(found, name) == np.mean(largest > (means / omega).max()), name
    assert found.reality_check == np.mean((drawn - means).max(axis=1) > means.max())
    assert found.lower <= found.p_value <= found.upper
    assert (found.n_hedges, found.block_length) == (3, length)


def test_superior_ability_is_that_of_arch_on_gains_over_their_errors(panel):
    """Its setting ``studentize`` alters no p-value (8.0), so that gains come divided; undivided, "upper" is White's."""
    d = np.column_stack([gains(panel, name) for name in ("good", "bad", "like")])
    found = hr.evaluation.superior_ability_test(
        panel.drop(columns="unhedged"), "ols", block_length=6, n_bootstrap=300, seed=1
    )
    p = {}
    for name, series in (("divided", d / np.sqrt(bootstrap_variance(d, 6))), ("plain", d)):
        test = SPA(np.zeros(N), -series, 6, 300, seed=np.random.default_rng(1))
        test.compute()
        p[name] = test.pvalues
    assert (found.lower, found.p_value, found.upper) == tuple(
        p["divided"][["lower", "consistent", "upper"]]
    )
    assert found.reality_check == p["plain"]["upper"]


def test_model_confidence_set_by_the_definition(panel):
    names, length = ["ols", "good", "bad", "like"], 6
    losses = np.column_stack([variance_loss(panel[name].to_numpy()) for name in names])
    means, drawn = losses.mean(axis=0), losses[draws(N, length, 300, 4)].mean(axis=1)
    left, expected, so_far = list(range(4)), {}, 0.0
    while len(left) > 1:
        pairs = [(i, j) for i in left for j in left if i != j]
        moved = {(i, j): drawn[:, i] - drawn[:, j] - means[i] + means[j] for i, j in pairs}
        error = {pair: math.sqrt(np.mean(moved[pair] ** 2)) for pair in pairs}
        t = {(i, j): (means[i] - means[j]) / error[i, j] for i, j in pairs}
        worst = max(t, key=t.get)
        largest = np.max([moved[pair] / error[pair] for pair in pairs], axis=0)
        so_far = max(so_far, float(np.mean(largest > t[worst])))
        expected[worst[0]] = so_far
        left.remove(worst[0])
    expected[left[0]] = 1.0
    found = hr.evaluation.model_confidence_set(
        panel[names], block_length=length, n_bootstrap=300, seed=4
    )
    np.testing.assert_allclose(found.p_values, [expected[i] for i in range(4)], atol=1e-12)
    assert found.included == [name for name in names if found.p_values[name] > 0.1]
    assert "bad" not in found.included
    assert "good" in found.included
    with_copy = hr.evaluation.model_confidence_set(
        panel[[*names, "copy"]], block_length=length, n_bootstrap=300, seed=4
    )
    pd.testing.assert_series_equal(with_copy.p_values[names], found.p_values)
    assert with_copy.p_values["copy"] == found.p_values["ols"]


def test_a_hedge_counts_as_far_below_from_hansens_threshold_on():
    """Its mean lies between -s sqrt(2 log log n / n) and -s sqrt(2 log n / n): draws of it are not lifted to zero."""
    n, rng = 1000, np.random.default_rng(3)
    noise = rng.normal(size=(n, 2))
    better = (noise - noise.mean(axis=0)) / noise.std(axis=0) + np.array([1.0, -2.5]) / np.sqrt(n)
    assert np.sqrt(2 * np.log(np.log(n))) < 2.5 < np.sqrt(2 * np.log(n))
    losses = np.column_stack([np.full(n, 10.0), 10.0 - better])
    found = superior_ability_of_losses(losses, 0, 1, 999, 0)
    ordered = np.unique(losses[:, [0]] - losses[:, 1:], axis=1)
    drawn, means = means_of_draws(ordered, 1, 999, 0), ordered.mean(axis=0)
    errors = np.sqrt(bootstrap_variance(ordered, 1))
    centres = np.where(means < 0.0, 0.0, means)
    expected = (((drawn - centres) / errors).max(axis=1) > (means / errors).max()).mean()
    assert found.p_value == pytest.approx(expected, abs=1e-12)
    assert found.p_value < found.upper
