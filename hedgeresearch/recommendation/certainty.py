"""How sure the recommendation is: of its parameters, of its model, and out of sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._types import Array
from hedgeresearch._wording import describe, percent, quantity, side
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.difference_interval import DifferenceInterval, interval_of_difference
from hedgeresearch.evaluation.measures import effectiveness
from hedgeresearch.evaluation.tournament import Tournament
from hedgeresearch.recommendation.aims import Settings
from hedgeresearch.recommendation.book import Book

DRAWS = 50
"""Of the bootstrap, where a model has no delta method and takes a refit for each."""


@dataclass(frozen=True, eq=False)
class Certainty:
    """Intervals of the ratio and the contracts, and what other models say.

    Attributes
    ----------
    level : float, of the intervals
    ratios : DataFrame (n_instruments, 6), ratio, lower, upper, and the contracts that these ask for within no limits:
        contracts, at lower, at upper; NaN where the model has no interval
    why_none : str, why it has none, or ""
    by_model : DataFrame (n_models, n_instruments) or None, contracts that the last ratio of each model of a tournament
        asks for
    expected : float, share of variance that the model expects its ratio to remove
    out_of_sample : DifferenceInterval or None, share of variance that the model's hedge removed in the tournament
    """

    level: float
    ratios: pd.DataFrame
    why_none: str
    by_model: pd.DataFrame | None
    expected: float
    out_of_sample: DifferenceInterval | None

    @property
    def one_to_one(self) -> list[str]:
        """Instruments whose ratio is not distinguishable from 1:1."""
        inside = (self.ratios["lower"] <= 1.0) & (self.ratios["upper"] >= 1.0)
        return self.ratios.index[inside].tolist()

    @property
    def sentences(self) -> list[str]:
        """What a risk manager should know of it."""
        found = [self._interval(str(name), row) for name, row in self.ratios.iterrows()]
        if self.why_none:
            found = [f"The ratio has no interval: {self.why_none}"]
        if self.by_model is not None:
            spread = "; ".join(f"{name} {_span(self.by_model[name])}" for name in self.by_model)
            found.append(f"{len(self.by_model)} models of the tournament ask for {spread}.")
        return [*found, self._effect]

    def _interval(self, name: str, row: pd.Series[float]) -> str:
        one = ", not distinguishable from 1:1" if name in self.one_to_one else ""
        return (
            f"The ratio of {name} is {row['ratio']:.3f} ({self.level:.0%} interval {row['lower']:.3f} to "
            f"{row['upper']:.3f}{one}), which asks for {_span(row[['at lower', 'at upper']])}."
        )

    @property
    def _effect(self) -> str:
        promised = f"The model expects to remove {percent(self.expected)} of variance"
        if self.out_of_sample is None:
            return f"{promised}, in sample; a tournament of this model would tell what it removed out of sample."
        kept = self.out_of_sample
        return (
            f"{promised}; out of sample it removed {percent(kept.difference)} ({kept.level:.0%} interval "
            f"{percent(kept.lower)} to {percent(kept.upper)})."
        )


def certainty_of(book: Book, settings: Settings) -> Certainty:
    """Intervals by the delta method where the model has one, else by a short bootstrap."""
    fit, why_none = book.fit, ""
    ratios = pd.DataFrame({"ratio": fit.next_ratio.to_numpy()}, index=pd.Index(book.names, name="instrument"))
    try:
        draws = None if fit.inference is not None else DRAWS
        ends = fit.conf_int(settings.level, n_bootstrap=draws, seed=settings.seed).to_numpy()
    except DataError as error:  # a model without either
        ends, why_none = np.full((len(ratios), 2), np.nan), str(error)
    ratios["lower"], ratios["upper"] = ends.T
    for column, source in (("contracts", "ratio"), ("at lower", "lower"), ("at upper", "upper")):
        ratios[column] = book.asked(ratios[source].to_numpy(), settings.objective)
    by_model, kept = None, None
    if settings.tournament is not None:
        by_model = _by_model(book, settings, settings.tournament)
        kept = _out_of_sample(book.fit.model, settings.tournament, settings.level, settings.seed)
    return Certainty(settings.level, ratios, why_none, by_model, fit.expected_effectiveness, kept)


def _by_model(book: Book, settings: Settings, tournament: Tournament) -> pd.DataFrame:
    """Contracts (n_models, n_instruments) that the last ratio of every model asks for."""
    last = {name: tournament.ratio(name).to_numpy()[-1] for name in tournament.models}
    contracts: dict[str, Array] = {name: book.asked(ratio, settings.objective) for name, ratio in last.items()}
    return pd.DataFrame.from_dict(contracts, orient="index", columns=book.names).rename_axis("model")


def _out_of_sample(model: object, tournament: Tournament, level: float, seed: int) -> DifferenceInterval | None:
    """The effectiveness of the model that is recommended; None where it did not take part."""
    same = [name for name, one in tournament.models.items() if describe(one) == describe(model)]
    if not same:
        return None
    unhedged, hedged = tournament.hedged_returns["unhedged"], tournament.hedged_returns[same[0]]
    return interval_of_difference(effectiveness, hedged, unhedged, unhedged, level=level, seed=seed)


def _span(contracts: pd.Series[float]) -> str:
    """From the fewest to the most contracts, in words."""
    low, high = sorted((float(contracts.min()), float(contracts.max())), key=abs)
    if low * high > 0.0:
        return f"{quantity(abs(low))} to {side(high, quantity(high) + ' contracts')}"
    return f"{side(low, quantity(low))} to {side(high, quantity(high) + ' contracts')}"
