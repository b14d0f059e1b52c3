"""Refits of a walk in their order: fit on a sample, hedge the following dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.covariance.array_estimate import FAILURES
from hedgeresearch.covariance.margin_store import MarginStore
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import ConvergenceError, DataError, DataWarning, recorded_warnings
from hedgeresearch.evaluation.engine.array_steps import ArraySteps
from hedgeresearch.evaluation.engine.regime_numbers import RegimeRecord, in_order, record_regimes
from hedgeresearch.evaluation.engine.walk_data import WalkData, input_for
from hedgeresearch.hedges.array_fit import RefitRatios, fits_samples, samples_of
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.model import HedgeModel, fit_hedge
from hedgeresearch.typing import Array, Mask


class Note(NamedTuple):
    """A warning of a model, or its failure, at the refit whose first hedged row is ``row``."""

    row: int
    failed: bool
    text: str


class StepResult(NamedTuple):
    """Result of one refit.

    Attributes
    ----------
    ratios : array (n_hedged_rows, n_hedges); NaN where the last one is held
    predicted : array (n_hedged_rows, k) or None, predicted probabilities of its regimes
    failure : str or None
    remarks : tuple of str, warnings of the model
    """

    ratios: Array
    predicted: Array | None = None
    failure: str | None = None
    remarks: tuple[str, ...] = ()

    def notes(self, refit: Refit) -> list[Note]:
        """Return the remarks and the failure as notes."""
        notes = [Note(refit.test_start, False, remark) for remark in self.remarks]
        if self.failure is not None:
            notes.append(Note(refit.test_start, True, self.failure))
        return notes


class Steps:
    """Refits of one model in their order, in arrays where it fits them, else in tables.

    Attributes
    ----------
    first, last : RegimeRecord or None, regimes of the first and of the last refit that has any
    """

    def __init__(
        self, model: HedgeModel, returns: pd.DataFrame, store: MarginStore | None = None
    ) -> None:
        self.first: RegimeRecord | None = None
        self.last: RegimeRecord | None = None
        self._model = model
        self._returns = returns
        self._in_arrays = ArraySteps.of(model, returns)
        self._fit: HedgeFit | None = None
        self._values = np.array(returns.to_numpy(), order="C")
        self._names = list(returns.columns)
        self._store = MarginStore() if store is None else store

    @cached_property
    def _data(self) -> WalkData:
        return WalkData.of(input_for(self._model, self._returns))

    def results(self, refits: Sequence[Refit], cold: Mask) -> Iterator[StepResult]:
        """Yield the results of some refits that follow one another.

        Parameters
        ----------
        refits : sequence of Refit
        cold : array (n_refits,) of bool, whether a refit does not start at the one before
        """
        in_arrays = self.in_samples(refits, cold)
        for refit, is_cold, one in zip(refits, cold.tolist(), in_arrays, strict=True):
            if one is None:
                yield self.step(refit, is_cold)
            else:
                self._forget()
                yield StepResult(one.ratios, remarks=one.remarks)

    def in_samples(self, refits: Sequence[Refit], cold: Mask) -> Iterator[RefitRatios | None]:
        """Return the ratios of refits by a model that fits samples; None where it does not."""
        model: Any = self._model
        if not fits_samples(model):
            return iter([None] * len(refits))
        samples = samples_of(self._values, refits, cold, self._names, self._store)
        found: Iterator[RefitRatios | None] = model.fit_samples(samples, refits)
        return found

    def _forget(self) -> None:
        """Forget the last fit, so that no later refit than the next starts there."""
        self._fit = None
        if self._in_arrays is not None:
            self._in_arrays.forget()

    def step(self, refit: Refit, cold: bool) -> StepResult:
        """Fit, hedge the rows of a refit and return the result, a failure included."""
        previous = None if cold else self._fit
        if self._in_arrays is not None:
            step = self._in_arrays.step(refit, cold)
            if step is not None:
                self._fit = None
                remarks = tuple(dict.fromkeys(step.remarks))
                result = StepResult(step.ratios, step.predicted, remarks=remarks)
                return self._with_regimes(result, step.regimes)
        with data_checked(), recorded_warnings() as caught:
            try:
                self._fit = _refit(self._model, self._data, refit, previous)
                result = _hedge_step(self._fit, self._data, refit)
                result = self._with_regimes(result, record_regimes(self._fit, refit.train_stop))
            except FAILURES as error:
                self._fit = None
                n_hedges = self._returns.shape[1] - 1
                held = np.full((refit.test_stop - refit.test_start, n_hedges), np.nan)
                result = StepResult(held, failure=_note_of(error))
        # data and what models say of them were checked once, before the walk
        said = [one.message for one in caught if not issubclass(one.category, DataWarning)]
        return result._replace(remarks=tuple(dict.fromkeys(said)))

    def _with_regimes(self, result: StepResult, record: RegimeRecord | None) -> StepResult:
        """Return the result of the last refit with the numbers of regimes of those before it."""
        if record is None:
            return result
        result, self.last = _with_earlier_numbers(result, record, self.last)
        self.first = record if self.first is None else self.first
        return result


def _with_earlier_numbers(
    result: StepResult, record: RegimeRecord, earlier: RegimeRecord | None
) -> tuple[StepResult, RegimeRecord]:
    """Return the result and the record of a refit with the numbers of the refits before it."""
    if earlier is None:
        return result, record
    record, order = record.following(earlier)
    if result.predicted is not None:
        result = result._replace(predicted=in_order(result.predicted, order))
    return result, record


def _refit(model: HedgeModel, data: WalkData, refit: Refit, previous: HedgeFit | None) -> HedgeFit:
    """Fit a model on the sample of a refit, starting at a previous fit if possible."""
    asset, hedges = data.rows(refit.train_start, refit.train_stop)
    if previous is not None and model.traits.warm_start:
        try:
            return fit_hedge(model, asset, hedges, previous)
        except ConvergenceError:
            pass  # a cold start may succeed
    return model.fit(asset, hedges)


def _hedge_step(fit: HedgeFit, data: WalkData, refit: Refit) -> StepResult:
    """Extend a fit over the rows that it hedges.

    If that fails, the fit is extended row by row up to the first row that fails, so that a later
    row does not invalidate earlier ones.
    """
    n_rows = refit.test_stop - refit.test_start
    try:
        hedged = fit.extend(*data.rows(refit.train_stop, refit.test_stop))
        _check_finite(hedged.ratio.to_numpy())
        return StepResult(hedged.ratio.to_numpy()[-n_rows:], _predicted(hedged, n_rows))
    except FAILURES:
        return _hedge_row_by_row(fit, data, refit)


def _predicted(hedged: HedgeFit, n_rows: int) -> Array | None:
    """Return predicted probabilities of the regimes on the last rows, (n_rows, k).

    None without regimes, or if these are regimes of longer periods, as inside a HorizonHedge.
    """
    if hedged.regimes is None:
        return None
    predicted = hedged.regimes.predicted.iloc[-n_rows:]
    if not predicted.index.equals(hedged.ratio.index[-n_rows:]):
        return None
    return np.asarray(predicted.to_numpy())


def _hedge_row_by_row(fit: HedgeFit, data: WalkData, refit: Refit) -> StepResult:
    """Extend a fit by one row at a time, up to the first that fails."""
    path = np.full((refit.test_stop - refit.train_stop, data.hedges.shape[1]), np.nan)
    n_rows = refit.test_stop - refit.test_start
    for row in range(refit.train_stop, refit.test_stop):
        ratio = fit.next_ratio.to_numpy()
        try:
            _check_finite(ratio)
            path[row - refit.train_stop] = ratio
            fit = fit.extend(*data.rows(row, row + 1))
        except FAILURES as error:
            return StepResult(path[-n_rows:], failure=_note_of(error))
    return StepResult(path[-n_rows:])


def _note_of(error: Exception) -> str:
    """Return the message of a failure, with the remedy that a walk has for a short sample."""
    return str(error).replace("longer sample", "longer window")


def _check_finite(ratio: Array) -> None:
    if not np.isfinite(ratio).all():
        raise DataError("the ratios of a model must be finite; some are not.")
