"""Simulations against their theory: moments, recursions written out slowly, and limits."""

import math
import pickle

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.data.simulation import simulate_dcc, simulate_regimes
from hedgeresearch.errors import DataError


def test_dcc_has_expected_shapes_names_and_attrs() -> None:
    simulated = simulate_dcc(n_dates=50, n_series=3, seed=4)
    assert simulated.returns.shape == (50, 3)
    assert simulated.covariance.shape == (50, 3, 3)
    assert list(simulated.returns.columns) == ["asset", "hedge", "hedge2"]
    assert list(simulated.hedge_ratio.columns) == ["hedge", "hedge2"]
    assert simulated.returns.index.name == "date"
    assert simulated.returns.index[0] == pd.Timestamp("2000-01-03")
    assert simulated.returns.index.day_of_week.max() == 4
    assert simulated.returns.attrs == {
        "simulated": True,
        "title": "simulated DCC-GARCH(1,1) returns, seed 4",
    }
    assert repr(simulated).startswith("SimulatedDCC(simulated, 50 dates to 2000-03-10")
    named = simulate_dcc(n_dates=5, names=["oil", "fuel"])
    assert list(named.returns.columns) == ["oil", "fuel"]


def test_same_seed_gives_the_same_bytes() -> None:
    one = simulate_dcc(n_dates=100, seed=3)
    two = simulate_dcc(n_dates=100, seed=3)
    assert one.returns.to_numpy().tobytes() == two.returns.to_numpy().tobytes()
    assert one.covariance.tobytes() == two.covariance.tobytes()
    assert not one.returns.equals(simulate_dcc(n_dates=100, seed=5).returns)
    first = simulate_regimes(n_dates=100, seed=3)
    second = simulate_regimes(n_dates=100, seed=3)
    assert first.returns.to_numpy().tobytes() == second.returns.to_numpy().tobytes()
    assert pickle.loads(pickle.dumps(first)).regimes.equals(first.regimes)


def test_dcc_covariance_follows_the_recursion() -> None:
    """Every element by itself, with a = 0.05, b = 0.9, omega = 0.1, alpha = 0.1 and beta = 0.8."""
    target = np.array([[1, 0.6, 0.2], [0.6, 1, 0.4], [0.2, 0.4, 1]])
    garch = {"omega": 0.1, "alpha": 0.1, "beta": 0.8, "scale": 0.01}
    simulated = simulate_dcc(40, 0.05, 0.9, correlation=target, **garch, n_series=3, seed=2)
    unit = simulated.returns.to_numpy() / 0.01
    h = np.full(3, 0.1 / (1 - 0.1 - 0.8))
    q = target.copy()
    for t in range(40):
        for i in range(3):
            for j in range(3):
                correlation = q[i, j] / math.sqrt(q[i, i] * q[j, j])
                expected = correlation * math.sqrt(h[i] * h[j]) * 0.01**2
                assert simulated.covariance[t, i, j] == pytest.approx(expected, rel=1e-10)
        z = unit[t] / np.sqrt(h)
        h = 0.1 + 0.1 * unit[t] ** 2 + 0.8 * h
        q = 0.05 * target + 0.05 * np.outer(z, z) + 0.9 * q


def test_dcc_ratio_is_covariance_over_variance() -> None:
    simulated = simulate_dcc(n_dates=30)
    covariance = simulated.covariance
    np.testing.assert_allclose(
        simulated.hedge_ratio["hedge"], covariance[:, 0, 1] / covariance[:, 1, 1], rtol=1e-12
    )


@pytest.mark.long
def test_dcc_returns_have_the_true_covariance() -> None:
    simulated = simulate_dcc(n_dates=20_000, seed=1)
    factors = np.linalg.cholesky(simulated.covariance)
    white = np.linalg.solve(factors, simulated.returns.to_numpy()[:, :, None])[:, :, 0]
    # Four standard errors of a mean and of a covariance of 20000 normal numbers.
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=4 / math.sqrt(20_000))
    np.testing.assert_allclose(np.cov(white.T), np.eye(2), atol=4 * math.sqrt(2 / 20_000))


def test_dcc_without_dynamics_is_constant() -> None:
    simulated = simulate_dcc(
        20, 0.0, 0.0, correlation=0.5, omega=4.0, alpha=0.0, beta=0.0, scale=0.1
    )
    expected = np.broadcast_to([[0.04, 0.02], [0.02, 0.04]], (20, 2, 2))
    np.testing.assert_allclose(simulated.covariance, expected, rtol=1e-12)
    np.testing.assert_allclose(simulated.hedge_ratio, 0.5, rtol=1e-12)


def test_scale_multiplies_the_returns() -> None:
    small = simulate_dcc(50, scale=0.01)
    large = simulate_dcc(50, scale=1.0)
    np.testing.assert_allclose(small.returns * 100, large.returns, rtol=1e-12)
    np.testing.assert_allclose(small.hedge_ratio, large.hedge_ratio, rtol=1e-12)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_dates": 0}, "n_dates must be a whole number of at least 1; got 0"),
        ({"n_series": 1}, "n_series must be a whole number of at least 2; got 1"),
        (
            {"a": 0.1, "b": 0.9},
            r"a and b must not be negative and must add up to less than 1.*0\.1 and 0\.9",
        ),
        ({"a": -0.1}, "a and b must not be negative"),
        ({"a": math.nan}, "a and b must not be negative"),
        (
            {"alpha": 0.5, "beta": 0.6},
            r"alpha and beta must .* less than 1 \(stationarity\); got 0\.5 and 0\.6",
        ),
        ({"omega": 0.0}, "omega must lie strictly between 0 and inf"),
        ({"scale": -1.0}, "scale must lie strictly between 0 and inf"),
        ({"correlation": 1.0}, "correlation must be positive definite; its smallest eigenvalue"),
        ({"correlation": -0.6, "n_series": 3}, "correlation must be positive definite"),
        (
            {"correlation": np.eye(3)},
            r"matrix of shape \(2, 2\), as n_series says; got shape \(3, 3\)",
        ),
        (
            {"correlation": [[1, 0.5], [0.4, 1]]},
            "correlation must be symmetric with ones on its diagonal",
        ),
        (
            {"correlation": [[2, 0.5], [0.5, 1]]},
            "correlation must be symmetric with ones on its diagonal",
        ),
        ({"correlation": math.nan}, "correlation must be symmetric"),
        ({"names": ["a", "a"]}, "names must be 2 different names"),
        ({"names": "ab"}, "names must be 2 different names"),
    ],
)
def test_dcc_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        simulate_dcc(**{"n_dates": 10, **settings})  # type: ignore[arg-type]


def test_regimes_have_expected_shapes_and_repr() -> None:
    simulated = simulate_regimes(n_dates=50, seed=7)
    assert list(simulated.returns.columns) == ["asset", "hedge"]
    assert simulated.returns.attrs == {
        "simulated": True,
        "title": "simulated regime-switching returns, seed 7",
    }
    assert simulated.regimes.dtype == np.int64
    assert (
        repr(simulated)
        == "SimulatedRegimes(simulated, 50 dates to 2000-03-10, columns asset, hedge, 2 regimes)"
    )
    assert simulated.transition.tolist() == [[0.98, 0.02], [0.05, 0.95]]


def test_regimes_have_the_moments_of_their_settings() -> None:
    simulated = simulate_regimes(n_dates=60_000, seed=1)
    path = simulated.regimes.to_numpy()
    # Stationary distribution of [[.98, .02], [.05, .95]]: 5/7 and 2/7.
    assert np.mean(path == 0) == pytest.approx(5 / 7, abs=0.04)
    moved = path[1:][path[:-1] == 1]
    assert np.mean(moved == 0) == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / len(moved)))
    for regime, (ratio, hedge, residual) in enumerate([(0.95, 0.01, 0.005), (0.60, 0.025, 0.02)]):
        part = simulated.returns[path == regime]
        assert part["hedge"].std() == pytest.approx(hedge, rel=0.03)
        assert (part["asset"] - ratio * part["hedge"]).std() == pytest.approx(residual, rel=0.03)
        assert part.cov().loc["asset", "hedge"] / part["hedge"].var() == pytest.approx(
            ratio, abs=0.03
        )
        assert (simulated.hedge_ratio[path == regime] == ratio).all()


def test_certain_transitions_stay_or_alternate() -> None:
    stay = simulate_regimes(200, transition=np.eye(2))
    assert stay.regimes.nunique() == 1
    alternate = simulate_regimes(200, transition=[[0, 1], [1, 0]])
    assert (alternate.regimes.diff().iloc[1:].abs() == 1).all()


def test_all_of_three_regimes_occur() -> None:
    matrix = [[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.2, 0.8]]
    simulated = simulate_regimes(
        500,
        matrix,
        ratios=(1, 0.8, 0.5),
        hedge_volatility=(0.01, 0.02, 0.04),
        residual_volatility=(0.01, 0.01, 0.01),
    )
    assert set(simulated.regimes) == {0, 1, 2}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_dates": 0}, "n_dates must be a whole number of at least 1"),
        ({"transition": [[0.9, 0.2], [0.1, 0.9]]}, "each row must sum to one"),
        ({"transition": [[1.1, -0.1], [0.1, 0.9]]}, "transition must contain probabilities"),
        ({"transition": [[0.9, 0.1]]}, r"transition must be a square matrix; got shape \(1, 2\)"),
        ({"ratios": (1.0,)}, "ratios must contain 2 numbers, one for each regime"),
        ({"ratios": (1.0, math.inf)}, "ratios must be finite"),
        ({"hedge_volatility": (0.0, 0.02)}, "hedge_volatility must be finite and positive"),
        ({"residual_volatility": (0.01, -0.02)}, "residual_volatility must be finite and positive"),
        ({"hedge_volatility": (0.05, 0.01)}, "regimes must be numbered from calm to turbulent"),
    ],
)
def test_regime_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        simulate_regimes(**settings)  # type: ignore[arg-type]
