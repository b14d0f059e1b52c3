r"""Constant conditional correlation, with a univariate model for every series.

.. math:: H_t = D_t R D_t

Source: Bollerslev (1990), Review of Economics and Statistics 72, eq. 3-5, in two steps: R is the
correlation of the standardized residuals z of the univariate models.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch.covariance.array_estimate import Samples
from hedgeresearch.covariance.checks import BOUNDS_ADVICE, check_panel, earlier_errors
from hedgeresearch.covariance.correlation import as_correlation, upper_triangle_to_matrix
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.delta_method import STEP, DeltaMethod, univariate_steps
from hedgeresearch.covariance.first_step import (
    FirstStep,
    UnivariateModels,
    check_univariate,
    fit_first_step,
    states_after,
)
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import ErrorSource
from hedgeresearch.covariance.two_step_samples import Margins, SecondStep, TwoStepSamples
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import Sensitivities, covariance_from_influence
from hedgeresearch.estimation.warnings import warn_of_bounds
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityState


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class CCC:
    """Correlation of the standardized residuals, the same at every date; a DCC with a = b = 0.

    The likelihood and ``simulate`` assume jointly normal returns, whatever density the univariate
    models have.

    Parameters
    ----------
    univariate : volatility model, or mapping of them by series
        Model of the mean and variance of every series.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.CCC().fit(hr.data.simulate_dcc(n_dates=1000, a=0.0, b=0.0, seed=1).returns)
    >>> round(fit.parameters["correlation asset hedge"], 2)
    np.float64(0.57)
    """

    univariate: UnivariateModels = GARCH()
    warm_start: ClassVar[bool] = True
    error_source: ClassVar[ErrorSource] = "delta method"

    def __post_init__(self) -> None:
        check_univariate(self.univariate)

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
            If there are fewer than ten observations for a parameter of a univariate model, or
            series are collinear.
        ConvergenceError
            If a univariate model reaches no optimum.
        """
        frame = check_panel(returns, self.univariate, "CCC")
        earlier: CCCInference | None = earlier_errors(self, warm_start, frame)
        near = None if earlier is None else earlier.first_step
        first_step = fit_first_step(self.univariate, frame, near)
        correlation = _sample_correlation(first_step.residuals)
        state = constant_correlation_state(first_step.states, correlation)
        estimates = _estimates(first_step, correlation)
        warn_of_bounds("CCC", estimates.bounds_hit, BOUNDS_ADVICE)
        return fit_from_state(self, frame, state, estimates)

    def on_samples(self, samples: Samples) -> TwoStepSamples:
        """Return the estimator of many samples, see ``EstimatesSamples``."""
        return TwoStepSamples("CCC", Margins.of(self.univariate, samples), _second_step)


def _second_step(
    residuals: Array, univariate: tuple[VolatilityState, ...], _near: None
) -> SecondStep:
    """Estimate the correlation on a sample with univariate states after it."""
    return SecondStep(constant_correlation_state(univariate, _sample_correlation(residuals)))


def _sample_correlation(residuals: Array) -> Array:
    """Return the correlation of residuals (n_dates, n_series), (n_series, n_series)."""
    # a product of an array with its own transpose is exactly symmetric
    centered = residuals - residuals.mean(axis=0)
    return as_correlation(centered.T @ centered)


@dataclass(frozen=True, eq=False)
class CCCInference:
    """Sampling errors of the univariate parameters and of the correlations, pair by pair.

    Attributes
    ----------
    first_step : FirstStep
        Univariate estimates.
    correlation : array (n_series, n_series)
        Correlation of their standardized residuals.
    """

    first_step: FirstStep
    correlation: Array

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust, in two steps"

    def covariance(self) -> Array:
        """Return the two-step sandwich, (k, k); NaN for parameters at a bound."""
        return covariance_from_influence(self._influence(self.first_step.sensitivities()))

    def delta_method(self) -> DeltaMethod[DCCState]:
        """Return the influence on the univariate parameters and the correlations."""
        sensitivities = self.first_step.sensitivities()
        influence = self._influence(sensitivities)
        steps = univariate_steps(sensitivities)
        correlation_steps = np.full(influence.shape[1] - len(steps), STEP)
        return DeltaMethod(influence, np.concatenate([steps, correlation_steps]), self.state_at)

    def state_at(self, change: Array) -> DCCState:
        """Return the filter state before the sample after a change (k,) of the parameters."""
        n = len(self.correlation)
        by_univariate, by_pair = np.split(change, [len(change) - n * (n - 1) // 2])
        correlation = self.correlation + upper_triangle_to_matrix(by_pair, n, diagonal=False)
        states = states_after(self.first_step, by_univariate)
        return constant_correlation_state(states, correlation)

    def _influence(self, sensitivities: list[Sensitivities]) -> Array:
        """Influence of each observation on all parameters, (n_dates, k)."""
        residuals = self.first_step.residuals
        unit = (residuals - residuals.mean(axis=0)) / residuals.std(axis=0, ddof=1)
        through = self._through_univariate(sensitivities, unit)
        columns = []
        for i, j in combinations(range(unit.shape[1]), 2):
            squares = unit[:, i] ** 2 + unit[:, j] ** 2
            own = unit[:, i] * unit[:, j] - 0.5 * self.correlation[i, j] * squares
            columns.append(own + through[i][:, j] + through[j][:, i])
        return np.hstack([*(s.influence for s in sensitivities), np.stack(columns, axis=1)])

    def _through_univariate(self, sensitivities: list[Sensitivities], unit: Array) -> list[Array]:
        """Influence on the correlations of each series through its univariate parameters.

        What the parameters of series i add to z_i at each date, projected on all series, a list
        of arrays (n_dates, n_series); ``unit`` are residuals scaled to mean 0 and variance 1.
        """
        through = []
        for i, s in enumerate(sensitivities):
            scale = self.first_step.residuals[:, i].std(ddof=1)
            moments = s.derivatives @ unit / (len(unit) - 1) / scale
            projected = moments - np.outer(moments[:, i], self.correlation[i])
            through.append(s.influence @ projected)
        return through


def constant_correlation_state(
    univariate: tuple[VolatilityState, ...], correlation: Array
) -> DCCState:
    """Return the state of a DCC with a = b = 0."""
    return DCCState(
        univariate=univariate,
        parameters=np.zeros(3),
        corrected=False,
        target=correlation,
        intercept=correlation,
        q=correlation,
        degrees_of_freedom=NORMAL,
    )


def _estimates(first_step: FirstStep, correlation: Array) -> Estimates:
    """Return the estimates of both steps, correlations by the names of their series."""
    likelihood = CorrelationLikelihood(first_step.residuals, shrunk_target=correlation)
    log_density, _ = likelihood.scores(np.zeros(3), NORMAL)
    values = first_step.values
    for i, j in combinations(range(len(first_step.series)), 2):
        name = f"correlation {first_step.series[i]} {first_step.series[j]}"
        values[name] = float(correlation[i, j])
    return Estimates(
        values=values,
        n_dates=len(first_step.residuals),
        log_likelihood=float(log_density.sum()) - first_step.log_volatility,
        gradient_norm=first_step.gradient_norm,
        bounds=tuple(first_step.bounds_hit),
        errors=CCCInference(first_step, correlation),
    )
