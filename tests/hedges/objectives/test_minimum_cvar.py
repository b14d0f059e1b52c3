"""Minimum-CVaR hedge against brute force and quantile regression."""

import numpy as np
import pytest

import hedgeresearch as hr
from tests.hedges.objectives.definitions import fit_to


def cvar(losses, tail):
    """Return the mean of the worst share of losses, with a part of the date at its edge."""
    worst = np.sort(losses)[::-1]
    n = tail * len(losses)
    whole = int(np.floor(n + 1e-9))
    edge = (n - whole) * worst[whole] if whole < len(worst) else 0.0
    return float((worst[:whole].sum() + edge) / n)


@pytest.mark.parametrize("tail", [0.2, 0.047])
def test_ratio_of_one_hedge_is_the_best_of_a_fine_grid(returns, tail):
    one = returns[["asset", "first"]]
    found = fit_to(hr.MinimumCVaRHedge(tail), one).next_ratio["first"]
    # The objective is piecewise linear: its minimum lies where two dates change places.
    asset, hedge = one.to_numpy().T
    pairs = np.triu_indices(300, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        corners = (asset[pairs[0]] - asset[pairs[1]]) / (hedge[pairs[0]] - hedge[pairs[1]])
    near = corners[np.abs(corners - found) < 0.05]
    values = np.array([cvar(-(asset - ratio * hedge), tail) for ratio in near])
    assert found == pytest.approx(near[values.argmin()], rel=1e-9)
    wide = [cvar(-(asset - ratio * hedge), tail) for ratio in np.linspace(-1, 3, 401)]
    assert min(wide) >= values.min()


def test_ratio_of_two_hedges_has_no_better_neighbor(returns):
    found = fit_to(hr.MinimumCVaRHedge(), returns).next_ratio.to_numpy()
    asset = returns["asset"].to_numpy()
    hedges = returns[["first", "second"]].to_numpy()
    minimum = cvar(-(asset - hedges @ found), 0.05)
    angles = np.linspace(0, 2 * np.pi, 200)
    for radius in (1e-6, 1e-3, 0.1, 1.0):
        for step in radius * np.column_stack([np.cos(angles), np.sin(angles)]):
            assert cvar(-(asset - hedges @ (found + step)), 0.05) >= minimum - 1e-15


def test_centered_hedges_give_a_quantile_regression(returns):
    centered = returns.assign(first=returns["first"] - returns["first"].mean())
    centered["second"] -= centered["second"].mean()
    tail = fit_to(hr.MinimumCVaRHedge(0.07), centered).next_ratio
    np.testing.assert_allclose(tail, fit_to(hr.QuantileHedge(0.07), centered).next_ratio, rtol=1e-8)
    np.testing.assert_allclose(fit_to(hr.QuantileHedge(0.07), returns).next_ratio, tail, rtol=1e-8)


def test_invalid_tails_are_refused(returns):
    with pytest.raises(
        hr.DataError, match=r"tail must be a tail probability, in \(0, 0.5\]; got 95"
    ):
        hr.MinimumCVaRHedge(95)
    with pytest.raises(hr.DataError, match=r"got 0.95. Did you mean tail=0.05\?"):
        hr.MinimumCVaRHedge(0.95)
    message = r"at least 3 dates for 2 hedges; tail=0.005 leaves 1.5 of 300"
    with pytest.raises(hr.DataError, match=message):
        fit_to(hr.MinimumCVaRHedge(0.005), returns)
    with pytest.raises(hr.DataError, match="so that no finite ratio is best"):
        fit_to(hr.MinimumCVaRHedge(0.5), returns.assign(first=returns["first"] + 0.02))
