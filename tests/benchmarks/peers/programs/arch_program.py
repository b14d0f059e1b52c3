"""arch: GARCH(1,1) with an estimated mean, in per cent, and robust errors."""

from __future__ import annotations

from typing import Any

import pandas as pd
from arch import arch_model

from tests.benchmarks.peers.estimates import Fitting, GARCHEstimate, Program

PER_CENT = 100.0


def fit_garch(series: pd.Series) -> Any:
    fit = arch_model(PER_CENT * series, rescale=False).fit(disp="off", show_warning=False)
    fit.std_err  # noqa: B018 - computed when it is read
    return fit


def read_garch(series: pd.Series, result: Any) -> GARCHEstimate:
    mu, omega, alpha, beta = result.params
    return GARCHEstimate(
        mu / PER_CENT,
        omega / PER_CENT**2,
        alpha,
        beta,
        tuple(result.std_err.iloc[2:4]),
        backcast=float(result.model._backcast) / PER_CENT**2,
    )


PROGRAM = Program("arch", "per cent, robust errors", garch=Fitting(fit_garch, read_garch))
