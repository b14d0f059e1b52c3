r"""Dynamic equicorrelation: one correlation for all pairs, changing with the data.

.. math:: R_t = (1 - \rho_t) I + \rho_t 1 1', \quad
          \rho_t = \frac{1}{n (n - 1)} (1' \mathrm{corr}(Q_t) 1 - n)

with Q of a DCC, by default the corrected one. Source: Engle and Kelly (2012), Journal of Business &
Economic Statistics 30, eq. 4-6 and section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.dcc.recursion import dcc_equicorrelation
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.covariance.array_estimate import SampleEstimator, Samples
from hedgeresearch.covariance.checks import BOUNDS_ADVICE, check_panel, earlier_errors
from hedgeresearch.covariance.correlation import (
    as_correlation,
    filter_residuals,
    pairwise_products,
)
from hedgeresearch.covariance.dcc.correlation_state import state_after_sample
from hedgeresearch.covariance.dcc.errors.standard_errors import (
    TwoStepInference,
    fit_two_steps,
    two_step_estimates,
    two_step_state,
)
from hedgeresearch.covariance.dcc.estimation.pair_samples import pair_samples
from hedgeresearch.covariance.dcc.estimation.parameters import CorrelationRules
from hedgeresearch.covariance.dcc.estimation.second_step import (
    CorrelationEstimate,
    estimate_correlation,
)
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState, FilteredDCCState
from hedgeresearch.covariance.delta_method import DeltaMethod
from hedgeresearch.covariance.first_step import (
    UnivariateModels,
    check_univariate,
    forecast_variances,
)
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import ErrorSource
from hedgeresearch.covariance.two_step_samples import Margins, SecondStep, TwoStepSamples
from hedgeresearch.estimation.warnings import warn_of_bounds
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityState


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class DECO:
    """Dynamic equicorrelation of any number of series, by quasi-likelihood in two steps.

    Parameters
    ----------
    univariate : volatility model, or mapping of them by series
        Model of the mean and variance of every series.
    correction : "aielli" or "engle"
        Recursion of Q: the corrected one, as in the paper, or the recursion of Engle (2002).
    density : "normal" or "student"
        Joint density of all series.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.DECO().fit(hr.data.simulate_dcc(n_dates=1000, n_series=4, seed=1).returns)
    >>> correlation = fit.correlation("asset", "hedge")
    >>> bool((abs(correlation - fit.correlation("hedge2", "hedge3").to_numpy()) < 1e-12).all())
    True
    """

    univariate: UnivariateModels = GARCH()
    correction: Literal["engle", "aielli"] = "aielli"
    density: Literal["normal", "student"] = "normal"
    warm_start: ClassVar[bool] = True
    error_source: ClassVar[ErrorSource] = "delta method"

    def __post_init__(self) -> None:
        check_univariate(self.univariate)
        check_choice(self.correction, "correction", ("engle", "aielli"))
        check_choice(self.density, "density", ("normal", "student"))

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
            begin there, which is quicker, and start elsewhere only if they end on a bound.

        Raises
        ------
        DataError
            If there are fewer than ten observations for a parameter of a univariate model, or
            series are collinear.
        ConvergenceError
            If a univariate model or the correlation step reaches no optimum.
        """
        frame = check_panel(returns, self.univariate, "DECO")
        earlier: DECOInference | None = earlier_errors(self, warm_start, frame)
        near = None if earlier is None else earlier.steps
        steps = fit_two_steps(self.univariate, frame, self._correlation, near)
        estimates = two_step_estimates(steps, n_dates=len(frame.index))
        estimates = replace(estimates, errors=DECOInference(steps))
        warn_of_bounds("DECO", estimates.bounds_hit, BOUNDS_ADVICE)
        return fit_from_state(self, frame, DECOState(two_step_state(steps)), estimates)

    def on_samples(self, samples: Samples) -> SampleEstimator:
        """Return the estimator of many samples, see ``EstimatesSamples``."""
        margins = Margins.of(self.univariate, samples)
        rules = CorrelationRules(
            False, self.correction == "aielli", False, self.density == "student"
        )
        # the equicorrelation of a pair is its correlation
        pair = pair_samples("DECO", margins, rules, DECOState)
        return pair or TwoStepSamples("DECO", margins, self._second_step)

    def _second_step(
        self, residuals: Array, univariate: tuple[VolatilityState, ...], near: Any
    ) -> SecondStep:
        """Estimate the correlation on a sample with univariate states after it."""
        likelihood, estimate = self._correlation(residuals, near)
        state = DECOState(state_after_sample(likelihood, estimate, univariate))
        return SecondStep(state, estimate, estimate.bounds_hit)

    def _correlation(
        self, residuals: Array, near: CorrelationEstimate | None
    ) -> tuple[CorrelationLikelihood, CorrelationEstimate]:
        """Estimate the correlation of standardized residuals (n_dates, n_series)."""
        likelihood = CorrelationLikelihood(
            residuals, corrected=self.correction == "aielli", equicorrelation=True
        )
        student = self.density == "student"
        return likelihood, estimate_correlation(likelihood, student, "the DECO correlation", near)


@dataclass(frozen=True, eq=False)
class DECOInference:
    """Sampling errors of a DECO: those of the two steps, for a state with equal correlations."""

    steps: TwoStepInference

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust, in two steps"

    def covariance(self) -> Array:
        """Return the two-step sandwich, (k, k); NaN for parameters at a bound."""
        return self.steps.covariance()

    def delta_method(self) -> DeltaMethod[DECOState]:
        """Return the influence on all parameters and on S."""
        dcc = self.steps.delta_method()
        return DeltaMethod(
            dcc.influence,
            dcc.steps,
            lambda change: DECOState(dcc.state_at(change)),
            dcc.below_bound,
        )


@dataclass(frozen=True, eq=False)
class DECOState:
    """State of a DCC of whose correlations only the mean counts."""

    dcc: DCCState

    @property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of the density of the returns; infinite for the normal."""
        return self.dcc.degrees_of_freedom

    @property
    def constant_means(self) -> bool:
        """True if the mean of every series is the same at every date."""
        return self.dcc.constant_means

    @property
    def next_covariance(self) -> Array:
        """D R D of the next date, with equal correlations, (n_series, n_series)."""
        volatility = np.sqrt([state.next_variance for state in self.dcc.univariate])
        correlation = equicorrelation_matrices(mean_correlation(self.dcc.q), len(volatility))
        return np.asarray(correlation * np.outer(volatility, volatility))

    def means(self, returns: Array) -> Array:
        """Return the conditional means of each series, (n_dates + 1, n_series)."""
        return self.dcc.means(returns)

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariances of some series, each before its date is seen, (n_dates, k, k).

        Their correlation depends on all series.
        """
        dcc = self.dcc
        residuals, variances, _ = filter_residuals(dcc.univariate, returns)
        rho = dcc_equicorrelation(dcc.parameters, dcc.corrected, residuals, dcc.intercept, dcc.q)
        volatility = np.sqrt(variances[:-1, block])
        correlation = equicorrelation_matrices(rho[:-1, None, None], len(block))
        return np.asarray(correlation * pairwise_products(volatility))

    def advance(self, returns: Array) -> DECOState:
        """Return the univariate states and Q after new dates."""
        after = self.dcc.advance(returns)
        return DECOState(after.named if isinstance(after, FilteredDCCState) else after)

    def forecast(self, horizon: int) -> Array:
        """Return D_k R_k D_k of each step k, (horizon, n_series, n_series).

        The correlation reverts to the mean correlation of the target by (a + b)^(k - 1).
        """
        dcc = self.dcc
        first = mean_correlation(dcc.q)
        target = mean_correlation(dcc.target)
        weights = (dcc.parameters[0] + dcc.parameters[1]) ** np.arange(horizon)
        rho = target + weights * (first - target)
        volatility = np.sqrt(forecast_variances(dcc.univariate, horizon))
        correlation = equicorrelation_matrices(rho[:, None, None], volatility.shape[1])
        return np.asarray(correlation * pairwise_products(volatility))


def mean_correlation(q: Array) -> float:
    """Return the mean off-diagonal correlation of a covariance matrix (n, n)."""
    n = len(q)
    return float((as_correlation(q).sum() - n) / (n * (n - 1)))


def equicorrelation_matrices(rho: Array | float, n: int) -> Array:
    """Return matrices (..., n, n) with ones on the diagonal and ``rho`` (..., 1, 1) elsewhere."""
    return np.asarray(rho * np.ones((n, n)) + (1.0 - rho) * np.eye(n))
