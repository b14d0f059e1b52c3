"""Times of daily refits and of a panel of backtests; no time is asserted.

The last 3500 dates of the bundled pair: 2500 refits, each on the 1000 dates before.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine.parallel import Task, run_tasks
from hedgeresearch.evaluation.engine.schedule import Schedule

ONCE = {"rounds": 1, "iterations": 1, "warmup_rounds": 0}
WINDOW = 1000
N_REFITS = 2500
CASES = {
    "EWMA": (hr.MinimumVarianceHedge(hr.EWMACovariance()), 1, 1.0),
    "rolling OLS, 250 dates": (hr.RollingOLSHedge(250), 1, 1.0),
    "GARCH-DCC": (hr.MinimumVarianceHedge(hr.DCC()), 1, 0.9),
    "GARCH-DCC in threads": (hr.MinimumVarianceHedge(hr.DCC()), 2, 0.6),
    "regimes, Gaussian HMM(2)": (hr.RegimeHedge(hr.GaussianHMM(2)), 2, 60.0),
}
"""Model, number of processes or threads, and aim in seconds."""


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.returns(hr.load("nasdaq_sp500")).iloc[-WINDOW - N_REFITS :]


@pytest.mark.parametrize("case", CASES)
def test_daily_refits(benchmark: Any, returns: pd.DataFrame, case: str) -> None:
    model, jobs, aim = CASES[case]
    refits = Schedule(WINDOW, 1, None).refits(len(returns))
    benchmark.extra_info.update({"case": f"2500 daily refits, {case}, {jobs} cores", "aim": aim})
    warm = Task(case, model, returns, refits[:2])
    run_tasks([warm] * jobs, jobs, progress=False)  # compiled, and the processes started
    (walked,) = benchmark.pedantic(
        run_tasks, ([Task(case, model, returns, refits)], jobs, False), **ONCE
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
