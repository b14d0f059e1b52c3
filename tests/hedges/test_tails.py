"""Hedges that weigh a tail, against definitions, brute force and other software."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog, minimize_scalar

import hedgeresearch as hr
from hedgeresearch.hedges.objectives.linear_programme import bandwidth
from hedgeresearch.hedges.objectives.quantile import quantile_regression


@pytest.fixture(scope="module")
def returns(skewed_returns):
    return skewed_returns


def fit(model, frame):
    return model.fit(frame["asset"], frame.drop(columns="asset"))


def symmetrized(frame):
    """Every return and its opposite: all means are zero and all distributions symmetric."""
    return pd.DataFrame(np.vstack([frame, -frame]), columns=frame.columns)


# --- quantiles and tails ---


@pytest.mark.parametrize("q", [0.05, 0.5, 0.8])
def test_quantile_hedge_solves_the_linear_programme_as_written(returns, q):
    x = np.column_stack([np.ones(300), returns[["first", "second"]]]) / 0.01
    y = returns["asset"] / 0.01
    cost = np.concatenate([np.zeros(3), np.full(300, q), np.full(300, 1 - q)])
    equal = np.hstack([x, np.eye(300), -np.eye(300)])
    brute = linprog(cost, A_eq=equal, b_eq=y, bounds=[(None, None)] * 3 + [(0, None)] * 600)
    found = fit(hr.QuantileHedge(q), returns).summary["estimate"]
    np.testing.assert_allclose(found, brute.x[:3] * [1.0, 1.0, 1.0], rtol=1e-8)


def test_quantile_hedge_beats_the_iterations_of_statsmodels(returns):
    from statsmodels.regression.quantile_regression import QuantReg

    y, x = (
        returns["asset"] / 0.01,
        np.column_stack([np.ones(300), returns[["first", "second"]] / 0.01]),
    )

    def loss(coefficients):
        left = y - x @ coefficients
        return float((left * (0.5 - (left < 0))).sum())

    found = fit(hr.QuantileHedge(), returns).summary["estimate"].to_numpy() / [0.01, 1.0, 1.0]
    other = QuantReg(y, x).fit(q=0.5).params
    np.testing.assert_allclose(found, other, atol=1e-4)  # that is how far reweighting comes
    assert loss(found) <= loss(other)


def test_quantile_errors_are_the_sandwich_as_written(returns):
    values = returns.to_numpy()
    coefficients, _ = quantile_regression(values, 0.4)
    x = np.column_stack([np.ones(300), values[:, 1:]])
    left = values[:, 0] - x @ coefficients
    on_plane = np.abs(left) < 1e-12
    assert on_plane.sum() == 3
    wide = bandwidth(left, 0.4)
    density = np.exp(-0.5 * (left / wide) ** 2) / np.sqrt(2 * np.pi) / wide
    scores = x * np.where(left < 0, -0.6, 0.4)[:, None]
    scores[on_plane] = (
        x[on_plane] * np.linalg.solve(x[on_plane].T, -scores[~on_plane].sum(axis=0))[:, None]
    )
    middle = scores.T @ scores
    for lag in range(1, 6):  # floor(4 * 3 ** (2 / 9))
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / 6) * (cross + cross.T)
    bread = np.linalg.inv((x * density[:, None]).T @ x)
    expected = np.sqrt(np.diag(bread @ middle @ bread))
    np.testing.assert_allclose(
        fit(hr.QuantileHedge(0.4), returns).summary["standard error"], expected, rtol=1e-7
    )


def test_the_bandwidth_is_that_of_statsmodels(returns):
    from scipy.stats import norm
    from statsmodels.regression.quantile_regression import hall_sheather

    left = np.random.default_rng(0).normal(size=500)
    wide = hall_sheather(500, 0.3)
    spread = min(left.std(), np.subtract(*np.quantile(left, [0.75, 0.25])) / (2 * norm.ppf(0.75)))
    expected = (norm.ppf(0.3 + wide) - norm.ppf(0.3 - wide)) * spread
    assert bandwidth(left, 0.3) == pytest.approx(expected, rel=1e-9)
    assert 0.0 < bandwidth(left[:20], 0.05) < np.inf


def cvar(losses, tail):
    """Mean of the worst share of losses, the date at its edge counted in part."""
    worst, n = np.sort(losses)[::-1], tail * len(losses)
    whole = int(np.floor(n + 1e-9))
    edge = (n - whole) * worst[whole] if whole < len(worst) else 0.0
    return float((worst[:whole].sum() + edge) / n)


@pytest.mark.parametrize("tail", [0.2, 0.047])
def test_minimum_cvar_of_one_hedge_by_a_fine_grid(returns, tail):
    one = returns[["asset", "first"]]
    found = fit(hr.MinimumCVaRHedge(tail), one).next_ratio["first"]
    # the objective is piecewise linear: its least value lies where two dates change places
    asset, hedge = one.to_numpy().T
    pairs = np.triu_indices(300, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        corners = (asset[pairs[0]] - asset[pairs[1]]) / (hedge[pairs[0]] - hedge[pairs[1]])
    near = corners[np.abs(corners - found) < 0.05]
    values = np.array([cvar(-(asset - ratio * hedge), tail) for ratio in near])
    assert found == pytest.approx(near[values.argmin()], rel=1e-9)
    wide = [cvar(-(asset - ratio * hedge), tail) for ratio in np.linspace(-1, 3, 401)]
    assert min(wide) >= values.min()


def test_minimum_cvar_of_two_hedges_has_no_better_neighbour(returns):
    found = fit(hr.MinimumCVaRHedge(), returns).next_ratio.to_numpy()
    asset, hedges = returns["asset"].to_numpy(), returns[["first", "second"]].to_numpy()
    least = cvar(-(asset - hedges @ found), 0.05)
    angles = np.linspace(0, 2 * np.pi, 200)
    for radius in (1e-6, 1e-3, 0.1, 1.0):
        for step in radius * np.column_stack([np.cos(angles), np.sin(angles)]):
            assert cvar(-(asset - hedges @ (found + step)), 0.05) >= least - 1e-15


def test_minimum_cvar_of_centred_hedges_is_a_quantile_regression(returns):
    centred = returns.assign(first=returns["first"] - returns["first"].mean())
    centred["second"] -= centred["second"].mean()
    tail = fit(hr.MinimumCVaRHedge(0.07), centred).next_ratio
    np.testing.assert_allclose(tail, fit(hr.QuantileHedge(0.07), centred).next_ratio, rtol=1e-8)
    np.testing.assert_allclose(fit(hr.QuantileHedge(0.07), returns).next_ratio, tail, rtol=1e-8)


def test_tails_of_too_few_dates_and_hedges_that_always_gain_are_refused(returns):
    with pytest.raises(
        hr.DataError, match=r"at least 3 dates for 2 hedges; tail=0.005 leaves 1.5 of 300"
    ):
        fit(hr.MinimumCVaRHedge(0.005), returns)
    with pytest.raises(
        hr.DataError, match=r"at least 3 dates for 2 hedges; q=0.995 leaves 1.5 of 300"
    ):
        fit(hr.QuantileHedge(0.995), returns)
    with pytest.raises(hr.DataError, match="so that no finite ratio is best"):
        fit(hr.MinimumCVaRHedge(0.5), returns.assign(first=returns["first"] + 0.02))


# --- lower partial moments ---


@pytest.mark.parametrize("order", [1.0, 1.2, 1.5, 2.0, 3.5, 12.0])
@pytest.mark.parametrize("target", [0.0, 0.002])
def test_lower_partial_moment_by_a_search(returns, order, target):
    asset, hedge = returns["asset"].to_numpy() / 0.01, returns["first"].to_numpy() / 0.01

    def moment(ratio):
        return float(np.mean(np.maximum(100 * target - asset + ratio * hedge, 0.0) ** order)) ** (
            1.0 / order
        )

    best = minimize_scalar(moment, bounds=(-1, 3), method="bounded", options={"xatol": 1e-9})
    found = fit(hr.LowerPartialMomentHedge(order, target), returns[["asset", "first"]]).next_ratio[
        "first"
    ]
    assert moment(found) <= best.fun * (1.0 + 1e-14)
    assert found == pytest.approx(best.x, abs=1e-6)  # of a search by values


@pytest.mark.parametrize("order", [1.3, 2.0, 4.0])
def test_lower_partial_moment_of_two_hedges_is_stationary(returns, order):
    found = fit(hr.LowerPartialMomentHedge(order, 0.001), returns).next_ratio.to_numpy()
    hedges = returns[["first", "second"]].to_numpy()
    short = np.maximum(0.001 - returns["asset"].to_numpy() + hedges @ found, 0.0)
    slopes = (short ** (order - 1.0))[:, None] * hedges
    np.testing.assert_allclose(slopes.sum(axis=0), 0.0, atol=1e-10 * np.abs(slopes).sum())


def test_symmetric_returns_have_hedges_in_common(returns):
    """What falls short mirrors what exceeds: semivariance is half the variance, order 1 half the absolute deviation."""
    both = symmetrized(returns)
    ols = fit(hr.OLSHedge(), both).next_ratio
    np.testing.assert_allclose(fit(hr.LowerPartialMomentHedge(), both).next_ratio, ols, rtol=1e-9)
    median = fit(hr.QuantileHedge(), both).next_ratio
    np.testing.assert_allclose(
        fit(hr.LowerPartialMomentHedge(1.0), both).next_ratio, median, rtol=1e-8
    )


def test_semivariance_errors_are_the_sandwich_as_written(returns):
    found = fit(hr.LowerPartialMomentHedge(2.0, 0.001), returns)
    hedges = returns[["first", "second"]].to_numpy()
    short = np.maximum(
        0.001 - returns["asset"].to_numpy() + hedges @ found.next_ratio.to_numpy(), 0.0
    )
    scores = short[:, None] * hedges
    middle = scores.T @ scores
    for lag in range(1, 6):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / 6) * (cross + cross.T)
    bread = np.linalg.inv(hedges[short > 0].T @ hedges[short > 0])
    np.testing.assert_allclose(
        found.standard_errors, np.sqrt(np.diag(bread @ middle @ bread)), rtol=1e-8
    )


def test_a_target_out_of_reach_of_the_data_is_refused(returns):
    for order in (1.0, 2.0):
        with pytest.raises(
            hr.DataError, match="at least 3 hedged returns must fall short of the target"
        ):
            fit(hr.LowerPartialMomentHedge(order, target=-0.5), returns)


def test_an_exact_hedge_is_left_where_it_misses_the_target(returns):
    """Replication ends at zero: below a positive target it pays to keep some of what gains on average."""
    frame = pd.DataFrame({"asset": returns["first"], "itself": returns["first"]})
    assert fit(hr.LowerPartialMomentHedge(), frame).next_ratio["itself"] == pytest.approx(
        1.0, rel=1e-9
    )
    kept = 1.0 - fit(hr.LowerPartialMomentHedge(2.0, 1e-4), frame).next_ratio["itself"]

    def moment(share):
        return float(np.mean(np.maximum(1.0 - share * 1e4 * frame["asset"], 0.0) ** 2))

    best = minimize_scalar(moment, bounds=(0, 0.1), method="bounded", options={"xatol": 1e-12})
    assert kept == pytest.approx(best.x, rel=1e-5)  # of a search by values
