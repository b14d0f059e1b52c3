"""How sure the recommendation is: of its parameters, of its model, and out of sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._formatting import (
    ZERO_TOLERANCE,
    describe,
    full_percent,
    percent,
    quantity,
    side,
)
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.difference_interval import (
    DifferenceInterval,
    bootstrap_difference,
)
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.metrics.hedge_effectiveness import effectiveness
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.recommendation.inputs.settings import Limits, Settings
from hedgeresearch.typing import Array

DRAWS = 50
"""Of the bootstrap, where a model has no delta method: each refits it, so that fifty may take minutes.

For more, ask the fit itself: ``fit.conf_int(n_bootstrap=500)``.
"""
DIGITS = 3
"""Significant digits of a ratio, and decimals at least."""


@dataclass(frozen=True, eq=False)
class Certainty:
    """Intervals of the ratio and the contracts, and what other models say.

    Attributes
    ----------
    level : float, of the intervals
    ratios : DataFrame (n_instruments, 6), ratio, lower, upper, and the contracts that these ask for within no limits:
        contracts, at lower, at upper; NaN where the model has no interval
    why_none : str, why it has none, or ""
    one_to_one : list of the instrument whose ratio is not distinguishable from 1:1, which is said of a single hedge, of
        returns and not of units, whose ratio is estimated; else empty
    counted : dict by instrument, "contracts", or "units" of a spot
    limited : bool, whether limits or a net keep the holding from following the ratio
    by_model : DataFrame (n_models, n_instruments) or None, contracts that the last ratio of each model of a backtest
        asks for
    expected : float, share of variance that the model expects its ratio to remove
    out_of_sample : DifferenceInterval or None, share of variance that the model's hedge removed in the backtest
    """

    level: float
    ratios: pd.DataFrame
    why_none: str
    one_to_one: list[str]
    counted: dict[str, str]
    limited: bool
    by_model: pd.DataFrame | None
    expected: float
    out_of_sample: DifferenceInterval | None

    @property
    def sentences(self) -> list[str]:
        """What a risk manager should know of it."""
        found = [self._interval(str(name), row) for name, row in self.ratios.iterrows()]
        if self.why_none:
            found = [f"The ratio has no interval: {self.why_none}"]
        if self.by_model is not None:
            spread = "; ".join(
                f"{name} {self._span(str(name), self.by_model[name])}" for name in self.by_model
            )
            found.append(
                f"{len(self.by_model)} models of the backtest ask for {spread}{self._without_limits}."
            )
        return [*found, self._effect]

    def _interval(self, name: str, row: pd.Series[float]) -> str:
        ends = row[["ratio", "lower", "upper"]]
        decimals = DIGITS - 1 - math.floor(math.log10(max(float(ends.abs().max()), ZERO_TOLERANCE)))
        ratio, lower, upper = (f"{end:.{max(decimals, DIGITS)}f}" for end in ends)
        if row["lower"] == row["upper"]:
            asks = self._span(name, row[["contracts"]])
            return f"The ratio of {name} is {ratio}, without error, which asks for {asks}{self._without_limits}."
        one = ", not distinguishable from 1:1" if name in self.one_to_one else ""
        return (
            f"The ratio of {name} is {ratio} ({full_percent(self.level)} interval {lower} to {upper}{one}), which asks "
            f"for {self._span(name, row[['at lower', 'at upper']])}{self._without_limits}."
        )

    @property
    def _without_limits(self) -> str:
        return ", without limits" if self.limited else ""

    def _span(self, name: str, contracts: pd.Series[float]) -> str:
        """From the fewest to the most contracts, in words."""
        low, high = sorted((float(contracts.min()), float(contracts.max())), key=abs)
        counted = self.counted[name]
        most = side(high, f"{quantity(high)} {counted}")
        if low == high:
            return most
        if low * high > 0.0:
            return f"{quantity(abs(low))} to {most}"
        return f"{side(low, f'{quantity(low)} {counted}')} to {most}"

    @property
    def _effect(self) -> str:
        promised = f"The model expects to remove {percent(self.expected)} of variance"
        if self.out_of_sample is None:
            return f"{promised}, in sample; a backtest of this model would tell what it removed out of sample."
        kept = self.out_of_sample
        return (
            f"{promised}; out of sample it removed {percent(kept.difference)} ({full_percent(kept.level)} interval "
            f"{percent(kept.lower)} to {percent(kept.upper)})."
        )


def certainty_of(book: Book, settings: Settings) -> Certainty:
    """Intervals by the delta method where the model has one, else by a bootstrap of ``DRAWS`` refits."""
    ratios, why_none = _ratios(book, settings)
    by_model, kept = None, None
    if settings.backtest is not None:
        by_model = _by_model(book, settings, settings.backtest)
        kept = _out_of_sample(book.fit.model, settings.backtest, settings.level, settings.seed)
    return Certainty(
        level=settings.level,
        ratios=ratios,
        why_none=why_none,
        one_to_one=_one_to_one(book, ratios),
        counted={
            one.name: "units" if isinstance(one, Spot) else "contracts" for one in book.instruments
        },
        limited=settings.limits != Limits() or settings.objective.net is not None,
        by_model=by_model,
        expected=book.fit.expected_effectiveness,
        out_of_sample=kept,
    )


def _ratios(book: Book, settings: Settings) -> tuple[pd.DataFrame, str]:
    """The table of intervals, and why there are none."""
    fit, why_none = book.fit, ""
    ratios = pd.DataFrame(
        {"ratio": fit.next_ratio.to_numpy()}, index=pd.Index(book.names, name="instrument")
    )
    try:
        draws = None if fit.errors is not None else DRAWS
        ends = fit.conf_int(settings.level, n_bootstrap=draws, seed=settings.seed).to_numpy()
    except DataError as error:  # a model without either
        ends, why_none = np.full((len(ratios), 2), np.nan), str(error)
    ratios["lower"], ratios["upper"] = ends.T
    for column, source in (("contracts", "ratio"), ("at lower", "lower"), ("at upper", "upper")):
        ratios[column] = book.asked(ratios[source].to_numpy(), settings.objective)
    return ratios, why_none


def _one_to_one(book: Book, ratios: pd.DataFrame) -> list[str]:
    """The single hedge whose interval holds 1; one of several, or units of something else, is not held one for one."""
    if len(ratios) > 1 or book.kind == "difference":
        return []
    lower, upper = ratios.iloc[0][["lower", "upper"]]
    return book.names if lower <= 1.0 <= upper and lower < upper else []


def _by_model(book: Book, settings: Settings, backtest: Backtest) -> pd.DataFrame:
    """Contracts (n_models, n_instruments) that the last ratio of every model asks for."""
    last = {name: backtest.ratio(name).to_numpy()[-1] for name in backtest.models}
    contracts: dict[str, Array] = {
        name: book.asked(ratio, settings.objective) for name, ratio in last.items()
    }
    return pd.DataFrame.from_dict(contracts, orient="index", columns=book.names).rename_axis(
        "model"
    )


def _out_of_sample(
    model: object, backtest: Backtest, level: float, seed: int
) -> DifferenceInterval | None:
    """The effectiveness of the model that is recommended; None where it did not take part."""
    same = [name for name, one in backtest.models.items() if describe(one) == describe(model)]
    if not same:
        return None
    unhedged, hedged = backtest.hedged_returns["unhedged"], backtest.hedged_returns[same[0]]
    return bootstrap_difference(effectiveness, hedged, unhedged, unhedged, level=level, seed=seed)
