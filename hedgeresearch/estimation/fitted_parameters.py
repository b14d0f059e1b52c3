"""Parameters, likelihood and information criteria that every estimated model reports in one way."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.estimation.estimates import Estimates


@dataclass(frozen=True, eq=False, repr=False)
class FittedParameters:
    """Mixin of a fit: the properties that can be read from its estimates alone.

    Attributes
    ----------
    model : the settings that were fitted
    estimates : Estimates, the parameters with their likelihood, errors and convergence
    """

    model: Any
    estimates: Estimates

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.summary.to_html()}"

    @property
    def parameters(self) -> pd.Series[float]:
        """Estimates by name, (k,), in the units of the data."""
        return self.estimates.parameters

    @property
    def standard_errors(self) -> pd.Series[float]:
        """Standard errors of the parameters, (k,); empty for a model without them."""
        return self.estimates.standard_errors

    @property
    def parameter_covariance(self) -> pd.DataFrame | None:
        """Sampling covariance of the parameters, (k, k); None for a model without it."""
        return self.estimates.covariance

    @property
    def summary(self) -> pd.DataFrame:
        """One row per parameter: estimate and, where they exist, standard error, t and p."""
        return self.estimates.summary

    @property
    def convergence(self) -> pd.Series[Any]:
        """Gradient norm where the search ended, per date in standardized units, and bounds hit."""
        bounds = list(self.estimates.bounds_hit)
        report = {"gradient norm": self.estimates.gradient_norm, "bounds hit": bounds}
        return pd.Series(report, dtype=object, name="convergence")

    @property
    def log_likelihood(self) -> float | None:
        """Log-likelihood of the estimation sample, in the units of the data; None without one."""
        return self.estimates.log_likelihood

    @property
    def aic(self) -> float | None:
        """Akaike's criterion, -2 log-likelihood + 2 k; None without a likelihood.

        Moments that were estimated before the likelihood (targets) count as parameters.
        """
        return self.estimates.information_criterion(2.0)

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion, -2 log-likelihood + k log n_dates; None without a likelihood.

        Moments that were estimated before the likelihood (targets) count as parameters.
        """
        return self.estimates.information_criterion(np.log(max(self.estimates.n_dates, 1)))
