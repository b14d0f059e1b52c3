"""One model walked forward over one set of returns: estimate on the past, hedge the dates after, move on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.errors import ConvergenceError, DataError, DataWarning
from hedgeresearch.evaluation.engine.closed_form import ratios_at_once
from hedgeresearch.evaluation.engine.schedule import Step
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.model import HedgeModel, fit_hedge
from hedgeresearch.typing import Array

FAILURES = (DataError, ConvergenceError, np.linalg.LinAlgError)
"""What may go wrong with data; anything else is a mistake in a program and is not kept quiet."""


FRESH = 50
"""Refits after which a search begins from nowhere again."""
NEAR = 0.05
"""Share of new dates in a sample up to which a search begins at the fit before."""


class Note(NamedTuple):
    """What a model warned of, or why it failed, at the refit before a row."""

    row: int
    failed: bool
    text: str


@dataclass(frozen=True, eq=False)
class Walk:
    """What came of a walk.

    Attributes
    ----------
    ratios : array (n_tested, n_hedges), of the rows that the steps hedge; NaN where the last ratio is to be held
    predicted : array (n_tested, k) or None, probabilities of the regimes of a model that has them; NaN where none was
        estimated
    notes : what was warned of and what failed
    """

    ratios: Array
    predicted: Array | None
    notes: tuple[Note, ...]


class Given(NamedTuple):
    """What models are fitted to, in parts of which rows are quickly taken."""

    asset: Array
    hedges: Array
    dates: pd.Index[Any]
    name: Any
    columns: pd.Index[Any]
    attrs: dict[Any, Any]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Given:
        """The parts of a frame (n_dates, 1 + n_hedges), the asset first."""
        values = frame.to_numpy()
        return cls(
            values[:, 0].copy(),
            values[:, 1:].copy(),
            frame.index,
            frame.columns[0],
            frame.columns[1:],
            frame.attrs,
        )

    def rows(self, first: int, stop: int) -> tuple[pd.Series[float], pd.DataFrame]:
        """Asset and hedges on some rows; slicing frames would take longer than many a fit."""
        dates = self.dates[first:stop]
        asset = pd.Series(self.asset[first:stop], dates, name=self.name, copy=False)
        hedges = pd.DataFrame(self.hedges[first:stop], dates, self.columns, copy=False)
        asset.attrs, hedges.attrs = self.attrs, self.attrs
        return asset, hedges


def walk(
    model: HedgeModel, returns: pd.DataFrame, steps: Sequence[Step], tick: Callable[[], Any]
) -> Walk:
    """Walk a model over returns (n_dates, 1 + n_hedges), the asset first; ``tick`` is called after each step.

    A refit begins its search at the fit before, where the model can and few dates are new; every 50th begins anew, so
    that a local optimum is not kept for long. Where a refit fails, or its extension, the ratios are NaN: ``join_walks``
    then holds the last one.
    """
    ratios = ratios_at_once(model, returns.to_numpy(), steps)
    predicted: list[Array | None] = [None] * len(ratios)
    given, notes = Given.of(data_for(model, returns)), list[Note]()
    fit: HedgeFit | None = None
    for number in range(len(ratios), len(steps)):
        step = steps[number]
        begin = None if number % FRESH == 0 or _far(steps[number - 1], step) else fit
        path, probabilities, failure = (
            np.full((step.stop - step.start, returns.shape[1] - 1), np.nan),
            None,
            None,
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # of a library's own code: not about this fit
            warnings.simplefilter(
                "ignore", DataWarning
            )  # about the data, and said once for all of them
            try:
                fit = _refit(model, *given.rows(step.first, step.end), begin)
                path, probabilities, failure = _carry(fit, given, step)
            except FAILURES as error:
                failure = str(error)
        notes += [Note(step.start, False, str(warning.message)) for warning in caught]
        notes += [Note(step.start, True, failure)] if failure is not None else []
        ratios.append(path)
        predicted.append(probabilities)
        tick()
    return Walk(
        np.concatenate(ratios), _joined(predicted, [len(path) for path in ratios]), tuple(notes)
    )


def _carry(fit: HedgeFit, given: Given, step: Step) -> tuple[Array, Array | None, str | None]:
    """A fit over the dates of a step: ratios, probabilities of regimes, and why it failed, if it did.

    Where it cannot go over all dates it goes one by one, as far as it can: what is to come must not spoil what was.
    """
    n_dates, n_hedges = step.stop - step.start, given.hedges.shape[1]
    try:
        hedged = fit.extend(*given.rows(step.end, step.stop))
        if not np.isfinite(hedged.ratio.to_numpy()).all():
            raise DataError("the ratios of a model must be finite; some are not.")
        regimes = None if hedged.regimes is None else hedged.regimes.predicted.to_numpy()[-n_dates:]
        return hedged.ratio.to_numpy()[-n_dates:], regimes, None
    except FAILURES:
        path = np.full((step.stop - step.end, n_hedges), np.nan)
    for row in range(step.end, step.stop):
        path[row - step.end] = fit.next_ratio.to_numpy()
        try:
            if not np.isfinite(path[row - step.end]).all():
                path[row - step.end] = np.nan
                raise DataError("the ratios of a model must be finite; some are not.")
            fit = fit.extend(*given.rows(row, row + 1))
        except FAILURES as error:
            return path[-n_dates:], None, str(error)
    return path[-n_dates:], None, None


def _far(earlier: Step, step: Step) -> bool:
    """Whether so many dates are new that the optimum may be elsewhere."""
    return step.end - earlier.end > NEAR * (step.end - step.first)


def join_walks(walks: Sequence[Walk]) -> Walk:
    """Walks over steps that follow one another as one, the last ratio held where there is none, none before the first.

    A desk whose model fails keeps the hedge that it has.
    """
    ratios = (
        pd.DataFrame(np.concatenate([walk.ratios for walk in walks])).ffill().fillna(0.0).to_numpy()
    )
    predicted = _joined([walk.predicted for walk in walks], [len(walk.ratios) for walk in walks])
    return Walk(ratios, predicted, tuple(note for walk in walks for note in walk.notes))


def data_for(model: HedgeModel, returns: pd.DataFrame) -> pd.DataFrame:
    """What a model is fitted to: the returns, or for one that needs them the prices to which they cumulate.

    The level at which prices start says nothing to a model of log prices or, with returns that are differences of
    prices, of prices themselves; see ``check_prices_exist`` for the rest.
    """
    if model.traits.input == "returns":
        return returns
    kind, values = returns.attrs.get("returns"), returns.to_numpy()
    if kind == "difference":
        prices = values.cumsum(axis=0)
    else:
        prices = np.exp((values if kind == "log" else np.log1p(values)).cumsum(axis=0))
    return pd.DataFrame(prices, index=returns.index, columns=returns.columns)


def check_prices_exist(name: str, model: HedgeModel, returns: pd.DataFrame) -> None:
    """Refuse a model on prices that the returns do not tell.

    Raises
    ------
    DataError
        If it works on differences and the returns are not, or the other way round, or if returns lie below -1.
    """
    if model.traits.input == "returns":
        return
    changes = model.traits.price_changes
    kind = returns.attrs.get("returns")
    if (changes == "difference") != (kind == "difference"):
        raise DataError(
            f"model {name!r} works on prices of kind={changes!r}; their ratio does not fit returns of the kind "
            f"{kind or 'simple'!r}. Take hr.returns(prices, kind={changes!r}) for all, or another kind in the model."
        )
    least = float(returns.to_numpy().min())
    if kind not in ("difference", "log") and not least > -1.0:
        raise DataError(
            f"returns must lie above -1 for model {name!r}, which works on prices; got {least:g}. "
            "Give fractions, or note the kind with hr.returns(prices, kind=...)."
        )


def _refit(
    model: HedgeModel, asset: pd.Series[float], hedges: pd.DataFrame, previous: HedgeFit | None
) -> HedgeFit:
    if previous is not None and model.traits.warm_start:
        try:
            return fit_hedge(model, asset, hedges, previous)
        except ConvergenceError:
            pass  # a search from nowhere may still succeed
    return model.fit(asset, hedges)


def _joined(parts: list[Array | None], lengths: list[int]) -> Array | None:
    """Probabilities of all steps under one another; None if no step has any."""
    widths = [part.shape[1] for part in parts if part is not None]
    if not widths:
        return None
    filled = [
        np.full((n, widths[0]), np.nan) if part is None else part
        for part, n in zip(parts, lengths, strict=True)
    ]
    return np.concatenate(filled)
