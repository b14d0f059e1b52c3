"""Hedge by quantile regression against brute force, statsmodels and definitions."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import hedgeresearch as hr
from hedgeresearch.hedges.objectives.quantile import quantile_regression
from hedgeresearch.hedges.objectives.standard_errors import hall_sheather_bandwidth, tick_size
from tests.hedges.objectives.definitions import fit_to


@pytest.mark.parametrize("q", [0.05, 0.5, 0.8])
def test_coefficients_solve_the_primal_program(returns, q):
    x = np.column_stack([np.ones(300), returns[["first", "second"]]]) / 0.01
    y = returns["asset"] / 0.01
    cost = np.concatenate([np.zeros(3), np.full(300, q), np.full(300, 1 - q)])
    equal = np.hstack([x, np.eye(300), -np.eye(300)])
    brute = linprog(cost, A_eq=equal, b_eq=y, bounds=[(None, None)] * 3 + [(0, None)] * 600)
    found = fit_to(hr.QuantileHedge(q), returns).summary["estimate"]
    np.testing.assert_allclose(found, brute.x[:3] * [1.0, 1.0, 1.0], rtol=1e-8)


def test_loss_is_at_most_that_of_statsmodels(returns):
    from statsmodels.regression.quantile_regression import QuantReg

    y = returns["asset"] / 0.01
    x = np.column_stack([np.ones(300), returns[["first", "second"]] / 0.01])

    def loss(coefficients):
        left = y - x @ coefficients
        return float((left * (0.5 - (left < 0))).sum())

    found = fit_to(hr.QuantileHedge(), returns).summary["estimate"].to_numpy() / [0.01, 1.0, 1.0]
    other = QuantReg(y, x).fit(q=0.5).params
    np.testing.assert_allclose(found, other, atol=1e-4)  # the accuracy of reweighting
    assert loss(found) <= loss(other)


def test_errors_are_the_sandwich_of_koenker(returns):
    values = returns.to_numpy()
    coefficients, _ = quantile_regression(values, 0.4)
    x = np.column_stack([np.ones(300), values[:, 1:]])
    left = values[:, 0] - x @ coefficients
    on_plane = np.abs(left) < 1e-12
    assert on_plane.sum() == 3
    width = hall_sheather_bandwidth(left, 0.4)
    density = np.exp(-0.5 * (left / width) ** 2) / np.sqrt(2 * np.pi) / width
    scores = x * np.where(left < 0, -0.6, 0.4)[:, None]
    weights = np.linalg.solve(x[on_plane].T, -scores[~on_plane].sum(axis=0))
    scores[on_plane] = x[on_plane] * weights[:, None]
    middle = scores.T @ scores
    for lag in range(1, 6):  # floor(4 * 3 ** (2 / 9))
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / 6) * (cross + cross.T)
    bread = np.linalg.inv((x * density[:, None]).T @ x)
    expected = np.sqrt(np.diag(bread @ middle @ bread))
    found = fit_to(hr.QuantileHedge(0.4), returns).summary["standard error"]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_bandwidth_agrees_with_statsmodels(returns):
    from scipy.stats import norm
    from statsmodels.regression.quantile_regression import hall_sheather

    left = np.random.default_rng(0).normal(size=500)
    width = hall_sheather(500, 0.3)
    spread = min(left.std(), np.subtract(*np.quantile(left, [0.75, 0.25])) / (2 * norm.ppf(0.75)))
    expected = (norm.ppf(0.3 + width) - norm.ppf(0.3 - width)) * spread
    assert hall_sheather_bandwidth(left, 0.3) == pytest.approx(expected, rel=1e-9)
    assert 0.0 < hall_sheather_bandwidth(left[:20], 0.05) < np.inf


def grid(tick, n_dates=500, seed=1):
    """Return returns rounded to multiples of a tick; the ratio is 0.8 without it."""
    rng = np.random.default_rng(seed)
    hedge = 0.01 * rng.standard_normal(n_dates)
    asset = 0.8 * hedge + 0.004 * rng.standard_normal(n_dates)
    return pd.DataFrame({"asset": np.round(asset / tick), "hedge": np.round(hedge / tick)}) * tick


@pytest.mark.parametrize("model", [hr.QuantileHedge(), hr.LowerPartialMomentHedge(1.0)])
def test_fine_ticks_keep_the_delta_method(model):
    found = fit_to(model, grid(1e-4))
    smooth = fit_to(model, grid(1e-7))
    assert found.errors is not None
    np.testing.assert_allclose(found.standard_errors, smooth.standard_errors, rtol=0.1)


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
@pytest.mark.parametrize("model", [hr.QuantileHedge(), hr.LowerPartialMomentHedge(1.0)])
def test_ticks_beyond_the_bandwidth_leave_errors_to_the_bootstrap(model):
    found = fit_to(model, grid(0.005))
    assert found.errors is None
    assert list(found.summary) == ["estimate"]
    lower, upper = found.conf_int(n_bootstrap=20).loc["hedge"]
    assert lower <= found.next_ratio["hedge"] <= upper < 1.5


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
@pytest.mark.parametrize("tick", [0.01, 0.02])
@pytest.mark.parametrize("model", [hr.QuantileHedge(), hr.LowerPartialMomentHedge(1.0)])
def test_ticks_on_which_the_ratio_never_moves_leave_no_interval(model, tick):
    found = fit_to(model, grid(tick))
    with pytest.raises(hr.DataError, match="it is 1 in all of them, so that .* has no interval"):
        found.conf_int(n_bootstrap=20)


def test_residuals_that_are_mostly_zero_have_no_density():
    """On most dates the hedge is the asset, and no grid shows it."""
    frame = grid(1e-7)
    frame.loc[frame.index % 3 > 0, "asset"] = frame["hedge"]
    found = fit_to(hr.QuantileHedge(), frame)
    assert found.errors is None
    assert found.next_ratio["hedge"] == pytest.approx(1.0, rel=1e-9)


def test_the_tick_is_the_smallest_step_of_values_that_repeat():
    values = np.repeat([-0.02, 0.01, 0.035, 0.0], 10)
    assert tick_size(values) == pytest.approx(0.01, rel=1e-6)
    assert tick_size(np.arange(40.0)) == 0.0
    assert tick_size(np.zeros(40)) == 0.0


def test_invalid_quantiles_are_refused(returns):
    with pytest.raises(hr.DataError, match="q must lie strictly between 0 and 1; got 1"):
        hr.QuantileHedge(1.0)
    message = r"at least 3 dates for 2 hedges; q=0.995 leaves 1.5 of 300"
    with pytest.raises(hr.DataError, match=message):
        fit_to(hr.QuantileHedge(0.995), returns)
