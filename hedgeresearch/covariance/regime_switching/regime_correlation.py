r"""Correlations that switch between regimes, with a univariate model for every series.

.. math:: H_t = D_t R_{s_t} D_t, \quad P(s_{t+1} = j \mid s_t = i) = p_{ij}

Source: Pelletier (2006), Journal of Econometrics 131, eq. 2-3 and section 4.2: the univariate
models first, then the correlations of their standardized residuals z by the EM algorithm, each
scaled to a unit diagonal after a step. Regimes do not differ in variance, so they are numbered by
their mean correlation, 0 having the lowest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least
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
from hedgeresearch.covariance.regime_switching.estimation import (
    estimate_regime_correlation,
    expect,
    starting_points,
)
from hedgeresearch.covariance.regime_switching.standard_errors import (
    ON_BOUND,
    RegimeCorrelationInference,
    estimating_equations,
    free_parameters,
)
from hedgeresearch.covariance.regime_switching.state import (
    RegimeCorrelationState,
    SwitchingCorrelation,
    filter_correlations,
)
from hedgeresearch.covariance.two_step_samples import Margins, SecondStep, TwoStepSamples
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.rare_regimes import has_rare_regimes, warn_of_rare_regimes
from hedgeresearch.estimation.warnings import warn_of_bounds
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityState


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class RegimeCorrelation:
    """Constant correlations in each of several regimes that follow a Markov chain.

    The covariance of a date has the correlation that is expected before it,
    sum_k P(regime k) R_k. ``simulate`` draws normal returns of that covariance, and the likelihood
    is the likelihood of normal returns in each regime.

    Parameters
    ----------
    n_regimes : int
        Number of regimes; one is the constant correlation of CCC.
    univariate : volatility model, or mapping of them by series
        Model of the mean and variance of every series.
    n_starts : int
        Number of EM searches from different points; the best is kept.
    seed : int
        Seed of the random starts.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=1000, seed=3).returns
    >>> parameters = hr.RegimeCorrelation(n_starts=2).fit(returns).parameters
    >>> low = parameters["correlation asset hedge [0]"]
    >>> bool(low < parameters["correlation asset hedge [1]"])
    True
    """

    n_regimes: int = 2
    univariate: UnivariateModels = GARCH()
    n_starts: int = 8
    seed: int = 0
    warm_start: ClassVar[bool] = False
    error_source: ClassVar[ErrorSource] = "delta method"

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1, 100)
        check_univariate(self.univariate)
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)
        check_at_least(self.seed, "seed", 0)

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        Raises
        ------
        DataError
            If there are fewer than ten observations for a parameter of a univariate model, or
            series are collinear.
        ConvergenceError
            If a univariate model reaches no optimum, or a regime collapses from every start.
        """
        frame = check_panel(returns, self.univariate, "RegimeCorrelation")
        first_step = fit_first_step(self.univariate, frame)
        starts = starting_points(first_step.residuals, self.n_regimes, self.n_starts, self.seed)
        switching = estimate_regime_correlation(first_step.residuals, starts)
        expectations = expect(first_step.residuals, switching)
        estimates = _estimates(first_step, switching, expectations.log_density)
        warn_of_rare_regimes(pd.DataFrame(expectations.smoothed, index=frame.index))
        warn_of_bounds("RegimeCorrelation", estimates.bounds_hit, BOUNDS_ADVICE)
        state = RegimeCorrelationState(first_step.states, switching)
        return fit_from_state(self, frame, state, estimates)

    def on_samples(self, samples: Samples) -> TwoStepSamples:
        """Return the estimator of many samples, see ``EstimatesSamples``."""
        margins = Margins.of(self.univariate, samples)
        return TwoStepSamples("RegimeCorrelation", margins, self._second_step)

    def _second_step(
        self, residuals: Array, univariate: tuple[VolatilityState, ...], _near: Any
    ) -> SecondStep:
        """Estimate the correlation on a sample with univariate states after it, from all starts.

        Raises
        ------
        ConvergenceError
            As ``fit``; or if a regime is rare, as the warning of ``fit`` names its dates.
        """
        starts = starting_points(residuals, self.n_regimes, self.n_starts, self.seed)
        switching = estimate_regime_correlation(residuals, starts)
        if has_rare_regimes(expect(residuals, switching).smoothed):
            raise ConvergenceError("a regime is rare on this sample.")
        predicted, _ = filter_correlations(residuals, switching)
        state = RegimeCorrelationState(univariate, switching._replace(probabilities=predicted[-1]))
        return SecondStep(state, bounds_hit=_zero_transitions(switching))


def _estimates(
    first_step: FirstStep, switching: SwitchingCorrelation, log_density: float
) -> Estimates:
    """Return the estimates of both steps."""
    equations = estimating_equations(first_step.residuals, switching)
    gradient = np.abs(equations[free_parameters(switching)]).max()
    return Estimates(
        values=first_step.values | _named(switching, first_step.series),
        n_dates=len(first_step.residuals),
        log_likelihood=log_density - first_step.log_volatility,
        n_targets=len(switching.transition) - 1,  # the probabilities of the first date
        gradient_norm=max(first_step.gradient_norm, float(gradient)),
        bounds=(*first_step.bounds_hit, *_zero_transitions(switching)),
        errors=RegimeCorrelationInference(first_step, switching),
    )


def _zero_transitions(switching: SwitchingCorrelation) -> list[str]:
    """Return the transition probabilities that are zero, as formulas."""
    zeros = np.argwhere(switching.transition <= ON_BOUND).tolist()
    return [f"p [{i},{j}] = 0" for i, j in zeros]


def _named(switching: SwitchingCorrelation, series: tuple[str, ...]) -> dict[str, float]:
    """Return correlations and transition probabilities by name.

    The last probability of each row follows from the others and is left out.
    """
    k = len(switching.transition)
    pairs = list(combinations(range(len(series)), 2))
    named = {}
    for r in range(k):
        for i, j in pairs:
            name = f"correlation {series[i]} {series[j]} [{r}]"
            named[name] = float(switching.correlations[r, i, j])
    for i in range(k):
        for j in range(k - 1):
            named[f"p [{i},{j}]"] = float(switching.transition[i, j])
    return named
