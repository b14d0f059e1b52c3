"""multigarch: full likelihood, sample means; errors of the second step's Hessian."""

from __future__ import annotations

from typing import Any

import multigarch
import pandas as pd

from tests.benchmarks.peers.estimates import DCCEstimate, Fitting, GARCHEstimate, Program
from tests.benchmarks.peers.likelihood import correlation_of


def fit_dcc(returns: pd.DataFrame) -> Any:
    fit = multigarch.DCC(mean="constant", method="full", n_jobs=1).fit(returns.to_numpy())
    return fit, fit.std_err


def read_dcc(returns: pd.DataFrame, result: Any) -> DCCEstimate:
    fit, errors = result
    return DCCEstimate(
        fit.a,
        fit.b,
        tuple(errors),
        fit._std_resid,
        fit.Q_bar,
        tuple(_margin(model) for model in fit.garch_models),
        correlation_of(fit.forecast(1)[0]),
        skips_first=True,
    )


def _margin(model: Any) -> GARCHEstimate:
    return GARCHEstimate(
        model.mu,
        model.omega,
        float(model.alpha[0]),
        float(model.beta[0]),
        tuple(model.std_err[1:3]),
        estimates_mean=False,
        starts_at_mean=True,
    )


def fit_garch(series: pd.Series) -> Any:
    fit = multigarch.GARCH(mean="constant").fit(series.to_numpy())
    return fit, fit.std_err


def read_garch(series: pd.Series, result: Any) -> GARCHEstimate:
    return _margin(result[0])


PROGRAM = Program(
    "multigarch",
    'mean="constant", method="full"; sample means, errors of the second step alone, persistence '
    "of a margin at most .999",
    Fitting(fit_dcc, read_dcc),
    Fitting(fit_garch, read_garch),
)
