"""Prices of oracles that contracts liquidate by, at the moment of a market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.oracle import OracleRound, SequencerStatus
from hedgeresearch.recommendation.inputs.moments import later_moment, zoned_moment


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Oracles:
    """Last rounds of the oracles whose prices contracts use, on the last date of a market.

    A round that must not be used, because its heartbeat has passed for example, gives no advice:
    the recommendation is refused, with the reason.

    Parameters
    ----------
    rounds : mapping from token to OracleRound, in the currency of the column of the token
    moment : time with a zone, optional
        Moment of the last prices; by default the last date of a table whose dates have a zone. A
        bar later it is as much later as the date of the bar.
    sequencer : SequencerStatus of a rollup, or None for a chain without one

    Raises
    ------
    DataError
        If a round is not an OracleRound, or the moment has no zone.

    Examples
    --------
    >>> from hedgeresearch.onchain import OracleRound
    >>> at = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    >>> latest = OracleRound("ETH/USD", 7, 7, 200_012_000_000, 8, at, heartbeat=3_600)
    >>> Oracles({"WETH": latest}, moment="2026-03-02 12:30+00:00").prices(None)
    {'WETH': 2000.12}
    """

    rounds: Mapping[str, OracleRound]
    moment: Any = None
    sequencer: SequencerStatus | None = None

    def __post_init__(self) -> None:
        given = as_mapping(self.rounds, "rounds", "{'WETH': OracleRound(...)}")
        for token, one in given.items():
            if not isinstance(one, OracleRound):
                raise DataError(
                    f"the round of {token!r} must be made by hr.onchain.OracleRound; got "
                    f"{preview(one)}."
                )
        object.__setattr__(self, "rounds", FrozenMapping(given))
        if self.sequencer is not None and not isinstance(self.sequencer, SequencerStatus):
            raise DataError(
                "sequencer must be made by hr.onchain.SequencerStatus; got "
                f"{preview(self.sequencer)}."
            )
        if self.moment is not None:
            object.__setattr__(self, "moment", zoned_moment(self.moment))

    def after(self, passed: Any) -> Oracles:
        """Return the same rounds at a moment that is later by the time between two dates.

        Examples
        --------
        >>> import pandas as pd
        >>> from hedgeresearch.onchain import OracleRound
        >>> from hedgeresearch.recommendation import Oracles
        >>> at = pd.Timestamp("2026-03-02 12:00", tz="UTC")
        >>> latest = OracleRound("ETH/USD", 7, 7, 200_012_000_000, 8, at, heartbeat=3_600)
        >>> oracles = Oracles({"WETH": latest}, moment=at)
        >>> later = OracleRound("ETH/USD", 8, 8, 201_000_000_000, 8, at, heartbeat=3_600)
        >>> oracles.with_later({"WETH": later}).after(pd.Timedelta("5min")).prices(None)
        {'WETH': 2010.0}
        """
        if self.moment is None:
            return self
        return replace(self, moment=later_moment(self.moment, passed, "oracles"))

    def with_later(self, later: LaterRounds) -> Oracles:
        """Return the oracles with later rounds of some tokens, and their sequencer if it is given.

        The moment stays that of the market.
        """
        if not isinstance(later, Oracles):
            return replace(self, rounds={**self.rounds, **later})
        sequencer = self.sequencer if later.sequencer is None else later.sequencer
        return replace(self, rounds={**self.rounds, **later.rounds}, sequencer=sequencer)

    def prices(self, last_date: Any) -> dict[str, float]:
        """Return the price of each token, if it may be used.

        Parameters
        ----------
        last_date : last date of the market, which is the moment where none was given

        Raises
        ------
        DataError
            If a price must not be used, or no moment is known.
        """
        moment = last_date if self.moment is None else self.moment
        if not isinstance(moment, pd.Timestamp) or moment.tz is None:
            raise DataError(
                "a market with oracles must say the moment of its last prices, with a zone; its "
                f"last date is {moment}. Pass Oracles(moment='2026-03-02 12:00+00:00'), or a table "
                "whose dates have a zone."
            )
        found = {}
        for token, one in self.rounds.items():
            problem = one.problem_at(moment, self.sequencer)
            if problem is not None:
                raise DataError(
                    f"the oracle of {token!r} must have a price that may be used; {problem}. There "
                    "is no advice until its next round."
                )
            found[token] = one.price_at(moment, self.sequencer)
        return found


LaterRounds: TypeAlias = Mapping[str, OracleRound] | Oracles
"""Rounds by token, alone or with the state of a sequencer."""


def checked_oracles(oracles: Any) -> Oracles | None:
    """Return the oracles of a market; refuse anything else."""
    if oracles is not None and not isinstance(oracles, Oracles):
        raise DataError(
            "oracles must be made by hr.recommendation.Oracles({'WETH': OracleRound(...)}); got "
            f"{preview(oracles)}."
        )
    return oracles
