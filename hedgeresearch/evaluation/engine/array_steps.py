"""Refits of a model that fits arrays, without a table for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._kernels.moments.minimum_variance import smallest_own_share
from hedgeresearch.covariance.array_estimate import FAILURES
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.evaluation.engine.regime_numbers import RegimeRecord, record_array_regimes
from hedgeresearch.hedges.array_fit import ArrayFit, FitsArrays, as_array_model, fits_samples
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE, Refit
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.regime_switching.array_fit import RegimeArrayFit
from hedgeresearch.typing import Array


class ArrayStep(NamedTuple):
    """Result of one refit.

    Attributes
    ----------
    ratios : array (n_hedged_rows, n_hedges)
    remarks : sequence of str, warnings of the model
    predicted : array (n_hedged_rows, k) or None, predicted probabilities of its regimes
    regimes : RegimeRecord or None
    """

    ratios: Array
    remarks: Sequence[str]
    predicted: Array | None = None
    regimes: RegimeRecord | None = None


class ArraySteps:
    """Refits of one model over returns that were checked as a whole, in their order.

    A refit that is not cold starts at the one before, if that was fitted here. It never has more
    than a copy of its own sample, and of the rows that it hedges once it was estimated.
    """

    def __init__(self, model: HedgeModel, arrays: FitsArrays, returns: pd.DataFrame) -> None:
        self._arrays = arrays
        self._warm_start = model.traits.warm_start
        self._values = returns.to_numpy()
        self._names = list(returns.columns)
        self._previous: ArrayFit | None = None

    @classmethod
    def of(cls, model: HedgeModel, returns: pd.DataFrame) -> ArraySteps | None:
        """Return the refits of a model of returns that fits arrays; None for other models.

        It is None, too, for a model that fits samples, which is tried first.
        """
        arrays = as_array_model(model)
        if arrays is None or fits_samples(model) or model.traits.input != "returns":
            return None
        return cls(model, arrays, returns)

    def forget(self) -> None:
        """Forget the last fit, so that the next refit starts cold."""
        self._previous = None

    def step(self, refit: Refit, cold: bool) -> ArrayStep | None:
        """Fit on the sample of a refit and return its ratios; None where it needs ``fit``.

        Parameters
        ----------
        refit : Refit
        cold : bool, whether it does not start at the refit before
        """
        previous = None if cold or not self._warm_start else self._previous
        self._previous = None
        sample = self._values[refit.train_start : refit.train_stop].copy()
        if len(sample) < 2 or not smallest_own_share(sample) > MIN_OWN_VARIANCE:
            return None
        try:
            fit = self._fit(sample, previous)
            if fit is None:
                return None
            later = self._values[refit.train_stop : refit.test_stop].copy()
            ratios = fit.ratios(later)
        except FAILURES:
            return None
        if ratios is None or not np.isfinite(ratios).all():
            return None
        self._previous = fit
        first = refit.test_start - refit.train_stop
        step = ArrayStep(ratios[first:], fit.remarks)
        if not isinstance(fit, RegimeArrayFit):
            return step
        record = record_array_regimes(fit, refit.train_stop)
        return step._replace(predicted=fit.predicted(later)[first:], regimes=record)

    def _fit(self, sample: Array, previous: ArrayFit | None) -> ArrayFit | None:
        if previous is not None:
            try:
                return self._arrays.fit_array(sample, self._names, previous)
            except ConvergenceError:
                pass  # a cold start may succeed
        return self._arrays.fit_array(sample, self._names)
