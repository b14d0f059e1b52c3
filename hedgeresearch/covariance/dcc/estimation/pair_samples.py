"""A dynamic correlation of two GARCH series on many samples, with arrays between its kernels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.dcc.box import PERSISTENCE
from hedgeresearch._kernels.dcc.pair.states import (
    DELTA,
    INTERCEPT,
    SIZE,
    Q,
    states_of_pairs,
    targets_of_pairs,
)
from hedgeresearch.covariance.array_estimate import SampleEstimate
from hedgeresearch.covariance.checks import BOUNDS_ADVICE
from hedgeresearch.covariance.dcc.estimation.parameters import CorrelationRules, ParameterBox
from hedgeresearch.covariance.dcc.estimation.second_step import MIN_REVERSION
from hedgeresearch.covariance.dcc.likelihoods.correlation import IN_MATRIX
from hedgeresearch.covariance.dcc.likelihoods.pair_search import Maximum, PairSearch, is_free
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.covariance.two_step_samples import Margins
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.warnings import remark_on_bounds
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.samples import GARCHSamples, state_of_margin

IS_KNOWN = np.ones((1, 1), dtype=bool)
"""Choice of the only pair."""


@dataclass(frozen=True, eq=False)
class PairEstimate:
    """Estimate on one sample, see ``SampleEstimate``.

    Attributes
    ----------
    pair : PairSamples
        Model and samples.
    number : int
        Number of the sample.
    margins : array (2, 9)
        See ``GARCHSamples.margin``.
    search : Maximum
        Optimum of the correlation.
    targets : array (6,)
        Elements (1, 1), (1, 2) and (2, 2) of S, of residuals, and then of N.
    ends : array (11,)
        See ``_kernels.dcc.pair.states``.
    """

    pair: PairSamples
    number: int
    margins: Array
    search: Maximum
    targets: Array
    ends: Array

    @property
    def next_covariance(self) -> Array:
        """Covariance of the date after the sample, (2, 2)."""
        *_, first_scale, first = self.margins[0].tolist()
        *_, second_scale, second = self.margins[1].tolist()
        q11, q12, q22 = self.ends[Q:].tolist()
        both = math.sqrt(first * second / (q11 * q22)) * q12 * first_scale * second_scale
        own = (first * first_scale**2, second * second_scale**2)
        return np.array([[own[0], both], [both, own[1]]])

    @property
    def final_state(self) -> CovarianceState:
        """Filter state after the sample."""
        corrected = self.pair.rules.corrected
        parameters, nu = self._box.parameters(self.search.point)
        target = self.targets[:3][IN_MATRIX]
        intercept = self.ends[INTERCEPT : INTERCEPT + 3][IN_MATRIX]
        if corrected:  # the target of x, not of z
            target = intercept / (1.0 - parameters[0] - parameters[1])
        state = DCCState(
            univariate=tuple(map(state_of_margin, self.margins)),
            parameters=parameters,
            corrected=corrected,
            target=target,
            intercept=intercept,
            q=self.ends[Q:][IN_MATRIX],
            degrees_of_freedom=nu,
        )
        return self.pair.state_of(state)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Warnings of a fit to the sample."""
        bounds = self.pair.margins.bounds_hit(self.number)
        point = self.search.point
        n_dates = self.pair.n_dates(self.number)
        reverts = (1.0 - float(point[PERSISTENCE])) * n_dates > MIN_REVERSION
        if not (reverts and self.search.is_inside):
            box = self._box
            known = np.array([reverts or i != PERSISTENCE for i in box.searched])
            free = is_free(point, self.search.gradient)[box.searched]
            bounds += box.bounds_hit(point, free & known)
        remark = remark_on_bounds(self.pair.model, bounds, BOUNDS_ADVICE)
        return () if remark is None else (remark,)

    @property
    def _box(self) -> ParameterBox:
        rules = self.pair.rules
        delta = float(self.ends[DELTA])
        return ParameterBox(delta, rules.searched, rules.asymmetric, rules.integrated)


@dataclass(frozen=True, eq=False)
class PairSamples:
    """Model of two GARCH series and their correlation on some samples, see ``SampleEstimator``.

    Its estimates are those of ``TwoStepSamples``, in a third of the time between searches.

    Attributes
    ----------
    model : str
        Name of the model, for its warnings.
    margins : Margins
        Estimates of the two series.
    series : tuple of GARCHSamples
        The same.
    rules : CorrelationRules
        What the correlation is like.
    state_of : function
        State of the model from that of a DCC.
    """

    model: str
    margins: Margins
    series: tuple[GARCHSamples, GARCHSamples]
    rules: CorrelationRules
    state_of: Callable[[DCCState], CovarianceState]

    def estimate(self, number: int, near: SampleEstimate | None) -> PairEstimate:
        """Estimate on a sample, from the estimate on a similar one if there is one.

        Raises
        ------
        ConvergenceError
            If a univariate model or the correlation reaches no optimum.
        """
        self.margins.check(number)
        rules = self.rules
        residuals = np.empty((2, self.n_dates(number)))
        pairs = zip(self.series, residuals, strict=True)
        margins = np.array([one.margin(number, own) for one, own in pairs])
        x = residuals[:1]
        y = residuals[1:]
        targets = np.empty((1, 1, 6))
        targets_of_pairs(x, y, rules.asymmetric, targets)
        search = PairSearch(np.array(rules.searched), rules.corrected, x, y, targets)
        found = search.maximize(None if near is None else near.search.point)
        if not found.is_optimum:
            raise ConvergenceError("the correlation has no optimum on this sample.")
        ends = np.empty((1, 1, SIZE))
        how = (IS_KNOWN, rules.asymmetric, rules.corrected, x, y, targets)
        states_of_pairs(found.point.reshape(1, 1, 4), *how, ends)
        return PairEstimate(self, number, margins, found, targets[0, 0], ends[0, 0])

    def n_dates(self, number: int) -> int:
        """Return the number of observations in a sample."""
        first, stop = self.series[0].bounds[number].tolist()
        return int(stop - first)


def pair_samples(
    model: str,
    margins: Margins,
    rules: CorrelationRules,
    state_of: Callable[[DCCState], CovarianceState] = lambda state: state,
) -> PairSamples | None:
    """Return the estimator of two GARCH series; None for other series."""
    series = [one for one in margins.series if isinstance(one, GARCHSamples)]
    if len(margins.series) != 2 or len(series) != 2:
        return None
    return PairSamples(model, margins, (series[0], series[1]), rules, state_of)
