"""Path of a hedge ratio as a figure, or the sentence that it is constant."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import day, full_percent
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.plotting import sample_label
from hedgeresearch.report.figures import path_figure, ratio_limits
from hedgeresearch.report.thinning import thinning_note
from hedgeresearch.report.traces import Figure


def is_constant(fit: HedgeFit) -> bool:
    """Return whether a ratio is the same on every date, so that its path shows nothing."""
    return bool((fit.ratio.to_numpy() == fit.next_ratio.to_numpy()).all())


def constant_text(fit: HedgeFit) -> str:
    """Return the sentence that replaces the path of a constant ratio."""
    sample = sample_label(fit.ratio.index, fit.sample_end)
    span = f"{day(fit.ratio.index[0])} to {day(fit.ratio.index[-1])}"
    return f"The ratio is the same on every date of {span} ({sample}), so there is no path to show."


def ratio_figure(fit: HedgeFit, confidence: float, ends: pd.DataFrame | None) -> tuple[str, Figure]:
    """Return the caption and the path of the ratio, with intervals where they are known.

    Parameters
    ----------
    fit : HedgeFit
    confidence : of the intervals
    ends : DataFrame (n_hedges, 3), ratio, lower and upper: the next ratio; None without an interval
    """
    bands = _bands(fit, confidence)
    latest = None if ends is None else ends.set_axis(["value", "lower", "upper"], axis=1)
    is_difference = fit.returns_kind == "difference"
    unit = "units sold per unit held" if is_difference else "value sold per value held"
    figure = path_figure(
        fit.ratio,
        f"hedge ratio, {unit}",
        probabilities=None if fit.regimes is None else fit.regimes.predicted,
        bands=bands,
        latest=latest,
        limits=ratio_limits(fit.ratio, bands, latest),
    )
    return _caption(fit, full_percent(confidence), bands is not None, latest is not None), figure


def _caption(fit: HedgeFit, level: str, has_bands: bool, has_latest: bool) -> str:
    """Return what the path of the ratio shows."""
    sample = sample_label(fit.ratio.index, fit.sample_end)
    known = "estimated earlier" if sample == "out of sample" else "of the whole sample"
    parts = [f"Hedge ratio of each date, from data before it with parameters {known} ({sample})."]
    if has_bands:
        parts.append(f"Shaded: {level} interval of each date.")
    if has_latest:
        parts.append(f"On the right: the next ratio with its {level} interval.")
    parts.append(thinning_note(*fit.ratio.shape))
    return " ".join(filter(None, parts))


def _bands(fit: HedgeFit, confidence: float) -> pd.DataFrame | None:
    """Return intervals of the whole path; None if the model has errors of its next ratio only."""
    if fit.errors is None:
        return None
    try:
        return fit.bands(confidence)
    except DataError:
        return None
