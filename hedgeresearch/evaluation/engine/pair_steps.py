"""Refits of the correlations of many pairs, one after the other, with shared margins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hedgeresearch._kernels.dcc.pair.states import SIZE as STATE_SIZE
from hedgeresearch._kernels.dcc.pair.states import states_of_pairs, targets_of_pairs
from hedgeresearch._kernels.dcc.pair.walk import SIZE, predict_pairs
from hedgeresearch.covariance.dcc.estimation.parameters import CorrelationRules
from hedgeresearch.covariance.dcc.likelihoods.pair_search import maximize_all
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.typing import Array, Mask
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.garch.samples import GARCHSamples


def estimate_margins(
    margin: GARCH, columns: Array, refits: Sequence[Refit], cold: Mask
) -> list[GARCHSamples]:
    """Estimate the margins of series (n_series, n_dates) on the windows of refits.

    A refit that is not ``cold`` (n_refits,) begins at the optimum of the one before.
    """
    bounds = np.array([refit[:2] for refit in refits])
    return [GARCHSamples(margin.layout, column, bounds, cold) for column in columns]


class _SeriesWalk:
    """Margins of some series on the window of one refit after another.

    Attributes
    ----------
    returns : array (n_series, n_dates)
    residuals : array (n_series, window)
        Standardized residuals of the window.
    margins : array (n_series, 9)
        See ``_kernels.dcc.pair.walk``.
    found : array (n_series,) of bool
        Whether there is an optimum for the window.
    """

    def __init__(self, estimates: Sequence[GARCHSamples], window: int) -> None:
        n_series = len(estimates)
        self.returns = np.stack([one.returns for one in estimates])
        self.residuals = np.zeros((n_series, window))
        self.margins = np.zeros((n_series, SIZE))
        self.found: Mask = np.zeros(n_series, dtype=bool)
        self._estimates = estimates

    def step(self, number: int) -> None:
        """Filter the window of a refit."""
        for i, one in enumerate(self._estimates):
            self.found[i] = one.found[number]
            if self.found[i]:
                self.margins[i] = one.margin(number, self.residuals[i])


class PairWalk:
    """Correlations of every asset with every hedge on a window that moves on."""

    def __init__(
        self,
        rules: CorrelationRules,
        assets: Sequence[GARCHSamples],
        hedges: Sequence[GARCHSamples],
        window: int,
    ) -> None:
        self._rules = rules
        self._searched = np.array(rules.searched)
        self._assets = _SeriesWalk(assets, window)
        self._hedges = _SeriesWalk(hedges, window)
        n_pairs = (len(assets), len(hedges))
        self._targets = np.empty((*n_pairs, 6))
        self._points = np.zeros((*n_pairs, 4))
        self._states = np.empty((*n_pairs, STATE_SIZE))
        self._found: Mask = np.zeros(n_pairs, dtype=bool)

    def step(self, number: int, refit: Refit, *, is_cold: bool) -> Array:
        """Return the ratios (n_hedged, n_assets, n_hedges) of a refit; NaN without an optimum.

        Parameters
        ----------
        number : int
            Number of the refit among those of the margins.
        refit : Refit
        is_cold : bool
            Whether the correlations do not begin at the optima of the refit before.
        """
        assets = self._assets
        hedges = self._hedges
        rules = self._rules
        assets.step(number)
        hedges.step(number)
        residuals = (assets.residuals, hedges.residuals)
        targets_of_pairs(*residuals, rules.asymmetric, self._targets)
        self._found = maximize_all(
            self._searched,
            rules.corrected,
            residuals,
            self._targets,
            self._points,
            self._found & (not is_cold),
            assets.found[:, None] & hedges.found,
        )
        how = (self._found, rules.asymmetric, rules.corrected, *residuals, self._targets)
        states_of_pairs(self._points, *how, self._states)
        rows = slice(refit.train_stop, refit.test_stop)
        ratios = np.full((refit.test_stop - refit.train_stop, *self._found.shape), np.nan)
        predict_pairs(
            np.ascontiguousarray(assets.returns[:, rows]),
            np.ascontiguousarray(hedges.returns[:, rows]),
            assets.margins,
            hedges.margins,
            self._states,
            self._found,
            rules.corrected,
            ratios,
        )
        return ratios
