"""Whether a model's path could have been known: the future is shocked, and the past must not move."""

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
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.model import CovarianceModel
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.model import check_hedge_model
from hedgeresearch.regimes.model import RegimeModel
from hedgeresearch.typing import Array

SAMPLE = 0.6
"""Share of the dates on which the model is fitted; it is extended over the rest."""
ROUNDING = 1e-9
"""Move, relative to the largest value of the path, that may be rounding."""


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class CausalityCheck:
    """What shocks did to values dated before them.

    Attributes
    ----------
    model : the settings that were checked
    table : DataFrame, a row a shock: its date, the number of values dated up to it that moved, the first such date,
        and the largest move
    next_value_differs : whether the value for the next date is not the first one of an extension
    """

    model: Any
    table: pd.DataFrame
    next_value_differs: bool

    @property
    def passed(self) -> bool:
        """Whether nothing moved, and the next value is the one that an extension begins with."""
        return not self.next_value_differs and not self.table["moved"].any()

    def __repr__(self) -> str:
        if self.passed:
            found = f"causal: {len(self.table)} shocks moved no value dated up to them"
        elif self.table["moved"].any():
            worst = self.table.iloc[int(self.table["moved"].to_numpy().argmax())]
            found = f"NOT causal: a shock on {day(worst.name)} moved values from {day(worst['first moved'])} on"
        else:
            found = "NOT consistent: the next value is not the one with which an extension begins"
        return f"CausalityCheck({describe(self.model)}, {found})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.table.to_html()}"


@exported_by("hedgeresearch.evaluation")
def check_causality(
    model: Any, data: pd.DataFrame, n_shocks: int = 5, seed: int = 0
) -> CausalityCheck:
    """Fit a model, extend it, shock the data from random dates on, and see whether anything dated before moves.

    A value dated t may use data before t only, so that a shock from t on must leave it as it was. Hedges, covariances
    and regimes are checked by their ratio, covariances and predicted probabilities over the dates of an extension;
    the path over the estimation sample, whose parameters know all of it, is not.

    Parameters
    ----------
    model : a hedge model, a covariance model or a regime model
    data : DataFrame (n_dates, n_series) of returns; for a hedge, the asset in the first column
    n_shocks : int, dates that are tried
    seed : int, of the dates

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.check_causality(hr.EWMACovariance(), hr.data.simulate_dcc(n_dates=300, seed=1).returns)
    CausalityCheck(EWMACovariance(), causal: 5 shocks moved no value dated up to them)
    """
    check_at_least(n_shocks, "n_shocks", 1)
    frame = check_frame(data, "data", minimum_rows=10)
    split = int(SAMPLE * len(frame))
    new = frame.iloc[split:]
    extend, following = _fitted(model, frame.iloc[:split])
    path = extend(new)
    if not np.isfinite(path).all():
        raise DataError(
            f"the path of a model must be finite; that of {model!r} is not, without any shock."
        )
    days = 1 + np.random.default_rng(seed).permutation(len(new) - 1)[:n_shocks]
    rows = [_shock(extend, new, path, int(position)) for position in sorted(days)]
    table = pd.DataFrame(rows, columns=["shock", "moved", "first moved", "largest move"]).set_index(
        "shock"
    )
    return CausalityCheck(model, table, bool(_moves(following[None], path[:1]).any()))


def _fitted(model: Any, sample: pd.DataFrame) -> tuple[Callable[[pd.DataFrame], Array], Array]:
    """How to extend a fitted model, as a path (n_dates, ...), and its value for the next date."""
    if not isinstance(model, CovarianceModel | RegimeModel):
        check_hedge_model(model, "model")
        hedge = model.fit(sample.iloc[:, 0], sample.iloc[:, 1:])
        return lambda new: hedge.extend(
            new.iloc[:, 0], new.iloc[:, 1:]
        ).ratio.to_numpy(), hedge.next_ratio.to_numpy()
    fit = model.fit(sample)
    if isinstance(fit, CovarianceFit):
        return lambda new: np.asarray(fit.extend(new).path()), fit.next_covariance.to_numpy()
    return lambda new: np.asarray(
        fit.extend(new).predicted.to_numpy()
    ), fit.next_probabilities.to_numpy()


def _shock(
    extend: Callable[[pd.DataFrame], Array], new: pd.DataFrame, path: Array, position: int
) -> tuple[Any, int, Any, float]:
    shocked = new.copy()
    shocked.iloc[position:] = 5.0 * new.iloc[position:].to_numpy() + 3.0 * new.std().to_numpy()
    moves = _moves(extend(shocked)[: position + 1], path[: position + 1])
    moved = np.flatnonzero(moves)
    first = new.index[moved[0]] if len(moved) else None
    return new.index[position], len(moved), first, float(moves.max())


def _moves(values: Array, expected: Array) -> Array:
    """The largest move at each date, zero where it may be rounding, (n_dates,)."""
    size = np.abs(values - expected).reshape(len(values), -1).max(axis=1)
    size = np.where(np.isnan(size), np.inf, size)  # a value that is lost has moved
    return np.asarray(np.where(size > ROUNDING * np.abs(expected).max(), size, 0.0))
