"""Times of GARCH with robust errors on samples that are easy and hard to fit; none is asserted."""

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

N_DATES = 1250
DYNAMICS = {
    "clear": (0.08, 0.9),
    "weak": (0.03, 0.9),
    "constant": (0.0, 0.0),
    "boundary": (0.2, 0.8),
}
"""alpha and beta of simulated samples."""
OTHERS = {"clear": 1.5e-3, "weak": 1.6e-3}
"""Seconds of scivol 0.3.0, the fastest of those compared, without errors of misspecification."""
MODELS = {
    "GARCH": hr.GARCH(),
    "GJR": hr.GARCH(asymmetric=True),
    "GARCH-t": hr.GARCH(density="student"),
    "GJR-t": hr.GARCH(asymmetric=True, density="student"),
}


def sample(name: str) -> "pd.Series[float]":
    """Return a simulated sample, or the last dates of the NASDAQ composite index."""
    if name == "NASDAQ":
        return hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"].iloc[-N_DATES:]
    alpha, beta = DYNAMICS[name]
    h = 1.0
    returns = np.empty(N_DATES)
    for t, z in enumerate(np.random.default_rng(5).standard_normal(N_DATES)):
        returns[t] = np.sqrt(h) * z
        h = 1.0 - alpha - beta + alpha * returns[t] ** 2 + beta * h
    dates = pd.bdate_range("2015-01-01", periods=N_DATES)
    return pd.Series(0.01 * returns, dates, name="asset")


def errors_of_fit(model: hr.GARCH, series: "pd.Series[float]") -> "pd.Series[float]":
    """Return the standard errors of a fit; warnings of bounds and of large moves are expected."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(series).standard_errors


@pytest.mark.parametrize("name", [*DYNAMICS, "NASDAQ"])
@pytest.mark.parametrize("model", MODELS)
def test_garch_with_errors(benchmark: Any, model: str, name: str) -> None:
    series = sample(name)
    benchmark.extra_info |= {"case": f"{model}, {N_DATES} dates, {name}", "aim": 1e-3}
    if model == "GARCH" and name in OTHERS:
        benchmark.extra_info["rival"] = OTHERS[name]
    found = benchmark(errors_of_fit, MODELS[model], series)
    assert len(found) == len(MODELS[model].names)


@pytest.mark.parametrize("name", [*DYNAMICS, "NASDAQ"])
def test_garch_in_arrays(benchmark: Any, name: str) -> None:
    """Without tables and without the checks of a sample."""
    returns = np.ascontiguousarray(sample(name).to_numpy())
    benchmark.extra_info |= {"case": f"GARCH in arrays, {N_DATES} dates, {name}", "aim": 3.5e-4}

    def fit_and_errors() -> Any:
        return hr.GARCH().estimate_array(returns).covariance()

    assert benchmark(fit_and_errors).shape == (4, 4)


COMPILED = """
import time
import numpy as np
import hedgeresearch as hr
model = hr.GARCH()
returns = np.random.default_rng(0).standard_normal(500)
import numba
begin = time.process_time()
model.estimate_array(returns).covariance()
print(time.process_time() - begin)
"""


def test_garch_compiled_for_the_first_time(benchmark: Any, tmp_path: Path) -> None:
    """CPU seconds of the first fit and its errors with an empty cache, in the name of the case."""
    command = [sys.executable, "-c", COMPILED]
    environment = {"NUMBA_CACHE_DIR": str(tmp_path), "PATH": ""}
    root = Path(hr.__file__).parents[1]
    done = benchmark.pedantic(
        subprocess.run,
        (command,),
        {"capture_output": True, "cwd": root, "check": True, "env": environment},
        rounds=1,
        iterations=1,
    )
    benchmark.extra_info |= {"case": f"GARCH compiled: {float(done.stdout):.1f} s", "aim": 15.0}
