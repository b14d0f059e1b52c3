"""BEKK model filtered over dates, and its forecasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.bekk.recursion import bekk_covariance, bekk_last
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.covariance.news import bad_news, expected_news
from hedgeresearch.typing import Array, Indices


@dataclass(frozen=True, eq=False)
class BEKKState:
    """Means, matrices of the recursion and the covariance of the next date.

    Attributes
    ----------
    mean : array (n_series,)
        Means of the returns.
    intercept : array (n_series, n_series)
        C C'.
    loadings : array (m, n_series, n_series)
        A and, if the model is asymmetric, B.
    persistence : array (n_series, n_series)
        G.
    next_covariance : array (n_series, n_series)
        Covariance of the next date.
    degrees_of_freedom : float
        Infinite, as returns are normal.
    constant_means : bool
        True, as the means are the same at every date.
    """

    mean: Array
    intercept: Array
    loadings: Array
    persistence: Array
    next_covariance: Array
    degrees_of_freedom: float = NORMAL
    constant_means: bool = True

    def means(self, returns: Array) -> Array:
        """Return the same mean for each date and the next one, (n_dates + 1, n_series)."""
        return np.tile(self.mean, (len(returns) + 1, 1))

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariances of some series, each before its date is seen, (n_dates, k, k).

        Without spill-overs only the recursion of these series is run.
        """
        if self._spills_over:
            whole = self._covariances(returns)[:-1]
            return np.asarray(whole[:, block[:, None], block])
        return np.asarray(self._restricted(block)._covariances(returns[:, block])[:-1])

    def advance(self, returns: Array) -> BEKKState:
        """Return the state after new dates."""
        last = bekk_last(*self._matrices, self._shocks(returns), self.next_covariance)
        return replace(self, next_covariance=last)

    def forecast(self, horizon: int) -> Array:
        """Return the expected covariances of the next dates, (horizon, n_series, n_series).

        They are exact for normal returns up to the second step. With bad news further steps use the
        expected covariance in place of the future one, which in diagonal models affects the
        covariances only.
        """
        blocks = np.concatenate([self.loadings, self.persistence[None]])
        steps = [self.next_covariance]
        for _ in range(horizon - 1):
            h = steps[-1]
            moments = np.stack([h, expected_news(h), h] if self._is_asymmetric else [h, h])
            terms = np.swapaxes(blocks, 1, 2) @ moments @ blocks
            following = self.intercept + terms.sum(axis=0)
            steps.append(0.5 * (following + following.T))  # rounding is not symmetric
        return np.stack(steps)

    @property
    def _matrices(self) -> tuple[Array, Array, Array]:
        return self.intercept, self.loadings, self.persistence

    @property
    def _is_asymmetric(self) -> bool:
        return len(self.loadings) > 1

    @cached_property
    def _spills_over(self) -> bool:
        """True if the variance of a series depends on other series."""
        off_diagonal = ~np.eye(len(self.mean), dtype=bool)
        return bool(self.loadings[:, off_diagonal].any() or self.persistence[off_diagonal].any())

    def _shocks(self, returns: Array) -> Array:
        return shocks_of(returns - self.mean, self._is_asymmetric)

    def _covariances(self, returns: Array) -> Array:
        shocks = self._shocks(returns)
        return np.asarray(bekk_covariance(*self._matrices, shocks, self.next_covariance))

    def _restricted(self, block: Indices) -> BEKKState:
        """Return the state of some series of a model without spill-overs."""
        rows = block[:, None]
        return BEKKState(
            mean=self.mean[block],
            intercept=self.intercept[rows, block],
            loadings=self.loadings[:, rows, block],
            persistence=self.persistence[rows, block],
            next_covariance=self.next_covariance[rows, block],
        )


def shocks_of(errors: Array, asymmetric: bool) -> Array:
    """Return the errors and, in an asymmetric model, the bad news, (n_dates, m, n_series)."""
    return np.stack([errors, bad_news(errors)] if asymmetric else [errors], axis=1)


def state_before_sample(layout: Layout, parameters: Array, mean: Array, errors: Array) -> BEKKState:
    """Return the state before the first date of the sample, in the units of the returns.

    Parameters
    ----------
    layout : Layout
        Order of the parameters.
    parameters : array (k,)
        Estimates, in the units of the returns.
    mean : array (n_series,)
        Means of the returns.
    errors : array (n_dates, n_series)
        Returns of the sample less their means.
    """
    root, blocks = layout.unpack(parameters)
    shocks = shocks_of(errors, layout.asymmetric)
    moments = np.einsum("tmi,tmj->mij", shocks, shocks) / len(shocks)
    intercept = root @ root.T
    if layout.targeting:
        weighted = np.concatenate([moments, moments[:1]]) @ blocks
        intercept = moments[0] - (np.swapaxes(blocks, 1, 2) @ weighted).sum(axis=0)
    return BEKKState(mean, intercept, blocks[:-1], blocks[-1], moments[0])
