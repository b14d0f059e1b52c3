"""Estimates of a program, with what is needed to evaluate its own likelihood elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

Data = TypeVar("Data")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class GARCHEstimate:
    """GARCH(1,1) of a series, h[t] = omega + alpha e[t-1]^2 + beta h[t-1].

    Attributes
    ----------
    mu, omega, alpha, beta : float, in the units of the series
    errors : standard errors of alpha and beta, (2,)
    estimates_mean : whether mu is estimated with the others, not set to the sample mean
    backcast : variance c of h[1] = omega + (alpha + beta) c; None for the mean of e^2
    starts_at_mean : whether h[1] is the mean of e^2 itself
    """

    mu: float
    omega: float
    alpha: float
    beta: float
    errors: tuple[float, float] = (np.nan, np.nan)
    estimates_mean: bool = True
    backcast: float | None = None
    starts_at_mean: bool = False


@dataclass(frozen=True, eq=False)
class DCCEstimate:
    """DCC(1,1): margins, a and b, and the rules of the program's recursion.

    Attributes
    ----------
    a, b : float
    errors : standard errors of a and b, (2,)
    residuals : standardized residuals of the margins, (n_dates, n_series)
    target : S of the recursion, (n_series, n_series)
    margins : estimates of each series
    starts_at_target : whether Q[1] is S, not (1 - a) S
    skips_first : whether the likelihood begins with the second date
    next_correlation : its forecast for the next date, (n_series, n_series)
    """

    a: float
    b: float
    errors: tuple[float, float]
    residuals: np.ndarray
    target: np.ndarray
    margins: tuple[GARCHEstimate, ...]
    next_correlation: np.ndarray
    starts_at_target: bool = True
    skips_first: bool = False


@dataclass(frozen=True)
class Fitting(Generic[Data, Result]):
    """Function that fits one kind of model, and another that reads its result.

    Attributes
    ----------
    fit : function of the data that returns what the program returns, its errors computed; it is
        timed
    read : function of the data and of that result, not timed
    """

    fit: Callable[[Data], Any]
    read: Callable[[Data, Any], Result]

    def __call__(self, data: Data) -> Result:
        return self.read(data, self.fit(data))


@dataclass(frozen=True)
class Program:
    """A program and how it fits.

    Attributes
    ----------
    name : of the package
    settings : in words, for the notes under a table
    dcc : fitting of returns (n_dates, n_series); None if it has none
    garch : fitting of a series; None if it has none
    max_series : largest panel that it estimates within a minute
    """

    name: str
    settings: str
    dcc: Fitting[pd.DataFrame, DCCEstimate] | None = None
    garch: Fitting[pd.Series, GARCHEstimate] | None = None
    max_series: int = 1000
