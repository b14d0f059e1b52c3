"""Times of filters that are estimated: switching models and their errors, many Kalman ratios."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

ROUNDS = {"rounds": 3, "iterations": 1, "warmup_rounds": 1}


SAMPLES = ("clear", "weak", "constant", "boundary", "real")


def note(benchmark: Any, case: str, aim: float, rival: float | None = None) -> None:
    benchmark.extra_info.update(
        {"case": case, "aim": aim} | ({} if rival is None else {"rival": rival})
    )


def sample(name: str) -> pd.DataFrame:
    """Return 5,030 returns of two series.

    Their regimes are clear, or one is never left (boundary); there are none, but volatilities and
    correlations that change slowly (weak) or not at all (constant); or they are those of two
    indices (real).
    """
    if name == "clear":
        return hr.data.simulate_regimes(n_dates=5030, seed=1).returns
    if name == "boundary":
        table = hr.data.simulate_regimes(n_dates=5030, seed=1).returns
        return pd.concat([table[:2515] * 0.5, table[2515:] * 2.0])
    if name == "weak":
        return hr.data.simulate_dcc(5030, a=0.02, b=0.9, seed=1).returns
    if name == "real":
        returns = hr.returns(hr.load("nasdaq_sp500"))
        return returns.set_axis(["asset", "hedge"], axis=1)
    values = 0.01 * np.random.default_rng(0).standard_normal((5030, 2))
    values[:, 0] += 0.8 * values[:, 1]
    return pd.DataFrame(values, pd.bdate_range("2000-01-03", periods=5030), ["asset", "hedge"])


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("name", SAMPLES)
def test_ten_starts_of_a_switching_model(benchmark: Any, name: str) -> None:
    """The other software is statsmodels from the same ten starts."""
    note(benchmark, f"MarkovSwitching(2), {name}, 5030 dates", 0.3, 5.9)
    series = sample(name)["asset"]
    fit = benchmark.pedantic(hr.MarkovSwitching().fit, (series,), **ROUNDS)
    assert fit.estimates.gradient_norm < 1e-4


def test_ten_starts_of_hamiltons_model(benchmark: Any) -> None:
    note(benchmark, "MarkovSwitching(2, order=4), GNP", 0.3)
    model = hr.MarkovSwitching(order=4, switching_variance=False)
    benchmark.pedantic(model.fit, (hr.load("hamilton_gnp"),), **ROUNDS)


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("name", SAMPLES)
def test_ten_starts_of_a_switching_regression(benchmark: Any, name: str) -> None:
    note(benchmark, f"MarkovSwitchingHedge(2), {name}, 5030 dates", 0.2)
    frame = sample(name)
    data = (frame["asset"], frame[["hedge"]])
    benchmark.pedantic(hr.MarkovSwitchingHedge().fit, data, **ROUNDS)


@pytest.mark.parametrize("name", ["clear", "real"])
@pytest.mark.parametrize(
    "model",
    [
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=4)),
        hr.RegimeHedge(hr.GaussianHMM(2, covariance="diagonal", n_starts=4)),
        hr.MarkovSwitchingHedge(n_starts=4),
    ],
    ids=["mixture", "weighted moments", "regression"],
)
def test_errors_of_a_regime_hedge(benchmark: Any, model: Any, name: str) -> None:
    note(benchmark, f"{type(model).__name__}, {name}, errors of the ratio", 0.03)
    frame = sample(name)

    def fresh_fit() -> tuple[tuple[Any], dict[str, Any]]:
        # a fit remembers its errors
        return (model.fit(frame["asset"], frame[["hedge"]]),), {}

    def errors(fit: Any) -> pd.Series:
        return fit.standard_errors

    found = benchmark.pedantic(errors, setup=fresh_fit, rounds=3, iterations=1, warmup_rounds=1)
    assert (found > 0.0).all()


def moving_ratios(n_hedges: int, n_dates: int = 5000) -> pd.DataFrame:
    """Return an asset and hedges of which every other has a ratio that moves."""
    rng = np.random.default_rng(1)
    hedges = 0.01 * rng.standard_normal((n_dates, n_hedges))
    steps = 0.02 * rng.standard_normal((n_dates, n_hedges))
    steps[:, 1::2] = 0.0
    ratios = 1.0 / n_hedges + steps.cumsum(axis=0)
    asset = (ratios * hedges).sum(axis=1) + 0.006 * rng.standard_normal(n_dates)
    names = ["asset", *(f"hedge {i}" for i in range(n_hedges))]
    dates = pd.bdate_range("2000-01-03", periods=n_dates)
    return pd.DataFrame(np.column_stack([asset, hedges]), dates, names)


@pytest.mark.filterwarnings("ignore:the KalmanHedge estimate lies on a bound")
@pytest.mark.parametrize(("n_hedges", "aim"), [(1, 0.05), (2, 0.1), (5, 0.5), (10, 1.0), (20, 5.0)])
def test_many_ratios_half_of_them_still(benchmark: Any, n_hedges: int, aim: float) -> None:
    """Ratios on a bound, where the search begins from every start."""
    note(benchmark, f"Kalman random_walk, {n_hedges} x 5000, on bounds", aim)
    frame = moving_ratios(n_hedges)
    data = (frame["asset"], frame.drop(columns="asset"))
    fit = benchmark.pedantic(hr.KalmanHedge(warm_up=60).fit, data, rounds=1, iterations=1)
    assert fit.estimates.gradient_norm < 1e-4


@pytest.mark.filterwarnings("ignore:the KalmanHedge estimate lies on a bound")
@pytest.mark.parametrize("n_hedges", [1, 10])
def test_errors_of_many_ratios(benchmark: Any, n_hedges: int) -> None:
    note(benchmark, f"Kalman random_walk, {n_hedges} x 5000, errors", 0.3)
    frame = moving_ratios(n_hedges)
    fit = hr.KalmanHedge(warm_up=60).fit(frame["asset"], frame.drop(columns="asset"))

    def errors() -> Any:
        return fit.errors.covariance(fit)

    assert np.isfinite(benchmark.pedantic(errors, rounds=1, iterations=1)).all()
