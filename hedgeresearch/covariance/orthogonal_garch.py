r"""GARCH on principal components.

.. math:: H_t = L \, \mathrm{diag}(h_{1,t}, \dots, h_{k,t}) \, L' + V

with L the loadings of the first k principal components of the correlation matrix, h their GARCH variances, and V the
constant covariance of the components left out. Source: Alexander (2001), Mastering Risk 2, ch. 2, eq. 2-4; V keeps H
positive definite where k is less than the number of series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.checks import check_panel, warn_of_bounds
from hedgeresearch.covariance.delta_method import DeltaMethod, margin_sizes, symmetric
from hedgeresearch.covariance.first_step import (
    FirstStep,
    check_univariate,
    fit_first_step,
    states_after,
)
from hedgeresearch.covariance.fit import CovarianceFit, start_fit
from hedgeresearch.covariance.moment_weights import SamplingErrors
from hedgeresearch.covariance.orthogonal_recursion import Components, OrthogonalState
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import covariance_from_influence
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityModel

REFIT_STEP = 1e-3
"""Of moments at which margins are estimated anew, wide beside what a search leaves of the gradient."""


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class OrthogonalGARCH:
    """Principal components of the standardised returns, each with a margin of its own.

    Parameters
    ----------
    n_factors : components with a changing variance; all if None. The others keep a constant one
    univariate : the model of each component

    Standard errors take the components as given. The likelihood is that of the margins; ``simulate`` draws normals.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.OrthogonalGARCH(n_factors=1).fit(hr.data.simulate_dcc(n_dates=1000, seed=1).returns)
    >>> fit.parameters.index.tolist()
    ['factor 1 mu', 'factor 1 omega', 'factor 1 alpha', 'factor 1 beta']
    """

    n_factors: int | None = None
    univariate: VolatilityModel = GARCH()
    warm_start: ClassVar[bool] = False
    sampling_errors: ClassVar[SamplingErrors] = "delta method"

    def __post_init__(self) -> None:
        if self.n_factors is not None:
            check_at_least(self.n_factors, "n_factors", 1)
        check_univariate(self.univariate)
        if isinstance(self.univariate, Mapping):
            raise DataError(
                f"univariate must be one for all components, which have no names of their own; got {self.univariate!r}."
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
        frame = check_panel(returns, self.univariate, "OrthogonalGARCH")
        n = frame.shape[1]
        k = n if self.n_factors is None else self.n_factors
        if k > n:
            raise DataError(f"n_factors must be at most the number of series, {n}; got {k}.")
        values = frame.to_numpy()
        components = Components.of(values.mean(axis=0), np.cov(values, rowvar=False), k)
        names = [f"factor {i}" for i in range(1, k + 1)]
        margins = fit_first_step(
            self.univariate, pd.DataFrame(components.factors(values), frame.index, names)
        )
        scale, variances = values.std(axis=0, ddof=1), components.variances
        constant = (
            -0.5
            * len(values)
            * (np.log(2.0 * np.pi * variances[k:]) + 1.0 - 1.0 / len(values)).sum()
        )
        estimates = Estimates(
            values=margins.values,
            n_dates=len(frame),
            log_likelihood=sum(fit.log_likelihood for fit in margins.fits)
            + constant
            - len(values) * np.log(scale).sum(),
            n_targets=n * (n + 1) // 2
            + (n - k),  # covariances, and the means of the other components
            gradient_norm=margins.gradient_norm,
            bounds_hit=tuple(margins.bounds_hit),
            inference=ComponentInference(self.univariate, margins, values, k),
        )
        warn_of_bounds(self, estimates)
        return start_fit(self, frame, components.state(margins.states), estimates)


@dataclass(frozen=True, eq=False)
class ComponentInference:
    """Sampling covariance of the parameters of all components.

    Attributes
    ----------
    model : VolatilityModel
    margins : FirstStep, of the components
    returns : array (n_dates, n_series)
    n_factors : components that have margins
    """

    model: VolatilityModel
    margins: FirstStep
    returns: Array
    n_factors: int

    def covariance(self) -> Array:
        """The sandwich, (k, k); NaN for parameters held by a bound."""
        return covariance_from_influence(
            np.hstack([fit.sensitivities().influence for fit in self.margins.fits])
        )

    def moves(self) -> DeltaMethod[OrthogonalState]:
        """The margins' parameters and the correlated moments of which the components are made."""
        sensitivities = [fit.sensitivities() for fit in self.margins.fits]
        unit = (self.returns - self.returns.mean(axis=0)) / self.returns.std(axis=0, ddof=1)
        rows, columns = np.triu_indices(unit.shape[1])
        products = unit[:, rows] * unit[:, columns]
        by_date = np.hstack(
            [*(s.influence for s in sensitivities), products - products.mean(axis=0)]
        )
        sizes = np.append(margin_sizes(sensitivities), np.full(len(rows), REFIT_STEP))
        return DeltaMethod(by_date, sizes, self.start_after)

    def start_after(self, change: Array) -> OrthogonalState:
        """The recursion before the sample after a change of the margins and of the standardised returns' moments.

        The margins of other components are estimated anew.
        """
        n = self.returns.shape[1]
        of_margins, of_moments = np.split(change, [len(change) - n * (n + 1) // 2])
        scale = self.returns.std(axis=0, ddof=1)
        moved = np.cov(self.returns, rowvar=False) + symmetric(of_moments, n) * np.outer(
            scale, scale
        )
        components, margins = (
            Components.of(self.returns.mean(axis=0), moved, self.n_factors),
            self.margins,
        )
        if of_moments.any():
            factors = np.ascontiguousarray(components.factors(self.returns).T)
            fits = tuple(
                self.model.estimate_array(f, fit)
                for f, fit in zip(factors, margins.fits, strict=True)
            )
            margins = replace(margins, fits=fits, states=tuple(fit.initial_state for fit in fits))
        return components.state(states_after(margins, of_margins))
