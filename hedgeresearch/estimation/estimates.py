"""What an estimation found: parameters, likelihood, standard errors, and where the search ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from hedgeresearch.typing import Array


class ParameterErrors(Protocol):
    """What knows the sampling covariance of the parameters, and computes it when asked."""

    def covariance(self) -> Array:
        """Covariance matrix of the parameters (k, k); NaN where a parameter is held by a bound."""


@dataclass(frozen=True, eq=False)
class Estimates:
    """Parameters by name, with what is known about them.

    Attributes
    ----------
    values : dict, the parameters in their order; empty for a model that estimates none
    log_likelihood : float or None, of the estimation sample, in the units of the returns
    n_dates : int, of the estimation sample
    n_targets : int, moments estimated beside the parameters (targets), which the information criteria count too
    gradient_norm : float or None, largest component of the projected gradient per date, in standardized units
    bounds_hit : the bounds on which the estimate lies, in words
    degrees_of_freedom : float, of the t distribution of the p-values; infinite for the normal
    inference : computes the sampling covariance; None where a model has none
    """

    values: Mapping[str, float]
    n_dates: int
    log_likelihood: float | None = None
    n_targets: int = 0
    gradient_norm: float | None = None
    bounds_hit: tuple[str, ...] = ()
    degrees_of_freedom: float = np.inf
    inference: ParameterErrors | None = None

    @cached_property
    def parameters(self) -> pd.Series[float]:
        """The estimates by name, (k,)."""
        return pd.Series(dict(self.values), dtype=np.float64, name="estimate")

    @cached_property
    def covariance(self) -> pd.DataFrame | None:
        """Sampling covariance of the parameters, (k, k)."""
        names = self.parameters.index
        return (
            None
            if self.inference is None
            else pd.DataFrame(self.inference.covariance(), names, names)
        )

    @property
    def summary(self) -> pd.DataFrame:
        """One row a parameter: estimate and, where they exist, standard error, t and two-sided p-value."""
        from scipy.special import ndtr, stdtr

        table = self.parameters.to_frame()
        if self.covariance is not None:
            table["standard error"] = np.sqrt(np.diag(self.covariance))
            table["t"] = table["estimate"] / table["standard error"]
            below, size = self.degrees_of_freedom, -table["t"].abs()
            table["p"] = 2.0 * (stdtr(below, size) if np.isfinite(below) else ndtr(size))
        return table

    def information_criterion(self, penalty: float) -> float | None:
        """-2 log-likelihood + penalty * number of estimated quantities; None without a likelihood."""
        if self.log_likelihood is None:
            return None
        return -2.0 * self.log_likelihood + penalty * (len(self.values) + self.n_targets)


NOTHING_ESTIMATED = Estimates(values={}, n_dates=0)
