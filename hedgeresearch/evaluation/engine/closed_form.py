"""Walks that need no fit after fit: the ratios of models that estimate nothing but moments, for all steps at once.

They are those of ``fit`` and ``extend``, up to rounding; a test holds every one to that. Samples in which anything is
out of the ordinary (a series that stands still, hedges that are collinear, an asset that is replicated) are left to
``fit``, which says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from hedgeresearch._kernels.ewma import ewma_covariance, ewma_last
from hedgeresearch._kernels.minimum_variance import minimum_variance_ratios
from hedgeresearch._kernels.rolling import rolling_covariance
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.covariance.moments.ewma import EWMACovariance, start_up_dates
from hedgeresearch.covariance.moments.sample import SampleCovariance
from hedgeresearch.evaluation.engine.schedule import Step
from hedgeresearch.hedges.minimum_variance.hedge import MinimumVarianceHedge
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.hedges.regression.rolling_ols import RollingOLSHedge
from hedgeresearch.typing import Array

ORDINARY = 1e3 * COLLINEARITY_TOLERANCE
"""Share of variance that each series must have of its own in every sample for a shortcut."""
Shortcut = Callable[[Any, Array, Sequence[Step]], Iterator[Array | None]]
"""From a model, returns and steps: the ratios (n_dates, n_hedges) of each step; None where ``fit`` is needed."""


def ratios_at_once(model: Any, returns: Array, steps: Sequence[Step]) -> list[Array]:
    """Ratios (n_dates, n_hedges) of each step over returns (n_dates, 1 + n_hedges), up to the first that needs ``fit``.

    Whether a step needs it does not depend on what comes after it.
    """
    shortcut = _shortcut_of(model)
    length = steps[0].end - steps[0].first
    if (
        shortcut is None
        or length <= returns.shape[1] + 2
        or any(s.end - s.first != length for s in steps)
    ):
        return []
    first = steps[0].first
    samples = rolling_covariance(returns[first : steps[-1].end], length)[
        [s.first - first for s in steps]
    ]
    found: list[Array] = []
    for ordinary, ratios in zip(_ordinary(samples), shortcut(model, returns, steps), strict=False):
        if not ordinary or ratios is None:
            break
        found.append(ratios)
    return found


def _shortcut_of(model: Any) -> Shortcut | None:
    if type(model) is MinimumVarianceHedge:
        within = model.covariance_model
        if type(within) is EWMACovariance:
            return _ewma
        return _ols if within == SampleCovariance() else None
    return {NaiveHedge: _naive, OLSHedge: _ols, RollingOLSHedge: _rolling}.get(type(model))


def _ordinary(covariances: Array) -> Array:
    """Whether in each of these (n, 1 + n_hedges, 1 + n_hedges) every series varies by itself, the asset last; (n,)."""
    turned = np.ascontiguousarray(covariances[:, ::-1, ::-1])
    _, pivots = minimum_variance_ratios(np.pad(turned, ((0, 0), (1, 0), (1, 0))))
    return np.asarray(pivots > ORDINARY)


def _naive(model: Any, returns: Array, steps: Sequence[Step]) -> Iterator[Array]:
    n_hedges = returns.shape[1] - 1
    for step in steps:
        yield np.full((step.stop - step.start, n_hedges), 1.0 / n_hedges)


def _ols(model: Any, returns: Array, steps: Sequence[Step]) -> Iterator[Array]:
    """One regression a step, held over its dates."""
    first, length = steps[0].first, steps[0].end - steps[0].first
    windows = rolling_covariance(returns[first : steps[-1].end], length)
    ratios, _ = minimum_variance_ratios(windows[[s.first - first for s in steps]])
    for step, ratio in zip(steps, ratios, strict=True):
        yield np.repeat(ratio[None], step.stop - step.start, axis=0)


def _rolling(
    model: RollingOLSHedge, returns: Array, steps: Sequence[Step]
) -> Iterator[Array | None]:
    """The window before each date, whatever step it belongs to."""
    first, window = steps[0].first, model.window
    fits = returns.shape[1] + 1 <= window < steps[0].end - first
    windows = (
        rolling_covariance(returns[first : steps[-1].stop], window) if fits else np.empty((0, 1, 1))
    )
    ordinary = _ordinary(windows)
    ratios, _ = minimum_variance_ratios(windows)
    for step in steps:
        # a window that begins on row i of these tells the ratio of row i + window
        seen = ordinary[step.first - first : step.stop - first - window + 1]
        yield (
            ratios[step.start - first - window : step.stop - first - window]
            if fits and seen.all()
            else None
        )


def _ewma(model: Any, returns: Array, steps: Sequence[Step]) -> Iterator[Array | None]:
    """An average begun at each step's first date."""
    decay, n = model.covariance_model.effective_decay, returns.shape[1]
    for step in steps:
        if step.end - step.first <= start_up_dates(n):
            yield None
            return
        last, weight = ewma_last(decay, returns[step.first : step.end], np.zeros((n, n)), 0.0)
        after, _ = ewma_covariance(decay, returns[step.end : step.stop], last, weight)
        ratios, pivots = minimum_variance_ratios(after)
        yield ratios[step.start - step.end : -1] if (pivots > ORDINARY).all() else None
