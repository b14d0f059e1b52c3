"""Walks that need no fit after fit: the ratios of models that estimate nothing but moments, for all steps at once.

They are those of ``fit`` and ``extend``, up to rounding; a test holds every one to that. Samples in which anything is
out of the ordinary (a series that stands still, hedges that are collinear, an asset that is replicated) are left to
``fit``, which says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hedgeresearch._kernels.ewma import ewma_covariance, ewma_last
from hedgeresearch._kernels.minimum_variance import minimum_variance_ratios
from hedgeresearch._kernels.rolling import rolling_covariance
from hedgeresearch._types import Array
from hedgeresearch._validation import COLLINEAR
from hedgeresearch.covariance.ewma import EWMACovariance, start_up
from hedgeresearch.covariance.sample import SampleCovariance
from hedgeresearch.evaluation.schedule import Step
from hedgeresearch.hedges.minimum_variance import MinimumVarianceHedge
from hedgeresearch.hedges.naive import NaiveHedge
from hedgeresearch.hedges.ols import OLSHedge
from hedgeresearch.hedges.rolling_ols import RollingOLSHedge

ORDINARY = 1e3 * COLLINEAR
"""Share of variance that each series must have of its own in every sample for a shortcut."""
Shortcut = Callable[[Any, Array, Sequence[Step]], Array | None]


def ratios_at_once(model: Any, returns: Array, steps: Sequence[Step]) -> Array | None:
    """Ratios (n_tested, n_hedges) of a walk over returns (n_dates, 1 + n_hedges); None where ``fit`` is needed."""
    shortcut = _shortcut_of(model)
    length = steps[0].end - steps[0].first
    if shortcut is None or length <= returns.shape[1] + 2 or any(s.end - s.first != length for s in steps):
        return None
    seen = returns[steps[0].first : steps[-1].stop]
    if not _ordinary(rolling_covariance(seen, length)):
        return None
    return shortcut(model, returns, steps)


def _shortcut_of(model: Any) -> Shortcut | None:
    if type(model) is MinimumVarianceHedge:
        within = model.covariance_model
        if type(within) is EWMACovariance:
            return _ewma
        return _ols if within == SampleCovariance() else None
    return {NaiveHedge: _naive, OLSHedge: _ols, RollingOLSHedge: _rolling}.get(type(model))


def _ordinary(covariances: Array) -> bool:
    """Whether in each of these (n, 1 + n_hedges, 1 + n_hedges) every series varies by itself, the asset last."""
    turned = np.ascontiguousarray(covariances[:, ::-1, ::-1])
    _, pivots = minimum_variance_ratios(np.pad(turned, ((0, 0), (1, 0), (1, 0))))
    return bool((pivots > ORDINARY).all())


def _naive(model: Any, returns: Array, steps: Sequence[Step]) -> Array:
    n_hedges = returns.shape[1] - 1
    return np.full((sum(s.stop - s.start for s in steps), n_hedges), 1.0 / n_hedges)


def _ols(model: Any, returns: Array, steps: Sequence[Step]) -> Array:
    """One regression a step, held over its dates."""
    first, length = steps[0].first, steps[0].end - steps[0].first
    windows = rolling_covariance(returns[first : steps[-1].end], length)
    ratios, _ = minimum_variance_ratios(windows[[s.first - first for s in steps]])
    return np.repeat(ratios, [s.stop - s.start for s in steps], axis=0)


def _rolling(model: RollingOLSHedge, returns: Array, steps: Sequence[Step]) -> Array | None:
    """The window before each date, whatever step it belongs to."""
    first = steps[0].first
    if model.window >= steps[0].end - first or model.window < returns.shape[1] + 1:
        return None
    windows = rolling_covariance(returns[first : steps[-1].stop], model.window)
    if not _ordinary(windows):
        return None
    ratios, _ = minimum_variance_ratios(windows)
    return np.asarray(ratios[_tested(steps) - model.window - first])


def _ewma(model: Any, returns: Array, steps: Sequence[Step]) -> Array | None:
    """An average begun at each step's first date."""
    decay, n = model.covariance_model.effective_decay, returns.shape[1]
    if steps[0].end - steps[0].first <= start_up(n):
        return None
    path = []
    for step in steps:
        last, weight = ewma_last(decay, returns[step.first : step.end], np.zeros((n, n)), 0.0)
        after, _ = ewma_covariance(decay, returns[step.end : step.stop], last, weight)
        path.append(after[step.start - step.end : -1])
    ratios, pivots = minimum_variance_ratios(np.concatenate(path))
    return np.asarray(ratios) if (pivots > ORDINARY).all() else None


def _tested(steps: Sequence[Step]) -> Any:
    return np.concatenate([np.arange(s.start, s.stop) for s in steps])
