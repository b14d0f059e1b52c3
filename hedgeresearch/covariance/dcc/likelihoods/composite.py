r"""Composite likelihood of a correlation: the mean over pairs of neighboring series.

Source: Pakel, Shephard, Sheppard and Engle (2021), Journal of Business & Economic Statistics 39,
section 2. S of a pair is always its covariance in the sample, also where S of the panel is shrunk.
At :math:`a = 0` the pair's correlation is that of S; with :math:`a + b = 1` there is no intercept,
S is only the initial value, and Q becomes an average of :math:`z z'` over about :math:`1 / a`
dates. If the correlation of S is off by :math:`\delta`, the log-likelihood of a pair of constant
correlation :math:`\rho` is then higher by about

.. math:: (1 + \rho^2) \left( \frac{T \delta^2}{2 (1 - \rho^2)^2} - \frac{T a}{4} \right),

the distance of S less the noise of the average, whose correlation has a variance of
:math:`a (1 - \rho^2)^2 / 2`. That is positive once :math:`\delta` is a few standard errors of a
sample correlation, as it is in a shrunk S: estimates drift to :math:`a + b = 1` however constant
correlations are. Two series need no shrinkage. The Q of the panel has the shrunk S, as that of
Engle, Ledoit and Wolf (2019, section 3); a sample S in the pairs is a choice of this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch._kernels.arithmetic.lanes import WIDTH
from hedgeresearch._kernels.dcc.composite import composite_pass, neighbors_in_lanes
from hedgeresearch._kernels.dcc.recursion import corrected_residuals
from hedgeresearch._threads import map_in_threads
from hedgeresearch.covariance.dcc.likelihoods.pair import PairCorrelation
from hedgeresearch.covariance.news import bad_news
from hedgeresearch.optimization.line_search import MeanLikelihood
from hedgeresearch.typing import Array

GROUPS_IN_CHUNK = 16
"""Number of groups of eight pairs that one thread works on at a time."""


@dataclass(frozen=True, eq=False)
class CompositeCorrelation:
    """Residuals and rules of a correlation, of which neighboring pairs are compared with a model.

    Attributes
    ----------
    residuals : array (n_dates, n_series)
        Standardized residuals.
    asymmetric, corrected : bool
        Rules of the recursion.
    """

    residuals: Array
    asymmetric: bool = False
    corrected: bool = False

    @property
    def n_pairs(self) -> int:
        """Number of pairs of neighboring series."""
        return int(self.residuals.shape[1]) - 1

    def value(self, parameters: Array, nu: float, stride: int = 1) -> float:
        """Return the mean log-density; with a stride, of a part of the pairs."""
        chunks = self._chunks[::stride]
        n_pairs = sum(min(WIDTH * end, self.n_pairs) - WIDTH * begin for begin, end in chunks)
        by_date = self._by_date(parameters, nu, chunks)
        return float(by_date[:, 0].mean() / n_pairs + density_constants(nu, 2)[1])

    def evaluation(self, parameters: Array, nu: float) -> tuple[MeanLikelihood, Array, Array]:
        """Return the means over the dates, and log-density and scores of each.

        See ``PanelCorrelation.evaluation``.
        """
        _, constant, by_nu = density_constants(nu, 2)
        by_date = self._by_date(parameters, nu, self._chunks) / self.n_pairs
        log_density = by_date[:, 0] + constant
        scores = by_date[:, 1:]
        scores[:, 2] *= self.asymmetric
        scores[:, 3] += by_nu
        n_dates = len(scores)
        means = MeanLikelihood(
            float(log_density.mean()), scores.mean(axis=0), scores.T @ scores / n_dates, n_dates
        )
        return means, log_density, scores

    def sensitivity(
        self, parameters: Array, steps: Array, backward: Array
    ) -> tuple[Array, Array, Array]:
        """Differentiate the mean score of (a, b, g, nu) with respect to all that it depends on.

        See ``PanelCorrelation.sensitivity``; S and N are those of the pairs.
        """
        n_dates, n = self.residuals.shape
        information = np.zeros((4, 4))
        by_residuals = np.zeros((4, n, n_dates))
        by_moments = np.zeros((4, 2, n, n))

        def of_chunk(chunk: tuple[int, int]) -> list[tuple[Array, Array, Array]]:
            pairs = range(WIDTH * chunk[0], min(WIDTH * chunk[1], self.n_pairs))
            return [self._pair(i).sensitivity(parameters, steps, backward) for i in pairs]

        of_pairs = chain.from_iterable(map_in_threads(of_chunk, self._chunks))
        for i, (by_parameters, by_own, by_own_moments) in enumerate(of_pairs):
            block = slice(i, i + 2)
            information += by_parameters / self.n_pairs
            by_residuals[:, block] += by_own / self.n_pairs
            by_moments[:, :, block, block] += by_own_moments / self.n_pairs
        return information, by_residuals, by_moments

    def _pair(self, i: int) -> PairCorrelation:
        """Return the correlation of series i and i + 1."""
        x, y = np.ascontiguousarray(self.residuals[:, i : i + 2].T)
        return PairCorrelation(
            x=x,
            y=y,
            targets=np.concatenate([self._target[0][:, i], self._news_target[:, i]]),
            asymmetric=self.asymmetric,
            corrected=self.corrected,
            integrated=False,
            shrunk=False,
        )

    def _by_date(self, parameters: Array, nu: float, chunks: list[tuple[int, int]]) -> Array:
        """Return what ``composite_pass`` sums over the pairs of some chunks, (n_dates, 5)."""
        matrices = self._matrices(parameters)
        rules = (parameters, self.corrected, density_constants(nu, 2), self._lanes, matrices)

        def of_chunk(chunk: tuple[int, int]) -> Array:
            by_date = np.zeros((len(self.residuals), 5))
            is_definite = composite_pass(*rules, *chunk, by_date)
            by_date[:, 0] += 0.0 if is_definite else -np.inf
            return by_date

        return np.asarray(sum(map_in_threads(of_chunk, chunks)))

    def _matrices(self, parameters: Array) -> Array:
        """Return C, Q_1 and their derivatives for all pairs, as ``composite_pass`` needs them."""
        a, b, g = parameters
        target, by_a, by_b = self._corrected_target(a, b) if self.corrected else self._target
        rest = 1.0 - a - b
        start = 1.0 if self.corrected else 1.0 - a
        by_start = 0.0 if self.corrected else -1.0
        news = self._news_target
        matrices = [
            rest * target - g * news,
            start * target - g * news,
            rest * by_a - target,
            rest * by_b - target,
            -news,
            start * by_a + by_start * target,
            start * by_b,
            -news,
        ]
        n_lanes = self._lanes.shape[1] // len(self.residuals)
        padded = np.zeros((8, 3, n_lanes))
        padded[:2, ::2] = 1.0  # pairs that do not exist are uncorrelated
        padded[:, :, : self.n_pairs] = matrices
        return padded

    @cached_property
    def _lanes(self) -> Array:
        return np.asarray(neighbors_in_lanes(np.ascontiguousarray(self.residuals)))

    @property
    def _chunks(self) -> list[tuple[int, int]]:
        """First group and end of each chunk."""
        n_groups = -(-self.n_pairs // WIDTH)
        begins = range(0, n_groups, GROUPS_IN_CHUNK)
        return [(begin, min(begin + GROUPS_IN_CHUNK, n_groups)) for begin in begins]

    @cached_property
    def _target(self) -> tuple[Array, Array, Array]:
        """S of all pairs, (3, n_pairs), and its derivatives with respect to a and b: zero."""
        centered = self.residuals - self.residuals.mean(axis=0)
        target = _neighboring_sums(centered, centered) / (len(centered) - 1)
        return target, np.zeros_like(target), np.zeros_like(target)

    @cached_property
    def _news_target(self) -> Array:
        """N of all pairs, (3, n_pairs); zero without asymmetry."""
        news = bad_news(self.residuals) * self.asymmetric
        return _neighboring_sums(news, news) / len(news)

    def _corrected_target(self, a: float, b: float) -> tuple[Array, Array, Array]:
        """Return the correlation of z_i sqrt(q_ii) of all pairs and its derivatives."""
        x, moving, _ = corrected_residuals(a, b, self.residuals, np.zeros((0, 1, 1)))
        centered = x - x.mean(axis=0)
        moment = _neighboring_sums(centered, centered)
        scale = 1.0 / np.sqrt(moment[0] * moment[2])
        correlation = moment * np.stack([1.0 / moment[0], scale, 1.0 / moment[2]])
        slopes = []
        for dx in moving:
            change = _neighboring_sums(dx, centered) + _neighboring_sums(centered, dx)
            own = 0.5 * (change[0] / moment[0] + change[2] / moment[2])
            slope = np.zeros_like(moment)
            slope[1] = change[1] * scale - correlation[1] * own
            slopes.append(slope)
        return correlation, slopes[0], slopes[1]


def _neighboring_sums(left: Array, right: Array) -> Array:
    """Return sums over dates of left_i right_i, left_i right_j, left_j right_j of each pair."""
    own = np.einsum("ti,ti->i", left, right)
    across = np.einsum("ti,ti->i", left[:, :-1], right[:, 1:])
    return np.stack([own[:-1], across, own[1:]])
