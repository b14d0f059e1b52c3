"""Sampling errors of hedge ratios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.typing import Array, Indices


@exported_by("hedgeresearch.hedges")
@runtime_checkable
class RatioErrors(Protocol):
    """Sampling error of the next ratio, computed when it is needed.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
    >>> isinstance(fit.errors, hr.hedges.RatioErrors)
    True
    >>> fit.errors.covariance(fit).round(5)
    array([[0.00149]])
    """

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the next ratio, (n_hedges, n_hedges)."""

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return the degrees of freedom of the t distribution for intervals (inf: normal)."""


@exported_by("hedgeresearch.hedges")
@runtime_checkable
class PathErrors(RatioErrors, Protocol):
    """Sampling errors of the ratio of each date and of the next ratio.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    >>> fit = hr.RollingOLSHedge(100).fit(returns["asset"], returns[["hedge"]])
    >>> isinstance(fit.errors, hr.hedges.PathErrors)
    True
    >>> fit.errors.path_errors(fit)[-2:].round(3)
    array([[0.113],
           [0.117]])
    """

    def path_errors(self, fit: FittedHedge) -> Array:
        """Return the standard errors of the ratio of each date, (n_dates, n_hedges)."""

    def path_degrees_of_freedom(self, fit: FittedHedge) -> Array:
        """Return the degrees of freedom for the interval of each date's ratio, (n_dates,)."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True, eq=False)
class FixedErrors:
    """Sampling covariance of a ratio or of parameters that is given as a matrix.

    ``label`` is the kind of the errors in words, such as "bootstrap".

    Examples
    --------
    >>> import numpy as np
    >>> from hedgeresearch.hedges import FixedErrors
    >>> errors = FixedErrors(np.array([[0.0004]]), label="given")
    >>> errors.covariance(), errors.degrees_of_freedom()
    (array([[0.0004]]), inf)
    """

    matrix: Array
    label: str = "exact"

    def covariance(self, fit: FittedHedge | None = None) -> Array:
        """Return the matrix."""
        return self.matrix

    def degrees_of_freedom(self, fit: FittedHedge | None = None) -> float:
        """Return infinity."""
        return np.inf


@dataclass(frozen=True)
class ParameterErrors:
    """Sampling error of ratios that are parameters of the fit, named after their hedges."""

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the rows and columns of the hedges in the covariance of the parameters."""
        covariance = estimates_of(fit).covariance
        if covariance is None:
            raise TypeError("ParameterErrors needs estimates with a covariance")
        return np.asarray(covariance.loc[fit.hedges, fit.hedges])

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return the degrees of freedom of the estimates."""
        return estimates_of(fit).degrees_of_freedom


@dataclass(frozen=True, eq=False)
class InheritedErrors:
    """Sampling error of a next ratio that equals the next ratio of another fit.

    Attributes
    ----------
    inner : the other fit
    errors : RatioErrors of the other fit
    max_degrees : float, maximum of the degrees of freedom
    """

    inner: FittedHedge
    errors: RatioErrors
    max_degrees: float = np.inf

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the other fit's next ratio."""
        return self.errors.covariance(self.inner)

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return the degrees of freedom of the other fit, at most ``max_degrees``."""
        return min(float(self.errors.degrees_of_freedom(self.inner)), self.max_degrees)


@dataclass(frozen=True, eq=False)
class InheritedPathErrors(InheritedErrors):
    """Sampling errors of a path whose ratios are those of another fit.

    Attributes
    ----------
    rows : array (n_dates,), positions of the ratios in the path of the other fit, -1 for its next
        ratio; None if the paths are the same
    """

    errors: PathErrors
    rows: Indices | None = None

    def path_errors(self, fit: FittedHedge) -> Array:
        """Return the standard errors of the ratio of each date, (n_dates, n_hedges)."""
        path = self.errors.path_errors(self.inner)
        if self.rows is None:
            return path
        following = np.sqrt(np.diag(self.errors.covariance(self.inner)))
        return np.asarray(np.concatenate([path, following[None]])[self.rows])

    def path_degrees_of_freedom(self, fit: FittedHedge) -> Array:
        """Return the degrees of freedom for the interval of each date's ratio, (n_dates,)."""
        path = self.errors.path_degrees_of_freedom(self.inner)
        if self.rows is not None:
            path = np.append(path, self.errors.degrees_of_freedom(self.inner))[self.rows]
        return np.minimum(path, self.max_degrees)


def inherited_errors(
    inner: FittedHedge,
    *,
    whole_path: bool = False,
    rows: Indices | None = None,
    max_degrees: float = np.inf,
) -> RatioErrors | None:
    """Return the errors of a hedge with the next ratio of ``inner``; None if that fit has none.

    Parameters
    ----------
    inner : the other fit
    whole_path : whether the ratios of all dates are those of ``inner`` as well
    rows : array (n_dates,) or None, their positions as in ``InheritedPathErrors``
    max_degrees : float, maximum of the degrees of freedom where errors of the path are not known
    """
    if inner.errors is None:
        return None
    if whole_path and isinstance(inner.errors, PathErrors):
        return InheritedPathErrors(inner, inner.errors, rows=rows)
    return InheritedErrors(inner, inner.errors, max_degrees)


def estimates_of(fit: FittedHedge) -> Estimates:
    """Return the estimates of a fit that has parameters with errors."""
    if not isinstance(fit.estimates, Estimates):
        raise TypeError(f"Estimates are needed; got {type(fit.estimates).__name__}")
    return fit.estimates
