"""How sure a ratio is: standard errors and intervals, by the delta method or by the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from hedgeresearch._formatting import describe
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from hedgeresearch.hedges.fit import HedgeFit


class RatioErrors(Protocol):
    """What knows the sampling error of a hedge ratio, and computes it when asked."""

    def covariance(self, fit: HedgeFit) -> Array:
        """Sampling covariance of the next ratio, (n_hedges, n_hedges)."""

    def degrees_of_freedom(self, fit: HedgeFit) -> float:
        """Of the t distribution of intervals; infinite for the normal."""


@runtime_checkable
class PathErrors(RatioErrors, Protocol):
    """One that knows the errors of the whole path, too."""

    def path_errors(self, fit: HedgeFit) -> Array:
        """Standard errors of the ratio of each date, (n_dates, n_hedges)."""


@dataclass(frozen=True, eq=False)
class KnownCovariance:
    """The sampling covariance of a ratio as one matrix (n_hedges, n_hedges)."""

    matrix: Array

    def covariance(self, fit: HedgeFit) -> Array:
        """The matrix."""
        return self.matrix

    def degrees_of_freedom(self, fit: HedgeFit) -> float:
        """Infinite."""
        return np.inf


@dataclass(frozen=True)
class ParameterErrors:
    """The sampling error of ratios that are parameters, named after their hedges, of the fit's Estimates."""

    def covariance(self, fit: HedgeFit) -> Array:
        """The hedges' part of the parameters' covariance."""
        covariance = estimates_of(fit).covariance
        if covariance is None:
            raise TypeError("ParameterErrors needs estimates with a covariance")
        return np.asarray(covariance.loc[fit.hedges, fit.hedges])

    def degrees_of_freedom(self, fit: HedgeFit) -> float:
        """Those of the estimates."""
        return estimates_of(fit).degrees_of_freedom


def estimates_of(fit: HedgeFit) -> Estimates:
    """The fit's estimates, where they are Estimates."""
    if not isinstance(fit.estimates, Estimates):
        raise TypeError(f"Estimates are needed; got {type(fit.estimates).__name__}")
    return fit.estimates


Method = Literal["delta", "bootstrap"]
ROUNDING = 1e-13
"""Least eigenvalue of a correlation of estimates that is more than rounding."""


def standard_errors(fit: HedgeFit) -> pd.Series[float]:
    """Of the next ratio, (n_hedges,): by the delta method where the model has one, else by the bootstrap."""
    if fit.inference is None:
        values = fit.bootstrapped.std(axis=0, ddof=1)
    else:
        values = np.sqrt(np.diag(fit.inference.covariance(fit)))
    return pd.Series(values, index=fit.hedges, name="standard error")


def interval(
    fit: HedgeFit, level: float, method: Method | None, n_bootstrap: int | None, seed: int
) -> pd.DataFrame:
    """Lower and upper end for each next ratio, (n_hedges, 2)."""
    from hedgeresearch.hedges.bootstrap import bootstrap_ratios

    check_between(level, "level", 0.0, 1.0)
    if method is not None:
        check_choice(method, "method", ("delta", "bootstrap"))
    if method == "delta" and fit.inference is None:
        raise DataError(
            f"method must be 'bootstrap' for {describe(fit.model)}; got 'delta', which it does not have."
        )
    if method == "bootstrap" or fit.inference is None:
        if n_bootstrap is None and seed == 0:
            draws = fit.bootstrapped
        else:
            draws = bootstrap_ratios(fit, n_bootstrap, seed)
        lower, upper = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        if fit.covariances is not None and hasattr(fit.model, "covariance_model"):
            # refits lie to the side of the fit on which the fit lies of the truth: the interval turns them round
            lower, upper = (
                2.0 * fit.next_ratio.to_numpy() - upper,
                2.0 * fit.next_ratio.to_numpy() - lower,
            )
    else:
        lower, upper = ends_of(
            fit.next_ratio.to_numpy(), standard_errors(fit).to_numpy(), level, fit
        )
    return pd.DataFrame(
        np.column_stack([lower, upper]), index=fit.hedges, columns=["lower", "upper"]
    )


def bands(fit: HedgeFit, level: float) -> pd.DataFrame:
    """Lower and upper end for the ratio of each date, (n_dates, 2 n_hedges), columns by (hedge, end)."""
    check_between(level, "level", 0.0, 1.0)
    inference: Any = fit.inference
    if isinstance(inference, PathErrors):
        errors = inference.path_errors(fit)
    elif (fit.ratio.to_numpy() == fit.next_ratio.to_numpy()).all():
        errors = np.broadcast_to(standard_errors(fit).to_numpy(), fit.ratio.shape)
    else:
        raise DataError(
            f"bands need a model that knows the errors of its whole path, such as RollingOLSHedge or KalmanHedge; got "
            f"{describe(fit.model)}. Use conf_int() for the next ratio."
        )
    lower, upper = ends_of(fit.ratio.to_numpy(), errors, level, fit)
    names = pd.MultiIndex.from_product([fit.hedges, ["lower", "upper"]], names=["hedge", "end"])
    return pd.DataFrame(
        np.stack([lower, upper], axis=2).reshape(len(lower), -1),
        index=fit.ratio.index,
        columns=names,
    )


def wald_test(fit: HedgeFit, value: float) -> pd.Series[Any]:
    """Whether all next ratios equal ``value``: F statistic, its degrees of freedom and p."""
    from scipy.stats import chi2, f

    if fit.inference is None:
        covariance = np.atleast_2d(np.cov(fit.bootstrapped, rowvar=False))
        below = np.inf
    else:
        covariance, below = fit.inference.covariance(fit), fit.inference.degrees_of_freedom(fit)
    scale = np.sqrt(np.diag(covariance))
    if not scale.all() or not np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] > ROUNDING:
        raise DataError(
            f"a test needs ratios that were estimated; {describe(fit.model)} has no sampling error."
        )
    away = (fit.next_ratio.to_numpy() - value) / scale
    n = len(away)
    statistic = float(away @ np.linalg.solve(covariance / np.outer(scale, scale), away)) / n
    p = f.sf(statistic, n, below) if np.isfinite(below) else chi2.sf(n * statistic, n)
    return pd.Series(
        {"F": statistic, "numerator df": n, "denominator df": below, "p": float(p)},
        name="ratio = " + str(value),
    )


def ends_of(middle: Array, errors: Array, level: float, fit: HedgeFit) -> tuple[Array, Array]:
    """The middle less and plus the quantile of the t (or normal) distribution times the errors."""
    from scipy.special import ndtri, stdtrit

    p = 0.5 + level / 2
    below = np.inf if fit.inference is None else fit.inference.degrees_of_freedom(fit)
    reach = (stdtrit(below, p) if np.isfinite(below) else ndtri(p)) * errors
    return middle - reach, middle + reach
