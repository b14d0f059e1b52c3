r"""Dynamic conditional correlation on margins of their own.

.. math:: H_t = D_t R_t D_t, \quad R_t = \mathrm{corr}(Q_t), \quad
          Q_t = (1 - a - b) S - g N + a x_{t-1} x_{t-1}' + g n_{t-1} n_{t-1}' + b Q_{t-1}

with z the residuals standardised by their margins, x = z, n = min(z, 0) and N = mean(n n'). Sources: Engle (2002),
Journal of Business & Economic Statistics 20, eq. 18-20 and section 5 (two steps); Cappiello, Engle and Sheppard (2006),
Journal of Financial Econometrics 4, eq. 3 (g); Aielli (2013), Journal of Business & Economic Statistics 31, eq. 2.4,
where x_i = z_i sqrt(q_ii); Pakel, Shephard, Sheppard and Engle (2021), Journal of Business & Economic Statistics 39,
section 2, for the composite likelihood over neighbouring pairs; Engle, Ledoit and Wolf (2019), Journal of Business &
Economic Statistics 37, section 3, for S shrunk. Integrated (a + b = 1), Q is the exponential smoother of
Engle (2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice, check_flag
from hedgeresearch.covariance.checks import check_panel, warn_of_bounds
from hedgeresearch.covariance.dcc.estimation import (
    TwoStepInference,
    estimate_correlation,
    two_step_estimates,
)
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.first_step import UnivariateModels, check_univariate, fit_first_step
from hedgeresearch.covariance.fit import CovarianceFit, start_fit
from hedgeresearch.covariance.moment_weights import SamplingErrors
from hedgeresearch.covariance.shrinkage import SHRINKAGES
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class DCC:
    """DCC(1,1) of any number of series: margins first, then the correlation, by quasi-likelihood.

    Parameters
    ----------
    univariate : the model of each series' own mean and variance; one for all, or a mapping by name
    asymmetric : whether joint falls weigh more (g)
    correction : "engle", or "aielli" for the corrected recursion, whose target is consistent
    density : "normal" or "student", of all series together
    estimator : "full", or "composite" for very many series: the likelihood of neighbouring pairs; there is then no
        joint log-likelihood
    target : S from the "sample", or shrunk, "linear" (Ledoit and Wolf 2004) or "nonlinear" (Ledoit and Wolf 2020)
    integrated : whether a + b = 1, so that correlations return to no mean and S only starts them

    The joint density, not that of the margins, is that of the likelihood and of ``simulate``. Standard errors allow for
    S and N as functions of the margins, not for their own sampling error; a shrunk S is taken as given.

    Start-up rule: margins start as their model says; S is the demeaned covariance (divisor n - 1) of z, and
    Q_1 = (1 - a) S - g N, which is the recursion from Q_0 = S and z_0 = 0; with the correction Q_1 = S.

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
                "correction='aielli' must go with asymmetric=False and target='sample', as its target depends on a and "
                f"b; got asymmetric={self.asymmetric!r} and target={self.target!r}."
            )
        if self.integrated and (self.asymmetric or self.correction == "aielli"):
            raise DataError(
                "integrated=True must go with asymmetric=False and correction='engle', as g and the correction act on "
                f"the mean that it lacks; got asymmetric={self.asymmetric!r} and correction={self.correction!r}."
            )

    @property
    def sampling_errors(self) -> SamplingErrors:
        """Delta method; the reaction of a shrunk target to an observation is not known."""
        return "delta method" if self.target == "sample" else "bootstrap"

    def fit(
        self, returns: pd.DataFrame, *, warm_start: CovarianceFit | None = None
    ) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period, two series or more.

        An earlier fit of the same model to the same series, on a sample much like this one, may be given as ``warm_start``:
        the searches begin there, which is quicker, and look elsewhere only if they end on a bound.

        Raises
        ------
        DataError
            If there are fewer than ten dates for a parameter of a margin, if series are collinear, or if there are more
            series than dates and the target is not shrunk.
        ConvergenceError
            If a margin or the correlation step reaches no optimum.
        """
        frame = check_panel(returns, self.univariate, "DCC", shrunk=self.target != "sample")
        earlier = self._earlier(warm_start, frame)
        margins = fit_first_step(self.univariate, frame, earlier.margins if earlier else None)
        likelihood = CorrelationLikelihood(
            margins.residuals,
            asymmetric=self.asymmetric,
            corrected=self.correction == "aielli",
            composite=self.estimator == "composite",
            integrated=self.integrated,
            shrunk_target=self._shrunk(margins.residuals),
        )
        estimate = estimate_correlation(
            likelihood,
            self.density == "student",
            "the DCC correlations",
            earlier.estimate if earlier else None,
        )
        fit = _finish(self, frame, TwoStepInference(margins, likelihood, estimate))
        warn_of_bounds(self, fit.estimates)
        return fit

    def _earlier(
        self, warm_start: CovarianceFit | None, frame: pd.DataFrame
    ) -> TwoStepInference | None:
        if warm_start is None:
            return None
        steps = warm_start.estimates.inference
        if (
            warm_start.model != self
            or not isinstance(steps, TwoStepInference)
            or not warm_start.series.equals(frame.columns)
        ):
            raise DataError(
                f"warm_start must be an earlier fit of {self!r} to {list(frame.columns)}; got {warm_start!r}."
            )
        return steps

    def _shrunk(self, residuals: Array) -> Array | None:
        return None if self.target == "sample" else SHRINKAGES[self.target](residuals)


def _finish(model: DCC, frame: pd.DataFrame, steps: TwoStepInference) -> CovarianceFit:
    margins, likelihood, estimate = steps.margins, steps.likelihood, steps.estimate
    intercept, first, _ = likelihood.matrices(estimate.parameters)
    target, _ = likelihood.target(*estimate.parameters[:2])
    recursion = DCCState(
        margins.states,
        estimate.parameters,
        likelihood.corrected,
        target,
        intercept,
        first,
        estimate.nu,
    )
    return start_fit(model, frame, recursion, two_step_estimates(steps, n_dates=len(frame)))
