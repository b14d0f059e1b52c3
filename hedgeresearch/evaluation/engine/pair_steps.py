"""Refits of the correlations of many pairs, one after the other, with shared margins."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.dcc.pair_states import SIZE as STATE_SIZE
from hedgeresearch._kernels.dcc.pair_states import states_of_pairs, targets_of_pairs
from hedgeresearch._kernels.dcc.pair_walk import CENTER, SIZE, predict_pairs
from hedgeresearch.covariance.dcc.pair_margins import GARCHMargin
from hedgeresearch.covariance.dcc.pair_refits import CorrelationRules
from hedgeresearch.covariance.dcc.pair_search import maximize_all
from hedgeresearch.evaluation.engine.array_steps import FAILURES
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.typing import Array, Mask
from hedgeresearch.volatility.garch.garch import GARCH


class _SeriesWalk:
    """Margins of some series, estimated again and again on a window that moves on.

    Attributes
    ----------
    returns : array (n_series, n_dates)
    residuals : array (n_series, window)
        Standardized residuals of the last window.
    margins : array (n_series, 9)
        See ``_kernels.dcc.pair_walk``.
    found : array (n_series,) of bool
        Whether there is an optimum for the last window.
    """

    def __init__(self, margin: GARCH, returns: Array, window: int) -> None:
        n_series = len(returns)
        self.returns = returns
        self.residuals = np.zeros((n_series, window))
        self.margins = np.empty((n_series, SIZE))
        self.found: Mask = np.zeros(n_series, dtype=bool)
        self._margin = margin
        self._of_series = [GARCHMargin(margin.layout) for _ in returns]

    def step(self, refit: Refit, *, is_cold: bool) -> None:
        """Estimate on the window of a refit."""
        for i, margin in enumerate(self._of_series):
            sample = self.returns[i, refit.train_start : refit.train_stop]
            is_warm = bool(self.found[i]) and not is_cold
            self.found[i] = margin.estimate(
                sample, self.residuals[i], is_warm=is_warm
            ) or self._continue(margin, sample, self.residuals[i])
            self.margins[i, :CENTER] = margin.parameters
            self.margins[i, CENTER:] = (margin.center, margin.scale, margin.variance)

    def _continue(self, margin: GARCHMargin, sample: Array, residuals: Array) -> bool:
        """Go on with Newton steps where a search stopped on a ridge; return whether they help."""
        if not margin.scale > 0.0:  # a series that does not move
            return False
        try:
            estimate = self._margin.estimate_array(sample)
        except FAILURES:
            return False
        margin.follow(estimate.point, sample, residuals)
        return True


class PairWalk:
    """Correlations of every asset with every hedge on a window that moves on.

    The margins of a refit are estimated once for all pairs that share a series.
    """

    def __init__(
        self, rules: CorrelationRules, margin: GARCH, assets: Array, hedges: Array, window: int
    ) -> None:
        self._rules = rules
        self._searched = np.array(rules.searched)
        self._assets = _SeriesWalk(margin, assets, window)
        self._hedges = _SeriesWalk(margin, hedges, window)
        n_pairs = (len(assets), len(hedges))
        self._targets = np.empty((*n_pairs, 6))
        self._points = np.zeros((*n_pairs, 4))
        self._states = np.empty((*n_pairs, STATE_SIZE))
        self._found: Mask = np.zeros(n_pairs, dtype=bool)

    def step(self, refit: Refit, *, is_cold: bool) -> Array:
        """Return the ratios (n_hedged, n_assets, n_hedges) of a refit; NaN without an optimum."""
        assets = self._assets
        hedges = self._hedges
        rules = self._rules
        assets.step(refit, is_cold=is_cold)
        hedges.step(refit, is_cold=is_cold)
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
