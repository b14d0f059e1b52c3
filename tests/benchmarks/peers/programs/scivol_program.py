"""scivol: in per cent, means subtracted before; robust errors of the second step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scivol

from tests.benchmarks.peers.estimates import DCCEstimate, Fitting, GARCHEstimate, Program

PER_CENT = 100.0

scivol.settings.show_progress = False


def fit_dcc(returns: pd.DataFrame) -> Any:
    values = returns.to_numpy()
    return scivol.DCC().fit(PER_CENT * (values - values.mean(axis=0)), n_jobs=1)


def read_dcc(returns: pd.DataFrame, result: Any) -> DCCEstimate:
    margins = zip(returns.columns, result.univariate_results, strict=True)
    a, b = result.theta
    return DCCEstimate(
        a,
        b,
        tuple(result.std_errors_robust),
        result._eps,
        result.Qbar,
        tuple(_margin(returns[name], fit) for name, fit in margins),
        result.forecast_correlation(1)[0],
        starts_at_target=False,
    )


def _margin(series: pd.Series, fit: Any, errors: Any = (np.nan,) * 3) -> GARCHEstimate:
    omega, alpha, beta = fit.params
    return GARCHEstimate(
        float(series.mean()),
        omega / PER_CENT**2,
        alpha,
        beta,
        tuple(errors[1:3]),
        estimates_mean=False,
        starts_at_mean=True,
    )


def fit_garch(series: pd.Series) -> Any:
    values = series.to_numpy()
    model = scivol.GARCH(1, 1) + scivol.Normal()
    return model.fit(PER_CENT * (values - values.mean()), method="qmle")


def read_garch(series: pd.Series, result: Any) -> GARCHEstimate:
    return _margin(series, result, result.std_errors_robust)


PROGRAM = Program(
    "scivol",
    "per cent, sample means subtracted before, robust errors of the second step alone",
    Fitting(fit_dcc, read_dcc),
    Fitting(fit_garch, read_garch),
)
