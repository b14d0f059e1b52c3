r"""Dynamic conditional correlation, with a univariate model for every series.

.. math:: H_t = D_t R_t D_t, \quad R_t = \mathrm{corr}(Q_t), \quad
          Q_t = (1 - a - b) S - g N + a x_{t-1} x_{t-1}' + g n_{t-1} n_{t-1}' + b Q_{t-1}

with z the standardized residuals of the univariate models, x = z, n = min(z, 0) and
N = mean(n n').

Sources: Engle (2002), Journal of Business & Economic Statistics 20, eq. 18-20 and section 5 (two
steps); Cappiello, Engle and Sheppard (2006), Journal of Financial Econometrics 4, eq. 3 (g); Aielli
(2013), Journal of Business & Economic Statistics 31, eq. 2.4, where x_i = z_i sqrt(q_ii); Pakel,
Shephard, Sheppard and Engle (2021), Journal of Business & Economic Statistics 39, section 2, for
the composite likelihood over neighboring pairs; Engle, Ledoit and Wolf (2019), Journal of Business
& Economic Statistics 37, section 3, for S shrunk. Integrated (a + b = 1), Q is the exponential
smoother of Engle (2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice, check_flag
from hedgeresearch.covariance.array_estimate import SampleEstimator, Samples
from hedgeresearch.covariance.checks import BOUNDS_ADVICE, check_panel, earlier_errors
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
from hedgeresearch.covariance.first_step import (
    UnivariateModels,
    check_univariate,
)
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import ErrorSource
from hedgeresearch.covariance.shrinkage import SHRINKAGES
from hedgeresearch.covariance.two_step_samples import Margins, SecondStep, TwoStepSamples
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.warnings import warn_of_bounds
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.protocols import VolatilityState


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class DCC:
    """DCC(1,1) of any number of series, by quasi-likelihood in two steps.

    A univariate model of every series comes first, then the correlation of the standardized
    residuals.

    Parameters
    ----------
    univariate : volatility model, or mapping of them by series
        Model of the mean and variance of every series.
    asymmetric : bool
        Whether joint negative shocks have an additional weight (g).
    correction : "engle" or "aielli"
        The recursion of Engle (2002), or its correction by Aielli (2013), whose target is
        consistent.
    density : "normal" or "student"
        Joint density of all series.
    estimator : "full" or "composite"
        The joint likelihood or, for hundreds of series, the likelihood of neighboring pairs; there
        is then no joint log-likelihood.
    target : "sample", "linear" or "nonlinear"
        S is the covariance of the sample, or shrunk as in Ledoit and Wolf (2004) or Ledoit and Wolf
        (2020).
    integrated : bool
        Whether a + b = 1, so that correlations do not revert to a mean and S is only the initial
        value.

    Notes
    -----
    The joint density, not the density of the univariate models, is used by the likelihood and by
    ``simulate``. Standard errors of the parameters allow for S and N as functions of the univariate
    parameters, not for the sampling error of S and N themselves; those of hedge ratios allow for
    both. A shrunk S is taken as given. A composite likelihood has the sample covariance of each
    pair in any case, since with a shrunk one constant correlations are estimated as integrated.

    Initialization: each univariate model has its own; S is the demeaned covariance (divisor n - 1)
    of z, and Q_1 = (1 - a) S - g N, which is the recursion from Q_0 = S and z_0 = 0; with the
    correction Q_1 = S.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.DCC().fit(hr.data.simulate_dcc(n_dates=1000, a=0.05, b=0.9, seed=1).returns)
    >>> fit.correlation("asset", "hedge").between(-1, 1).all()
    np.True_
    >>> fit.summary.columns.tolist()
    ['estimate', 'standard error', 't', 'p']
    """

    univariate: UnivariateModels = GARCH()
    asymmetric: bool = False
    correction: Literal["engle", "aielli"] = "engle"
    density: Literal["normal", "student"] = "normal"
    estimator: Literal["full", "composite"] = "full"
    target: Literal["sample", "linear", "nonlinear"] = "sample"
    integrated: bool = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_univariate(self.univariate)
        check_flag(self.asymmetric, "asymmetric")
        check_choice(self.correction, "correction", ("engle", "aielli"))
        check_choice(self.density, "density", ("normal", "student"))
        check_choice(self.estimator, "estimator", ("full", "composite"))
        check_choice(self.target, "target", ("sample", "linear", "nonlinear"))
        check_flag(self.integrated, "integrated")
        if self.correction == "aielli" and (self.asymmetric or self.target != "sample"):
            raise DataError(
                "correction='aielli' must go with asymmetric=False and target='sample', as its "
                f"target depends on a and b; got asymmetric={self.asymmetric!r} and "
                f"target={self.target!r}."
            )
        if self.integrated and (self.asymmetric or self.correction == "aielli"):
            raise DataError(
                "integrated=True must go with asymmetric=False and correction='engle', as the "
                "alternatives change the long-run target, which an integrated model lacks; got "
                f"asymmetric={self.asymmetric!r} and correction={self.correction!r}."
            )

    @property
    def error_source(self) -> ErrorSource:
        """Errors by the delta method; by the bootstrap if the target is shrunk.

        How a shrunk target reacts to an observation is not known.
        """
        return "delta method" if self.target == "sample" else "bootstrap"

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
            If there are fewer than ten observations for a parameter of a univariate model, if
            series are collinear, or if there are more series than observations and the target is
            not shrunk.
        ConvergenceError
            If a univariate model or the correlation step reaches no optimum.
        """
        frame = check_panel(returns, self.univariate, "DCC", shrunk=self.target != "sample")
        earlier: TwoStepInference | None = earlier_errors(self, warm_start, frame)
        inference = fit_two_steps(self.univariate, frame, self._correlation, earlier)
        estimates = two_step_estimates(inference, n_dates=len(frame.index))
        warn_of_bounds("DCC", estimates.bounds_hit, BOUNDS_ADVICE)
        return fit_from_state(self, frame, two_step_state(inference), estimates)

    def on_samples(self, samples: Samples) -> SampleEstimator:
        """Return the estimator of many samples, see ``EstimatesSamples``."""
        margins = Margins.of(self.univariate, samples)
        pair = None if self.target != "sample" else pair_samples("DCC", margins, self.rules)
        return pair or TwoStepSamples("DCC", margins, self._second_step)

    @property
    def rules(self) -> CorrelationRules:
        """Kind of the correlation."""
        return CorrelationRules(
            self.asymmetric,
            self.correction == "aielli",
            self.integrated,
            self.density == "student",
        )

    def _second_step(
        self, residuals: Array, univariate: tuple[VolatilityState, ...], near: Any
    ) -> SecondStep:
        """Estimate the correlation on a sample with univariate states after it."""
        likelihood, estimate = self._correlation(residuals, near)
        state = state_after_sample(likelihood, estimate, univariate)
        return SecondStep(state, estimate, estimate.bounds_hit)

    def _correlation(
        self, residuals: Array, near: CorrelationEstimate | None
    ) -> tuple[CorrelationLikelihood, CorrelationEstimate]:
        """Estimate the correlation of standardized residuals (n_dates, n_series)."""
        likelihood = CorrelationLikelihood(
            residuals,
            asymmetric=self.asymmetric,
            corrected=self.correction == "aielli",
            composite=self.estimator == "composite",
            integrated=self.integrated,
            shrunk_target=self._shrunk_target(residuals),
        )
        student = self.density == "student"
        return likelihood, estimate_correlation(likelihood, student, "the DCC correlations", near)

    def _shrunk_target(self, residuals: Array) -> Array | None:
        return None if self.target == "sample" else SHRINKAGES[self.target](residuals)
