"""Parameters, likelihood and information criteria that every estimated model reports in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hedgeresearch._fit_text import FitText, likelihood_facts, with_intervals
from hedgeresearch._formatting import describe
from hedgeresearch.estimation.estimates import Estimates

MAX_NAMES = 6
"""Number of series that are named one by one."""


@dataclass(frozen=True, eq=False, repr=False)
class FittedParameters(FitText):
    """Mixin of a fit: the properties that can be read from its estimates alone.

    Attributes
    ----------
    model : the settings that were fitted
    estimates : Estimates, the parameters with their likelihood, errors and convergence
    """

    model: Any
    estimates: Estimates

    def facts_about(self, series: Sequence[Any], observations: str) -> dict[str, str]:
        """Return what was fitted, to what and how well, as text by name.

        Parameters
        ----------
        series : sequence of the names of the series
        observations : their number and last date in words
        """
        found = {
            "model": describe(self.model),
            "series": _listed([str(name) for name in series]),
            "observations": observations,
        }
        return found | estimation_facts(self)

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables of the text by title: the summary, with intervals where there are errors."""
        return {"": with_intervals(self.summary, self.estimates.degrees_of_freedom)}

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
        """Akaike's criterion of the estimates; None without a likelihood."""
        return self.estimates.aic

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion of the estimates; None without a likelihood."""
        return self.estimates.bic


def estimation_facts(fitted: Any) -> dict[str, str]:
    """Return likelihood, criteria, kind of the errors and bounds, as text by name.

    Parameters
    ----------
    fitted : Estimates or FittedParameters; there are no facts of anything else
    """
    if not isinstance(fitted, FittedParameters | Estimates):
        return {}
    estimates = fitted.estimates if isinstance(fitted, FittedParameters) else fitted
    found = likelihood_facts(fitted.log_likelihood, fitted.aic, fitted.bic)
    if estimates.errors is not None:
        found["standard errors"] = estimates.errors.label
    if estimates.bounds:
        found["on bounds"] = ", ".join(estimates.bounds_hit)
    return found


def _listed(names: Sequence[str]) -> str:
    """Return names, or the first of many and how many there are."""
    if len(names) <= MAX_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:MAX_NAMES])} and {len(names) - MAX_NAMES} more"
