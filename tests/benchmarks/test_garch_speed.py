"""Times of GARCH with robust errors on samples that are easy and hard to fit; none is asserted."""

import warnings
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
