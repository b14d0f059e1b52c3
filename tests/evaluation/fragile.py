"""Hedge models that fail: at chosen dates, or by a mistake in their code."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

import hedgeresearch as hr
from hedgeresearch.errors import warn_caller
from hedgeresearch.hedges import HedgeTraits

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.95))


@dataclass(frozen=True)
class Fragile:
    """A hedge that warns at each fit, and fails where the sample ends at certain dates."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    fails: tuple[pd.Timestamp, ...]
    inner: Any = EWMA

    def fit(self, asset: pd.Series, hedges: pd.DataFrame) -> hr.hedges.HedgeFit:
        day = asset.index[-1]
        if day in self.fails:
            raise hr.ConvergenceError(f"the fit to {day.date()} failed.")
        warn_caller(f"the fit to {day.date()} is shaky.", hr.errors.ConvergenceWarning)
        return self.inner.fit(asset, hedges)

    def advance(self, fit: hr.hedges.HedgeFit, returns: pd.DataFrame) -> hr.hedges.HedgeFit:
        return self.inner.advance(fit, returns)


def failing_at(returns: pd.DataFrame, *rows: int, inner: Any = EWMA) -> Fragile:
    """Return a model whose refits before these rows fail."""
    return Fragile(tuple(returns.index[row - 1] for row in rows), inner)


class Broken:
    """A hedge model with a mistake in its code."""

    traits = HedgeTraits()

    def fit(self, asset: pd.Series, hedges: pd.DataFrame) -> hr.hedges.HedgeFit:
        raise ZeroDivisionError("a bug")

    def advance(self, fit: hr.hedges.HedgeFit, returns: pd.DataFrame) -> hr.hedges.HedgeFit:
        return fit
