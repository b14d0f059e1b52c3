"""pymgarch: margins by arch, in per cent; two-step errors by finite differences."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pymgarch

from tests.benchmarks.peers.estimates import DCCEstimate, Fitting, Program
from tests.benchmarks.peers.programs.arch_program import PER_CENT, read_garch


def fit_dcc(returns: pd.DataFrame) -> Any:
    return pymgarch.DCC().fit(PER_CENT * returns)


def read_dcc(returns: pd.DataFrame, result: Any) -> DCCEstimate:
    margins = zip(returns.columns, result.mset.results, strict=True)
    return DCCEstimate(
        *result.psi,
        tuple(result.se),
        result.eps,
        result.Sbar,
        tuple(read_garch(returns[name], fit) for name, fit in margins),
        result.forecast(horizon=1).correlations[0],
    )


PROGRAM = Program(
    "pymgarch",
    "per cent, margins of arch, robust errors of both steps",
    Fitting(fit_dcc, read_dcc),
    max_series=10,
)
