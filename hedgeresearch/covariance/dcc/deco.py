r"""Dynamic equicorrelation: one correlation for all pairs, moving with the data.

.. math:: R_t = (1 - \rho_t) I + \rho_t 1 1', \quad \rho_t = \frac{1}{n (n - 1)} (1' \mathrm{corr}(Q_t) 1 - n)

with Q of a DCC, by default the corrected one. Source: Engle and Kelly (2012), Journal of Business & Economic Statistics
30, eq. 4-6 and section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.dcc import dcc_equicorrelation
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.covariance.checks import check_panel, warn_of_bounds
from hedgeresearch.covariance.dcc.estimation import (
    TwoStepInference,
    estimate_correlation,
    two_step_estimates,
)
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState, as_correlation, outer, standardised
from hedgeresearch.covariance.delta_method import DeltaMethod
from hedgeresearch.covariance.first_step import (
    UnivariateModels,
    check_univariate,
    fit_first_step,
    forecast_variances,
)
from hedgeresearch.covariance.fit import CovarianceFit, start_fit
from hedgeresearch.covariance.moment_weights import SamplingErrors
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.garch.garch import GARCH


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class DECO:
    """Dynamic equicorrelation of any number of series, by two-step quasi-likelihood.

    Parameters
    ----------
    univariate : the model of each series' own mean and variance; one for all, or a mapping by name
    correction : "aielli" (as in the paper) or "engle", the recursion of Q
    density : "normal" or "student", of all series together

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
    warm_start: ClassVar[bool] = False
    sampling_errors: ClassVar[SamplingErrors] = "delta method"

    def __post_init__(self) -> None:
        check_univariate(self.univariate)
        check_choice(self.correction, "correction", ("engle", "aielli"))
        check_choice(self.density, "density", ("normal", "student"))

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        Raises
        ------
        DataError
            If there are fewer than ten dates for a parameter of a margin, or series are collinear.
        ConvergenceError
            If a margin or the correlation step reaches no optimum.
        """
        frame = check_panel(returns, self.univariate, "DECO")
        margins = fit_first_step(self.univariate, frame)
        corrected = self.correction == "aielli"
        likelihood = CorrelationLikelihood(
            margins.residuals, corrected=corrected, equicorrelation=True
        )
        estimate = estimate_correlation(
            likelihood, self.density == "student", "the DECO correlation"
        )
        intercept, first, _ = likelihood.matrices(estimate.parameters)
        target, _ = likelihood.target(*estimate.parameters[:2])
        q = DCCState(
            margins.states, estimate.parameters, corrected, target, intercept, first, estimate.nu
        )
        steps = TwoStepInference(margins, likelihood, estimate)
        estimates = replace(
            two_step_estimates(steps, n_dates=len(frame)), inference=DECOInference(steps)
        )
        warn_of_bounds(self, estimates)
        return start_fit(self, frame, DECOState(q), estimates)


@dataclass(frozen=True, eq=False)
class DECOInference:
    """That of the two steps, for a recursion of equal correlations."""

    steps: TwoStepInference

    def covariance(self) -> Array:
        """The two-step sandwich, (k, k); NaN for parameters held by a bound."""
        return self.steps.covariance()

    def moves(self) -> DeltaMethod[DECOState]:
        """All margins' parameters, the correlation's, and S."""
        moves = self.steps.moves()
        return DeltaMethod(
            moves.influence, moves.sizes, lambda change: DECOState(moves.start_at(change))
        )


@dataclass(frozen=True, eq=False)
class DECOState:
    """The recursion of a DCC, of whose correlations only the mean counts."""

    dcc: DCCState

    @property
    def degrees_of_freedom(self) -> float:
        """Of the density of the returns."""
        return self.dcc.degrees_of_freedom

    @property
    def constant_means(self) -> bool:
        """Whether no margin's mean moves."""
        return self.dcc.constant_means

    @property
    def next_covariance(self) -> Array:
        """D R D of the next date, all correlations alike."""
        volatility = np.sqrt([margin.next_variance for margin in self.dcc.margins])
        return np.asarray(
            equicorrelation(mean_correlation(self.dcc.q), len(volatility))
            * np.outer(volatility, volatility)
        )

    def means(self, returns: Array) -> Array:
        """The margins' conditional means, (n_dates + 1, n_series)."""
        return self.dcc.means(returns)

    def path(self, returns: Array, block: Indices) -> Array:
        """Covariances of a block before each date is seen, (n_dates, k, k); the correlation needs all series."""
        dcc = self.dcc
        residuals, variances, _ = standardised(dcc.margins, returns)
        rho = dcc_equicorrelation(dcc.parameters, dcc.corrected, residuals, dcc.intercept, dcc.q)[
            :-1
        ]
        volatility = np.sqrt(variances[:-1, block])
        path = equicorrelation(rho[:, None, None], len(block))
        return np.asarray(path * outer(volatility))

    def advance(self, returns: Array) -> DECOState:
        """The margins and Q after new dates."""
        return replace(self, dcc=self.dcc.advance(returns))

    def forecast(self, horizon: int) -> Array:
        """D_k R_k D_k of each step: rho falls back to the target's mean correlation by (a + b)^(k - 1)."""
        dcc = self.dcc
        now, later = mean_correlation(dcc.q), mean_correlation(dcc.target)
        rho = later + (dcc.parameters[0] + dcc.parameters[1]) ** np.arange(horizon) * (now - later)
        volatility = np.sqrt(forecast_variances(dcc.margins, horizon))
        path = equicorrelation(rho[:, None, None], volatility.shape[1])
        return np.asarray(path * outer(volatility))


def mean_correlation(q: Array) -> float:
    """The mean off-diagonal correlation of a covariance matrix."""
    n = len(q)
    return float((as_correlation(q).sum() - n) / (n * (n - 1)))


def equicorrelation(rho: Array | float, n: int) -> Array:
    """Ones on the diagonal and rho beside it."""
    return np.asarray(rho * np.ones((n, n)) + (1.0 - rho) * np.eye(n))
