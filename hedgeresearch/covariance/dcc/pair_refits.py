"""Refits of a DCC of two series over many samples, estimated in one compiled call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels import dcc_pair_refits as places
from hedgeresearch._kernels.dcc_box import ASYMMETRIC_SHARE, INVERSE_NU, NEWS_SHARE, PERSISTENCE
from hedgeresearch._kernels.dcc_pair_refits import refit_pairs
from hedgeresearch._kernels.garch_coordinates import garch_parameters
from hedgeresearch.covariance.checks import BOUNDS_ADVICE
from hedgeresearch.covariance.dcc.estimation import MIN_REVERSION
from hedgeresearch.covariance.dcc.parameters import ParameterBox
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.estimation.warnings import remark_on_bounds
from hedgeresearch.typing import Array, Indices, Mask
from hedgeresearch.volatility.garch.parameters import GARCHLayout
from hedgeresearch.volatility.garch.state import GARCHState


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
    estimates : array (n_samples, SIZE)
        See ``_kernels.dcc_pair_refits``.
    free : array (n_samples, 16) of bool
        Coordinates that are not held by a bound.
    """

    names: Sequence[str]
    layouts: tuple[GARCHLayout, GARCHLayout]
    rules: CorrelationRules
    lengths: Indices
    found: Mask
    estimates: Array
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
        more than ``least_share`` of its variance of its own leaves the sample to another search.
        """
        flags = [[one.constant_mean, one.asymmetric, one.student] for one in layouts]
        estimates = np.empty((len(bounds), places.SIZE))
        free = np.zeros((len(bounds), 16), dtype=bool)
        found = refit_pairs(
            returns,
            bounds,
            cold,
            np.array(flags),
            (rules.asymmetric, rules.corrected, rules.integrated),
            np.array(rules.searched),
            least_share,
            estimates,
            free,
        )
        return cls(names, layouts, rules, np.diff(bounds)[:, 0], found, estimates, free)

    @property
    def next_covariances(self) -> Array:
        """Covariance of the date after each sample, (n_samples, 2, 2)."""
        table = self.estimates
        scales = table[:, [places.UNITS + 1, places.UNITS + 3]]
        volatility = np.sqrt(table[:, places.VARIANCES : places.VARIANCES + 2]) * scales
        q11, q12, q22 = table[:, places.Q : places.Q + 3].T
        covariances = volatility[:, :, None] * volatility[:, None, :]
        # zero where nothing was found
        correlation = np.divide(q12, np.sqrt(q11 * q22), out=np.zeros(len(table)), where=self.found)
        covariances[:, 0, 1] *= correlation
        covariances[:, 1, 0] *= correlation
        return np.asarray(covariances)

    def final_state(self, number: int) -> DCCState:
        """Return the filter state after a sample."""
        row = self.estimates[number]
        univariate = []
        for s in range(2):
            center, scale = row[places.UNITS + 2 * s : places.UNITS + 2 * s + 2]
            mu, omega, *weights, nu = garch_parameters(row[6 * s : 6 * s + 6]).tolist()
            parameters = np.array([center + mu * scale, omega * scale**2, *weights])
            variance = float(row[places.VARIANCES + s] * scale**2)
            univariate.append(GARCHState(parameters, variance, nu))
        parameters, nu = self._box(number).parameters(self._point(number))
        target = _matrix(row[places.TARGET : places.TARGET + 3])
        intercept = _matrix(row[places.INTERCEPT : places.INTERCEPT + 3])
        if self.rules.corrected:  # the target of x, not of z
            target = intercept / (1.0 - parameters[0] - parameters[1])
        return DCCState(
            univariate=tuple(univariate),
            parameters=parameters,
            corrected=self.rules.corrected,
            target=target,
            intercept=intercept,
            q=_matrix(row[places.Q : places.Q + 3]),
            degrees_of_freedom=nu,
        )

    def remarks(self, number: int) -> tuple[str, ...]:
        """Return the warnings of a fit to a sample."""
        bounds = []
        for s, layout in enumerate(self.layouts):
            point = self.estimates[number, 6 * s : 6 * s + 6]
            for i in layout.coordinates:
                if not self.free[number, 6 * s + i]:
                    bounds.append(f"{layout.bound_formula(i, point[i])} of {self.names[s]}")
        point = self._point(number)
        box = self._box(number)
        reverts = (1.0 - point[PERSISTENCE]) * self.lengths[number] > MIN_REVERSION
        known = np.array([reverts or i != PERSISTENCE for i in box.searched])
        free = self.free[number, places.CORRELATION :][box.searched]
        bounds += box.bounds_hit(point, free & known)
        remark = remark_on_bounds("DCC", bounds, BOUNDS_ADVICE)
        return () if remark is None else (remark,)

    def _box(self, number: int) -> ParameterBox:
        """Return the box of the correlation on a sample."""
        rules = self.rules
        delta = float(self.estimates[number, places.DELTA])
        return ParameterBox(delta, rules.searched, rules.asymmetric, rules.integrated)

    def _point(self, number: int) -> Array:
        """Return the point (4,) of the correlation."""
        return self.estimates[number, places.CORRELATION : places.CORRELATION + 4]


def _matrix(elements: Array) -> Array:
    """Return a symmetric matrix from its elements (1, 1), (1, 2) and (2, 2)."""
    return elements[[[0, 1], [1, 2]]]
