"""Times of recursions and fits; no time is asserted."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.dcc.pair.likelihood import dcc_pair_scores
from hedgeresearch._kernels.hidden_markov.filter import filter_regimes
from hedgeresearch._kernels.moments.ewma import ewma_covariance
from hedgeresearch._kernels.moments.rolling import rolling_covariance
from hedgeresearch._kernels.moments.rolling_ratios import rolling_ratios
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from tests.benchmarks.clock import seconds_of_programs

MILLION = 1_000_000
SLOW = {"rounds": 3, "iterations": 1, "warmup_rounds": 1}


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=1000, a=0.05, b=0.9, seed=1).returns


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(MILLION, 2))


@pytest.mark.benchmark(group="GARCH margin, 1000 dates")
def test_garch(benchmark: Any, returns: pd.DataFrame) -> None:
    fit = benchmark(hr.GARCH().fit, returns["asset"])
    assert 0.0 < fit.parameters.iloc[2:].sum() < 1.0


@pytest.mark.benchmark(group="GARCH margin, 1000 dates")
def test_garch_of_arch(benchmark: Any, returns: pd.DataFrame) -> None:
    univariate = pytest.importorskip("arch.univariate")

    def fit() -> Any:
        model = univariate.ConstantMean(
            100 * returns["asset"], volatility=univariate.GARCH(1, 0, 1)
        )
        return model.fit(disp="off")

    assert benchmark(fit).convergence_flag == 0


@pytest.mark.benchmark(group="DCC, 2 series, 1000 dates")
def test_dcc_scores(benchmark: Any, returns: pd.DataFrame) -> None:
    likelihood = CorrelationLikelihood(
        np.ascontiguousarray((returns - returns.mean()) / returns.std())
    )
    parameters = np.array([0.05, 0.9, 0.0])
    rest = (density_constants(NORMAL, 2), likelihood.residuals, *likelihood.matrices(parameters))
    by_date, _ = benchmark(dcc_pair_scores, parameters, False, *rest)
    assert np.isfinite(by_date).all()


@pytest.mark.benchmark(group="hidden Markov model")
def test_hmm_filter_of_a_million_dates(benchmark: Any, noise: np.ndarray) -> None:
    transition = np.array([[0.98, 0.02], [0.05, 0.95]])
    first = np.array([0.5, 0.5])
    _, filtered, _ = benchmark.pedantic(filter_regimes, (-(noise**2), transition, first), **SLOW)
    assert filtered.shape == (MILLION, 2)


@pytest.mark.benchmark(group="moments, 2 series, 1e6 dates")
def test_ewma(benchmark: Any, noise: np.ndarray) -> None:
    path, _ = benchmark.pedantic(ewma_covariance, (0.94, noise, np.zeros((2, 2)), 0.0), **SLOW)
    assert path.shape == (MILLION + 1, 2, 2)


@pytest.mark.benchmark(group="moments, 2 series, 1e6 dates")
def test_rolling_covariance(benchmark: Any, noise: np.ndarray) -> None:
    path = benchmark.pedantic(rolling_covariance, (noise, 250), **SLOW)
    assert path.shape == (MILLION - 249, 2, 2)


@pytest.mark.benchmark(group="rolling OLS, 5000 dates, window 250")
def test_rolling_ols_kernel(benchmark: Any, noise: np.ndarray) -> None:
    ratios, _, _ = benchmark(rolling_ratios, noise[:5000], 250)
    assert np.isfinite(ratios).all()


@pytest.mark.benchmark(group="rolling OLS, 5000 dates, window 250")
@pytest.mark.parametrize("has_bands", [False, True], ids=["ratios", "with bands"])
def test_rolling_ols_hedge(benchmark: Any, has_bands: bool) -> None:
    frame = hr.data.simulate_dcc(n_dates=5000, a=0.05, b=0.9, seed=1).returns

    def hedge() -> pd.DataFrame:
        fit = hr.RollingOLSHedge(250).fit(frame["asset"], frame[["hedge"]])
        return fit.bands() if has_bands else fit.ratio

    assert len(benchmark(hedge)) == 4750


@pytest.mark.benchmark(group="rolling OLS, 5000 dates, window 250")
def test_rolling_ols_of_pandas(benchmark: Any, noise: np.ndarray) -> None:
    asset, hedge = (pd.Series(column) for column in noise[:5000].T)

    def ratio() -> pd.Series:
        return asset.rolling(250).cov(hedge) / hedge.rolling(250).var()

    assert benchmark(ratio).notna().sum() == 4751


@pytest.mark.benchmark(group="expanding bands")
@pytest.mark.parametrize("n_dates", [5000, 20_000])
def test_expanding_bands(benchmark: Any, noise: np.ndarray, n_dates: int) -> None:
    frame = 0.01 * pd.DataFrame(noise[:n_dates], columns=["asset", "hedge"])

    def bands() -> pd.DataFrame:
        return hr.ExpandingOLSHedge().fit(frame["asset"], frame[["hedge"]]).bands()

    assert len(benchmark(bands)) == n_dates - 60


@pytest.mark.benchmark(group="processes", timer=seconds_of_programs)
@pytest.mark.parametrize(
    "arguments",
    [("-c", "pass"), ("-c", "import hedgeresearch"), ("-m", "hedgeresearch", "recommend")],
    ids=["python alone", "import", "recommend"],
)
def test_process(benchmark: Any, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, *arguments]
    root = Path(hr.__file__).parents[1]
    done = benchmark.pedantic(
        subprocess.run, (command,), {"capture_output": True, "cwd": root, "check": True}, **SLOW
    )
    assert done.returncode == 0


@pytest.mark.benchmark(group="a bar more, after 1000 dates")
@pytest.mark.parametrize(
    "model",
    [
        hr.OLSHedge(),
        hr.RollingOLSHedge(250),
        hr.ExpandingOLSHedge(),
        hr.KalmanHedge(),
        hr.MinimumVarianceHedge(hr.EWMACovariance()),
        hr.MinimumVarianceHedge(hr.DCC()),
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), covariance_model=hr.EWMACovariance()),
    ],
    ids=[
        "OLS",
        "rolling OLS",
        "expanding OLS",
        "Kalman",
        "EWMA",
        "DCC",
        "two regimes",
        "EWMA within two regimes",
    ],
)
def test_extension(benchmark: Any, model: Any) -> None:
    returns = hr.data.simulate_regimes(n_dates=1001, seed=3).returns
    asset = returns.iloc[:, 0]
    hedges = returns.iloc[:, 1:]
    fit = model.fit(asset[:-1], hedges[:-1])
    later = benchmark(fit.extend, asset[-1:], hedges[-1:])
    assert len(later.sample.rows) == 1001
