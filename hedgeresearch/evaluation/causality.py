"""A check for look-ahead: shocks to future data must not change a model's past values."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.model import CovarianceModel
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import DataError, HedgeResearchError
from hedgeresearch.evaluation.outside_tables import with_changed_tables
from hedgeresearch.evaluation.shocks import KINDS, TABLE_KINDS, Shock, shocked_rows
from hedgeresearch.hedges.model import HedgeModel, is_hedge_model
from hedgeresearch.regimes.model import RegimeModel
from hedgeresearch.typing import Array

SAMPLE_SHARE = 0.6
"""Share of the dates on which the model is fitted; it is extended over the rest."""
ROUNDING_TOLERANCE = 1e-9
"""Change, relative to the largest value of the path, that may be rounding."""
N_STEPS = 40
"""Number of parts in which the new dates are extended, to compare with an extension at once."""
LEAST_SECONDS = 1e-6
"""Processor time of a date at least, as the clocks of some systems are coarse."""
MAX_SECONDS = 1.0
"""Processor time in which each new date is compared; of a slower model as many as it allows."""
N_TABLE_SHOCKS = 2
"""Number of dates on which outside data are shocked, for each of which the model is fitted."""


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class CausalityCheck:
    """Effect of shocks on values dated before them.

    Attributes
    ----------
    model : the settings that were checked
    table : DataFrame, one row per shock: its date, what was done to the data from that date on
        ("up", "down", "zero", "permuted", of the returns or of "outside" data), the number of
        values dated up to it that moved, the first such date, and the largest move; NaN where the
        model refused the shocked data
    next_value_differs : bool, whether the value for the next date is not the first one of an
        extension
    first_other_step : date or None, first date tried whose value is another one if later dates are
        not given
    unshocked : bool, whether the model may use outside data that were not shocked: its functions
        may read them from elsewhere, or their dates were not found
    n_compared, n_dates : int, number of dates whose value was compared with the one made without
        later dates, and number of new dates

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> check = hr.check_causality(hr.RollingOLSHedge(60), returns)
    >>> check.passed, len(check.table)
    (True, 20)
    """

    model: Any
    table: pd.DataFrame
    next_value_differs: bool
    first_other_step: Any = None
    unshocked: bool = False
    n_compared: int = 0
    n_dates: int = 0

    @property
    def passed(self) -> bool:
        """True if no value moved, and extensions date by date and at once give the same values."""
        consistent = not self.next_value_differs and self.first_other_step is None
        shocked = not self.table["largest move"].isna().all()
        return consistent and shocked and not self.table["moved"].any()

    def __repr__(self) -> str:
        return f"CausalityCheck({describe(self.model)}, {self._verdict})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.table.to_html()}"

    @property
    def _verdict(self) -> str:
        if self.table["moved"].any():
            worst = self.table.iloc[int(self.table["moved"].to_numpy().argmax())]
            first = day(worst["first moved"])
            data = " to outside data" if str(worst["kind"]).startswith(OUTSIDE) else ""
            return f"NOT causal: a shock{data} on {day(worst.name)} moved values from {first} on"
        if self.next_value_differs:
            return "NOT consistent: an extension does not begin with the next value of the fit"
        if self.table["largest move"].isna().all():
            return "NOT checked: the model refused all shocked data"
        if self.first_other_step is not None:
            return (
                f"NOT consistent: the value of {day(self.first_other_step)} is another one if "
                "later dates are not given"
            )
        refused = int(self.table["largest move"].isna().sum())
        verdict = f"causal: {len(self.table) - refused} shocks moved no value dated up to them"
        if self.n_compared < self.n_dates:
            verdict += f"; {self.n_compared} of {self.n_dates} dates were made without later ones"
        if self.unshocked:
            verdict += (
                "; data that its functions read from elsewhere, or whose dates were not found, "
                "were NOT shocked: pass them as a table, observe=frame"
            )
        return verdict


OUTSIDE = "outside "
"""Prefix of the kinds of shocks to outside data."""


class _Extended(NamedTuple):
    """A fit seen through its path, whatever its family.

    Attributes
    ----------
    path : array (n_dates, ...), of the dates of the last extension; empty before the first one
    next_value : array (...), of the next date
    extend : function from new data to the extended fit
    """

    path: Array
    next_value: Array
    extend: Callable[[pd.DataFrame], _Extended]


@exported_by("hedgeresearch.evaluation")
def check_causality(
    model: HedgeModel | CovarianceModel | RegimeModel,
    data: pd.DataFrame,
    n_shocks: int = 5,
    seed: int = 0,
) -> CausalityCheck:
    """Check that shocks from random dates on change no value of a model dated before them.

    A value dated t may use data before t only, so that a shock from t on must not change it. From
    each of the dates on, data are moved up, moved down, set to zero and permuted. Hedges,
    covariances and regimes are checked by their ratio, covariances and predicted probabilities over
    the dates of an extension, which must also be the same if later dates are not given; the path
    over the estimation sample, whose parameters use all of it, is not checked.

    Tables among the settings of the model, such as the one in ``RegimeHedge(observe=table)``,
    ``LabelledRegimes(labels)``, or a table that a function uses, are shocked too, on two of the
    dates, and the model is fitted with them. Data that a function may read from elsewhere, such as
    a file, and tables without dates are not, and the result says so.

    Values are compared with those that are made date by date, without later dates, for one second;
    the result says on how many dates, if not on all. Rare dates on which a model looks ahead are
    found there, or if a shock begins on them.

    Parameters
    ----------
    model : a hedge model, a covariance model or a regime model
    data : DataFrame (n_dates, n_series) of returns (of prices for a model of prices); for a hedge,
        the asset in the first column
    n_shocks : int, number of dates that are tried, each with four shocks
    seed : int, of the dates and permutations

    Raises
    ------
    DataError
        If the model is none of the three, or its path is not finite without any shock.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.check_causality(hr.EWMACovariance(), hr.data.simulate_dcc(n_dates=300, seed=1).returns)
    CausalityCheck(EWMACovariance(), causal: 20 shocks moved no value dated up to them...)
    """
    check_at_least(n_shocks, "n_shocks", 1)
    frame = check_frame(data, "data", minimum_rows=10)
    split = int(SAMPLE_SHARE * len(frame))
    sample = frame.iloc[:split]
    new = frame.iloc[split:]
    fit = _fitted(model, sample)
    with data_checked():  # what is shocked looks wrong
        return _checked(model, fit, (sample, new), n_shocks, seed)


def _checked(
    model: Any, fit: _Extended, data: tuple[pd.DataFrame, pd.DataFrame], n_shocks: int, seed: int
) -> CausalityCheck:
    """Return the check of a fit to the first part of the data, over the second."""
    new = data[1]
    path = fit.extend(new).path
    if not np.isfinite(path).all():
        raise DataError(
            f"the path of a model must be finite; that of {model!r} is not, without any shock."
        )
    generator = np.random.default_rng(seed)
    chosen = 1 + generator.permutation(len(new) - 1)
    positions = [int(position) for position in np.sort(chosen[:n_shocks])]
    rows = []
    for position in positions:
        for kind in KINDS:
            shocked = shocked_rows(new, position, kind, generator)
            rows.append(_effect(fit.extend, shocked, path, position, kind))
    outside, unshocked = _outside_rows(model, data, path, positions[:N_TABLE_SHOCKS], generator)
    rows += outside
    columns = ["shock", "kind", "moved", "first moved", "largest move"]
    steps = np.unique(np.append(chosen[:N_STEPS], positions))
    start = process_time()
    other_step = _first_other_step(fit, new, path, steps.tolist())
    seconds = (process_time() - start) / len(steps)
    n_steps = min(len(chosen), int(MAX_SECONDS / max(seconds, LEAST_SECONDS)))
    if other_step is None and n_steps > len(steps):
        steps = np.sort(chosen[:n_steps])
        other_step = _first_other_step(fit, new, path, steps.tolist())
    return CausalityCheck(
        model,
        pd.DataFrame(rows, columns=columns).set_index("shock"),
        next_value_differs=bool(_moves(fit.next_value[None], path[:1]).any()),
        first_other_step=other_step,
        unshocked=unshocked,
        n_compared=1 + len(steps),  # the first date has the next value of the fit
        n_dates=len(new),
    )


def _outside_rows(
    model: Any,
    data: tuple[pd.DataFrame, pd.DataFrame],
    path: Array,
    positions: list[int],
    generator: np.random.Generator,
) -> tuple[list[tuple[Any, ...]], bool]:
    """Return rows of the table for shocks to the tables among the settings of the model.

    And whether the model may use other outside data.
    """
    sample, new = data
    rows = []
    incomplete = False
    for position in positions:
        for kind in TABLE_KINDS:
            shock = Shock(sample.index.append(new.index), len(sample) + position, kind, generator)
            other = with_changed_tables(model, shock)
            incomplete |= other.incomplete
            if other.model is model:
                continue

            def extend(rows_after: pd.DataFrame, other: Any = other.model) -> _Extended:
                return _fitted(other, sample).extend(rows_after)

            rows.append(_effect(extend, new, path, position, OUTSIDE + kind))
    return rows, incomplete


def _fitted(model: Any, sample: pd.DataFrame) -> _Extended:
    """Return the fit of a model to a sample."""
    # a class has the class variables of its instances
    instance = None if isinstance(model, type) else model
    if isinstance(instance, CovarianceModel):
        return _seen_covariances(instance.fit(sample), np.empty(0))
    if isinstance(instance, RegimeModel):
        return _seen_regimes(instance.fit(sample), np.empty(0))
    if is_hedge_model(model):
        return _seen_hedge(model.fit(sample.iloc[:, 0], sample.iloc[:, 1:]), np.empty(0))
    remedy = f" Pass an instance, such as {model.__name__}()." if isinstance(model, type) else ""
    raise DataError(
        f"model must be a hedge model, a covariance model or a regime model; got {model!r}.{remedy}"
    )


def _seen_covariances(fit: Any, path: Array) -> _Extended:
    def extend(new: pd.DataFrame) -> _Extended:
        later = fit.extend(new)
        return _seen_covariances(later, np.asarray(later.path()))

    return _Extended(path, fit.next_covariance.to_numpy(), extend)


def _seen_regimes(fit: Any, path: Array) -> _Extended:
    def extend(new: pd.DataFrame) -> _Extended:
        later = fit.extend(new)
        return _seen_regimes(later, later.predicted.to_numpy())

    return _Extended(path, fit.next_probabilities.to_numpy(), extend)


def _seen_hedge(fit: Any, path: Array) -> _Extended:
    def extend(new: pd.DataFrame) -> _Extended:
        later = fit.extend(new.iloc[:, 0], new.iloc[:, 1:])
        return _seen_hedge(later, later.ratio.to_numpy())

    return _Extended(path, fit.next_ratio.to_numpy(), extend)


def _first_other_step(fit: _Extended, new: pd.DataFrame, path: Array, steps: list[int]) -> Any:
    """Return the first of some dates whose value differs if later dates are not given."""
    done = 0
    for step in steps:
        fit = fit.extend(new.iloc[done:step])
        done = step
        if _moves(fit.next_value[None], path[step : step + 1], np.abs(path).max()).any():
            return new.index[step]
    return None


def _effect(
    extend: Callable[[pd.DataFrame], _Extended],
    new: pd.DataFrame,
    path: Array,
    position: int,
    kind: str,
) -> tuple[Any, str, int, Any, float]:
    """Return a row of the table: the effect of a shock from a position on.

    Data that the model refuses have no effect, which is marked by a missing largest move.
    """
    date = new.index[position]
    try:
        values = extend(new).path
    except HedgeResearchError:
        return date, kind, 0, None, np.nan
    moves = _moves(values[: position + 1], path[: position + 1])
    moved = np.flatnonzero(moves)
    first = new.index[moved[0]] if len(moved) else None
    return date, kind, len(moved), first, float(moves.max())


def _moves(values: Array, expected: Array, scale: float | None = None) -> Array:
    """Return the largest move at each date, zero where it may be rounding, (n_dates,).

    ``scale`` is the size of the path, by default that of the expected values.
    """
    size = np.abs(values - expected).reshape(len(values), -1).max(axis=1)
    size = np.where(np.isnan(size), np.inf, size)  # a missing value has moved
    largest = np.abs(expected).max() if scale is None else scale
    return np.asarray(np.where(size > ROUNDING_TOLERANCE * largest, size, 0.0))
