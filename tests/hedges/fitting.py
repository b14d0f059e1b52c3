"""Fits of hedges to frames whose first column is the asset, and a hedge without errors."""

from dataclasses import dataclass, replace
from typing import ClassVar

import hedgeresearch as hr
from hedgeresearch.hedges import HedgeTraits


def split(frame):
    """Return asset and hedges."""
    return frame.iloc[:, 0], frame.iloc[:, 1:]


def fit_to(model, frame):
    """Return the fit of a hedge model."""
    return model.fit(*split(frame))


@dataclass(frozen=True)
class Slope:
    """An OLS hedge without a delta method, that may fail on draws."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    fails: bool = False

    def fit(self, asset, hedges):
        if self.fails and asset.index[0] < 0:
            raise hr.ConvergenceError("no optimum.")
        return replace(hr.OLSHedge().fit(asset, hedges), errors=None, model=self)

    def advance(self, fit, returns):
        return hr.OLSHedge().advance(fit, returns)
