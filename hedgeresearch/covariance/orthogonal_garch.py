r"""GARCH on principal components.

.. math:: H_t = L \, \mathrm{diag}(h_{1,t}, \dots, h_{k,t}) \, L' + V

with L the loadings of the first k principal components of the correlation matrix, h their GARCH
variances, and V the constant covariance of the components left out. Source: Alexander (2001),
Mastering Risk 2, ch. 2, eq. 2-4; V keeps H positive definite where k is less than the number of
series.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.array_estimate import ArrayEstimate, SampleEstimate, Samples
from hedgeresearch.covariance.checks import (
    BOUNDS_ADVICE,
    check_length,
    check_panel,
    earlier_errors,
)
from hedgeresearch.covariance.correlation import upper_triangle_to_matrix
from hedgeresearch.covariance.delta_method import DeltaMethod, univariate_steps
from hedgeresearch.covariance.first_step import (
    FirstStep,
    check_univariate,
    constant_means,
    estimate_first_step,
    filter_volatilities,
    forecast_variances,
    states_after,
)
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import ErrorSource
from hedgeresearch.covariance.principal_components import PrincipalComponents
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import covariance_from_influence
from hedgeresearch.estimation.warnings import remark_on_bounds, warn_of_bounds
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityModel, VolatilityState

MOMENT_STEP = 1e-3
"""Finite-difference step for moments.

Univariate models are estimated again at each step, so it must be large compared with the gradient
that remains at an optimum.
"""


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class OrthogonalGARCH:
    """Principal components of the standardized returns, each with a univariate model.

    Standard errors of the parameters take the components as given; those of hedge ratios allow for
    the sampling error of the components as well. The likelihood is the sum of the univariate
    likelihoods; ``simulate`` draws normal returns.

    Parameters
    ----------
    n_factors : int, optional
        Number of components with a time-varying variance; all by default. The other components
        have a constant variance.
    univariate : volatility model
        Model of each of these components.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=1000, seed=1).returns
    >>> fit = hr.OrthogonalGARCH(n_factors=1).fit(returns)
    >>> fit.parameters.index.tolist()
    ['factor 1 mu', 'factor 1 omega', 'factor 1 alpha', 'factor 1 beta']
    """

    n_factors: int | None = None
    univariate: VolatilityModel = GARCH()
    warm_start: ClassVar[bool] = True
    error_source: ClassVar[ErrorSource] = "delta method"

    def __post_init__(self) -> None:
        if self.n_factors is not None:
            check_at_least(self.n_factors, "n_factors", 1)
        check_univariate(self.univariate)
        if isinstance(self.univariate, Mapping):
            raise DataError(
                "univariate must be one model for all components, which have no names of their "
                f"own; got {self.univariate!r}. Pass a model such as GARCH()."
            )

    def fit(
        self, returns: pd.DataFrame, *, warm_start: CovarianceFit | None = None
    ) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        Parameters
        ----------
        returns : DataFrame (n_dates, n_series)
            Fractions per period.
        warm_start : CovarianceFit, optional
            Earlier fit of the same model to the same series, on a similar sample. The searches
            begin there, which is quicker.

        Raises
        ------
        DataError
            If there are fewer than ten observations for a parameter of the univariate model, fewer
            series than factors, or series are collinear.
        ConvergenceError
            If the univariate model of a component reaches no optimum.
        """
        frame = check_panel(returns, self.univariate, "OrthogonalGARCH")
        earlier: OrthogonalInference | None = earlier_errors(self, warm_start, frame)
        values = frame.to_numpy()
        near = None if earlier is None else earlier.first_step
        components, first_step = self._both(values, near)
        estimates = self._estimates(first_step, components, values)
        warn_of_bounds("OrthogonalGARCH", estimates.bounds_hit, BOUNDS_ADVICE)
        return fit_from_state(self, frame, _initial_state(components, first_step.states), estimates)

    def on_samples(self, samples: Samples) -> OrthogonalSamples:
        """Return the estimator of many samples, see ``EstimatesSamples``."""
        check_length(samples.shortest, samples.names, self.univariate)
        return OrthogonalSamples(samples, self._both)

    def _both(self, values: Array, near: FirstStep | None) -> tuple[PrincipalComponents, FirstStep]:
        """Return the components of returns (n_dates, n_series) and their univariate estimates."""
        n_series = values.shape[1]
        n_factors = n_series if self.n_factors is None else self.n_factors
        if n_factors > n_series:
            raise DataError(
                f"n_factors must be at most the number of series, {n_series}; got {n_factors}. "
                "Use fewer factors or more series."
            )
        components = PrincipalComponents.of(values, np.cov(values, rowvar=False), n_factors)
        names = [f"factor {i}" for i in range(1, n_factors + 1)]
        factors = components.factors(values)
        return components, estimate_first_step(self.univariate, factors, names, near)

    def _estimates(
        self, first_step: FirstStep, components: PrincipalComponents, values: Array
    ) -> Estimates:
        n_dates, n_series = values.shape
        n_constant = n_series - components.n_factors
        log_likelihood = sum(fit.log_likelihood for fit in first_step.fits)
        log_likelihood += components.constant_log_likelihood(n_dates)
        # the components are those of returns divided by their standard deviations
        log_likelihood -= n_dates * np.log(values.std(axis=0, ddof=1)).sum()
        return Estimates(
            values=first_step.values,
            n_dates=n_dates,
            log_likelihood=log_likelihood,
            # all covariances, and the means of the components without a model
            n_targets=n_series * (n_series + 1) // 2 + n_constant,
            gradient_norm=first_step.gradient_norm,
            bounds=tuple(first_step.bounds_hit),
            errors=OrthogonalInference(self.univariate, first_step, values, components.n_factors),
        )


class OrthogonalSamples(NamedTuple):
    """An orthogonal model on some samples, see ``SampleEstimator``.

    Attributes
    ----------
    samples : Samples
    both : function
        Components and univariate estimates of returns (n_dates, n_series), from those of similar
        returns or None.
    """

    samples: Samples
    both: Callable[[Array, FirstStep | None], tuple[PrincipalComponents, FirstStep]]

    def estimate(self, number: int, near: SampleEstimate | None) -> ArrayEstimate:
        """Estimate on a sample, from the estimate on a similar one if there is one.

        Raises
        ------
        ConvergenceError
            If the univariate model of a component reaches no optimum.
        """
        values = self.samples.rows(number)
        components, first_step = self.both(values, None if near is None else near.search)
        state = _initial_state(components, first_step.states).advance(values)
        remark = remark_on_bounds("OrthogonalGARCH", first_step.bounds_hit, BOUNDS_ADVICE)
        return ArrayEstimate(state, first_step, () if remark is None else (remark,))


@dataclass(frozen=True, eq=False)
class OrthogonalState:
    """Univariate states of the components and the way back to the series.

    Attributes
    ----------
    univariate : tuple of VolatilityState
        State of each component.
    mean : array (n_series,)
        Means of the returns.
    loadings : array (n_series, k)
        Loadings of the series on the components.
    weights : array (k, n_series)
        Weights of the series in each component.
    rest : array (n_series, n_series)
        V, covariance of the components left out.
    """

    univariate: tuple[VolatilityState, ...]
    mean: Array
    loadings: Array
    weights: Array
    rest: Array
    degrees_of_freedom: float = NORMAL

    @property
    def constant_means(self) -> bool:
        """True if the mean of every component is the same at every date."""
        return constant_means(self.univariate)

    @property
    def next_covariance(self) -> Array:
        """H of the next date, (n_series, n_series)."""
        variances = np.array([[state.next_variance for state in self.univariate]])
        return np.asarray(self._covariances(variances)[0])

    def means(self, returns: Array) -> Array:
        """Return the conditional means of the series, (n_dates + 1, n_series)."""
        means = filter_volatilities(self.univariate, self._factors(returns))[0]
        return np.asarray(self.mean + means @ self.loadings.T)

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariances of some series, each before its date is seen, (n_dates, k, k).

        The components depend on all series.
        """
        variances = filter_volatilities(self.univariate, self._factors(returns))[1][:-1]
        part = replace(self, loadings=self.loadings[block], rest=self.rest[np.ix_(block, block)])
        return part._covariances(variances)

    def advance(self, returns: Array) -> OrthogonalState:
        """Return the univariate states after new dates."""
        after = filter_volatilities(self.univariate, self._factors(returns))[2]
        return replace(self, univariate=after)

    def forecast(self, horizon: int) -> Array:
        """Return L diag(h) L' + V with the expected variances, (horizon, n_series, n_series)."""
        return self._covariances(forecast_variances(self.univariate, horizon))

    def _factors(self, returns: Array) -> Array:
        """Components with univariate models, (n_dates, k)."""
        return np.asarray((returns - self.mean) @ self.weights.T)

    def _covariances(self, variances: Array) -> Array:
        """Covariances of the series for variances (n_dates, k) of the components."""
        roots = self.loadings * np.sqrt(variances)[:, None, :]
        covariances = roots @ np.swapaxes(roots, 1, 2) + self.rest
        # rounding is not symmetric
        return np.asarray(0.5 * (covariances + np.swapaxes(covariances, 1, 2)))


@dataclass(frozen=True, eq=False)
class OrthogonalInference:
    """Sampling errors of the parameters of all components.

    Attributes
    ----------
    model : VolatilityModel
        Model of each component.
    first_step : FirstStep
        Estimates of the components.
    returns : array (n_dates, n_series)
        Estimation sample.
    n_factors : int
        Number of components that have univariate models.
    """

    model: VolatilityModel
    first_step: FirstStep
    returns: Array
    n_factors: int

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust"

    def covariance(self) -> Array:
        """Return the sandwich, (k, k); NaN for parameters at a bound."""
        return covariance_from_influence(
            np.hstack([s.influence for s in self.first_step.sensitivities()])
        )

    def delta_method(self) -> DeltaMethod[OrthogonalState]:
        """Return the influence on the univariate parameters and on the moments of the components.

        The moments are the correlations of the returns, and their variances as multiples of the
        sample variances.
        """
        sensitivities = self.first_step.sensitivities()
        unit = (self.returns - self.returns.mean(axis=0)) / self.returns.std(axis=0, ddof=1)
        rows, columns = np.triu_indices(unit.shape[1])
        products = unit[:, rows] * unit[:, columns]
        on_moments = products - products.mean(axis=0)
        influence = np.hstack([*(s.influence for s in sensitivities), on_moments])
        moment_steps = np.full(len(rows), MOMENT_STEP)
        steps = np.append(univariate_steps(sensitivities), moment_steps)
        return DeltaMethod(influence, steps, self.state_at)

    def state_at(self, change: Array) -> OrthogonalState:
        """Return the filter state before the sample after a change (k,) of the estimates.

        Where the moments change, the univariate models of the other components are estimated
        again.
        """
        n = self.returns.shape[1]
        by_univariate, by_moments = np.split(change, [len(change) - n * (n + 1) // 2])
        scale = self.returns.std(axis=0, ddof=1)
        added = upper_triangle_to_matrix(by_moments, n) * np.outer(scale, scale)
        covariance = np.cov(self.returns, rowvar=False) + added
        components = PrincipalComponents.of(self.returns, covariance, self.n_factors)
        first_step = self._refitted(components) if by_moments.any() else self.first_step
        return _initial_state(components, states_after(first_step, by_univariate))

    def _refitted(self, components: PrincipalComponents) -> FirstStep:
        """Univariate estimates of other components, searched from the estimates of the sample."""
        factors = np.ascontiguousarray(components.factors(self.returns).T)
        pairs = zip(factors, self.first_step.fits, strict=True)
        fits = tuple(self.model.estimate_array(factor, fit) for factor, fit in pairs)
        states = tuple(fit.initial_state for fit in fits)
        return replace(self.first_step, fits=fits, states=states)


def _initial_state(
    components: PrincipalComponents, univariate: tuple[VolatilityState, ...]
) -> OrthogonalState:
    """Return the filter state with these univariate states of the components."""
    k = components.n_factors
    loadings = components.loadings
    rest = (loadings[:, k:] * components.variances[k:]) @ loadings[:, k:].T
    weights = components.weights[:k]
    return OrthogonalState(univariate, components.mean, loadings[:, :k], weights, rest)
