"""Times of correlations of two series on samples of all kinds; no time is asserted.

Weak and constant correlations have several local maxima, or their maximum on a bound, and must not
cost much more than clear ones.
"""

import resource
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.dcc.pair.targets import pair_targets
from hedgeresearch.covariance.dcc.likelihoods.pair_search import PairSearch
from tests.benchmarks.test_bekk_speed import with_errors
from tests.benchmarks.test_covariance_speed import note

PANELS = {
    "clear": {"a": 0.05, "b": 0.93, "correlation": 0.6},
    "weak": {"a": 0.01, "b": 0.5},
    "constant": {"a": 0.0, "b": 0.0},
    "boundary": {"a": 0.03, "b": 0.969, "alpha": 0.05, "beta": 0.9499},
}
MILLION = 1_000_000


def panel(kind: str) -> pd.DataFrame:
    if kind == "real":
        return hr.returns(hr.load("nasdaq_sp500")).iloc[-1000:]
    return hr.data.simulate_dcc(1000, seed=1, **PANELS[kind]).returns


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("kind", [*PANELS, "real"])
@pytest.mark.parametrize(
    "model", [hr.DCC(), hr.DCC(asymmetric=True), hr.DCC(density="student")], ids=str
)
def test_pair_with_errors(benchmark: Any, kind: str, model: hr.DCC) -> None:
    name = {"asymmetric": model.asymmetric, "student": model.density == "student"}
    rules = " ".join(word for word, used in name.items() if used)
    note(benchmark, f"DCC {rules} 2 x 1000, {kind}, with errors", 0.0018, 0.53)
    arguments = (model, panel(kind))
    fit = benchmark.pedantic(with_errors, arguments, rounds=20, iterations=1, warmup_rounds=1)
    assert fit.convergence["gradient norm"] < 1e-4


@pytest.mark.parametrize("kind", [*PANELS, "real"])
@pytest.mark.parametrize("warm", [False, True])
def test_residuals_of_a_pair(benchmark: Any, kind: str, warm: bool) -> None:
    note(benchmark, f"correlation of residuals 2 x 1000, {kind}{', warm' * warm}", 0.0005)
    z = panel(kind).to_numpy()
    x, y = np.ascontiguousarray(((z - z.mean(axis=0)) / z.std(axis=0)).T)
    targets = pair_targets(x, y, False)[None, None]
    search = PairSearch(np.array([0, 1]), False, x[None], y[None], targets)
    near = search.maximize().point if warm else None

    def fit() -> bool:
        return search.maximize(near).is_optimum

    assert benchmark(fit)


@pytest.mark.filterwarnings(
    "ignore::hedgeresearch.errors.ConvergenceWarning", "ignore::hedgeresearch.errors.DataWarning"
)
@pytest.mark.parametrize("is_constant", [False, True])
def test_a_million_dates(benchmark: Any, is_constant: bool) -> None:
    name = "constant" if is_constant else "clear"
    note(benchmark, f"DCC 2 x 1,000,000, {name}, with errors", 1.0)
    if is_constant:
        values = 0.01 * np.random.default_rng(1).standard_normal((MILLION, 2))
    else:
        values = np.tile(
            hr.data.simulate_dcc(10_000, a=0.05, b=0.93, seed=1).returns.to_numpy(), (100, 1)
        )
    dates = pd.date_range("1990-01-01", periods=MILLION, freq="min")
    frame = pd.DataFrame(values, dates, ["asset", "hedge"])
    with_errors(hr.DCC(), frame.iloc[:1000])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    arguments = (hr.DCC(), frame)
    fit = benchmark.pedantic(with_errors, arguments, rounds=1, iterations=1)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert len(fit.dates) == MILLION
    assert grown < 200  # MiB: a few numbers for every date
