"""A sentence on the shape of a surface."""

from __future__ import annotations

from hedgeresearch._formatting import day
from hedgeresearch.options.sensitivities import DeltaConvention
from hedgeresearch.options.smile_shape.measures import DAYS_PER_YEAR, skew
from hedgeresearch.options.surfaces.fit import SurfaceFit

DAYS = 30.0
LEVEL_POINTS = 0.05
"""Size of a risk reversal, in points, up to which puts and calls count as alike."""


def shape_sentence(fit: SurfaceFit, delta: DeltaConvention = "forward") -> str:
    """Return what the smile of 30 days says, or else that of the first expiry."""
    ends = [DAYS_PER_YEAR * one.years for one in (fit.smiles[0], fit.smiles[-1])]
    if ends[0] <= DAYS <= ends[1]:
        name = f"At {DAYS:g} days"
        row = skew(fit, DAYS, delta=delta).iloc[0]
    else:
        name = day(fit.smiles[0].expiry)
        row = skew(fit, delta=delta).iloc[0]
    points = 100.0 * row
    reversal = float(points["risk_reversal"])
    if abs(reversal) < LEVEL_POINTS:
        text = "25-delta calls and puts have the same one"
    else:
        dearer, cheaper = ("call", "put") if reversal > 0.0 else ("put", "call")
        text = f"the 25-delta {dearer} is {abs(reversal):.2f} points above the {cheaper}"
    return (
        f"{name}: the volatility at the money is {points['at_the_money']:.2f}% a year, {text}, and "
        f"the butterfly is {points['butterfly']:.2f} points."
    )
