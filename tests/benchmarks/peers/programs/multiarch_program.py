"""multiarch: two-step errors by finite differences."""

from __future__ import annotations

from typing import Any

import multiarch
import numpy as np
import pandas as pd
from multiarch.univariate import backcast

from tests.benchmarks.peers.estimates import DCCEstimate, Fitting, GARCHEstimate, Program


def fit_dcc(returns: pd.DataFrame) -> Any:
    fit = multiarch.DCC(returns).fit()
    return fit, fit.std_err


def read_dcc(returns: pd.DataFrame, result: Any) -> DCCEstimate:
    fit, errors = result
    margins = zip(returns.columns, fit.uparams, strict=True)
    return DCCEstimate(
        *fit.corr_params,
        tuple(errors["corr"]),
        fit.std_resid_arr,
        fit.Qbar,
        tuple(_margin(returns[name], parameters) for name, parameters in margins),
        fit.forecast(1)["correlation"][0],
    )


def _margin(series: pd.Series, parameters: Any, errors: Any = (np.nan,) * 4) -> GARCHEstimate:
    start = backcast(series.to_numpy() - parameters[0])
    return GARCHEstimate(*parameters, errors=tuple(errors[2:4]), backcast=start)


def fit_garch(series: pd.Series) -> Any:
    return multiarch.fit_univariate(series.to_numpy())


def read_garch(series: pd.Series, result: Any) -> GARCHEstimate:
    return _margin(series, result.params, result.std_err)


PROGRAM = Program(
    "multiarch",
    "means estimated, robust errors of both steps",
    Fitting(fit_dcc, read_dcc),
    Fitting(fit_garch, read_garch),
    max_series=10,
)
