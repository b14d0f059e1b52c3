"""Times of correlations of many series on easy and on hard panels; no time is asserted.

Weak dynamics have several local maxima, and constant ones or those next to a bound need more than
one search: a mean over easy panels would hide them. The second run of a process is measured; the
first compiles for about 12 seconds of CPU, once on every machine.
"""

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import hedgeresearch as hr
from tests.benchmarks.clock import seconds_of_programs
from tests.benchmarks.peers.panels import DYNAMICS, Panel, dow, simulated

ONCE = {"rounds": 1, "iterations": 1, "warmup_rounds": 0}


def note(benchmark: Any, case: str, aim: float, rival: float | None = None) -> None:
    benchmark.extra_info.update(
        {"case": case, "aim": aim} | ({} if rival is None else {"rival": rival})
    )


def with_errors(model: Any, panel: Panel) -> hr.covariance.CovarianceFit:
    with warnings.catch_warnings():
        # Some models of weak panels lie on a bound, and some weeks of the Dow look like splits.
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        warnings.simplefilter("ignore", hr.errors.DataWarning)
        fit = model.fit(panel.returns)
        fit.standard_errors  # noqa: B018 - computed on demand
    return fit


def panel_of(n_series: int, dynamics: str, n_dates: int) -> Panel:
    """Return a simulated panel, or that of the Dow."""
    panel = dow(n_series) if dynamics == "Dow" else simulated(n_series, dynamics, n_dates)
    if panel is None:
        pytest.skip("HEDGERESEARCH_DATA_DIR names no folder with the returns of the Dow")
    return panel


@pytest.mark.parametrize("dynamics", ["Dow", *DYNAMICS])
def test_dcc_of_ten_series(benchmark: Any, dynamics: str) -> None:
    panel = panel_of(10, dynamics, 1000)
    note(benchmark, f"DCC {panel.name}, with errors", 0.022, 7.2)
    arguments = (hr.DCC(), panel)
    fit = benchmark.pedantic(with_errors, arguments, rounds=5, iterations=1, warmup_rounds=1)
    assert fit.convergence["gradient norm"] < 1e-4


@pytest.mark.parametrize("dynamics", ["Dow", *DYNAMICS])
def test_dcc_of_thirty_series(benchmark: Any, dynamics: str) -> None:
    panel = panel_of(30, dynamics, 1141)
    note(benchmark, f"DCC {panel.name}, with errors", 0.18, 68.5)
    arguments = (hr.DCC(), panel)
    fit = benchmark.pedantic(with_errors, arguments, rounds=3, iterations=1, warmup_rounds=1)
    assert fit.convergence["gradient norm"] < 1e-4


@pytest.mark.parametrize(
    "model",
    [hr.DCC(asymmetric=True), hr.DCC(density="student"), hr.DCC(correction="aielli"), hr.DECO()],
    ids=["asymmetric", "student", "corrected", "DECO"],
)
@pytest.mark.parametrize("dynamics", ["Dow", *DYNAMICS])
def test_other_rules_of_ten_series(benchmark: Any, model: Any, dynamics: str) -> None:
    panel = panel_of(10, dynamics, 1000)
    note(benchmark, f"{type(model).__name__} by other rules, {panel.name}, with errors", 0.06)
    fit = benchmark.pedantic(with_errors, (model, panel), rounds=3, iterations=1, warmup_rounds=1)
    assert fit.convergence["gradient norm"] < 1e-4


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_dcc_of_fifty_series(benchmark: Any, dynamics: str) -> None:
    panel = simulated(50, dynamics)
    note(benchmark, f"DCC {panel.name}, with errors", 0.5, 125.8)
    arguments = (hr.DCC(), panel)
    fit = benchmark.pedantic(with_errors, arguments, rounds=2, iterations=1, warmup_rounds=1)
    assert fit.convergence["gradient norm"] < 1e-4


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("dynamics", ["clear", "weak", "constant"])
def test_dcc_of_a_hundred_series(benchmark: Any, dynamics: str) -> None:
    panel = simulated(100, dynamics, 1250)
    note(benchmark, f"DCC {panel.name}, without errors", 2.2, 54.0)
    fit = benchmark.pedantic(hr.DCC().fit, (panel.returns,), **ONCE)
    assert fit.convergence["gradient norm"] < 1e-4


THOUSAND = """
import resource, time, warnings
import numpy as np, pandas as pd
import hedgeresearch as hr
from tests.benchmarks.clock import seconds_of_programs
warnings.simplefilter("ignore")
rng = np.random.default_rng(1)
loadings = rng.uniform(0.3, 0.8, (1000, 1))
noise = rng.standard_normal((1250, 1)) @ loadings.T
noise = noise + rng.standard_normal((1250, 1000)) * np.sqrt(1 - loadings.T**2)
values = np.empty((1250, 1000))
variance = np.ones(1000)
for t in range(1250):
    values[t] = np.sqrt(variance) * noise[t]
    variance = 0.05 + 0.06 * values[t] ** 2 + 0.89 * variance
frame = pd.DataFrame(values / 100, pd.bdate_range("2000-01-03", periods=1250))
model = hr.DCC(estimator="composite", target="nonlinear")
model.fit(frame.iloc[:200, :3])
begin = time.process_time()
fit = model.fit(frame)
print(time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


@pytest.mark.benchmark(timer=seconds_of_programs)
def test_dcc_of_a_thousand_series(benchmark: Any) -> None:
    """A separate process measures the peak memory; the time printed is the CPU time of the fit."""
    command = [sys.executable, "-c", THOUSAND]
    root = Path(hr.__file__).parents[1]
    done = benchmark.pedantic(
        subprocess.run, (command,), {"capture_output": True, "cwd": root, "check": True}, **ONCE
    )
    seconds, peak = map(float, done.stdout.split())
    note(benchmark, f"DCC 1000 x 1250, composite: {seconds:.1f} CPU s, {peak:.2f} GiB", 4.0)
    assert peak < 1.5
