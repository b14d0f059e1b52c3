r"""Dynamic conditional correlation with GARCH margins.

.. math:: H_t = D_t R_t D_t, \quad R_t = \mathrm{corr}(Q_t), \quad
          Q_t = (1 - a - b) \bar Q + a z_{t-1} z_{t-1}' + b Q_{t-1}

Source: Engle (2002), Journal of Business & Economic Statistics 20, eq. 18-20 and the two-step quasi-likelihood of
section 5.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._kernels.dcc import dcc_correlation, dcc_scores
from hedgeresearch._kernels.garch import garch_variance
from hedgeresearch._types import Array
from hedgeresearch._validation import check_independent, check_returns
from hedgeresearch.covariance.covariance_fit import CovarianceFit, start_fit
from hedgeresearch.covariance.garch import GARCH, PARAMETERS, PERSISTENCE_BOUND, GARCHEstimate
from hedgeresearch.covariance.quasi_newton import maximise
from hedgeresearch.errors import ConvergenceWarning, DataError

MINIMUM_ROWS = 40
"""Ten dates for each of the four parameters of a margin."""


@dataclass(frozen=True)
class DCC:
    """DCC(1,1) of any number of series: margins first, then (a, b), by Gaussian quasi-likelihood.

    Parameters
    ----------
    margins : the model of each series' own variance

    Start-up rule: margins start as their model says; Qbar is the demeaned sample covariance (divisor n - 1) of the
    standardised residuals z, and Q_1 = (1 - a) Qbar, which is the recursion from Q_0 = Qbar and z_0 = 0.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.DCC().fit(hr.simulate_dcc(n_dates=1000, a=0.05, b=0.9, seed=1).returns)
    >>> fit.correlation("asset", "hedge").between(-1, 1).all()
    np.True_
    """

    margins: GARCH = GARCH()

    def __post_init__(self) -> None:
        if not isinstance(self.margins, GARCH):
            raise DataError(f"margins must be a margin such as GARCH(); got {self.margins!r}.")

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        Raises
        ------
        DataError
            If there are fewer than 40 dates or series are collinear.
        ConvergenceError
            If a margin or the correlation step reaches no optimum.
        """
        frame = check_returns(returns, minimum_rows=MINIMUM_ROWS)
        if frame.shape[1] < 2:
            raise DataError(f"DCC needs two series or more; got {list(frame.columns)}.")
        names = [str(name) for name in frame.columns]
        check_independent(frame.cov().to_numpy(), names, "series")
        recursion, parameters, log_likelihood, bounds = _estimate(self.margins, frame.to_numpy(), names)
        if bounds:
            warnings.warn(
                f"the DCC estimate lies on a bound: {'; '.join(bounds)}. Read its path with care; a longer sample or "
                "EWMACovariance may serve better.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return start_fit(self, frame, recursion, parameters=parameters, log_likelihood=log_likelihood)


@dataclass(frozen=True, eq=False)
class DCCRecursion:
    """Parameters, the variances of the next date and its Q.

    Shapes: margins (n_series, 4) of mu, omega, alpha, beta; target and q (n_series, n_series); variances (n_series,).
    """

    margins: Array
    a: float
    b: float
    target: Array
    variances: Array
    q: Array

    @property
    def next_covariance(self) -> Array:
        """D R D of the next date."""
        scale = np.sqrt(self.variances / np.diag(self.q))
        return np.asarray(self.q * np.outer(scale, scale))

    def advance(self, returns: Array) -> tuple[Array, DCCRecursion]:
        """Covariances of each date before it is seen, (n_dates, n_series, n_series), and the state after them."""
        columns = zip(self.margins, returns.T, self.variances, strict=True)
        variances = np.stack([garch_variance(p, r, first) for p, r, first in columns], axis=1)
        residuals = (returns - self.margins[:, 0]) / np.sqrt(variances[:-1])
        correlation, q = dcc_correlation(self.a, self.b, residuals, self.target, self.q)
        volatility = np.sqrt(variances[:-1])
        path = correlation[:-1] * (volatility[:, :, None] * volatility[:, None, :])
        return path, DCCRecursion(self.margins, self.a, self.b, self.target, variances[-1], q)


def _estimate(
    model: GARCH, returns: Array, names: list[str]
) -> tuple[DCCRecursion, dict[str, float], float, list[str]]:
    margins = [model.estimate(np.ascontiguousarray(column)) for column in returns.T]
    residuals = np.stack([_standardise(m, r) for m, r in zip(margins, returns.T, strict=True)], axis=1)
    target = np.cov(residuals, rowvar=False)
    a, b, correlation_likelihood = estimate_correlation(residuals, target)
    recursion = DCCRecursion(
        np.stack([m.parameters for m in margins]),
        a,
        b,
        target,
        np.array([m.first_variance for m in margins]),
        (1 - a) * target,
    )
    by_margin = zip(names, margins, strict=True)
    parameters = {f"{n} {p}": x for n, m in by_margin for p, x in zip(PARAMETERS, m.parameters, strict=True)}
    bounds = [f"{bound} of {name}" for name, m in zip(names, margins, strict=True) for bound in m.bounds_hit]
    if a <= 1e-9:
        bounds.append("a = 0 (constant correlation; b is then not identified)")
    if a + b >= PERSISTENCE_BOUND - 1e-9:
        bounds.append("a + b = 1 (integrated correlation)")
    log_likelihood = sum(m.log_likelihood for m in margins) + correlation_likelihood
    return recursion, parameters | {"a": a, "b": b}, log_likelihood, bounds


def _standardise(margin: GARCHEstimate, returns: Array) -> Array:
    returns = np.ascontiguousarray(returns)
    return np.asarray((returns - margin.parameters[0]) / np.sqrt(margin.variance(returns)[:-1]))


def estimate_correlation(residuals: Array, target: Array) -> tuple[float, float, float]:
    """The (a, b) of the greatest correlation log-likelihood, and that likelihood.

    Parameters
    ----------
    residuals : array (n_dates, n_series), standardised
    target : array (n_series, n_series), Qbar
    """
    first_derivative = np.stack([-target, np.zeros_like(target)])

    def objective(x: Array) -> tuple[float, Array]:
        persistence, share = x
        a, b = persistence * share, persistence * (1 - share)
        log_likelihood, scores = dcc_scores(a, b, residuals, target, (1 - a) * target, first_derivative)
        d_a, d_b = scores.mean(axis=0)
        return log_likelihood.mean(), np.array([share * d_a + (1 - share) * d_b, persistence * (d_a - d_b)])

    starts = [np.array([p, s]) for p in (0.5, 0.9, 0.97, 0.995) for s in (0.02, 0.06, 0.2)]
    optimum = maximise(objective, starts, [(0.0, PERSISTENCE_BOUND), (0.0, 1.0)], "the DCC correlations")
    persistence, share = optimum.point
    return persistence * share, persistence * (1 - share), optimum.value * len(residuals)
