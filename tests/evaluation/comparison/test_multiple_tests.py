"""Superior ability and the model confidence set against definitions, on the same draws."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import SPA, StationaryBootstrap

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison.losses import variance_loss
from hedgeresearch.evaluation.comparison.multiple_tests import (
    Bootstrap,
    bootstrap_variance,
    means_of_draws,
    superior_ability_of_losses,
)
from tests.evaluation.comparison.test_paired_tests import gains

N = 300
LENGTH = 6


def draws(n_dates, block_length, n_bootstrap, seed):
    bootstrap = StationaryBootstrap(
        block_length, np.arange(n_dates), seed=np.random.default_rng(seed)
    )
    return np.array([data[0][0] for data in bootstrap.bootstrap(n_bootstrap)])


def superior_ability(panel, seed):
    hedges = panel.drop(columns="unhedged")
    return hr.evaluation.superior_ability_test(
        hedges, "ols", block_length=LENGTH, n_bootstrap=300, seed=seed
    )


# --- superior ability ---


def slow_omega(d, length):
    """Standard deviation over draws of sqrt(n) times the mean of each column, by two loops."""
    n = len(d)
    centered = d - d.mean(axis=0)
    q = 1 / length
    omega = np.zeros(d.shape[1])
    for t in range(n):
        for s in range(n):
            i = abs(t - s)
            weight = 1.0 if i == 0 else (n - i) / n * (1 - q) ** i + i / n * (1 - q) ** (n - i)
            omega += weight * centered[t] * centered[s] / n
    return np.sqrt(omega)


def test_superior_ability_by_the_definition(panel):
    d = np.column_stack([gains(panel, name) for name in ("good", "bad", "like")])
    test = superior_ability(panel, seed=4)
    omega = slow_omega(d, LENGTH)
    np.testing.assert_allclose(np.sqrt(bootstrap_variance(d, LENGTH)), omega, rtol=1e-9)
    means = d.mean(axis=0)
    drawn = d[draws(N, LENGTH, 300, 4)].mean(axis=1)
    kept = means >= -omega * math.sqrt(2 * math.log(math.log(N)) / N)
    p_values = {"p": test.p_value} | dict(test.details)
    for name, center in (
        ("lower p", np.maximum(means, 0)),
        ("p", np.where(kept, means, 0)),
        ("upper p", means),
    ):
        largest = ((drawn - center) / omega).max(axis=1)
        assert p_values[name] == np.mean(largest > (means / omega).max()), name
    assert p_values["reality check p"] == np.mean((drawn - means).max(axis=1) > means.max())
    assert p_values["lower p"] <= p_values["p"] <= p_values["upper p"]
    assert (p_values["hedges"], p_values["block length"]) == (3, LENGTH)
    assert test.statistic == pytest.approx(math.sqrt(N) * (means / omega).max(), rel=1e-9)
    assert test.null == "no hedge has a smaller mean loss than ols"


def test_superior_ability_is_that_of_arch_on_studentized_gains(panel):
    """Its setting ``studentize`` changes no p-value (8.0), so that gains are divided beforehand.

    Undivided, "upper" is the p-value of the reality check.
    """
    d = np.column_stack([gains(panel, name) for name in ("good", "bad", "like")])
    test = superior_ability(panel, seed=1)
    p = {}
    for name, series in (("divided", d / np.sqrt(bootstrap_variance(d, LENGTH))), ("plain", d)):
        other = SPA(np.zeros(N), -series, LENGTH, 300, seed=np.random.default_rng(1))
        other.compute()
        p[name] = other.pvalues
    ours = (test.details["lower p"], test.p_value, test.details["upper p"])
    assert ours == tuple(p["divided"][["lower", "consistent", "upper"]])
    assert test.details["reality check p"] == p["plain"]["upper"]


def test_copies_of_the_benchmark_are_not_superior(panel):
    test = hr.evaluation.superior_ability_test(panel[["ols", "copy"]], "ols", n_bootstrap=100)
    assert (test.statistic, test.p_value, test.details["reality check p"]) == (0.0, 1.0, 1.0)
    assert (test.details["hedges"], test.details["block length"]) == (0, 1)


def test_worse_hedges_have_a_statistic_of_zero(panel):
    test = hr.evaluation.superior_ability_test(panel[["ols", "bad"]], "ols", n_bootstrap=100)
    assert test.statistic == 0.0
    assert test.p_value > 0.1


def test_hedges_count_as_far_below_from_hansens_threshold_on():
    """A mean between -s sqrt(2 log n / n) and -s sqrt(2 log log n / n) is not centered at zero."""
    n = 1000
    noise = np.random.default_rng(3).normal(size=(n, 2))
    shift = np.array([1.0, -2.5]) / np.sqrt(n)
    better = (noise - noise.mean(axis=0)) / noise.std(axis=0) + shift
    assert np.sqrt(2 * np.log(np.log(n))) < 2.5 < np.sqrt(2 * np.log(n))
    losses = np.column_stack([np.full(n, 10.0), 10.0 - better])
    test = superior_ability_of_losses(losses, 0, Bootstrap(1, 999, 0))
    ordered = np.unique(losses[:, [0]] - losses[:, 1:], axis=1)
    drawn = means_of_draws(ordered, 1, 999, 0)
    means = ordered.mean(axis=0)
    errors = np.sqrt(bootstrap_variance(ordered, 1))
    centers = np.where(means < 0.0, 0.0, means)
    expected = (((drawn - centers) / errors).max(axis=1) > (means / errors).max()).mean()
    assert test.p_value == pytest.approx(expected, abs=1e-12)
    assert test.p_value < test.details["upper p"]


# --- the model confidence set ---


def slow_confidence_set(losses, drawn):
    """P-values by position: the worst pair leaves, with p the greatest so far."""
    means = losses.mean(axis=0)
    left = list(range(losses.shape[1]))
    p_values = {}
    so_far = 0.0
    while len(left) > 1:
        pairs = list(itertools.permutations(left, 2))
        moved = {(i, j): drawn[:, i] - drawn[:, j] - means[i] + means[j] for i, j in pairs}
        error = {pair: math.sqrt(np.mean(moved[pair] ** 2)) for pair in pairs}
        t = {(i, j): (means[i] - means[j]) / error[i, j] for i, j in pairs}
        worst = max(t, key=t.get)
        largest = np.max([moved[pair] / error[pair] for pair in pairs], axis=0)
        so_far = max(so_far, float(np.mean(largest > t[worst])))
        p_values[worst[0]] = so_far
        left.remove(worst[0])
    p_values[left[0]] = 1.0
    return [p_values[i] for i in range(losses.shape[1])]


def test_model_confidence_set_by_the_definition(panel):
    names = ["ols", "good", "bad", "like"]
    losses = np.column_stack([variance_loss(panel[name].to_numpy()) for name in names])
    drawn = losses[draws(N, LENGTH, 300, 4)].mean(axis=1)
    settings = {"block_length": LENGTH, "n_bootstrap": 300, "seed": 4}
    best = hr.evaluation.model_confidence_set(panel[names], **settings)
    np.testing.assert_allclose(best.p_values, slow_confidence_set(losses, drawn), atol=1e-12)
    assert best.included == [name for name in names if best.p_values[name] > 0.1]
    assert "bad" not in best.included
    assert "good" in best.included
    with_copy = hr.evaluation.model_confidence_set(panel[[*names, "copy"]], **settings)
    pd.testing.assert_series_equal(with_copy.p_values[names], best.p_values)
    assert with_copy.p_values["copy"] == best.p_values["ols"]


def test_model_confidence_set_is_read_in_one_line(panel):
    best = hr.evaluation.model_confidence_set(panel[["ols", "good"]], size=0.05, n_bootstrap=100)
    names = ", ".join(best.included)
    assert repr(best) == f"ModelConfidenceSet(95% confidence, 2 hedges: {names})"


# --- refusals ---


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"block_length": 300}, "block_length must be less than the number of dates, 300; got 300"),
        ({"block_length": 0}, "block_length must be a whole number of at least 1; got 0"),
        ({"n_bootstrap": 10}, "n_bootstrap must be a whole number of at least 100; got 10"),
        ({"seed": -1}, "seed must be a whole number of at least 0; got -1"),
    ],
)
def test_draws_that_cannot_be_are_refused(panel, settings, message):
    with pytest.raises(hr.DataError, match=message):
        hr.evaluation.superior_ability_test(panel, "ols", **settings)
    with pytest.raises(hr.DataError, match=message):
        hr.evaluation.model_confidence_set(panel, **settings)


def test_benchmark_sizes_and_single_hedges_are_refused(panel):
    with pytest.raises(hr.DataError, match="against must be one of .*; got 'dcc'"):
        hr.evaluation.superior_ability_test(panel, "dcc")
    with pytest.raises(hr.DataError, match="must contain two hedges or more; got"):
        hr.evaluation.model_confidence_set(panel[["ols"]])
    with pytest.raises(hr.DataError, match=r"got 0.9. Did you mean size=0.1\?"):
        hr.evaluation.model_confidence_set(panel, size=0.9)
