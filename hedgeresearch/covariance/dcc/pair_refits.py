"""Refits of a DCC of two series over many samples, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.dcc.box import ASYMMETRIC_SHARE, INVERSE_NU, NEWS_SHARE, PERSISTENCE
from hedgeresearch._kernels.dcc.pair_states import (
    DELTA,
    INTERCEPT,
    SIZE,
    Q,
    states_of_pairs,
    targets_of_pairs,
)
from hedgeresearch._kernels.garch.coordinates import garch_parameters
from hedgeresearch._kernels.moments.minimum_variance import smallest_own_share
from hedgeresearch.covariance.checks import BOUNDS_ADVICE
from hedgeresearch.covariance.dcc.estimation import MIN_REVERSION
from hedgeresearch.covariance.dcc.pair_margins import GARCHMargin
from hedgeresearch.covariance.dcc.pair_search import PairSearch, is_free
from hedgeresearch.covariance.dcc.parameters import ParameterBox
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.estimation.warnings import remark_on_bounds
from hedgeresearch.typing import Array, Indices, Mask
from hedgeresearch.volatility.garch.parameters import GARCHLayout
from hedgeresearch.volatility.garch.state import GARCHState

IS_KNOWN = np.ones((1, 1), dtype=bool)
"""Choice of the only pair."""


class CorrelationRules(NamedTuple):
    """Kind of a correlation, as the settings of ``DCC``."""

    asymmetric: bool
    corrected: bool
    integrated: bool
    student: bool

    @property
    def searched(self) -> list[int]:
        """Coordinates of the box that are estimated."""
        used = {
            PERSISTENCE: not self.integrated,
            NEWS_SHARE: True,
            ASYMMETRIC_SHARE: self.asymmetric,
            INVERSE_NU: self.student,
        }
        return [i for i, is_used in used.items() if is_used]


@dataclass(frozen=True, eq=False)
class PairRefits:
    """Estimates of a DCC with a sample target on many samples of two series.

    Attributes
    ----------
    names : sequence of str
        Names of the series.
    layouts : tuple of GARCHLayout
        Univariate model of each series.
    rules : CorrelationRules
        What the correlation is like.
    lengths : array (n_samples,)
        Number of observations in each sample.
    found : array (n_samples,) of bool
        Whether the estimates are an optimum; the others need a search of their own.
    margins : array (n_samples, 2, 9)
        Points in the box of both univariate models, centers and scales of the samples, and the
        variances of the next date in units of squared scales.
    points : array (n_samples, 4)
        Points in the box of the correlation.
    gradients : array (n_samples, 4)
        Mean gradients there.
    targets : array (n_samples, 6)
        Elements (1, 1), (1, 2) and (2, 2) of S, of residuals, and then of N.
    states : array (n_samples, 11)
        See ``_kernels.dcc.pair_states``.
    free : array (n_samples, 2, 6) of bool
        Coordinates of the univariate models that are not held by a bound.
    """

    names: Sequence[str]
    layouts: tuple[GARCHLayout, GARCHLayout]
    rules: CorrelationRules
    lengths: Indices
    found: Mask
    margins: Array
    points: Array
    gradients: Array
    targets: Array
    states: Array
    free: Mask

    @classmethod
    def of(
        cls,
        returns: Array,
        bounds: Indices,
        cold: Mask,
        names: Sequence[str],
        layouts: tuple[GARCHLayout, GARCHLayout],
        rules: CorrelationRules,
        least_share: float,
    ) -> PairRefits:
        """Estimate on samples, the rows ``bounds`` (n_samples, 2) of returns (n_rows, 2).

        A sample that is not ``cold`` starts at the optimum of the one before. A series that has no
        more than ``least_share`` of its variance of its own leaves the sample to another search;
        the sample after it starts cold.
        """
        n_samples = len(bounds)
        fits = cls(
            names,
            layouts,
            rules,
            np.diff(bounds)[:, 0],
            np.zeros(n_samples, dtype=bool),
            np.zeros((n_samples, 2, 9)),
            np.zeros((n_samples, 4)),
            np.zeros((n_samples, 4)),
            np.zeros((n_samples, 6)),
            np.zeros((n_samples, SIZE)),
            np.zeros((n_samples, 2, 6), dtype=bool),
        )
        searched = np.array(rules.searched)
        columns = np.ascontiguousarray(returns.T)
        margins = [GARCHMargin(layout) for layout in layouts]
        for i, (first, stop) in enumerate(bounds.tolist()):
            if smallest_own_share(returns[first:stop]) > least_share:
                is_warm = i > 0 and fits.found[i - 1] and not cold[i]
                sample = columns[:, first:stop]
                fits.found[i] = fits._refit(i, sample, margins, searched, bool(is_warm))
        return fits

    def _refit(
        self,
        number: int,
        sample: Array,
        margins: Sequence[GARCHMargin],
        searched: Indices,
        is_warm: bool,
    ) -> bool:
        """Fill the estimates of a sample (2, n_dates); return whether it has an optimum."""
        residuals = np.empty(sample.shape)
        for s, margin in enumerate(margins):
            if not margin.estimate(sample[s], residuals[s], is_warm=is_warm):
                return False
            self.margins[number, s, :6] = margin.point
            self.margins[number, s, 6:] = (margin.center, margin.scale, margin.variance)
            self.free[number, s] = margin.free
        asymmetric, corrected, *_ = self.rules
        x = residuals[:1]
        y = residuals[1:]
        targets = self.targets[number].reshape(1, 1, 6)
        targets_of_pairs(x, y, asymmetric, targets)
        search = PairSearch(searched, corrected, x, y, targets)
        found = search.maximize(self.points[number - 1] if is_warm else None)
        if not found.is_optimum:
            return False
        self.points[number] = found.point
        self.gradients[number] = found.gradient
        how = (IS_KNOWN, asymmetric, corrected, x, y, targets)
        states = self.states[number].reshape(1, 1, SIZE)
        states_of_pairs(self.points[number].reshape(1, 1, 4), *how, states)
        return True

    @property
    def next_covariances(self) -> Array:
        """Covariance of the date after each sample, (n_samples, 2, 2)."""
        volatility = np.sqrt(self.margins[:, :, 8]) * self.margins[:, :, 7]
        q11, q12, q22 = self.states[:, Q : Q + 3].T
        covariances = volatility[:, :, None] * volatility[:, None, :]
        # zero where nothing was found
        correlation = np.zeros(len(self.found))
        np.divide(q12, np.sqrt(q11 * q22), out=correlation, where=self.found)
        covariances[:, 0, 1] *= correlation
        covariances[:, 1, 0] *= correlation
        return np.asarray(covariances)

    def final_state(self, number: int) -> DCCState:
        """Return the filter state after a sample."""
        univariate = []
        for margin in self.margins[number]:
            center, scale, variance = margin[6:]
            mu, omega, *weights, nu = garch_parameters(margin[:6]).tolist()
            parameters = np.array([center + mu * scale, omega * scale**2, *weights])
            univariate.append(GARCHState(parameters, float(variance * scale**2), nu))
        state = self.states[number]
        parameters, nu = self._box(number).parameters(self.points[number])
        target = _matrix(self.targets[number, :3])
        intercept = _matrix(state[INTERCEPT : INTERCEPT + 3])
        if self.rules.corrected:  # the target of x, not of z
            target = intercept / (1.0 - parameters[0] - parameters[1])
        return DCCState(
            univariate=tuple(univariate),
            parameters=parameters,
            corrected=self.rules.corrected,
            target=target,
            intercept=intercept,
            q=_matrix(state[Q : Q + 3]),
            degrees_of_freedom=nu,
        )

    def remarks(self, number: int) -> tuple[str, ...]:
        """Return the warnings of a fit to a sample."""
        bounds = []
        for s, layout in enumerate(self.layouts):
            point = self.margins[number, s]
            for i in layout.coordinates:
                if not self.free[number, s, i]:
                    bounds.append(f"{layout.bound_formula(i, point[i])} of {self.names[s]}")
        point = self.points[number]
        box = self._box(number)
        reverts = (1.0 - point[PERSISTENCE]) * self.lengths[number] > MIN_REVERSION
        known = np.array([reverts or i != PERSISTENCE for i in box.searched])
        free = is_free(point, self.gradients[number])[box.searched]
        bounds += box.bounds_hit(point, free & known)
        remark = remark_on_bounds("DCC", bounds, BOUNDS_ADVICE)
        return () if remark is None else (remark,)

    def _box(self, number: int) -> ParameterBox:
        """Return the box of the correlation on a sample."""
        rules = self.rules
        delta = float(self.states[number, DELTA])
        return ParameterBox(delta, rules.searched, rules.asymmetric, rules.integrated)


def _matrix(elements: Array) -> Array:
    """Return a symmetric matrix from its elements (1, 1), (1, 2) and (2, 2)."""
    return elements[[[0, 1], [1, 2]]]
