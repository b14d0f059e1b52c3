"""A check for look-ahead: shocks to future data must not change a model's past values."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.model import CovarianceModel
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.model import HedgeModel, is_hedge_model
from hedgeresearch.regimes.model import RegimeModel
from hedgeresearch.typing import Array

SAMPLE_SHARE = 0.6
"""Share of the dates on which the model is fitted; it is extended over the rest."""
ROUNDING_TOLERANCE = 1e-9
"""Change, relative to the largest value of the path, that may be rounding."""

Extend = Callable[[pd.DataFrame], Array]
"""From new data to the path (n_new, ...) of a fit that is extended over them."""


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class CausalityCheck:
    """Effect of shocks on values dated before them.

    Attributes
    ----------
    model : the settings that were checked
    table : DataFrame, one row per shock: its date, the number of values dated up to it that
        moved, the first such date, and the largest move
    next_value_differs : bool, whether the value for the next date is not the first one of an
        extension
    """

    model: Any
    table: pd.DataFrame
    next_value_differs: bool

    @property
    def passed(self) -> bool:
        """True if no value moved, and an extension begins with the next value of the fit."""
        return not self.next_value_differs and not self.table["moved"].any()

    def __repr__(self) -> str:
        return f"CausalityCheck({describe(self.model)}, {self._verdict})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.table.to_html()}"

    @property
    def _verdict(self) -> str:
        if self.passed:
            return f"causal: {len(self.table)} shocks moved no value dated up to them"
        if self.table["moved"].any():
            worst = self.table.iloc[int(self.table["moved"].to_numpy().argmax())]
            first = day(worst["first moved"])
            return f"NOT causal: a shock on {day(worst.name)} moved values from {first} on"
        return "NOT consistent: an extension does not begin with the next value of the fit"


@exported_by("hedgeresearch.evaluation")
def check_causality(
    model: HedgeModel | CovarianceModel | RegimeModel,
    data: pd.DataFrame,
    n_shocks: int = 5,
    seed: int = 0,
) -> CausalityCheck:
    """Check that shocks from random dates on change no value of a model dated before them.

    A value dated t may use data before t only, so that a shock from t on must not change it.
    Hedges, covariances and regimes are checked by their ratio, covariances and predicted
    probabilities over the dates of an extension; the path over the estimation sample, whose
    parameters use all of it, is not checked.

    Parameters
    ----------
    model : a hedge model, a covariance model or a regime model
    data : DataFrame (n_dates, n_series) of returns; for a hedge, the asset in the first column
    n_shocks : int, number of dates that are tried
    seed : int, of the dates

    Raises
    ------
    DataError
        If the model is none of the three, or its path is not finite without any shock.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.check_causality(hr.EWMACovariance(), hr.data.simulate_dcc(n_dates=300, seed=1).returns)
    CausalityCheck(EWMACovariance(), causal: 5 shocks moved no value dated up to them)
    """
    check_at_least(n_shocks, "n_shocks", 1)
    frame = check_frame(data, "data", minimum_rows=10)
    split = int(SAMPLE_SHARE * len(frame))
    new = frame.iloc[split:]
    extend, next_value = _fitted(model, frame.iloc[:split])
    path = extend(new)
    if not np.isfinite(path).all():
        raise DataError(
            f"the path of a model must be finite; that of {model!r} is not, without any shock."
        )
    positions = 1 + np.random.default_rng(seed).permutation(len(new) - 1)[:n_shocks]
    rows = [_shock(extend, new, path, int(position)) for position in sorted(positions)]
    columns = ["shock", "moved", "first moved", "largest move"]
    table = pd.DataFrame(rows, columns=columns).set_index("shock")
    next_value_differs = bool(_moves(next_value[None], path[:1]).any())
    return CausalityCheck(model, table, next_value_differs)


def _fitted(model: Any, sample: pd.DataFrame) -> tuple[Extend, Array]:
    """Return how a fitted model is extended, and its value for the next date."""
    # a class has the class variables of its instances
    instance = None if isinstance(model, type) else model
    if isinstance(instance, CovarianceModel):
        covariances = instance.fit(sample)
        return (
            lambda new: np.asarray(covariances.extend(new).path()),
            covariances.next_covariance.to_numpy(),
        )
    if isinstance(instance, RegimeModel):
        regimes = instance.fit(sample)
        return (
            lambda new: regimes.extend(new).predicted.to_numpy(),
            regimes.next_probabilities.to_numpy(),
        )
    if is_hedge_model(model):
        hedge = model.fit(sample.iloc[:, 0], sample.iloc[:, 1:])
        return (
            lambda new: hedge.extend(new.iloc[:, 0], new.iloc[:, 1:]).ratio.to_numpy(),
            hedge.next_ratio.to_numpy(),
        )
    raise DataError(
        f"model must be a hedge model, a covariance model or a regime model; got {model!r}."
    )


def _shock(
    extend: Extend, new: pd.DataFrame, path: Array, position: int
) -> tuple[Any, int, Any, float]:
    """Return the effect of a shock from a position on: a row of the table."""
    shocked = new.copy()
    shocked.iloc[position:] = 5.0 * new.iloc[position:].to_numpy() + 3.0 * new.std().to_numpy()
    moves = _moves(extend(shocked)[: position + 1], path[: position + 1])
    moved = np.flatnonzero(moves)
    first = new.index[moved[0]] if len(moved) else None
    return new.index[position], len(moved), first, float(moves.max())


def _moves(values: Array, expected: Array) -> Array:
    """Return the largest move at each date, zero where it may be rounding, (n_dates,)."""
    size = np.abs(values - expected).reshape(len(values), -1).max(axis=1)
    size = np.where(np.isnan(size), np.inf, size)  # a missing value has moved
    return np.asarray(np.where(size > ROUNDING_TOLERANCE * np.abs(expected).max(), size, 0.0))
