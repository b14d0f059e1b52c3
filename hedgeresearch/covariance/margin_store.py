"""Univariate estimates on many samples, kept for all models of a walk that need them."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Protocol

import numpy as np

from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.typing import Array, Indices, Mask
from hedgeresearch.volatility.arch.arch_model import ArchModel
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.garch.samples import GARCHSamples
from hedgeresearch.volatility.protocols import VolatilityEstimate, VolatilityModel, VolatilityState

MAX_KEPT = 2000
"""Maximum number of runs of samples in a store; 50 refits of a GARCH take 8 KB and the series."""
SHARED = (GARCH, ArchModel)
"""Univariate models whose settings say everything about their estimates."""


class SeriesSamples(Protocol):
    """Estimates of a univariate model on samples of one series."""

    found: Mask
    """Whether each sample has an estimate."""
    inside: Mask
    """Whether the estimate on each sample lies on no bound."""

    def filtered(self, number: int) -> tuple[Array, VolatilityState]:
        """Return the standardized residuals (n_dates,) of a sample and the state after it."""

    def bounds_hit(self, number: int) -> tuple[str, ...]:
        """Return the bounds on which the estimate of a sample lies, as formulas."""


class EstimatedSamples:
    """Estimates of any univariate model on samples of one series, see ``GARCHSamples``."""

    def __init__(self, model: VolatilityModel, returns: Array, bounds: Indices, cold: Mask) -> None:
        self._samples = [returns[first:stop] for first, stop in bounds.tolist()]
        self._estimates: list[VolatilityEstimate | None] = []
        near: VolatilityEstimate | None = None
        for sample, is_cold in zip(self._samples, cold.tolist(), strict=True):
            near = _estimate_or_none(model, sample, None if is_cold else near)
            self._estimates.append(near)
        self.found: Mask = np.array([one is not None for one in self._estimates])
        self.inside: Mask = np.array([not (one and one.bounds_hit) for one in self._estimates])

    def filtered(self, number: int) -> tuple[Array, VolatilityState]:
        """Return the standardized residuals (n_dates,) of a sample and the state after it."""
        sample = self._samples[number]
        means, variances, after = self._estimate(number).initial_state.filter(sample)
        return (sample - means[:-1]) / np.sqrt(variances[:-1]), after

    def bounds_hit(self, number: int) -> tuple[str, ...]:
        """Return the bounds on which the estimate of a sample lies, as formulas."""
        return self._estimate(number).bounds_hit

    def _estimate(self, number: int) -> VolatilityEstimate:
        found = self._estimates[number]
        if found is None:
            raise ValueError("the sample has no estimate")
        return found


def _estimate_or_none(
    model: VolatilityModel, sample: Array, near: VolatilityEstimate | None
) -> VolatilityEstimate | None:
    """Return the estimate on a sample; a search that fails from near begins elsewhere."""
    for start in (None,) if near is None else (near, None):
        try:
            return model.estimate_array(sample, start)
        except (DataError, ConvergenceError):
            pass
    return None


class MarginStore:
    """Univariate estimates on samples, kept for other models of the same series.

    They depend on the data, the samples and the univariate model alone, so that no bit of a result
    depends on what was kept. The oldest are dropped where there are many.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, bytes], SeriesSamples] = OrderedDict()

    def __reduce__(self) -> tuple[type[MarginStore], tuple[()]]:
        return MarginStore, ()  # another process has its own

    def of_series(
        self, model: VolatilityModel, returns: Array, bounds: Indices, cold: Mask
    ) -> SeriesSamples:
        """Return the estimates on samples of one series (n_rows,)."""
        first = int(bounds.min())
        rows = np.array(returns[first : int(bounds.max())], order="C")
        if type(model) not in SHARED:
            return _estimate_series(model, rows, bounds - first, cold)
        digest = hashlib.blake2b(rows.tobytes(), digest_size=16)
        digest.update((bounds - first).tobytes())
        digest.update(cold.tobytes())
        key = (repr(model), digest.digest())
        found = self._kept.get(key)
        if found is None:
            found = _estimate_series(model, rows, bounds - first, cold)
            self._kept[key] = found
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return found


def _estimate_series(
    model: VolatilityModel, returns: Array, bounds: Indices, cold: Mask
) -> SeriesSamples:
    """Estimate a univariate model on samples of returns (n_rows,)."""
    # a subclass may estimate in another way
    if type(model) is GARCH:
        return GARCHSamples(model.layout, returns, bounds, cold)
    return EstimatedSamples(model, returns, bounds, cold)
