"""How sure the recommendation is: of its parameters, of its model, and out of sample."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hedgeresearch._wording import describe
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.difference_interval import DifferenceInterval, interval_of_difference
from hedgeresearch.evaluation.measures import effectiveness
from hedgeresearch.evaluation.tournament import Tournament
from hedgeresearch.recommendation.book import Book
from hedgeresearch.recommendation.holdings import ideal_holding

DRAWS = 50
"""Of the bootstrap, where a model has no delta method and takes a refit for each."""


@dataclass(frozen=True, eq=False)
class Certainty:
    """Intervals of the ratio and the contracts, and what other models say.

    Attributes
    ----------
    level : float, of the intervals
    ratios : DataFrame (n_instruments, 6), ratio, lower, upper, and the contracts they ask for: contracts, fewest, most
    by_model : DataFrame (n_models, n_instruments) or None, contracts that the last ratio of each model of a tournament
        asks for
    expected : float, share of variance that the model expects its ratio to remove
    out_of_sample : DifferenceInterval or None, share of variance that the model's hedge removed in the tournament
    """

    level: float
    ratios: pd.DataFrame
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
        found = []
        for name, row in self.ratios.iterrows():
            one = "; not distinguishable from 1:1" if name in self.one_to_one else ""
            low, high = sorted((row["fewest"], row["most"]), key=abs)
            found.append(
                f"The ratio of {name} is {row['ratio']:.3f} ({self.level:.0%} interval {row['lower']:.3f} to "
                f"{row['upper']:.3f}{one}): {abs(low):,.4g} to {abs(high):,.4g} contracts."
            )
        if self.by_model is not None:
            spread = ", ".join(
                f"{self.by_model[name].min():,.4g} to {self.by_model[name].max():,.4g} {name}" for name in self.by_model
            )
            found.append(f"{len(self.by_model)} models ask for {spread}.")
        return [*found, self._effect]

    @property
    def _effect(self) -> str:
        promised = f"The model expects to remove {self.expected:.1%} of variance"
        if self.out_of_sample is None:
            return f"{promised}, in sample; give a tournament to see what it removed out of sample."
        kept = self.out_of_sample
        return (
            f"{promised}; out of sample it removed {kept.difference:.1%} ({kept.level:.0%} interval {kept.lower:.1%} "
            f"to {kept.upper:.1%})."
        )


def certainty_of(book: Book, tournament: Tournament | None, level: float, seed: int) -> Certainty:
    """Intervals by the delta method where the model has one, else by a short bootstrap."""
    fit = book.fit
    ends = fit.conf_int(level, n_bootstrap=None if fit.inference is not None else DRAWS, seed=seed)
    ratios = pd.DataFrame({"ratio": fit.next_ratio, "lower": ends["lower"], "upper": ends["upper"]}, index=book.names)
    for column, source in (("contracts", "ratio"), ("fewest", "lower"), ("most", "upper")):
        ratios[column] = ideal_holding(ratios[source].to_numpy(), book.scale, book.sizes)
    by_model, kept = (None, None) if tournament is None else _of_tournament(book, tournament, level, seed)
    return Certainty(level, ratios.rename_axis("instrument"), by_model, fit.expected_effectiveness, kept)


def _of_tournament(
    book: Book, tournament: Tournament, level: float, seed: int
) -> tuple[pd.DataFrame, DifferenceInterval | None]:
    """The contracts of every model's last ratio, and the effectiveness of the one that is recommended."""
    hedges = list(dict.fromkeys(tournament.ratios.columns.get_level_values("hedge")))
    if hedges != book.names:
        raise DataError(f"the tournament must be of the hedges {book.names}; it is of {hedges}.")
    last = {name: tournament.ratio(name).to_numpy()[-1] for name in tournament.models}
    contracts = {name: ideal_holding(ratio, book.scale, book.sizes) for name, ratio in last.items()}
    by_model = pd.DataFrame.from_dict(contracts, orient="index", columns=book.names).rename_axis("model")
    wanted = describe(book.fit.model)
    same = [name for name, model in tournament.models.items() if describe(model) == wanted]
    if not same:
        return by_model, None
    unhedged = tournament.hedged_returns["unhedged"]
    hedged = tournament.hedged_returns[same[0]]
    return by_model, interval_of_difference(effectiveness, hedged, unhedged, unhedged, level=level, seed=seed)
