"""A walk of one model over returns: estimate on the past, hedge the following dates, move on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import ConvergenceError, DataError, DataWarning, recorded_warnings
from hedgeresearch.evaluation.engine.closed_form import ratios_at_once
from hedgeresearch.evaluation.engine.regime_numbers import RegimeRecord, in_order, record_regimes
from hedgeresearch.evaluation.engine.unsound import Remark, sound_ratios
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.model import HedgeModel, fit_hedge
from hedgeresearch.typing import Array

FAILURES = (DataError, ConvergenceError, np.linalg.LinAlgError)
"""Errors that data may cause; any other is a programming error and is raised."""
COLD_START_EVERY = 50
"""Number of refits from one cold start to the next; the others start at the previous fit."""
MAX_NEW_SHARE = 0.05
"""Maximum share of new dates in a sample for a warm start at the previous fit."""


class Note(NamedTuple):
    """A warning of a model, or its failure, at the refit whose first hedged row is ``row``."""

    row: int
    failed: bool
    text: str


@dataclass(frozen=True, eq=False)
class Walk:
    """Result of a walk.

    Attributes
    ----------
    ratios : array (n_hedged_rows, n_hedges), ratios of the rows that the refits hedge; NaN where
        the last ratio is held
    predicted : array (n_hedged_rows, k) or None, predicted probabilities of the regimes, for a
        model with regimes; NaN where none were estimated
    notes : tuple of Note, warnings and failures
    first, last : RegimeRecord or None, regimes of the first and of the last refit that has any;
        those of the first are the columns of ``predicted``, followed by labels that later ones add
    """

    ratios: Array
    predicted: Array | None
    notes: tuple[Note, ...]
    first: RegimeRecord | None = None
    last: RegimeRecord | None = None

    @property
    def regimes(self) -> list[Any]:
        """Names of the regimes, or their numbers; empty without regimes."""
        if self.first is None or self.last is None:
            return []
        named = self.first if self.first.identities is None else self.last
        return list(named.regimes)

    def following(self, earlier: RegimeRecord) -> Walk:
        """Return the walk with its regimes numbered like those of an earlier refit."""
        if self.first is None or self.last is None:
            return self
        if self.last.identities is not None:  # the last refit has the regimes of all
            last, order = self.last.following(earlier)
            first, _ = self.first.following(earlier)
        else:
            first, order = self.first.following(earlier)
            last = self.last.reordered(order)
        predicted = None if self.predicted is None else in_order(self.predicted, order)
        return replace(self, predicted=predicted, first=first, last=last)


class StepResult(NamedTuple):
    """Ratios (n_hedged_rows, n_hedges) of one refit, its regimes if any, and its failure if any."""

    ratios: Array
    predicted: Array | None = None
    failure: str | None = None


class WalkData(NamedTuple):
    """Asset and hedges as arrays, for fast selection of rows."""

    asset: Array
    hedges: Array
    dates: pd.Index[Any]
    name: Any
    columns: pd.Index[Any]
    attrs: dict[Any, Any]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> WalkData:
        """Return the parts of a frame (n_dates, 1 + n_hedges), the asset first."""
        values = frame.to_numpy()
        return cls(
            asset=values[:, 0].copy(),
            hedges=values[:, 1:].copy(),
            dates=frame.index,
            name=frame.columns[0],
            columns=frame.columns[1:],
            attrs=frame.attrs,
        )

    def rows(self, first: int, stop: int) -> tuple[pd.Series[float], pd.DataFrame]:
        """Return asset and hedges on some rows; slicing frames would take longer than many fits.

        The values are copies: a model that writes into its arguments does not change later refits.
        """
        dates = self.dates[first:stop]
        asset = pd.Series(self.asset[first:stop].copy(), dates, name=self.name, copy=False)
        hedges = pd.DataFrame(self.hedges[first:stop].copy(), dates, self.columns, copy=False)
        asset.attrs = dict(self.attrs)
        hedges.attrs = dict(self.attrs)
        return asset, hedges


def walk(
    model: HedgeModel, returns: pd.DataFrame, refits: Sequence[Refit], tick: Callable[[], Any]
) -> Walk:
    """Walk a model over returns (n_dates, 1 + n_hedges), the asset first.

    A refit starts at the previous fit if the model supports it and few dates are new; every 50th
    refit starts cold, so that a local optimum is not kept for long. If a refit or its extension
    fails, the ratios are NaN: ``join_walks`` then holds the last one.

    Parameters
    ----------
    model : HedgeModel
    returns : DataFrame (n_dates, 1 + n_hedges)
    refits : when to estimate and what to hedge
    tick : function that is called after each refit
    """
    results = [StepResult(ratios) for ratios in ratios_at_once(model, returns.to_numpy(), refits)]
    data = WalkData.of(input_for(model, returns))
    notes: list[Note] = []
    fit: HedgeFit | None = None
    first: RegimeRecord | None = None
    last: RegimeRecord | None = None
    for number in range(len(results), len(refits)):
        refit = refits[number]
        warm_start = None if _starts_cold(refits, number) else fit
        with data_checked(), recorded_warnings() as caught:
            try:
                fit = _refit(model, data, refit, warm_start)
                result = _hedge_step(fit, data, refit)
                record = record_regimes(fit, refit.train_stop)
                if record is not None:
                    result, last = _with_earlier_numbers(result, record, last)
                    first = record if first is None else first
            except FAILURES as error:
                held = np.full((refit.test_stop - refit.test_start, returns.shape[1] - 1), np.nan)
                result = StepResult(held, failure=_note_of(error))
        # data and what models say of them were checked once, before the walk
        remarks = [one.message for one in caught if not issubclass(one.category, DataWarning)]
        notes += [Note(refit.test_start, False, remark) for remark in dict.fromkeys(remarks)]
        if result.failure is not None:
            notes.append(Note(refit.test_start, True, result.failure))
        results.append(result)
        tick()
    sound = sound_ratios([result.ratios for result in results], refits, returns)
    notes += _remarks_on_ratios(results, [remark for _, remark in sound])
    notes.sort(key=lambda note: note.row)
    return Walk(
        ratios=np.concatenate([ratios for ratios, _ in sound]),
        predicted=_join_predicted([(len(one.ratios), one.predicted) for one in results]),
        notes=tuple(notes),
        first=first,
        last=last,
    )


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


def _remarks_on_ratios(
    results: Sequence[StepResult], remarks: Sequence[Remark | None]
) -> list[Note]:
    """Return the remarks as notes; a refit that failed counts once, even if prices were frozen."""
    notes = []
    for result, remark in zip(results, remarks, strict=True):
        if remark is not None and not (remark.held and result.failure is not None):
            notes.append(Note(*remark))
    return notes


def _starts_cold(refits: Sequence[Refit], number: int) -> bool:
    """Return whether a refit does not start at the previous fit."""
    if number % COLD_START_EVERY == 0:
        return True
    refit = refits[number]
    n_new = refit.train_stop - refits[number - 1].train_stop
    return n_new > MAX_NEW_SHARE * (refit.train_stop - refit.train_start)


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


def join_walks(walks: Sequence[Walk]) -> Walk:
    """Return walks over consecutive refits as one walk.

    Missing ratios are replaced by the last one, and by zero before the first: a desk whose model
    fails keeps its current hedge. Regimes keep their numbers from one walk to the next.
    """
    walks = _with_the_same_numbers(walks)
    records = [walk.first for walk in walks if walk.first is not None]
    ratios = pd.DataFrame(np.concatenate([walk.ratios for walk in walks]))
    return Walk(
        ratios=ratios.ffill().fillna(0.0).to_numpy(),
        predicted=_join_predicted([(len(walk.ratios), walk.predicted) for walk in walks]),
        notes=tuple(chain.from_iterable(walk.notes for walk in walks)),
        first=records[0] if records else None,
        last=next((walk.last for walk in reversed(walks) if walk.last is not None), None),
    )


def _with_the_same_numbers(walks: Sequence[Walk]) -> list[Walk]:
    """Return consecutive walks, the regimes of each numbered like those of the walk before."""
    numbered: list[Walk] = []
    last: RegimeRecord | None = None
    for one in walks:
        numbered.append(one if last is None else one.following(last))
        last = numbered[-1].last or last
    return numbered


def _join_predicted(parts: Sequence[tuple[int, Array | None]]) -> Array | None:
    """Return the stacked probabilities, from pairs of a number of rows and probabilities.

    Rows without probabilities are NaN; None if no row has any. Regimes that later parts add have a
    probability of zero before.
    """
    widths = [predicted.shape[1] for _, predicted in parts if predicted is not None]
    if not widths:
        return None
    joined = np.zeros((sum(n_rows for n_rows, _ in parts), max(widths)))
    first = 0
    for n_rows, predicted in parts:
        if predicted is None:
            joined[first : first + n_rows] = np.nan
        else:
            joined[first : first + n_rows, : predicted.shape[1]] = predicted
        first += n_rows
    return joined


# --- returns and prices ---


def input_for(model: HedgeModel, returns: pd.DataFrame) -> pd.DataFrame:
    """Return the input of a model: returns, or prices rebuilt from them.

    The level at which prices start does not matter to a model of log prices or, with returns that
    are differences of prices, of prices themselves; see ``check_prices_exist`` for the rest.
    """
    if model.traits.input == "returns":
        return returns
    kind = returns.attrs.get("returns")
    values = returns.to_numpy()
    if kind == "difference":
        prices = values.cumsum(axis=0)
    else:
        log_returns = values if kind == "log" else np.log1p(values)
        prices = np.exp(log_returns.cumsum(axis=0))
    return pd.DataFrame(prices, index=returns.index, columns=returns.columns)


def check_prices_exist(name: str, model: HedgeModel, returns: pd.DataFrame) -> None:
    """Raise DataError if the prices that a model needs cannot be rebuilt from the returns.

    Raises
    ------
    DataError
        If the model works on price differences and the returns are not differences, or the other
        way round, or if returns are -1 or lower.
    """
    if model.traits.input == "returns":
        return
    changes = model.traits.price_changes
    kind = returns.attrs.get("returns")
    if (changes == "difference") != (kind == "difference"):
        raise DataError(
            f"returns must be of kind={changes!r} for model {name!r}, which hedges such price "
            f"changes; got {kind or 'simple'!r}. Use hr.returns(prices, kind={changes!r}) for all, "
            "or another kind in the model."
        )
    lowest = float(returns.to_numpy().min())
    if kind not in ("difference", "log") and not lowest > -1.0:
        raise DataError(
            f"returns must lie above -1 for model {name!r}, which works on prices; got "
            f"{lowest:g}. Pass fractions, or note the kind with hr.returns(prices, kind=...)."
        )
