r"""Constant conditional correlation on margins of their own.

.. math:: H_t = D_t R D_t

Source: Bollerslev (1990), Review of Economics and Statistics 72, eq. 3-5, in two steps: R is the correlation of the
residuals z that the margins leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from itertools import combinations

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch.covariance.checks import check_panel, warn_of_bounds
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState, as_correlation
from hedgeresearch.covariance.delta_method import STEP, DeltaMethod, margin_sizes, symmetric
from hedgeresearch.covariance.first_step import (
    FirstStep,
    UnivariateModels,
    check_univariate,
    fit_first_step,
    states_after,
)
from hedgeresearch.covariance.fit import CovarianceFit, start_fit
from hedgeresearch.covariance.moment_weights import SamplingErrors
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import Sensitivities, covariance_from_influence
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityState


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class CCC:
    """The correlation of the standardised residuals, the same for all dates; a DCC with a = b = 0.

    Parameters
    ----------
    univariate : the model of each series' own mean and variance; one for all, or a mapping by name

    The likelihood and ``simulate`` are those of jointly normal returns, whatever density the margins have.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.CCC().fit(hr.data.simulate_dcc(n_dates=1000, a=0.0, b=0.0, seed=1).returns)
    >>> round(fit.parameters["correlation asset hedge"], 2)
    np.float64(0.57)
    """

    univariate: UnivariateModels = GARCH()
    warm_start: ClassVar[bool] = False
    sampling_errors: ClassVar[SamplingErrors] = "delta method"

    def __post_init__(self) -> None:
        check_univariate(self.univariate)

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        Raises
        ------
        DataError
            If there are fewer than ten dates for a parameter of a margin, or series are collinear.
        ConvergenceError
            If a margin reaches no optimum.
        """
        frame = check_panel(returns, self.univariate, "CCC")
        margins = fit_first_step(self.univariate, frame)
        correlation = as_correlation(np.cov(margins.residuals, rowvar=False))
        recursion = constant_correlation(margins.states, correlation)
        likelihood = CorrelationLikelihood(margins.residuals, shrunk_target=correlation)
        log_density, _ = likelihood.scores(recursion.parameters, NORMAL)
        pairs = combinations(range(len(margins.series)), 2)
        named = {
            f"correlation {margins.series[i]} {margins.series[j]}": float(correlation[i, j])
            for i, j in pairs
        }
        estimates = Estimates(
            values=margins.values | named,
            n_dates=len(frame),
            log_likelihood=float(log_density.sum()) - margins.log_volatility,
            gradient_norm=margins.gradient_norm,
            bounds_hit=tuple(margins.bounds_hit),
            inference=CCCInference(margins, correlation),
        )
        warn_of_bounds(self, estimates)
        return start_fit(self, frame, recursion, estimates)


@dataclass(frozen=True, eq=False)
class CCCInference:
    """Sampling covariance of the margins' parameters and of the correlations, pair by pair.

    Attributes
    ----------
    margins : FirstStep
    correlation : array (n_series, n_series), of their residuals
    """

    margins: FirstStep
    correlation: Array

    def covariance(self) -> Array:
        """The two-step sandwich, (k, k); NaN for parameters held by a bound."""
        return covariance_from_influence(
            self._influence([fit.sensitivities() for fit in self.margins.fits])
        )

    def moves(self) -> DeltaMethod[DCCState]:
        """The margins' parameters and the correlations."""
        sensitivities = [fit.sensitivities() for fit in self.margins.fits]
        by_date, of_margins = self._influence(sensitivities), margin_sizes(sensitivities)
        of_pairs = np.full(by_date.shape[1] - len(of_margins), STEP)
        return DeltaMethod(by_date, np.concatenate([of_margins, of_pairs]), self.start_after)

    def start_after(self, change: Array) -> DCCState:
        """The recursion before the sample after a change (k,) of the parameters."""
        n = len(self.correlation)
        at = len(change) - n * (n - 1) // 2
        correlation = self.correlation + symmetric(change[at:], n, diagonal=False)
        return constant_correlation(states_after(self.margins, change[:at]), correlation)

    def _influence(self, sensitivities: list[Sensitivities]) -> Array:
        residuals, correlation = self.margins.residuals, self.correlation
        unit = (residuals - residuals.mean(axis=0)) / residuals.std(axis=0, ddof=1)
        # what the margins of series i add to z_i at each date, projected on the other series
        through = []
        for i, s in enumerate(sensitivities):
            moments = s.derivatives @ unit / (len(unit) - 1) / residuals[:, i].std(ddof=1)
            through.append(s.influence @ (moments - np.outer(moments[:, i], correlation[i])))
        columns = []
        for i, j in combinations(range(unit.shape[1]), 2):
            own = unit[:, i] * unit[:, j] - 0.5 * correlation[i, j] * (
                unit[:, i] ** 2 + unit[:, j] ** 2
            )
            columns.append(own + through[i][:, j] + through[j][:, i])
        return np.hstack([*(s.influence for s in sensitivities), np.stack(columns, axis=1)])


def constant_correlation(margins: tuple[VolatilityState, ...], correlation: Array) -> DCCState:
    """A DCC with a = b = 0."""
    return DCCState(margins, np.zeros(3), False, correlation, correlation, correlation, NORMAL)
