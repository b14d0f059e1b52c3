r"""The likelihood of a dynamic correlation, its intercept and its start, in arrays.

.. math:: Q_{t+1} = C + a x_t x_t' + b Q_t + g n_t n_t', \quad C = (1 - a - b) S - g N

with S the target and N the second moment of :math:`n_t = \min(x_t, 0)`. Start-up rule: :math:`Q_1 = C + b S`, which is
the recursion from :math:`Q_0 = S, x_0 = 0`; with the correction of Aielli (2013), Journal of Business & Economic
Statistics 31, section 3, :math:`Q_1 = S`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hedgeresearch._kernels.dcc import corrected_residuals, dcc_margin_gradient, dcc_scores
from hedgeresearch._kernels.dcc_pair import dcc_pair_scores
from hedgeresearch._kernels.densities import density_constants
from hedgeresearch.typing import Array

NO_MOVES = np.zeros((0, 1, 1))


@dataclass(frozen=True, eq=False)
class CorrelationLikelihood:
    """Residuals with the rules of a correlation model.

    Attributes
    ----------
    residuals : array (n_dates, n_series), standardised by their margins
    asymmetric, corrected, equicorrelation, composite : the rules of DCC and DECO
    integrated : whether a + b = 1 is held, which leaves no intercept: S is but where Q starts
    shrunk_target : array (n_series, n_series) or None, S where it is not the sample's
    """

    residuals: Array
    asymmetric: bool = False
    corrected: bool = False
    equicorrelation: bool = False
    composite: bool = False
    integrated: bool = False
    shrunk_target: Array | None = None

    @cached_property
    def news_target(self) -> Array:
        """N: mean of n n', n = min(z, 0), not demeaned, as the recursion adds n n' itself; zero without asymmetry."""
        if not self.asymmetric:
            return np.zeros((self.residuals.shape[1],) * 2)
        falls = np.minimum(self.residuals, 0.0)
        return np.asarray(falls.T @ falls / len(falls))

    @cached_property
    def sample_target(self) -> Array:
        """S where it does not depend on the parameters: shrunk, or the covariance (divisor n - 1) of z."""
        return (
            np.cov(self.residuals, rowvar=False)
            if self.shrunk_target is None
            else self.shrunk_target
        )

    def target(self, a: float, b: float) -> tuple[Array, Array]:
        """S and its derivatives with respect to (a, b, g), (n, n) and (3, n, n).

        With the correction it is the correlation of x, which depends on a and b.
        """
        n = self.residuals.shape[1]
        derivatives = np.zeros((3, n, n))
        if not self.corrected:
            return self.sample_target, derivatives
        x, moves, _ = corrected_residuals(a, b, self.residuals, NO_MOVES)
        moment = np.cov(x, rowvar=False)
        scale = np.sqrt(np.diag(moment))
        correlation = moment / np.outer(scale, scale)
        for p in range(2):
            change = _moment(moves[p], x) + _moment(x, moves[p])
            own = np.diag(change) / (2.0 * scale**2)
            derivatives[p] = change / np.outer(scale, scale) - correlation * (
                own[:, None] + own[None, :]
            )
        return correlation, derivatives

    def matrices(self, parameters: Array) -> tuple[Array, Array, Array]:
        """Intercept, Q_1, and their derivatives (2, 3, n, n) with respect to (a, b, g)."""
        a, b, g = parameters
        if not self.corrected:
            intercept = (1.0 - a - b) * self.sample_target - g * self.news_target
            return intercept, intercept + b * self.sample_target, self._fixed_derivatives
        target, by_target = self.target(a, b)
        by_intercept = (1.0 - a - b) * by_target - np.stack([target, target, 0.0 * target])
        return (1.0 - a - b) * target, target, np.stack([by_intercept, by_target])

    @cached_property
    def _fixed_derivatives(self) -> Array:
        """Those of C and of C + b S where S does not depend on the parameters, (2, 3, n, n)."""
        s, n = self.sample_target, self.news_target
        return np.stack([np.stack([-s, -s, -n]), np.stack([-s, 0.0 * s, -n])])

    def scores(self, parameters: Array, nu: float) -> tuple[Array, Array]:
        """Log-density of z of each date (n_dates,) and its derivatives by (a, b, g, nu), (n_dates, 4).

        A composite likelihood is the mean over pairs of neighbouring series.
        """
        intercept, first, derivatives = self.matrices(parameters)
        total, scores = np.zeros(len(self.residuals)), np.zeros((len(self.residuals), 4))
        for block in self._blocks():
            constants = density_constants(nu, block.stop - block.start)
            pieces = [_cut(m, block, block) for m in (intercept, first, derivatives)]
            z = _cut(self.residuals, block)
            if z.shape[1] == 2:  # where the equicorrelation is the correlation
                by_date, by_parameter = dcc_pair_scores(
                    parameters, self.corrected, constants, z, *pieces
                )
            else:
                rules = (parameters, self.corrected, self.equicorrelation, constants)
                by_date, by_parameter = dcc_scores(*rules, z, *pieces)
            total += by_date
            scores += by_parameter
        return total / self.n_blocks, scores / self.n_blocks

    def margin_gradient(self, parameters: Array, nu: float, moving: Array) -> Array:
        """Mean over dates of the derivatives by every parameter of every margin, (k, n_series).

        ``moving`` (k, n_dates, n_series) holds the derivatives of the residuals by the parameters of their own margin.
        """
        return self._gradient(parameters, nu, moving, *self.target_rows(parameters, moving))

    def target_gradient(self, parameters: Array, nu: float) -> Array:
        """Mean over dates of the derivatives by the elements of S and of N, (2, n_series, n_series).

        An element moves together with its mirror image.
        """
        n = self.residuals.shape[1]
        still, none = np.zeros((n, *self.residuals.shape)), np.zeros((n, n, n))
        rows = np.repeat(np.eye(n)[:, None, :], n, axis=1)  # v = e_j of dS = e_i v' + v e_i'
        rows[np.arange(n), np.arange(n)] *= 0.5
        ends = ((rows, none), (none, rows))
        return np.stack([self._gradient(parameters, nu, still, *end) for end in ends])

    def _gradient(
        self, parameters: Array, nu: float, moving: Array, target_rows: Array, news_rows: Array
    ) -> Array:
        intercept, first, _ = self.matrices(parameters)
        a, b, g = parameters
        intercept_rows = (1.0 - a - b) * target_rows - g * news_rows
        rows = np.stack(
            [intercept_rows, target_rows if self.corrected else intercept_rows + b * target_rows]
        )
        gradient = np.zeros((moving.shape[0], moving.shape[2]))
        for block in self._blocks():
            constants = density_constants(nu, block.stop - block.start)
            c, q, v = (_cut(m, block, block) for m in (intercept, first, rows))
            z, dz = _cut(self.residuals, block), _cut(moving, block)
            rules = (parameters, self.corrected, self.equicorrelation, constants)
            gradient[:, block] += dcc_margin_gradient(*rules, z, c, q, dz, v)
        return gradient / (len(self.residuals) * self.n_blocks)

    @property
    def n_blocks(self) -> int:
        """Pairs of a composite likelihood, or one."""
        return self.residuals.shape[1] - 1 if self.composite else 1

    def _blocks(self) -> Iterator[slice]:
        n = self.residuals.shape[1]
        return (slice(i, i + 2) for i in range(n - 1)) if self.composite else iter([slice(0, n)])

    def target_rows(self, parameters: Array, moving: Array) -> tuple[Array, Array]:
        """The v of dS = e_i v' + v e_i' and of dN for every parameter of every margin, (k, n, n) each.

        A shrunk target is taken as given.
        """
        k, _, n = moving.shape
        none = np.zeros((k, n, n))
        if self.corrected:
            x, _, moves = corrected_residuals(parameters[0], parameters[1], self.residuals, moving)
            scale = np.sqrt(np.diag(_moment(x, x)))
            rows = _moment(moves, x) / np.outer(scale, scale)
            correlation = _moment(x, x) / np.outer(scale, scale)
            own = np.diagonal(rows, axis1=1, axis2=2)
            rows = rows - correlation * own[:, :, None]
            return rows, none
        rows = none if self.shrunk_target is not None else _moment(moving, self.residuals)
        if not self.asymmetric:
            return rows, none
        falls = np.minimum(self.residuals, 0.0)
        return rows, np.swapaxes(moving * (self.residuals < 0.0), 1, 2) @ falls / len(falls)


def _cut(values: Array, *blocks: slice) -> Array:
    """The last axes of an array cut to a block, contiguous."""
    index: Any = (..., *blocks)
    return np.ascontiguousarray(values[index])


def _moment(left: Array, right: Array) -> Array:
    """Covariances (divisor n - 1) of the columns of ``left`` (..., n_dates, n) with those of ``right`` (n_dates, n)."""
    centred = right - right.mean(axis=0)
    return np.asarray(np.swapaxes(left, -1, -2) @ centred / (len(right) - 1))
