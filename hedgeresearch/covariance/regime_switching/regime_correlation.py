r"""Correlations that switch between regimes, on margins of their own.

.. math:: H_t = D_t R_{s_t} D_t, \quad P(s_{t+1} = j \mid s_t = i) = p_{ij}

Source: Pelletier (2006), Journal of Econometrics 131, eq. 2-3 and section 4.2: margins first, then the correlations of
their residuals z by the EM algorithm, each scaled to a unit diagonal after a step. Regimes do not differ in variance,
so they are numbered by their mean correlation, 0 having the lowest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar
from itertools import combinations

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.checks import check_panel, warn_of_bounds
from hedgeresearch.covariance.dcc.state import outer, standardised
from hedgeresearch.covariance.delta_method import DeltaMethod, margin_sizes
from hedgeresearch.covariance.first_step import (
    FirstStep,
    UnivariateModels,
    check_univariate,
    constant_means,
    filter_volatilities,
    fit_first_step,
    forecast_variances,
    states_after,
)
from hedgeresearch.covariance.fit import CovarianceFit, start_fit
from hedgeresearch.covariance.moment_weights import SamplingErrors
from hedgeresearch.covariance.regime_switching.estimation import (
    ON_BOUND,
    STEP,
    Point,
    RegimeCorrelationInference,
    equations,
    estimate_regime_correlation,
    expect,
    filter_correlations,
    kept_parameters,
    moves_of,
    starting_points,
)
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityState


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class RegimeCorrelation:
    """Constant correlations in each of ``n_regimes`` regimes that follow a Markov chain.

    Parameters
    ----------
    n_regimes : int; one is the constant correlation of CCC
    univariate : the model of each series' own mean and variance; one for all, or a mapping by name
    n_starts : int, EM searches from different points; the best is kept
    seed : int, of the random starts

    The covariance of a date has the correlation that is expected before it, sum_k P(regime k) R_k. ``simulate`` draws
    normal returns of that covariance, and the likelihood is that of normal returns in each regime.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.RegimeCorrelation(n_starts=2).fit(hr.data.simulate_regimes(n_dates=1000, seed=3).returns)
    >>> bool(fit.parameters["correlation asset hedge [0]"] < fit.parameters["correlation asset hedge [1]"])
    True
    """

    n_regimes: int = 2
    univariate: UnivariateModels = GARCH()
    n_starts: int = 8
    seed: int = 0
    warm_start: ClassVar[bool] = False
    sampling_errors: ClassVar[SamplingErrors] = "delta method"

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_univariate(self.univariate)
        check_at_least(self.n_starts, "n_starts", 1)
        check_at_least(self.seed, "seed", 0)

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        Raises
        ------
        DataError
            If there are fewer than ten dates for a parameter of a margin, or series are collinear.
        ConvergenceError
            If a margin reaches no optimum, or a regime collapses from every start.
        """
        frame = check_panel(returns, self.univariate, "RegimeCorrelation")
        margins = fit_first_step(self.univariate, frame)
        points = starting_points(margins.residuals, self.n_regimes, self.n_starts, self.seed)
        point = estimate_regime_correlation(margins.residuals, points)
        smoothed, _, _, log_density = expect(margins.residuals, point)
        held = [f"p [{i},{j}] = 0" for i, j in np.argwhere(point.transition <= ON_BOUND)]
        gradient = np.abs(equations(margins.residuals, point)[kept_parameters(point)]).max()
        estimates = Estimates(
            values=margins.values | _named(point, margins.series),
            n_dates=len(frame),
            log_likelihood=log_density - margins.log_volatility,
            n_targets=self.n_regimes - 1,
            gradient_norm=max(margins.gradient_norm, float(gradient)),
            bounds_hit=(*margins.bounds_hit, *held),
            inference=RegimeCorrelationErrors(margins, point),
        )
        warn_of_rare_regimes(pd.DataFrame(smoothed, index=frame.index))
        warn_of_bounds(self, estimates)
        return start_fit(self, frame, RegimeCorrelationState(margins.states, point), estimates)


@dataclass(frozen=True, eq=False)
class RegimeCorrelationErrors:
    """The errors of the parameters, and of functions of the recursion."""

    margins: FirstStep
    point: Point

    def covariance(self) -> Array:
        """Sampling covariance (m, m); NaN for parameters held by a bound."""
        return RegimeCorrelationInference(self.margins, self.point).covariance()

    def moves(self) -> DeltaMethod[RegimeCorrelationState]:
        """The margins' parameters, the correlations and the transition; the first probabilities are held."""
        sensitivities = [fit.sensitivities() for fit in self.margins.fits]
        by_date, of_margins = (
            RegimeCorrelationInference(self.margins, self.point).influence(sensitivities),
            margin_sizes(sensitivities),
        )
        others = by_date.shape[1] - len(of_margins)
        return DeltaMethod(by_date, np.append(of_margins, np.full(others, STEP)), self.start_after)

    def start_after(self, change: Array) -> RegimeCorrelationState:
        """The recursion before the sample after a change (m,) of the parameters."""
        directions = list(moves_of(self.point, natural=False))
        at = len(change) - len(directions)
        correlations, transition, first = self.point
        for size, (of_correlations, of_transition) in zip(change[at:], directions, strict=True):
            correlations, transition = (
                correlations + size * of_correlations,
                transition + size * of_transition,
            )
        point = Point(correlations, transition, first)
        return RegimeCorrelationState(states_after(self.margins, change[:at]), point)


@dataclass(frozen=True, eq=False)
class RegimeCorrelationState:
    """The states of the margins, and the correlations with the probabilities of the regimes at the next date."""

    margins: tuple[VolatilityState, ...]
    point: Point
    degrees_of_freedom: float = NORMAL

    @property
    def constant_means(self) -> bool:
        """Whether no margin's mean moves."""
        return constant_means(self.margins)

    @property
    def next_covariance(self) -> Array:
        """D R D of the next date."""
        return np.asarray(self.forecast(1)[0])

    def means(self, returns: Array) -> Array:
        """The margins' conditional means, (n_dates + 1, n_series)."""
        return filter_volatilities(self.margins, returns)[0]

    def path(self, returns: Array, block: Indices) -> Array:
        """Covariances of a block before each date is seen, (n_dates, k, k); the regimes are seen in all series."""
        residuals, variances, _ = standardised(self.margins, returns)
        predicted = filter_correlations(residuals, self.point)[0][:-1]
        cut = self.point.correlations[:, block][:, :, block]
        return np.asarray(
            np.einsum("tk,kij->tij", predicted, cut) * outer(np.sqrt(variances[:-1, block]))
        )

    def advance(self, returns: Array) -> RegimeCorrelationState:
        """The margins and the probabilities after new dates."""
        residuals, _, margins = standardised(self.margins, returns)
        following = self.point._replace(
            probabilities=filter_correlations(residuals, self.point)[0][-1]
        )
        return replace(self, margins=margins, point=following)

    def forecast(self, horizon: int) -> Array:
        """D_h R_h D_h of each step, R_h expected with the probabilities after h - 1 more transitions."""
        probabilities = np.empty((horizon, len(self.point.transition)))
        probabilities[0] = self.point.probabilities
        for h in range(1, horizon):
            probabilities[h] = probabilities[h - 1] @ self.point.transition
        volatility = np.sqrt(forecast_variances(self.margins, horizon))
        return np.asarray(
            np.einsum("tk,kij->tij", probabilities, self.point.correlations) * outer(volatility)
        )


def _named(point: Point, series: tuple[str, ...]) -> dict[str, float]:
    """Correlations and transition probabilities (the last of each row follows from the others) by name."""
    k, pairs = len(point.transition), list(combinations(range(len(series)), 2))
    named = {
        f"correlation {series[i]} {series[j]} [{r}]": point[0][r, i, j]
        for r in range(k)
        for i, j in pairs
    }
    named |= {f"p [{i},{j}]": point.transition[i, j] for i in range(k) for j in range(k - 1)}
    return {name: float(value) for name, value in named.items()}
