"""A walk of one model over returns: estimate on the past, hedge the following dates, move on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.covariance.margin_store import MarginStore
from hedgeresearch.evaluation.engine.closed_form import ratios_at_once
from hedgeresearch.evaluation.engine.regime_numbers import RegimeRecord, in_order
from hedgeresearch.evaluation.engine.steps import Note, StepResult, Steps
from hedgeresearch.evaluation.engine.unsound import Remark, sound_ratios
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.typing import Array

COLD_START_EVERY = 50
"""Number of refits from one cold start to the next; the others start at the previous fit."""
MAX_NEW_SHARE = 0.05
"""Maximum share of new dates in a sample for a warm start at the previous fit."""


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


def walk(
    model: HedgeModel,
    returns: pd.DataFrame,
    refits: Sequence[Refit],
    tick: Callable[[], Any],
    store: MarginStore | None = None,
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
    store : MarginStore, optional, of all models that walk over these returns
    """
    results = [StepResult(ratios) for ratios in ratios_at_once(model, returns.to_numpy(), refits)]
    steps = Steps(model, returns, store)
    for first in range(len(results), len(refits), COLD_START_EVERY):
        some = range(first, min(first + COLD_START_EVERY, len(refits)))
        cold = np.array([_starts_cold(refits, number) for number in some])
        for result in steps.results([refits[number] for number in some], cold):
            results.append(result)
            tick()
    each = [result.notes(refit) for result, refit in zip(results, refits, strict=True)]
    notes = list(chain.from_iterable(each))
    sound = sound_ratios([result.ratios for result in results], refits, returns)
    notes += _remarks_on_ratios(results, [remark for _, remark in sound])
    notes.sort(key=lambda note: note.row)
    return Walk(
        ratios=np.concatenate([ratios for ratios, _ in sound]),
        predicted=_join_predicted([(len(one.ratios), one.predicted) for one in results]),
        notes=tuple(notes),
        first=steps.first,
        last=steps.last,
    )


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
