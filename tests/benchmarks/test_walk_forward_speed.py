"""Times of daily refits and of a panel of backtests; no time is asserted.

The last 3500 dates of the bundled pair: 2500 refits, each on the 1000 dates before.
"""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine.parallel import Task, run_tasks
from hedgeresearch.evaluation.engine.schedule import Schedule
from tests.benchmarks.clock import seconds_of_programs

ONCE = {"rounds": 1, "iterations": 1, "warmup_rounds": 0}
WINDOW = 1000
N_REFITS = 2500
CASES = {
    "EWMA": (hr.MinimumVarianceHedge(hr.EWMACovariance()), 1.0),
    "rolling OLS, 250 dates": (hr.RollingOLSHedge(250), 1.0),
    "GARCH-DCC": (hr.MinimumVarianceHedge(hr.DCC()), 0.9),
    "regimes, Gaussian HMM(2)": (hr.RegimeHedge(hr.GaussianHMM(2)), 8.0),
}
"""Model, and aim in CPU seconds."""
SAMPLES = {"real": None, "weak": {"a": 0.01, "b": 0.9}, "constant": {"a": 0.0, "b": 0.0}}
"""Dynamics of simulated samples."""


def returns_of(sample: str) -> pd.DataFrame:
    dynamics = SAMPLES[sample]
    if dynamics is None:
        return hr.returns(hr.load("nasdaq_sp500")).iloc[-WINDOW - N_REFITS :]
    return hr.data.simulate_dcc(WINDOW + N_REFITS, correlation=0.6, seed=1, **dynamics).returns


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("case", CASES)
def test_daily_refits(benchmark: Any, case: str, sample: str) -> None:
    model, aim = CASES[case]
    check_walk(benchmark, f"2500 daily refits, {case}, {sample}", model, aim, sample)


@pytest.mark.benchmark(timer=time.perf_counter)
def test_daily_refits_in_two_threads(benchmark: Any) -> None:
    """These are seconds of the clock, not of CPU."""
    model = hr.MinimumVarianceHedge(hr.DCC())
    name = "2500 daily refits, GARCH-DCC, two threads, by the clock"
    check_walk(benchmark, name, model, 0.6, "real", n_jobs=2)


def check_walk(
    benchmark: Any,
    name: str,
    model: hr.hedges.HedgeModel,
    aim: float,
    sample: str,
    n_jobs: int = 1,
) -> None:
    returns = returns_of(sample)
    refits = Schedule(WINDOW, 1, None).refits(len(returns))
    benchmark.extra_info.update({"case": name, "aim": aim})
    warm = Task(name, model, returns, refits[:2])
    run_tasks([warm] * n_jobs, n_jobs, progress=False)  # compiled, and the threads started
    (walked,) = benchmark.pedantic(
        run_tasks, ([Task(name, model, returns, refits)], n_jobs, False), **ONCE
    )
    assert walked.ratios.shape == (N_REFITS, 1)
    assert not any(note.failed for note in walked.notes)


STUDY = """
import resource, sys, time
import hedgeresearch as hr
n_pairs = int(sys.argv[1])
models = {
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance()),
    "rolling": hr.RollingOLSHedge(250),
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "kalman": hr.KalmanHedge(),
}
pairs = {}
for seed in range(n_pairs):
    table = hr.data.simulate_dcc(2500, a=0.05, b=0.9, seed=seed).returns
    pairs[str(seed)] = (table["asset"], table[["hedge"]])
first = next(iter(pairs.values()))
hr.walk_forward(models, first[0].iloc[:1100], first[1].iloc[:1100], 1000, 100, progress=False)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.perf_counter()
panel = hr.walk_forward_panel(models, pairs, window=1000, refit_every=100, progress=False)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(time.perf_counter() - begin, before * 1024, peak * 1024)
"""


@pytest.mark.benchmark(timer=seconds_of_programs)
@pytest.mark.parametrize("n_pairs", [5, 20])
def test_panel_grows_with_its_pairs(benchmark: Any, n_pairs: int) -> None:
    """A separate process measures the peak memory; the time printed is that of the panel alone."""
    command = [sys.executable, "-W", "ignore", "-c", STUDY, str(n_pairs)]
    root = Path(hr.__file__).parents[1]
    done = benchmark.pedantic(
        subprocess.run, (command,), {"capture_output": True, "cwd": root, "check": True}, **ONCE
    )
    seconds, before, peak = map(float, done.stdout.split())
    grown = (peak - before) / 1024**2
    case = f"{n_pairs} pairs x 4 models: {seconds:.1f} s, {peak / 1024**2:.0f} MiB (+{grown:.0f})"
    benchmark.extra_info.update({"case": case, "aim": 2.0 * n_pairs})
    assert peak < 2**30
