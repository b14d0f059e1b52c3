r"""The hedge of a Markov-switching regression.

.. math:: r^{asset}_t = a_{s_t} + r^{hedges}_t{}' b_{s_t} + \sigma_{s_t} e_t, \qquad
          b_t = \sum_k P(s_t = k \mid \text{data before } t) \, b_k

Source: Alizadeh and Nomikos (2004), Applied Financial Economics 14, section III, with predicted
probabilities only; estimated by the EM algorithm of Hamilton (1990), see ``em``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, changed, held
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import describe
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import ParameterName
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.hedges.constant_ratio import advance_constant_array
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.labels import labelled_covariance, labelled_path, labelled_ratio
from hedgeresearch.hedges.ratio_errors import RatioErrors
from hedgeresearch.hedges.regime_switching.breakdown import RegimeBreakdown
from hedgeresearch.hedges.regime_switching.emissions import RegressionEmissions
from hedgeresearch.hedges.regime_switching.estimation import estimate_regression
from hedgeresearch.hedges.regime_switching.ratio_errors import SwitchingRatioErrors
from hedgeresearch.hedges.regime_switching.regression_sample import RegressionSample
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_chain import transition_parameters
from hedgeresearch.regimes.markov_switching.standard_errors import (
    SwitchingErrors,
    transition_bounds,
)
from hedgeresearch.regimes.mixture import mixture_covariance
from hedgeresearch.regimes.names import Names, check_names, named_estimates
from hedgeresearch.regimes.start import fit_from_state
from hedgeresearch.regimes.state import HiddenMarkovChain
from hedgeresearch.typing import Array

DATES_PER_PARAMETER = 10
"""Minimum number of observations for each parameter."""


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class MarkovSwitchingHedge:
    """Regression coefficients of each regime, weighted by predicted probabilities of the regimes.

    The model has no distribution of the hedges: ``next_covariance`` uses their sample covariance,
    the same in all regimes, and adds to the asset's variance the spread of the regimes' ratios and
    the mixture of their residual variances. Regimes are numbered by the variance that this gives
    the asset. An asset that is an exact combination of the hedges is replicated.

    Parameters
    ----------
    n_regimes : int
    n_starts : int
        Number of searches from different points; the best is kept and all are reported.
    seed : int
        Seed of the random starts.
    names : tuple of str or None
        Names of the regimes in the order of their variance, such as ("calm", "turbulent"); tables,
        figures and sentences use them. None for their numbers.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=2000, seed=1).returns
    >>> fit = hr.MarkovSwitchingHedge().fit(returns["asset"], returns[["hedge"]])
    >>> fit.by_regime["hedge"].round(2).tolist()
    [0.96, 0.58]
    """

    n_regimes: int = 2
    n_starts: int = 10
    seed: int = 0
    names: Names | None = None
    traits: ClassVar[HedgeTraits] = HedgeTraits(filters_state=True)

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)
        check_at_least(self.seed, "seed", 0)
        check_names(self.names, self.n_regimes)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If the hedges are collinear, or there are fewer than ten observations per parameter.
        ConvergenceError
            If a regime collapses from every start.
        """
        returns, kind = join_returns(asset, hedges)
        minimum = DATES_PER_PARAMETER * self.n_regimes * (returns.shape[1] + self.n_regimes)
        if len(returns) < minimum:
            raise DataError(
                f"asset and hedges must have at least {minimum} rows for {self.n_regimes} regimes; "
                f"got {len(returns)}. {describe(self)} needs them: use a longer sample, fewer "
                'regimes, or a hedge that needs few dates, such as OLSHedge() ("ols").'
            )
        replicating = replicating_fit(self, returns, kind)
        if replicating is not None:
            return replicating
        regimes, slopes = self._fit_regimes(returns)
        warn_of_rare_regimes(regimes.smoothed)
        sample = Sample.of(returns, kind)
        return HedgeFit(
            model=self, sample=sample, errors=_ratio_errors(regimes), **_hedge(regimes, slopes)
        )

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its regimes filtered over them."""
        return self.advance_array(fit, returns.to_numpy(), returns.index)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates of returns (n_new, 1 + n_hedges), without a table."""
        if fit.detail is None:
            return advance_constant_array(fit, dates)
        before: RegimeBreakdown = fit.detail
        regimes = before.regimes.advance_array(returns, dates)
        hedges = held(fit, "ratio").columns
        path = _ratio_path(regimes, before.by_regime.to_numpy(), dates, hedges)
        later: HedgeFit = changed(fit, **path, detail=replace(before, regimes=regimes))
        return later

    def _fit_regimes(self, returns: pd.DataFrame) -> tuple[RegimeFit, Array]:
        """Return the regimes and the ratio of each of them, (k, n_hedges)."""
        values = returns.to_numpy()
        found = estimate_regression(values, self.n_regimes, self.n_starts, self.seed)
        chain = HiddenMarkovChain(found.emissions, found.transition, found.first)
        names = [str(name) for name in returns.columns[1:]]
        estimates = describe_regression(found.emissions, chain, names, values)
        regimes = fit_from_state(self, returns, chain, estimates, found.start_log_likelihoods)
        return regimes, found.emissions.coefficients[:, 1:]


def _hedge(regimes: RegimeFit, slopes: Array) -> dict[str, Any]:
    """Return the fields of a fit that follow from its regimes.

    The ratio of each regime is a row of ``slopes`` (k, n_hedges).
    """
    moments = regimes.final_state.moments
    hedges = regimes.series[1:]
    by_regime = pd.DataFrame(slopes, index=regimes.regimes, columns=hedges)
    return {
        **_ratio_path(regimes, slopes, regimes.dates, hedges),
        "estimates": named_estimates(regimes.estimates, regimes.names),
        "detail": RegimeBreakdown(regimes, by_regime, moments, moments.covariances),
    }


def _ratio_path(
    regimes: RegimeFit, slopes: Array, dates: Dates, hedges: pd.Index[Any]
) -> dict[str, Any]:
    """Return the fields of a fit that change with its dates."""
    following = regimes.final_state.next_probabilities
    moments = regimes.final_state.moments
    covariance = mixture_covariance(following[None], moments.means, moments.covariances)[0]
    return {
        "ratio": labelled_path(regimes.predictions @ slopes, dates, hedges),
        "next_ratio": labelled_ratio(following @ slopes, hedges),
        "next_covariance": labelled_covariance(covariance, regimes.series),
    }


def _ratio_errors(regimes: RegimeFit) -> RatioErrors:
    """Return the errors of the next ratio of regimes of regressions."""
    errors = regimes.estimates.errors
    chain = regimes.initial_state
    if not isinstance(errors, SwitchingErrors) or not isinstance(chain, HiddenMarkovChain):
        raise TypeError(f"a chain of regressions is needed; got {type(chain).__name__}")
    emissions = chain.emissions
    if not isinstance(emissions, RegressionEmissions):
        raise TypeError(f"regressions are needed; got {type(emissions).__name__}")
    sample = RegressionSample(
        regimes.observations.to_numpy(), regimes.n_regimes, chain.next_probabilities
    )
    return SwitchingRatioErrors(errors, sample)


def describe_regression(
    emissions: RegressionEmissions, chain: HiddenMarkovChain, hedges: list[str], observations: Array
) -> Estimates:
    """Return the parameters by name, with robust standard errors.

    The errors are those given the probabilities of the first date.

    Parameters
    ----------
    emissions : RegressionEmissions
    chain : HiddenMarkovChain with these emissions
    hedges : list of str
        Names of the hedges.
    observations : array (n_dates, 1 + n_hedges)
    """
    k = len(emissions.variances)
    values = _named_parameters(emissions, hedges) | transition_parameters(chain.transition)
    sample = RegressionSample(observations, k, chain.next_probabilities)
    point = np.array(list(values.values()))
    # sizes of changes of the parameters that matter: coefficients times hedges against residuals
    by_unit = np.concatenate([[1.0], 1.0 / np.sqrt(np.diag(emissions.hedge_covariance))])
    coefficient_sizes = np.sqrt(emissions.variances)[:, None] * by_unit
    sizes = np.concatenate([coefficient_sizes.ravel(), emissions.variances, np.ones(k * (k - 1))])
    return Estimates(
        values=values,
        n_dates=len(observations),
        log_likelihood=sample.log_likelihood(point),
        n_targets=k - 1,  # the probabilities of the first date
        bounds=transition_bounds(chain.transition),
        errors=SwitchingErrors(sample.scores, point, sizes, chain.transition),
    )


def _named_parameters(
    emissions: RegressionEmissions, hedges: list[str]
) -> dict[ParameterName, float]:
    labels = ["constant", *(f"ratio {name}" for name in hedges)]
    values = {}
    for regime, coefficients in enumerate(emissions.coefficients.tolist()):
        for label, value in zip(labels, coefficients, strict=True):
            values[ParameterName(label, (regime,))] = value
    for regime, variance in enumerate(emissions.variances.tolist()):
        values[ParameterName("residual variance", (regime,))] = variance
    return values
