"""Result of an estimation: parameters, likelihood, standard errors and convergence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._labels import labels
from hedgeresearch._shown_table import ShownTable
from hedgeresearch.estimation.parameter_name import Bound, ParameterName
from hedgeresearch.typing import Array

SUMMARY_COLUMNS = pd.Index(["estimate", "standard error", "t", "p"])


class SamplingErrors(Protocol):
    """Sampling error of the estimated parameters, computed on demand."""

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""

    def covariance(self) -> Array:
        """Return the covariance matrix (k, k), NaN for parameters at a bound."""


@exported_by("hedgeresearch.estimation")
@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimated parameters by name, with likelihood, standard errors and convergence.

    Attributes
    ----------
    values : dict, estimate by name, which is a text or a ParameterName; empty for a model that
        estimates nothing
    n_dates : int, number of observations in the estimation sample
    log_likelihood : float or None, of the estimation sample, in the units of the returns
    n_targets : int, number of estimated moments (targets) that are not in ``values`` but count in
        the information criteria
    gradient_norm : float or None, largest component of the projected gradient per date, in
        standardized units
    bounds : tuple of str or Bound, bounds on which an estimate lies
    degrees_of_freedom : float, of the t distribution of the p-values; infinite for the normal
    errors : SamplingErrors or None, sampling error; None if the model has none

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    >>> estimates = hr.GARCH().fit(returns["asset"]).estimates
    >>> estimates.parameters.round(3).to_dict()
    {'mu': -0.001, 'omega': 0.0, 'alpha': 0.033, 'beta': 0.93}
    >>> estimates.standard_errors.round(3).to_dict()
    {'mu': 0.001, 'omega': 0.0, 'alpha': 0.017, 'beta': 0.025}
    >>> estimates.covariance.shape, list(estimates.summary), estimates.bounds_hit
    ((4, 4), ['estimate', 'standard error', 't', 'p'], ())
    >>> round(float(estimates.aic), 1), round(float(estimates.bic), 1)
    (-2822.1, -2805.2)
    >>> round(estimates.information_criterion(2.0), 1)
    -2822.1
    """

    values: Mapping[str, float] | Mapping[ParameterName, float]
    n_dates: int
    log_likelihood: float | None = None
    n_targets: int = 0
    gradient_norm: float | None = None
    bounds: tuple[str | Bound, ...] = ()
    degrees_of_freedom: float = np.inf
    errors: SamplingErrors | None = None

    @cached_property
    def parameters(self) -> pd.Series[float]:
        """Estimate of each parameter, (k,)."""
        values = np.array(list(self.values.values()), dtype=np.float64)
        return pd.Series(values, index=self._names, name="estimate")

    @cached_property
    def _names(self) -> pd.Index[str] | None:
        """Names of the parameters, (k,); None without any."""
        return labels(map(str, self.values)) if self.values else None

    @property
    def bounds_hit(self) -> tuple[str, ...]:
        """Bounds on which an estimate lies, in words, such as "p [0,1] = 0"."""
        return tuple(str(bound) for bound in self.bounds)

    @cached_property
    def covariance(self) -> pd.DataFrame | None:
        """Sampling covariance of the parameters, (k, k); None if the model has none."""
        if self._covariance is None:
            return None
        names = self.parameters.index
        return pd.DataFrame(self._covariance.copy(), names, names)

    @cached_property
    def _covariance(self) -> Array | None:
        """Sampling covariance without names, (k, k)."""
        return None if self.errors is None else self.errors.covariance()

    @property
    def standard_errors(self) -> pd.Series[float]:
        """Standard error of each parameter, (k,); empty if the model has none."""
        if self._covariance is None:
            return pd.Series(dtype=np.float64, name="standard error")
        errors = np.sqrt(self._covariance.diagonal())
        return pd.Series(errors, index=self._names, name="standard error")

    @property
    def summary(self) -> pd.DataFrame:
        """Estimate, standard error, t and two-sided p-value, one row per parameter.

        Without a sampling covariance the table has the estimates only.
        """
        from scipy.special import ndtr, stdtr

        if self._covariance is None:
            return ShownTable(self.parameters.to_frame())
        estimate = self.parameters.to_numpy()
        error = np.sqrt(np.diag(self._covariance))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = estimate / error
        below_zero = -np.abs(t)
        if np.isfinite(self.degrees_of_freedom):
            p = 2.0 * stdtr(self.degrees_of_freedom, below_zero)
        else:
            p = 2.0 * ndtr(below_zero)
        table = np.column_stack([estimate, error, t, p])
        return ShownTable(table, self.parameters.index, SUMMARY_COLUMNS)

    @property
    def aic(self) -> float | None:
        """Akaike's criterion, -2 log-likelihood + 2 k; None without a likelihood.

        Moments that were estimated before the likelihood (targets) count as parameters.
        """
        return self.information_criterion(2.0)

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion, -2 log-likelihood + k log n_dates; None without a likelihood.

        Moments that were estimated before the likelihood (targets) count as parameters.
        """
        return self.information_criterion(np.log(max(self.n_dates, 1)))

    def information_criterion(self, penalty: float) -> float | None:
        """Return -2 log-likelihood + penalty times the number of estimated quantities.

        Parameters
        ----------
        penalty : float
            2 for AIC, log(n_dates) for BIC.

        Returns
        -------
        float or None
            None without a likelihood.
        """
        if self.log_likelihood is None:
            return None
        return -2.0 * self.log_likelihood + penalty * (len(self.values) + self.n_targets)


NOTHING_ESTIMATED = Estimates(values={}, n_dates=0)
"""Estimates of a model without parameters."""
