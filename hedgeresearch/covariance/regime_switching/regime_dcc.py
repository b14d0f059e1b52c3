r"""Dynamic correlations whose parameters switch between two regimes.

.. math:: H_t = D_t R_t D_t, \quad R_t = \mathrm{corr}(Q_t), \quad
          Q_t = (1 - a_s - b_s) S + a_s z_{t-1} z_{t-1}' + b_s Q_{t-1}, \quad s = s_t,
          \quad P(s_{t+1} = j \mid s_t = i) = p_{ij}

Source: Billio and Caporin (2005), Statistical Methods & Applications 14, for the model, and Kim
(1994), Journal of Econometrics 60, for the approximation of a likelihood that depends on the whole
path of regimes: after each date, the Q of the regimes before it are averaged with their
probabilities. S, the same in both regimes, is the covariance of the standardized residuals z, as in
DCC. With equal parameters in both regimes the model is DCC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.covariance.array_estimate import Samples
from hedgeresearch.covariance.checks import BOUNDS_ADVICE, check_panel
from hedgeresearch.covariance.first_step import (
    FirstStep,
    UnivariateModels,
    check_univariate,
    fit_first_step,
)
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import ErrorSource
from hedgeresearch.covariance.regime_switching.dcc_estimation import (
    SwitchingEstimate,
    estimate_switching_dcc,
    sample_target,
)
from hedgeresearch.covariance.regime_switching.dcc_standard_errors import RegimeDCCInference
from hedgeresearch.covariance.regime_switching.dcc_state import RegimeDCCState, SwitchingDynamics
from hedgeresearch.covariance.two_step_samples import Margins, SecondStep, TwoStepSamples
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.warnings import warn_of_bounds
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityState

NAMES = ("a [0]", "b [0]", "a [1]", "b [1]", "p [0,0]", "p [1,0]")


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class RegimeDCC:
    """A DCC with parameters of its own in each of two regimes that follow a Markov chain.

    Regimes do not differ in variance, so they are numbered by a, the weight of the last date: the
    correlation of regime 0 moves slowly. The covariance of a date has the correlation that is
    expected before it, over the regimes of the date and of the one before. ``simulate`` draws
    normal returns of that covariance.

    Parameters
    ----------
    univariate : volatility model, or mapping of them by series
        Model of the mean and variance of every series.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=1500, alpha=0.1, beta=0.8, seed=10).returns
    >>> parameters = hr.RegimeDCC().fit(returns).parameters
    >>> parameters[["a [0]", "a [1]"]].round(2).tolist()
    [0.03, 0.08]
    """

    univariate: UnivariateModels = GARCH()
    warm_start: ClassVar[bool] = False
    error_source: ClassVar[ErrorSource] = "delta method"

    def __post_init__(self) -> None:
        check_univariate(self.univariate)

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        Raises
        ------
        DataError
            If there are fewer than ten observations for a parameter of a univariate model, or
            series are collinear.
        ConvergenceError
            If a univariate model or the correlation reaches no optimum.
        """
        frame = check_panel(returns, self.univariate, "RegimeDCC")
        first_step = fit_first_step(self.univariate, frame)
        estimate = estimate_switching_dcc(first_step.residuals)
        estimates = _estimates(first_step, estimate)
        warn_of_bounds("RegimeDCC", estimates.bounds_hit, BOUNDS_ADVICE)
        dynamics = _dynamics_before(first_step.residuals, estimate)
        return fit_from_state(self, frame, RegimeDCCState(first_step.states, dynamics), estimates)

    def on_samples(self, samples: Samples) -> TwoStepSamples:
        """Return the estimator of many samples, see ``EstimatesSamples``."""
        return TwoStepSamples("RegimeDCC", Margins.of(self.univariate, samples), _second_step)


def _second_step(
    residuals: Array, univariate: tuple[VolatilityState, ...], _near: Any
) -> SecondStep:
    """Estimate the correlation on a sample with univariate states after it, from all starts."""
    estimate = estimate_switching_dcc(residuals)
    _, dynamics = _dynamics_before(residuals, estimate).filter(residuals)
    state = RegimeDCCState(univariate, dynamics)
    return SecondStep(state, bounds_hit=estimate.bounds_hit)


def _dynamics_before(residuals: Array, estimate: SwitchingEstimate) -> SwitchingDynamics:
    """Return the dynamics before the first date of residuals (n_dates, n_series)."""
    return SwitchingDynamics.before_first(estimate.parameters, sample_target(residuals))


def _estimates(first_step: FirstStep, estimate: SwitchingEstimate) -> Estimates:
    """Return the estimates of both steps."""
    n_series = len(first_step.series)
    values = dict(zip(NAMES, estimate.parameters.tolist(), strict=True))
    return Estimates(
        values=first_step.values | values,
        n_dates=len(first_step.residuals),
        log_likelihood=estimate.log_density - first_step.log_volatility,
        n_targets=n_series * (n_series - 1) // 2,  # correlations of S, whose scale has no effect
        gradient_norm=max(first_step.gradient_norm, estimate.gradient_norm),
        bounds=(*first_step.bounds_hit, *estimate.bounds_hit),
        errors=RegimeDCCInference(first_step, estimate),
    )
