"""This package."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import hedgeresearch as hr
from tests.benchmarks.peers.estimates import DCCEstimate, Fitting, GARCHEstimate, Program
from tests.benchmarks.peers.likelihood import correlation_of, residuals_of

MARGIN = ("mu", "omega", "alpha", "beta")


def fit_dcc(returns: pd.DataFrame) -> Any:
    fit = hr.DCC().fit(returns)
    return fit, fit.standard_errors


def read_dcc(returns: pd.DataFrame, result: Any) -> DCCEstimate:
    fit, errors = result
    found = fit.parameters
    margins = tuple(
        GARCHEstimate(*(found[f"{name} {one}"] for one in MARGIN)) for name in returns.columns
    )
    residuals = residuals_of(returns, margins)
    return DCCEstimate(
        found["a"],
        found["b"],
        (errors["a"], errors["b"]),
        residuals,
        np.cov(residuals, rowvar=False),
        margins,
        correlation_of(fit.next_covariance.to_numpy()),
        starts_at_target=False,
    )


def fit_garch(series: pd.Series) -> Any:
    fit = hr.GARCH().fit(series)
    return fit, fit.standard_errors


def read_garch(series: pd.Series, result: Any) -> GARCHEstimate:
    fit, errors = result
    return GARCHEstimate(*fit.parameters, errors=(errors["alpha"], errors["beta"]))


PROGRAM = Program(
    "hedgeresearch",
    "means estimated, robust errors of both steps",
    Fitting(fit_dcc, read_dcc),
    Fitting(fit_garch, read_garch),
)
