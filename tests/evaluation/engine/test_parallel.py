"""Every model, walked in one process, in several and in threads: the same bits, no look-ahead."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.compilation.notices import CompilationLog
from hedgeresearch.evaluation.engine import parallel as parallel_module
from hedgeresearch.evaluation.engine.schedule import Schedule
from tests.evaluation.fragile import Broken
from tests.evaluation.runs import WINDOW, check_same, walk

HEDGES = [
    hr.NaiveHedge(),
    hr.OLSHedge(),
    hr.DimsonHedge(),
    hr.HorizonHedge(hr.OLSHedge(), 5),
    hr.TotalLeastSquaresHedge(),
    hr.QuantileHedge(),
    hr.ErrorCorrectionHedge(),
    hr.VECMHedge(),
    hr.CointegrationHedge(),
    hr.MeanVarianceHedge(3.0, expected=0.0),
    hr.MinimumCVaRHedge(),
    hr.LowerPartialMomentHedge(),
    hr.RollingOLSHedge(60),
    hr.ExpandingOLSHedge(),
    hr.WeightedOLSHedge(60),
    hr.KalmanHedge(),
    hr.MinimumVarianceHedge(hr.DCC()),
    hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    hr.MarkovSwitchingHedge(n_starts=2),
    hr.ShrunkHedge(hr.OLSHedge()),
    hr.CombinedHedge({"ols": hr.OLSHedge(), "rolling": hr.RollingOLSHedge(60)}),
    hr.ConstrainedHedge(hr.OLSHedge(), lower=0.0, upper=1.0),
    hr.TrackingHedge(2),
    hr.RegimeWeightedHedge(
        {"ols": hr.OLSHedge(), "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance())},
        hr.GaussianHMM(2, n_starts=2),
    ),
]
COVARIANCES = [
    hr.SampleCovariance(),
    hr.RollingCovariance(60),
    hr.EWMACovariance(),
    hr.CCC(),
    hr.DECO(),
    hr.BEKK(),
    hr.OrthogonalGARCH(),
    hr.RegimeCorrelation(n_starts=2),
    hr.RegimeDCC(),
    hr.DCC(univariate=hr.ArchModel()),
]
LABELS = pd.Series(
    np.arange(340) // 40 % 2 == 1, hr.data.simulate_dcc(n_dates=340).returns.index, name="wild"
)
REGIMES = [
    hr.StudentHMM(2, n_starts=2),
    hr.MarkovSwitching(2, n_starts=1),
    hr.MarkovSwitchingGARCH(2, n_starts=2),
    hr.JumpModel(2, penalty=5.0),
    hr.ThresholdRegimes(window=100),
    hr.LabelledRegimes(LABELS),
]
EVERY_MODEL = {type(model).__name__: model for model in HEDGES}
EVERY_MODEL |= {type(model).__name__: hr.MinimumVarianceHedge(model) for model in COVARIANCES}
EVERY_MODEL |= {type(model).__name__: hr.RegimeHedge(model) for model in REGIMES}
EVERY_MODEL |= {
    "within": hr.RegimeHedge(
        hr.GaussianHMM(2, n_starts=2), "most_likely", covariance_model=hr.EWMACovariance()
    ),
    "observed": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), observe=lambda table: table.abs()),
}
CONSTANT = ["naive", "NaiveHedge", "ConstrainedHedge"]
REFIT_EVERY = 45


def test_no_model_is_left_out() -> None:
    table = hr.list_models()
    others = ("volatility", "hedges of options")
    hedges = set(table.index[~table["family"].isin(others)])
    assert hedges <= set(EVERY_MODEL) | {"DCC", "GaussianHMM"}


@pytest.fixture(scope="module")
def moving() -> pd.DataFrame:
    return moving_returns()


def moving_returns() -> pd.DataFrame:
    """Returns of an asset and two hedges whose variances and correlations move."""
    calm = hr.data.simulate_dcc(n_dates=340, n_series=3, correlation=0.6, seed=7).returns
    return calm.mul(np.where(np.arange(340) // 40 % 2, 2.5, 1.0), axis=0)


@pytest.fixture(scope="module")
def serial(moving: pd.DataFrame) -> hr.evaluation.Backtest:
    return walk(EVERY_MODEL, moving, refit_every=REFIT_EVERY)


@pytest.mark.long
def test_every_model_walks(serial: hr.evaluation.Backtest) -> None:
    assert serial.failed_refits.sum() == 0
    assert serial.n_refits == 2
    moves = serial.ratios.T.groupby(level="model", sort=False).max().T.nunique()
    assert (moves.drop(CONSTANT) > 1).all()


# --- the same bits ---

SEVERAL = {
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "kalman": hr.KalmanHedge(),
    "quantile": hr.QuantileHedge(),
    "coint": hr.CointegrationHedge(),
    "dimson": hr.DimsonHedge(),
}


@pytest.fixture(scope="module")
def several(moving: pd.DataFrame) -> hr.evaluation.Backtest:
    return walk(SEVERAL, moving, refit_every=30, cost=hr.Costs(fee=0.001))


@pytest.mark.long
def test_two_processes_give_the_same_bits(
    moving: pd.DataFrame, several: hr.evaluation.Backtest
) -> None:
    """The notes of refits come back in the same order and words, too."""
    assert len(several.notes)
    parallel = walk(SEVERAL, moving, refit_every=30, cost=hr.Costs(fee=0.001), n_jobs=2)
    check_same(parallel, several)


@pytest.mark.long
def test_threads_give_the_same_bits(moving: pd.DataFrame, several: hr.evaluation.Backtest) -> None:
    with joblib.parallel_config("threading"):
        threaded = walk(SEVERAL, moving, refit_every=30, cost=hr.Costs(fee=0.001), n_jobs=4)
    check_same(threaded, several)


COMPILED = {
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "student": hr.MinimumVarianceHedge(hr.DCC(density="student")),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)),
}


def backends_of(models: dict[str, Any], returns: pd.DataFrame, patch: Any) -> tuple[Any, list[str]]:
    """Walk with two jobs; return the backtest and the backends that joblib preferred."""
    preferred = []
    parallel = joblib.Parallel

    def watched(*args: Any, prefer: str, **settings: Any) -> Any:
        preferred.append(prefer)
        return parallel(*args, prefer=prefer, **settings)

    with patch.context() as patched:
        patched.setattr(joblib, "Parallel", watched)
        return walk(models, returns, window=200, refit_every=1, n_jobs=2), preferred


def test_compiled_walks_run_in_threads(moving: pd.DataFrame, monkeypatch: Any) -> None:
    pair = moving[["asset", "hedge"]]
    monkeypatch.setattr(parallel_module, "MAX_REFITS", 50)
    expected = walk(COMPILED, pair, window=200, refit_every=1)
    threaded, preferred = backends_of(COMPILED, pair, monkeypatch)
    assert preferred == ["threads"]
    check_same(threaded, expected)


@pytest.mark.long
def test_other_walks_run_in_processes(moving: pd.DataFrame, monkeypatch: Any) -> None:
    models = COMPILED | {"kalman": hr.KalmanHedge()}
    pair = moving[["asset", "hedge"]].iloc[:230]
    processes, preferred = backends_of(models, pair, monkeypatch)
    assert preferred == ["processes"]
    check_same(processes, walk(models, pair, window=200, refit_every=1))


def test_a_model_is_compiled_before_workers_start(moving: pd.DataFrame) -> None:
    made = []

    class Watched(hr.RollingOLSHedge):
        def fit(self, asset: Any, hedges: Any) -> Any:
            made.append(len(asset))
            return super().fit(asset, hedges)

    refits = Schedule(200, 10, None).refits(len(moving))
    assert parallel_module.Task("", Watched(60), moving, refits).prepare() is False
    assert set(made) == {200}
    assert parallel_module.Task("", hr.OLSHedge(), moving, refits).prepare() is True


def test_what_a_warm_start_compiles_is_compiled_as_well(
    moving: pd.DataFrame, monkeypatch: Any
) -> None:
    """Only where the first refit compiled something: else everything was kept."""
    refits = Schedule(200, 10, None).refits(len(moving))
    steps = []
    record = CompilationLog("")

    def kept(_: Any, refit: Any, cold: bool) -> None:
        steps.append((refit.train_start, cold))

    def compiled(_: Any, refit: Any, cold: bool) -> None:
        kept(_, refit, cold)
        record.begin("module", "kernel")
        record.end("module", "kernel")

    monkeypatch.setattr(parallel_module, "log", lambda: record)
    for step in (kept, compiled):
        monkeypatch.setattr(parallel_module.Steps, "step", step)
        parallel_module.Task("", hr.KalmanHedge(), moving, refits).prepare()
    assert steps == [(0, True), (0, True), (10, False)]


def test_walks_of_a_checkpoint_are_prepared_unless_finished(
    moving: pd.DataFrame, tmp_path: Path, monkeypatch: Any
) -> None:
    prepared = []
    prepare = parallel_module.Task.prepare

    def recorded(task: Any) -> bool:
        prepared.append(task.label)
        return prepare(task)

    monkeypatch.setattr(parallel_module.Task, "prepare", recorded)
    some = {"kalman": hr.KalmanHedge(), "rolling": hr.RollingOLSHedge(60)}
    for names in (["kalman"], ["kalman", "rolling"]):
        models = {name: some[name] for name in names}
        with joblib.parallel_config("threading"):
            walk(models, moving, checkpoint=tmp_path, n_jobs=2)
    assert prepared == ["kalman", "ols", "naive", "rolling"]


COLD = """
import sys
from tests.evaluation.engine.test_parallel import COLD_MODELS, moving_returns
from tests.evaluation.runs import walk
found = walk(COLD_MODELS, moving_returns(), refit_every=30, n_jobs=int(sys.argv[1]))
print(found.ratios.to_numpy().tobytes().hex())
"""
COLD_MODELS = {
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "ccc": hr.MinimumVarianceHedge(hr.CCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "kalman": hr.KalmanHedge(),
    "rolling": hr.RollingOLSHedge(60),
}


@pytest.mark.slow
def test_cold_and_warm_walks_of_any_jobs_have_the_same_bits(tmp_path: Path) -> None:
    """One process compiles, two processes do, and the second of each loads what was kept."""
    found = []
    for folder, n_jobs in (("one", 1), ("one", 2), ("two", 2), ("two", 1)):
        settings = {"NUMBA_CACHE_DIR": str(tmp_path / folder), "HEDGERESEARCH_QUIET": "1"}
        command = [sys.executable, "-c", COLD, str(n_jobs)]
        root = Path(hr.__file__).parents[1]
        how: dict[str, Any] = {"cwd": root, "env": {**os.environ, **settings}, "check": True}
        found.append(subprocess.run(command, capture_output=True, text=True, **how).stdout)
    assert len(found[0]) > 1000
    assert found == found[:1] * 4


@pytest.mark.slow
def test_two_processes_give_the_same_bits_for_every_model(
    moving: pd.DataFrame, serial: hr.evaluation.Backtest
) -> None:
    check_same(walk(EVERY_MODEL, moving, refit_every=REFIT_EVERY, n_jobs=2), serial)


@pytest.mark.long
def test_programming_errors_of_a_process_are_raised(moving: pd.DataFrame) -> None:
    with pytest.raises(ZeroDivisionError, match="a bug"):
        walk({"broken": Broken()}, moving, n_jobs=2)


# --- no look-ahead ---


def check_arrow_of_time(
    moving: pd.DataFrame, serial: hr.evaluation.Backtest, day: int, n_jobs: int = 1
) -> hr.evaluation.Backtest:
    """Walk over returns that are shocked from a day on: nothing dated before changes."""
    shocked = moving.copy()
    n_before = day - WINDOW
    noise = np.random.default_rng(day).normal(scale=0.02, size=shocked.iloc[day:].shape)
    shocked.iloc[day:] = 3 * shocked.iloc[day:] + noise
    backtest = walk(EVERY_MODEL, shocked, refit_every=REFIT_EVERY, n_jobs=n_jobs)

    def check_first(table: Any, other: Any, n_rows: int) -> None:
        pd.testing.assert_frame_equal(table.iloc[:n_rows], other.iloc[:n_rows], check_exact=True)

    check_first(backtest.ratios, serial.ratios, n_before + 1)
    check_first(backtest.hedged_returns, serial.hedged_returns, n_before)
    for name, path in serial.predicted.items():
        check_first(backtest.predicted[name], path, n_before + 1)
    now = backtest.hedged_returns.iloc[n_before] != serial.hedged_returns.iloc[n_before]
    assert now.all()
    return backtest


@pytest.mark.long
def test_a_shock_changes_nothing_before_it(
    moving: pd.DataFrame, serial: hr.evaluation.Backtest
) -> None:
    """The shock begins on the last date of the second sample: every later ratio changes."""
    backtest = check_arrow_of_time(moving, serial, day=WINDOW + REFIT_EVERY - 1)
    changed = backtest.ratios.iloc[-1] != serial.ratios.iloc[-1]
    assert changed.groupby(level="model").any().drop(CONSTANT).all()


@pytest.mark.slow
@pytest.mark.parametrize("day", [251, 295, 322])
def test_a_shock_of_any_day_changes_nothing_before_it(
    moving: pd.DataFrame, serial: hr.evaluation.Backtest, day: int
) -> None:
    check_arrow_of_time(moving, serial, day, n_jobs=2)


@pytest.mark.long
def test_every_backend_of_joblib_gives_the_same_result(moving: pd.DataFrame) -> None:
    results = []
    for backend in ("loky", "threading", "multiprocessing"):
        with joblib.parallel_config(backend=backend):
            results.append(walk({}, moving, n_jobs=2))
    check_same(results[0], results[1])
    check_same(results[0], results[2])
