"""Advice of a bar: numbers of all columns in, an update of the recommendation out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from hedgeresearch.errors import DataError, recorded_warnings
from hedgeresearch.live.column import ColumnState
from hedgeresearch.live.decision import Decision, Known, Problem
from hedgeresearch.live.refit import Refitter, refit_sentences
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import OnchainPosition
from hedgeresearch.recommendation.inputs.onchain.oracles import Oracles
from hedgeresearch.recommendation.recommendation import Recommendation

UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
"""Nanoseconds in the units of times of pandas."""


class Advisor:
    """A recommendation that is updated at the ends of bars.

    Parameters
    ----------
    start : Recommendation
    length : nanoseconds of a bar
    constants : mapping from column without a leg to its number
    refitter : Refitter, or None where the model is not fitted again

    Attributes
    ----------
    advice : Recommendation, the last one
    held : mapping from instrument to contracts held in the next bar; None for what was advised
    onchain : sequence of pools and loans from the next bar on; None for those before
    last_date : int, nanoseconds, of the last bar with advice, or the market before it
    """

    def __init__(
        self,
        start: Recommendation,
        length: int,
        constants: Mapping[str, float],
        refitter: Refitter | None,
    ) -> None:
        self.advice = start
        self.held: Mapping[str, float] | None = None
        self.onchain: Sequence[OnchainPosition] | None = None
        self.last_date = int(start.as_of.as_unit("ns").value)
        self._zone = start.as_of.tz
        self._unit = start.as_of.unit
        self._length = length
        self._constants = constants
        self._refitter = refitter

    def decide(
        self,
        time: int,
        states: Sequence[ColumnState],
        problems: Sequence[Problem],
        oracles: Oracles | None = None,
    ) -> Decision:
        """Return the decision at a time: an update, unless there are problems."""
        known = {state.column: state.known for state in states}
        n_bars = max((time - self.last_date) // self._length, 0)
        if problems:
            return Decision(time, known, {}, n_bars, tuple(problems), None)
        try:
            return self._advised(time, states, known, n_bars, oracles)
        except DataError as error:
            refused = Problem("refused", "", f"The bar was refused: {str(error).removesuffix('.')}")
            return Decision(time, known, {}, n_bars, (refused,), None)

    def close(self) -> None:
        """End the process that fits the model again."""
        if self._refitter is not None:
            self._refitter.close()

    def _advised(
        self,
        time: int,
        states: Sequence[ColumnState],
        known: Mapping[str, Known],
        n_bars: int,
        oracles: Oracles | None,
    ) -> Decision:
        """Return the decision of a bar with a number in each column."""
        bar = {state.column: state.number(time) for state in states} | dict(self._constants)
        measured = {state.column: state.liquidity for state in states}
        liquidity = {
            name: self._as_flagged(name, one) for name, one in measured.items() if one is not None
        }
        notes: list[str] = []
        for state in states:
            notes += state.notes
        before, held, log = self._fitted_again()
        date = self._date(time)
        with recorded_warnings() as found:
            after = before.update(
                bar,
                date,
                holdings=held,
                liquidity=liquidity or None,
                oracles=oracles,
                onchain=self.onchain,
            )
        notes += [f"Warning: {one.message}" for one in found]
        notes += refit_sentences(log, self.advice)
        self.advice = after
        self.held = None
        self.onchain = None
        self.last_date = time
        for state in states:
            state.start_bar()
        if self._refitter is not None:
            log = log | self._refitter.count(after)
        return Decision(time, known, bar, n_bars, (), after, liquidity, tuple(notes), log, oracles)

    def _as_flagged(self, name: str, measured: Liquidity) -> Liquidity:
        """Return what a book shows, with the flag that the recommendation had for its venue.

        A book does not say whether its venue is to be trusted.
        """
        before = self.advice.problem.liquidity.get(name)
        if before is None or before.flag is None or measured.flag is not None:
            return measured
        return replace(measured, flag=before.flag, distrust=before.distrust)

    def _fitted_again(
        self,
    ) -> tuple[Recommendation, Mapping[str, float] | None, dict[str, Any]]:
        """Return the advice before a bar by the fit that it is made with, and what is held."""
        if self._refitter is None:
            return self.advice, self.held, {}
        refitted, log = self._refitter.due(self.advice)
        if refitted is None:
            return self.advice, self.held, log
        # what was advised counts as held, not what the new fit would have advised
        names = self.advice.problem.traded_names
        advised = dict(zip(names, self.advice.holdings.tolist(), strict=True))
        return refitted, advised if self.held is None else self.held, log

    def _date(self, time: int) -> pd.Timestamp:
        """Return a time as the market's table writes it."""
        date = pd.Timestamp(time // UNITS[self._unit], unit=self._unit, tz=self._zone)
        # to change the unit takes longer than all else here
        return date if date.unit == self._unit else date.as_unit(self._unit)
