"""Hidden Markov models on clear, weak, constant, boundary and real samples; no time is asserted.

hmmlearn, where it is installed, begins at the same starting points and stops at the same gain.
"""

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.hidden_markov.advance import advance_regimes
from hedgeresearch._kernels.switching.advance import advance_states
from hedgeresearch.regimes.hmm.standard_errors import HMMErrors

ROUNDS = {"rounds": 5, "iterations": 1, "warmup_rounds": 1}


def weak() -> pd.DataFrame:
    """No regimes: correlations and volatilities that change smoothly."""
    return hr.data.simulate_dcc(5000, a=0.02, b=0.9, seed=1).returns


def boundary() -> pd.DataFrame:
    """A regime that is never left once it is entered."""
    table = hr.data.simulate_regimes(n_dates=5000, seed=1).returns
    return pd.concat([table[:2500] * 0.5, table[2500:] * 2.0])


def real() -> pd.DataFrame:
    return hr.returns(hr.load("nasdaq_sp500"))


def clear() -> pd.DataFrame:
    return hr.data.simulate_regimes(n_dates=5000, seed=1).returns


def constant() -> pd.DataFrame:
    """No regimes and no dynamics."""
    return hr.data.simulate_dcc(5000, a=0.0, b=0.0, correlation=0.6, seed=1).returns


SAMPLES = {"constant": constant, "clear": clear, "weak": weak, "boundary": boundary, "real": real}


@pytest.mark.benchmark(timer=time.process_time, group="20 starts, 5000 x 2, two regimes")
@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("backend", ["compiled", "hmmlearn"])
def test_twenty_starts(benchmark: Any, sample: str, backend: Any) -> None:
    if backend == "hmmlearn":
        pytest.importorskip("hmmlearn")
    table = SAMPLES[sample]()
    model = hr.GaussianHMM(2, backend=backend)
    benchmark.extra_info.update(
        {"case": f"HMM, 20 starts, 5000 x 2, {sample}, {backend}", "aim": 0.13}
    )
    fit = benchmark.pedantic(model.fit, (table,), **ROUNDS)
    best = hr.GaussianHMM(2).fit(table).log_likelihood
    assert fit.log_likelihood == pytest.approx(best, abs=1e-3)


@pytest.mark.benchmark(timer=time.process_time, group="HMM, growth")
@pytest.mark.parametrize("n_dates", [10_000, 100_000, 1_000_000])
def test_growth_is_linear(benchmark: Any, n_dates: int) -> None:
    block = hr.data.simulate_regimes(n_dates=10_000, seed=1).returns.to_numpy()
    table = pd.DataFrame(np.tile(block, (n_dates // 10_000, 1)), columns=["asset", "hedge"])
    benchmark.extra_info.update({"case": f"HMM, 2 starts, {n_dates:,} x 2", "aim": 2e-6 * n_dates})
    model = hr.GaussianHMM(2, n_starts=2)
    fit = benchmark.pedantic(model.fit, (table,), rounds=1, iterations=1)
    assert len(fit.dates) == n_dates


@pytest.mark.benchmark(timer=time.process_time, group="HMM, a refit near the last one, 1000 x 2")
@pytest.mark.parametrize("sample", SAMPLES)
def test_warm_refit(benchmark: Any, sample: str) -> None:
    table = SAMPLES[sample]()
    model = hr.GaussianHMM(2)
    earlier = model.fit(table[2000:3000])
    benchmark.extra_info.update({"case": f"HMM, warm refit, 1000 x 2, {sample}", "aim": 0.003})
    benchmark(model.fit, table[2001:3001], warm_start=earlier)


@pytest.mark.benchmark(timer=time.process_time, group="HMM, standard errors, 5000 x 2")
@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("kind", [hr.GaussianHMM, hr.StudentHMM])
def test_standard_errors(benchmark: Any, sample: str, kind: Any) -> None:
    fit = kind(2, n_starts=3).fit(SAMPLES[sample]())
    errors = fit.estimates.errors
    case = f"{kind.__name__}, standard errors, 5000 x 2, {sample}"
    benchmark.extra_info.update({"case": case, "aim": 0.03})

    def computed() -> Any:
        fresh = HMMErrors(errors.parameters, errors.observations, errors.visits)
        return fresh.covariance()

    covariance = benchmark.pedantic(computed, **ROUNDS)
    assert np.isfinite(np.diag(covariance)).any()


@pytest.mark.benchmark(timer=time.process_time, group="HMM, a bar more")
def test_state_after_a_bar(benchmark: Any) -> None:
    """In arrays: the state of the chain after an observation more."""
    state = hr.GaussianHMM(2, n_starts=2).fit(clear()[:1000]).final_state
    benchmark.extra_info.update({"case": "HMM, a bar more, in arrays", "aim": 1e-6})
    assert advance_regimes.dispatcher is not None  # as after a few bars
    later = benchmark(state.advance, np.array([[0.01, -0.01]]))
    assert later.next_probabilities.sum() == pytest.approx(1.0)


@pytest.mark.benchmark(timer=time.process_time, group="HMM, a bar more")
@pytest.mark.parametrize("order", [0, 2])
def test_switching_state_after_a_bar(benchmark: Any, order: int) -> None:
    """In arrays: the state of a switching autoregression after an observation more."""
    series = clear()[:1000].iloc[:, :1]
    state = hr.MarkovSwitching(2, order=order, n_starts=2).fit(series).final_state
    case = f"MarkovSwitching, {order} lags, a bar more, in arrays"
    benchmark.extra_info.update({"case": case, "aim": 1e-6})
    assert advance_states.dispatcher is not None  # as after a few bars
    later = benchmark(state.advance, np.array([[0.01]]))
    assert later.next_probabilities.sum() == pytest.approx(1.0)
