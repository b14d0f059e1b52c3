r"""Likelihood of a dynamic correlation, with its intercept and start, in arrays.

.. math:: Q_{t+1} = C + a x_t x_t' + b Q_t + g n_t n_t', \quad C = (1 - a - b) S - g N

with S the target and N the second moment of :math:`n_t = \min(x_t, 0)`. Initialization:
:math:`Q_1 = C + b S`, which is the recursion from :math:`Q_0 = S, x_0 = 0`; with the correction of
Aielli (2013), Journal of Business & Economic Statistics 31, section 3, :math:`Q_1 = S`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hedgeresearch._kernels.dcc import corrected_residuals, pull_back_correction
from hedgeresearch._kernels.dcc_pair import dcc_pair_scores
from hedgeresearch._kernels.densities import density_constants
from hedgeresearch.covariance.dcc.pair import PairCorrelation
from hedgeresearch.covariance.dcc.panel_passes import PanelPass
from hedgeresearch.covariance.news import bad_news
from hedgeresearch.typing import Array

NO_DERIVATIVES = np.zeros((0, 1, 1))
"""Empty array of derivatives, for kernels that require the argument."""


@dataclass(frozen=True, eq=False)
class CorrelationLikelihood:
    """Standardized residuals with the rules of a correlation model.

    Attributes
    ----------
    residuals : array (n_dates, n_series)
        z, residuals of the univariate models divided by their volatilities.
    asymmetric, corrected, equicorrelation, composite : bool
        Rules of DCC and DECO.
    integrated : bool
        Whether a + b = 1, so that there is no intercept: S is only the initial value of Q.
    shrunk_target : array (n_series, n_series), optional
        S where it is not the covariance of the sample.
    """

    residuals: Array
    asymmetric: bool = False
    corrected: bool = False
    equicorrelation: bool = False
    composite: bool = False
    integrated: bool = False
    shrunk_target: Array | None = None

    # --- intercept and start ---

    @cached_property
    def news_target(self) -> Array:
        """N, mean of n n' with n = min(z, 0), (n_series, n_series); zero without asymmetry.

        It is not demeaned, as the recursion adds n n' itself.
        """
        if not self.asymmetric:
            return np.zeros((self.residuals.shape[1],) * 2)
        news = bad_news(self.residuals)
        return np.asarray(news.T @ news / len(news))

    @cached_property
    def sample_target(self) -> Array:
        """S where it does not depend on the parameters, (n_series, n_series).

        It is shrunk, or the covariance (divisor n - 1) of z.
        """
        if self.shrunk_target is not None:
            return self.shrunk_target
        return _moment(self.residuals, self.residuals)

    def target(self, a: float, b: float) -> tuple[Array, Array]:
        """Return S and its derivatives with respect to (a, b, g), (n, n) and (3, n, n).

        With the correction S is the correlation of x, which depends on a and b.
        """
        n = self.residuals.shape[1]
        derivatives = np.zeros((3, n, n))
        if not self.corrected:
            return self.sample_target, derivatives
        x, x_derivatives, _ = corrected_residuals(a, b, self.residuals, NO_DERIVATIVES)
        moment = np.cov(x, rowvar=False)
        scale = np.sqrt(np.diag(moment))
        correlation = moment / np.outer(scale, scale)
        for p in range(2):
            change = _moment(x_derivatives[p], x) + _moment(x, x_derivatives[p])
            own = np.diag(change) / (2.0 * scale**2)
            both = own[:, None] + own[None, :]
            derivatives[p] = change / np.outer(scale, scale) - correlation * both
        return correlation, derivatives

    def matrices(self, parameters: Array) -> tuple[Array, Array, Array]:
        """Return C, Q_1 and their derivatives with respect to (a, b, g).

        Parameters
        ----------
        parameters : array (3,)
            a, b and g.

        Returns
        -------
        intercept, first : array (n_series, n_series)
        derivatives : array (2, 3, n_series, n_series)
        """
        a, b, g = parameters
        if not self.corrected:
            intercept = (1.0 - a - b) * self.sample_target - g * self.news_target
            return intercept, intercept + b * self.sample_target, self._constant_derivatives
        target, by_target = self.target(a, b)
        by_intercept = (1.0 - a - b) * by_target - np.stack([target, target, 0.0 * target])
        return (1.0 - a - b) * target, target, np.stack([by_intercept, by_target])

    @cached_property
    def _constant_derivatives(self) -> Array:
        """Derivatives of C and C + b S where S does not depend on the parameters, (2, 3, n, n)."""
        s = self.sample_target
        n = self.news_target
        return np.stack([np.stack([-s, -s, -n]), np.stack([-s, 0.0 * s, -n])])

    # --- likelihood and its derivatives ---

    @cached_property
    def pair(self) -> PairCorrelation | None:
        """Correlation of two series as compiled searches need it; None for more series."""
        if self.residuals.shape[1] != 2:
            return None
        moments = np.stack([self.sample_target, self.news_target])
        x, y = np.ascontiguousarray(self.residuals.T)
        return PairCorrelation(
            x=x,
            y=y,
            targets=moments[:, [0, 0, 1], [0, 1, 1]].ravel(),
            asymmetric=self.asymmetric,
            corrected=self.corrected,
            integrated=self.integrated,
            shrunk=self.shrunk_target is not None,
        )

    def scores(self, parameters: Array, nu: float) -> tuple[Array, Array]:
        """Return the log-density of z of each date and its derivatives.

        A composite likelihood is the mean over pairs of neighboring series.

        Parameters
        ----------
        parameters : array (3,)
            a, b and g.
        nu : float
            Degrees of freedom; infinite for the normal density.

        Returns
        -------
        log_density : array (n_dates,)
        scores : array (n_dates, 4)
            Derivatives with respect to (a, b, g, nu).
        """
        intercept, first, derivatives = self.matrices(parameters)
        innovations, moving = self._innovations(parameters)
        total = np.zeros(len(self.residuals))
        scores = np.zeros((len(self.residuals), 4))
        for block in self._blocks:
            if block.stop - block.start == 2:  # the equicorrelation of a pair is its correlation
                by_date, by_parameter = dcc_pair_scores(
                    parameters,
                    self.corrected,
                    density_constants(nu, 2),
                    _cut(self.residuals, block),
                    *(_cut(matrix, block, block) for matrix in (intercept, first, derivatives)),
                )
            else:
                panel = self._panel(parameters, nu, innovations, intercept, first, block)
                by_date, by_parameter = panel.scores(self.asymmetric, moving, derivatives)
            total += by_date
            scores += by_parameter
        return total / self.n_blocks, scores / self.n_blocks

    def residual_gradient(self, parameters: Array, nu: float) -> tuple[Array, Array]:
        """Return the derivatives of the mean log-density with respect to residuals, S and N.

        Parameters
        ----------
        parameters : array (3,)
            a, b and g.
        nu : float
            Degrees of freedom.

        Returns
        -------
        by_residuals : array (n_dates, n_series)
            S and N follow the residuals, unless S is shrunk, which is taken as given.
        by_moments : array (2, n_series, n_series)
            With respect to S and N at given residuals; each element counts by itself.
        """
        a, b, g = parameters
        n_dates, n = self.residuals.shape
        intercept, first, _ = self.matrices(parameters)
        innovations, _ = self._innovations(parameters)
        by_dates = np.zeros((2, n_dates, n))
        by_matrices = np.zeros((2, n, n))
        for block in self._blocks:
            panel = self._panel(parameters, nu, innovations, intercept, first, block)
            *dates, by_intercept, by_first = panel.gradient()
            by_dates[:, :, block] += dates
            by_matrices[:, block, block] += (by_intercept, by_first)
        by_residuals, by_innovations = by_dates / (n_dates * self.n_blocks)
        by_intercept, by_first = by_matrices / (n_dates * self.n_blocks)
        # Q_1 is S with the correction, else C + b S
        by_target = (1.0 - a - b) * by_intercept + (1.0 if self.corrected else 1.0 - a) * by_first
        by_news = -g * (by_intercept + by_first)
        if self.corrected:
            by_innovations += _through_correlation(by_target, innovations)
            by_residuals += pull_back_correction(a, b, self.residuals, by_innovations)
        else:
            by_residuals += by_innovations + self._through_moments(by_target, by_news)
        return by_residuals, np.stack([by_target, by_news])

    def _through_moments(self, by_target: Array, by_news: Array) -> Array:
        """Return derivatives in the residuals through S and N, (n_dates, n_series)."""
        by_residuals = np.zeros(self.residuals.shape)
        if self.shrunk_target is None:
            centered = self.residuals - self.residuals.mean(axis=0)
            by_residuals += 2.0 / (len(centered) - 1) * (centered @ by_target)
        if self.asymmetric:
            news = bad_news(self.residuals)
            by_residuals += 2.0 / len(news) * (news @ by_news) * (self.residuals < 0.0)
        return by_residuals

    def _innovations(self, parameters: Array) -> tuple[Array, Array]:
        """Return x, what enters Q, and its derivatives with respect to a and b, if x is not z."""
        if not self.corrected:
            return self.residuals, np.zeros((0, *self.residuals.shape))
        a, b, _ = parameters
        innovations, moving, _ = corrected_residuals(a, b, self.residuals, NO_DERIVATIVES)
        return innovations, moving

    def _panel(
        self,
        parameters: Array,
        nu: float,
        innovations: Array,
        intercept: Array,
        first: Array,
        block: slice,
    ) -> PanelPass:
        """Return the correlation of some series, ready for passes over the dates."""
        residuals = self.residuals[:, block]
        return PanelPass(
            parameters=tuple(parameters),
            nu=nu,
            equicorrelation=self.equicorrelation,
            residuals=residuals,
            innovations=innovations[:, block] if self.corrected else residuals,
            intercept=intercept[block, block],
            first=first[block, block],
        )

    def target_rows(self, parameters: Array, by_univariate: Array) -> tuple[Array, Array]:
        """Return how S and N depend on every univariate parameter.

        The parameter of series i changes row and column i only: dS = e_i v' + v e_i'. A shrunk
        target is taken as given.

        Parameters
        ----------
        parameters : array (3,)
            a, b and g.
        by_univariate : array (k, n_dates, n_series)
            Derivatives of the residuals.

        Returns
        -------
        target_rows, news_rows : array (k, n_series, n_series)
            v of dS and of dN.
        """
        k, _, n = by_univariate.shape
        no_rows = np.zeros((k, n, n))
        if self.corrected:
            return self._corrected_target_rows(parameters, by_univariate), no_rows
        rows = no_rows if self.shrunk_target is not None else _moment(by_univariate, self.residuals)
        if not self.asymmetric:
            return rows, no_rows
        news = bad_news(self.residuals)
        by_news = np.swapaxes(by_univariate * (self.residuals < 0.0), 1, 2)
        return rows, by_news @ news / len(news)

    def _corrected_target_rows(self, parameters: Array, by_univariate: Array) -> Array:
        """Rows v of dS, the correlation of x = z sqrt(q), (k, n_series, n_series)."""
        a, b, _ = parameters
        x, _, x_derivatives = corrected_residuals(a, b, self.residuals, by_univariate)
        moment = _moment(x, x)
        scale = np.sqrt(np.diag(moment))
        rows = _moment(x_derivatives, x) / np.outer(scale, scale)
        correlation = moment / np.outer(scale, scale)
        own = np.diagonal(rows, axis1=1, axis2=2)
        return np.asarray(rows - correlation * own[:, :, None])

    @property
    def n_blocks(self) -> int:
        """Number of pairs of a composite likelihood; 1 for the full one."""
        return len(self._blocks)

    @property
    def _blocks(self) -> list[slice]:
        """Series of each term of the likelihood: neighboring pairs, or all."""
        n = self.residuals.shape[1]
        if self.composite:
            return [slice(i, i + 2) for i in range(n - 1)]
        return [slice(0, n)]


def _cut(values: Array, *blocks: slice) -> Array:
    """Last axes of an array cut to a block, contiguous as kernels require."""
    index: Any = (..., *blocks)
    return np.ascontiguousarray(values[index])


def _moment(left: Array, right: Array) -> Array:
    """Covariances (divisor n - 1) of the columns of two arrays.

    ``left`` is (..., n_dates, n) and ``right`` (n_dates, n).
    """
    centered = right - right.mean(axis=0)
    return np.asarray(np.swapaxes(left, -1, -2) @ centered / (len(right) - 1))


def _through_correlation(by_target: Array, x: Array) -> Array:
    """Return derivatives in x (n_dates, n_series) through S, the correlation of x."""
    scale = x.std(axis=0, ddof=1)
    centered = (x - x.mean(axis=0)) / scale
    correlation = centered.T @ centered / (len(x) - 1)
    # dS_ij = dM_ij / (s_i s_j) - S_ij (dM_ii / M_ii + dM_jj / M_jj) / 2 with M the covariance
    own = np.diag((by_target * correlation).sum(axis=1))
    return np.asarray(2.0 / (len(x) - 1) * (centered @ (by_target - own)) / scale)
