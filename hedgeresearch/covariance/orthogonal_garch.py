r"""GARCH on principal components.

.. math:: H_t = L \, \mathrm{diag}(h_{1,t}, \dots, h_{k,t}) \, L' + V

with L the loadings of the first k principal components of the correlation matrix, h their GARCH variances, and V the
constant covariance of the components left out. Source: Alexander (2001), Mastering Risk 2, ch. 2, eq. 2-4; V keeps H
positive definite where k is less than the number of series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch._types import Array, Indices
from hedgeresearch._validation import check_at_least
from hedgeresearch.covariance.covariance_fit import CovarianceFit, start_fit
from hedgeresearch.covariance.garch import GARCH
from hedgeresearch.covariance.margins import (
    FittedMargins,
    Margin,
    MarginState,
    check_margins,
    constant_means,
    filter_margins,
    fit_margins,
    forecast_margins,
)
from hedgeresearch.covariance.panel import check_panel, warn_of_bounds
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import covariance_of


@dataclass(frozen=True)
class OrthogonalGARCH:
    """Principal components of the standardised returns, each with a margin of its own.

    Parameters
    ----------
    n_factors : components with a changing variance; all if None. The others keep a constant one
    margins : the model of each component

    Standard errors take the components as given. The likelihood is that of the margins; ``simulate`` draws normals.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.OrthogonalGARCH(n_factors=1).fit(hr.simulate_dcc(n_dates=1000, seed=1).returns)
    >>> fit.parameters.index.tolist()
    ['factor 1 mu', 'factor 1 omega', 'factor 1 alpha', 'factor 1 beta']
    """

    n_factors: int | None = None
    margins: Margin = GARCH()

    def __post_init__(self) -> None:
        if self.n_factors is not None:
            check_at_least(self.n_factors, "n_factors", 1)
        check_margins(self.margins)
        if isinstance(self.margins, Mapping):
            raise DataError(
                f"margins must be one for all components, which have no names of their own; got {self.margins!r}."
            )

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        Raises
        ------
        DataError
            If there are fewer than ten dates for a parameter of a margin, fewer series than factors, or series are
            collinear.
        ConvergenceError
            If the margin of a component reaches no optimum.
        """
        frame = check_panel(returns, self.margins, "OrthogonalGARCH")
        n = frame.shape[1]
        k = n if self.n_factors is None else self.n_factors
        if k > n:
            raise DataError(f"n_factors must be at most the number of series, {n}; got {k}.")
        values = frame.to_numpy()
        mean, scale = values.mean(axis=0), values.std(axis=0, ddof=1)
        variances, vectors = principal_components(np.corrcoef(values, rowvar=False))
        names = [f"factor {i}" for i in range(1, n + 1)]
        factors = pd.DataFrame((values - mean) / scale @ vectors, frame.index, names)
        margins = fit_margins(self.margins, factors.iloc[:, :k])
        loadings = scale[:, None] * vectors
        rest = (loadings[:, k:] * variances[k:]) @ loadings[:, k:].T
        weights = (vectors / scale[:, None]).T[:k]
        recursion = OrthogonalRecursion(margins.states, mean, loadings[:, :k], weights, rest)
        constant = -0.5 * len(values) * (np.log(2.0 * np.pi * variances[k:]) + 1.0 - 1.0 / len(values)).sum()
        estimates = Estimates(
            values=margins.values,
            n_dates=len(frame),
            log_likelihood=sum(fit.log_likelihood for fit in margins.fits)
            + constant
            - len(values) * np.log(scale).sum(),
            n_targets=n * (n + 1) // 2 + (n - k),  # covariances, and the means of the other components
            gradient_norm=margins.gradient_norm,
            bounds_hit=tuple(margins.bounds_hit),
            inference=ComponentInference(margins),
        )
        warn_of_bounds(self, estimates)
        return start_fit(self, frame, recursion, estimates)


@dataclass(frozen=True, eq=False)
class ComponentInference:
    """Sampling covariance of the parameters of all components."""

    margins: FittedMargins

    def covariance(self) -> Array:
        """The sandwich, (k, k); NaN for parameters held by a bound."""
        return covariance_of(np.hstack([fit.sensitivities().influence for fit in self.margins.fits]))


@dataclass(frozen=True, eq=False)
class OrthogonalRecursion:
    """The margins of the components and the way back to the series.

    Attributes
    ----------
    margins : one MarginState a component
    mean : array (n_series,), of the returns
    loadings : array (n_series, k), of the series on the components
    weights : array (k, n_series), of the components on the series
    rest : array (n_series, n_series), V
    """

    margins: tuple[MarginState, ...]
    mean: Array
    loadings: Array
    weights: Array
    rest: Array
    degrees_of_freedom: float = NORMAL

    @property
    def constant_means(self) -> bool:
        """Whether no margin's mean moves."""
        return constant_means(self.margins)

    @property
    def next_covariance(self) -> Array:
        """H of the next date."""
        return np.asarray(self._covariances(np.array([[margin.next_variance for margin in self.margins]]))[0])

    def means(self, returns: Array) -> Array:
        """The components' conditional means, as returns, (n_dates + 1, n_series)."""
        return np.asarray(self.mean + filter_margins(self.margins, self._factors(returns))[0] @ self.loadings.T)

    def path(self, returns: Array, block: Indices) -> Array:
        """Covariances of a block before each date is seen, (n_dates, k, k); the components need all series."""
        variances = filter_margins(self.margins, self._factors(returns))[1][:-1]
        part = replace(self, loadings=self.loadings[block], rest=self.rest[np.ix_(block, block)])
        return part._covariances(variances)

    def advance(self, returns: Array) -> OrthogonalRecursion:
        """The components after new dates."""
        return replace(self, margins=filter_margins(self.margins, self._factors(returns))[2])

    def forecast(self, horizon: int) -> Array:
        """L diag(h) L' + V with the variances that the margins expect."""
        return self._covariances(forecast_margins(self.margins, horizon))

    def _factors(self, returns: Array) -> Array:
        return np.asarray((returns - self.mean) @ self.weights.T)

    def _covariances(self, variances: Array) -> Array:
        roots = self.loadings * np.sqrt(variances)[:, None, :]
        covariances = roots @ np.swapaxes(roots, 1, 2) + self.rest
        return np.asarray(0.5 * (covariances + np.swapaxes(covariances, 1, 2)))  # rounding is not symmetric


def principal_components(correlation: Array) -> tuple[Array, Array]:
    """Variances, largest first, and vectors in columns, each with its largest element positive."""
    values, vectors = np.linalg.eigh(correlation)
    values, vectors = values[::-1], vectors[:, ::-1]
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))]
    return values, np.asarray(vectors * np.sign(largest))
