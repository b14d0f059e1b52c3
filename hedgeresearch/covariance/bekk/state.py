"""A BEKK model carried over dates, and its forecasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hedgeresearch._kernels.bekk import bekk_covariance, bekk_last
from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.covariance.news import bad_news, expected_news
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.typing import Array, Indices


def start_recursion(layout: Layout, estimates: Estimates, mean: Array, errors: Array) -> BEKKState:
    """The recursion before the first date of the sample, in the units of the returns."""
    root, blocks = layout.unpack(np.array(list(estimates.values.values())))
    shocks = _shocks(errors, layout.asymmetric)
    moments = np.einsum("tmi,tmj->mij", shocks, shocks) / len(shocks)
    intercept = root @ root.T
    if layout.targeting:
        met = np.concatenate([moments, moments[:1]]) @ blocks
        intercept = moments[0] - (np.swapaxes(blocks, 1, 2) @ met).sum(axis=0)
    return BEKKState(mean, intercept, blocks[:-1], blocks[-1], moments[0])


def _shocks(errors: Array, asymmetric: bool) -> Array:
    """The errors and, in an asymmetric model, the bad news, (n_dates, m, n_series)."""
    return np.stack([errors, bad_news(errors)] if asymmetric else [errors], axis=1)


@dataclass(frozen=True, eq=False)
class BEKKState:
    """Means, the matrices CC', A with B where there is one, and G, and the next covariance."""

    mean: Array
    intercept: Array
    loadings: Array
    persistence: Array
    next_covariance: Array
    degrees_of_freedom: float = NORMAL
    constant_means: bool = True

    def means(self, returns: Array) -> Array:
        """The same mean for each date, (n_dates + 1, n_series)."""
        return np.tile(self.mean, (len(returns) + 1, 1))

    def path(self, returns: Array, block: Indices) -> Array:
        """Covariances of each date before it is seen, (n_dates, k, k); without spill-overs only the block's are run."""
        if self._spills_over:
            return np.asarray(self._run(returns)[:-1][:, block[:, None], block])
        return np.asarray(self._cut(block)._run(returns[:, block])[:-1])

    def advance(self, returns: Array) -> BEKKState:
        """The recursion after new dates."""
        last = bekk_last(
            *self._matrices,
            _shocks(returns - self.mean, len(self.loadings) > 1),
            self.next_covariance,
        )
        return replace(self, next_covariance=last)

    def forecast(self, horizon: int) -> Array:
        """Expected covariances of the next dates, (horizon, n_series, n_series).

        Exact for normal returns up to the second step; with bad news further steps take the expected covariance for the
        one that will hold, which in diagonal models touches the covariances only.
        """
        steps = [self.next_covariance]
        for _ in range(horizon - 1):
            h = steps[-1]
            expected = np.stack([h, expected_news(h), h] if len(self.loadings) > 1 else [h, h])
            blocks = np.concatenate([self.loadings, self.persistence[None]])
            following = self.intercept + (np.swapaxes(blocks, 1, 2) @ expected @ blocks).sum(axis=0)
            steps.append(0.5 * (following + following.T))  # rounding is not symmetric
        return np.stack(steps)

    @property
    def _matrices(self) -> tuple[Array, Array, Array]:
        return self.intercept, self.loadings, self.persistence

    @cached_property
    def _spills_over(self) -> bool:
        """Whether a series' variance depends on other series."""
        off_diagonal = ~np.eye(len(self.mean), dtype=bool)
        return bool(self.loadings[:, off_diagonal].any() or self.persistence[off_diagonal].any())

    def _run(self, returns: Array) -> Array:
        shocks = _shocks(returns - self.mean, len(self.loadings) > 1)
        return np.asarray(bekk_covariance(*self._matrices, shocks, self.next_covariance))

    def _cut(self, block: Indices) -> BEKKState:
        rows, columns = block[:, None], block
        matrices = (
            self.intercept[rows, columns],
            self.loadings[:, rows, columns],
            self.persistence[rows, columns],
        )
        return BEKKState(self.mean[block], *matrices, self.next_covariance[rows, columns])
