r"""Likelihood of a dynamic correlation, with its intercept and start, in arrays.

.. math:: Q_{t+1} = C + a x_t x_t' + b Q_t + g n_t n_t', \quad C = (1 - a - b) S - g N

with S the target and N the second moment of :math:`n_t = \min(x_t, 0)`. Initialization:
:math:`Q_1 = C + b S`, which is the recursion from :math:`Q_0 = S, x_0 = 0`; with the correction of
Aielli (2013), Journal of Business & Economic Statistics 31, section 3, :math:`Q_1 = S`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch._kernels.dcc.pair.likelihood import dcc_pair_scores
from hedgeresearch._kernels.dcc.pair.targets import pair_targets
from hedgeresearch._kernels.dcc.recursion import corrected_residuals
from hedgeresearch.covariance.dcc.likelihoods.composite import CompositeCorrelation
from hedgeresearch.covariance.dcc.likelihoods.pair import PairCorrelation
from hedgeresearch.covariance.dcc.likelihoods.panel import PanelCorrelation
from hedgeresearch.covariance.news import bad_news
from hedgeresearch.optimization.line_search import MeanLikelihood, mean_likelihood
from hedgeresearch.typing import Array

IN_MATRIX = np.array([[0, 1], [1, 2]])
OF_MATRIX = ([0, 0, 1], [0, 1, 1])
"""Elements (1, 1), (1, 2) and (2, 2) as a symmetric matrix, and their places in it."""
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
        if self._pair_moments is not None:
            return np.asarray(self._pair_moments[3 + IN_MATRIX])
        news = bad_news(self.residuals)
        return np.asarray(news.T @ news / len(news))

    @cached_property
    def sample_target(self) -> Array:
        """S where it does not depend on the parameters, (n_series, n_series).

        It is shrunk, or the covariance (divisor n - 1) of z.
        """
        if self.shrunk_target is not None:
            return self.shrunk_target
        if self._pair_moments is not None:
            return np.asarray(self._pair_moments[IN_MATRIX])
        # a product of an array with its own transpose is exactly symmetric
        centered = self.residuals - self.residuals.mean(axis=0)
        return np.asarray(centered.T @ centered / (len(centered) - 1))

    @cached_property
    def _columns(self) -> Array:
        """Residuals, one series after the other, (n_series, n_dates)."""
        return np.ascontiguousarray(self.residuals.T)

    @cached_property
    def _pair_moments(self) -> Array | None:
        """Elements of the covariance of two series, and then of N, (6,); None for more series."""
        if self.residuals.shape[1] != 2:
            return None
        x, y = self._columns
        return np.asarray(pair_targets(x, y, self.asymmetric))

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
        if not self.corrected:
            return *self.intercept_and_first(parameters), self._constant_derivatives
        a, b, _ = parameters
        target, by_target = self.target(a, b)
        by_intercept = (1.0 - a - b) * by_target - np.stack([target, target, 0.0 * target])
        return (1.0 - a - b) * target, target, np.stack([by_intercept, by_target])

    def intercept_and_first(self, parameters: Array) -> tuple[Array, Array]:
        """Return C and Q_1 at (a, b, g), each (n_series, n_series)."""
        a, b, g = parameters
        target, _ = self.target(a, b)
        if self.corrected:
            return (1.0 - a - b) * target, target
        intercept = (1.0 - a - b) * target
        if self.asymmetric:
            intercept -= g * self.news_target
        return intercept, intercept + b * target

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
        x, y = self._columns
        return PairCorrelation(
            x=x,
            y=y,
            targets=np.append(self.sample_target[OF_MATRIX], self.news_target[OF_MATRIX]),
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
        if self.residuals.shape[1] == 2:  # the equicorrelation of a pair is its correlation
            matrices = self.matrices(parameters)
            constants = density_constants(nu, 2)
            log_density, scores = dcc_pair_scores(
                parameters, self.corrected, constants, self.residuals, *matrices
            )
            return log_density, scores
        _, log_density, scores = self.passes.evaluation(parameters, nu)
        return log_density, scores

    def means(self, parameters: Array, nu: float) -> MeanLikelihood:
        """Return the means over the dates of log-density, scores and their outer product."""
        if self.residuals.shape[1] == 2:
            log_density, scores = self.scores(parameters, nu)
            return mean_likelihood(log_density, scores, np.eye(4))
        return self.passes.evaluation(parameters, nu)[0]

    @cached_property
    def passes(self) -> PanelCorrelation | CompositeCorrelation:
        """Residuals and rules in the form that passes over the dates need."""
        if self.n_blocks > 1:
            return CompositeCorrelation(self.residuals, self.asymmetric, self.corrected)
        return PanelCorrelation.of(
            self.residuals,
            np.stack([self.sample_target, self.news_target]),
            asymmetric=self.asymmetric,
            corrected=self.corrected,
            equicorrelation=self.equicorrelation,
            shrunk=self.shrunk_target is not None,
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
        return self.residuals.shape[1] - 1 if self.composite else 1


def _moment(left: Array, right: Array) -> Array:
    """Covariances (divisor n - 1) of the columns of two arrays.

    ``left`` is (..., n_dates, n) and ``right`` (n_dates, n).
    """
    centered = right - right.mean(axis=0)
    return np.asarray(np.swapaxes(left, -1, -2) @ centered / (len(right) - 1))
