r"""BEKK model: a covariance recursion that is positive definite by construction.

.. math:: H_t = C C' + A' e_{t-1} e_{t-1}' A + B' n_{t-1} n_{t-1}' B + G' H_{t-1} G,
          \quad n = \min(e, 0)

Source: Engle and Kroner (1995), Econometric Theory 11, eq. 2.2-2.3; the term of bad news of Kroner
and Ng (1998), Review of Financial Studies 11, eq. 13. Gaussian quasi-likelihood with analytic
scores, its errors the sandwich of Bollerslev and Wooldridge (1992), Econometric Reviews 11,
section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import check_choice, check_flag
from hedgeresearch.covariance.array_estimate import ArrayEstimate, SampleEstimate, Samples
from hedgeresearch.covariance.bekk.delta_method import BEKKErrors, with_delta_method
from hedgeresearch.covariance.bekk.estimation import estimate_bekk
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.covariance.bekk.state import BEKKState, state_before_sample
from hedgeresearch.covariance.checks import earlier_errors
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import ErrorSource
from hedgeresearch.covariance.news import bad_news
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_SEVERAL
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.warnings import remark_on_bounds, warn_of_bounds
from hedgeresearch.typing import Array

MIN_DATES_PER_PARAMETER = 10
"""Observations that a sample must have for each parameter."""
BOUNDS_ADVICE = (
    "Its standard errors take that as given; a smaller form may describe the data as well."
)
"""Advice in the warning about an estimate that lies on a bound."""


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class BEKK:
    """BEKK(1,1) by Gaussian quasi-likelihood.

    Parameters
    ----------
    form : {"scalar", "diagonal", "full"}
        Form of the matrices: A = a I and so on, diagonal matrices, or full ones.
    asymmetric : bool
        Whether bad news, the returns below their mean, have a term of their own. Each series has
        its own news, min(e_i, 0); other software counts only dates on which all series fall.
    targeting : bool
        Whether C C' is set to what makes the unconditional covariance equal to the sample's,
        S - A'SA - B'NB - G'SG with S and N the means of e e' and n n'. Standard errors then take S
        and N as known.
    mean : {"constant", "zero"}
        Whether the means of the returns are those of the sample, which are held, or zero. With
        "zero" the model is estimated on the returns as they are, as other software does.

    Notes
    -----
    Initialization: H_1 = mean(e e'). Covariance stationarity is imposed: the spectral radius of
    A x A + B x B / 2 + G x G lies below 1, exact for scalar and diagonal forms and, with bad news
    in the full form, an approximation. Each form starts from the optima of the smaller ones, so
    that a larger one never has the lower likelihood. The signs of A, B and G are not identified:
    their first diagonal element is reported as positive.

    Typical estimates for daily returns: diagonal elements of A 0.2 to 0.3, of G 0.94 to 0.98.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.BEKK(form="full").fit(hr.returns(hr.load("nasdaq_sp500"))).parameters.index[:4].to_list()
    ['C[1,1]', 'C[2,1]', 'C[2,2]', 'A[1,1]']
    """

    form: Literal["scalar", "diagonal", "full"] = "diagonal"
    asymmetric: bool = False
    targeting: bool = False
    mean: Literal["constant", "zero"] = "constant"

    warm_start: ClassVar[bool] = True
    error_source: ClassVar[ErrorSource] = "delta method"

    def __post_init__(self) -> None:
        check_choice(self.form, "form", ("scalar", "diagonal", "full"))
        check_flag(self.asymmetric, "asymmetric")
        check_flag(self.targeting, "targeting")
        check_choice(self.mean, "mean", ("constant", "zero"))

    def layout(self, n_series: int) -> Layout:
        """Return the order of the parameters for a number of series."""
        return Layout(self.form, self.asymmetric, self.targeting, n_series)

    def fit(
        self, returns: pd.DataFrame, *, warm_start: CovarianceFit | None = None
    ) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period.

        Ten dates for each parameter are needed.

        Parameters
        ----------
        returns : DataFrame (n_dates, n_series)
            Fractions per period.
        warm_start : CovarianceFit, optional
            Earlier fit of the same model to the same series, on a similar sample. The search begins
            there, which is quicker, and starts elsewhere only if it may end at a local optimum.

        Raises
        ------
        DataError
            If there are fewer than two series, too few dates, or series that are collinear.
        ConvergenceError
            If the likelihood does not reach a maximum.
        """
        frame = self._check_returns(returns)
        earlier: BEKKErrors | None = earlier_errors(self, warm_start, frame)
        near = None if earlier is None else earlier.sandwich.search
        found = self._estimate(frame.to_numpy(), near)
        warn_of_bounds("BEKK", found.estimates.bounds_hit, BOUNDS_ADVICE)
        n_targets = found.estimates.n_targets + (self.mean == "constant") * frame.shape[1]
        estimates = replace(found.estimates, n_targets=n_targets)
        estimates = with_delta_method(estimates, found.mean, found.errors)
        return fit_from_state(self, frame, found.state, estimates)

    def on_samples(self, samples: Samples) -> BEKKSamples:
        """Return the estimator of many samples, see ``EstimatesSamples``.

        Raises
        ------
        DataError
            If a sample has fewer than ten dates for each parameter.
        """
        needed = self._min_rows(len(samples.names))
        if samples.shortest < needed:
            raise DataError(f"returns must have at least {needed} rows; got {samples.shortest}.")
        return BEKKSamples(samples, self._estimate)

    def _estimate(self, values: Array, near: Array | None) -> BEKKEstimate:
        """Estimate on an array (n_dates, n_series), from an optimum on a similar one if given."""
        layout = self.layout(values.shape[1])
        mean = values.mean(axis=0) if self.mean == "constant" else np.zeros(layout.n)
        errors = values - mean
        estimates = estimate_bekk(layout, errors, bad_news(errors), near)
        parameters = np.array(list(estimates.values.values()))
        state = state_before_sample(layout, parameters, mean, errors)
        return BEKKEstimate(estimates, state, mean, errors)

    def _min_rows(self, n_series: int) -> int:
        """Return the minimum number of observations."""
        return MIN_DATES_PER_PARAMETER * self.layout(n_series).size

    def _check_returns(self, returns: pd.DataFrame) -> pd.DataFrame:
        n_series = check_frame(returns, "returns").shape[1]
        if n_series < 2:
            raise DataError(
                f"returns must have at least two series; got {n_series}. Add the hedges as columns."
            )
        frame = check_returns(returns, minimum_rows=self._min_rows(n_series))
        check_at_door(frame, OF_SEVERAL)
        check_independent(frame.cov().to_numpy(), list(map(str, frame.columns)), "returns")
        return frame


class BEKKEstimate(NamedTuple):
    """Estimate of a BEKK model on an array.

    Attributes
    ----------
    estimates : Estimates
        Parameters, with a ``BEKKSandwich``.
    state : BEKKState
        State before the first date.
    mean : array (n_series,)
        Means of the returns.
    errors : array (n_dates, n_series)
        Returns less their means.
    """

    estimates: Estimates
    state: BEKKState
    mean: Array
    errors: Array


class BEKKSamples(NamedTuple):
    """A BEKK model on some samples, see ``SampleEstimator``.

    Attributes
    ----------
    samples : Samples
    estimate_array : function
        Estimate on returns (n_dates, n_series), from an optimum on similar ones or None.
    """

    samples: Samples
    estimate_array: Callable[[Array, Array | None], BEKKEstimate]

    def estimate(self, number: int, near: SampleEstimate | None) -> ArrayEstimate:
        """Estimate on a sample, from the estimate on a similar one if there is one.

        Raises
        ------
        ConvergenceError
            If the likelihood does not reach a maximum.
        """
        values = self.samples.rows(number)
        found = self.estimate_array(values, None if near is None else near.search)
        sandwich: Any = found.estimates.errors
        remark = remark_on_bounds("BEKK", found.estimates.bounds_hit, BOUNDS_ADVICE)
        return ArrayEstimate(
            final_state=found.state.advance(values),
            search=sandwich.search,
            remarks=() if remark is None else (remark,),
        )
