"""Checks of what a session is given: a leg for each column, and a market with times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.column import ColumnState, Input
from hedgeresearch.live.funding import FundingLeg
from hedgeresearch.live.leg import Leg
from hedgeresearch.recommendation.recommendation import Recommendation


def column_states(
    columns: Sequence[str],
    legs: Mapping[str, Input | Source],
    constants: Mapping[str, Any],
    start: int,
) -> dict[str, tuple[Source, ColumnState]]:
    """Return the source and the state of each column that has a leg.

    Raises
    ------
    DataError
        If a column has neither a leg nor a constant, or the prices of two come from one source.
    """
    named = [*as_mapping(legs, "legs", "{'BTC': Source('binance', 'BTCUSDT')}"), *constants]
    if sorted(named) != sorted(columns):
        raise DataError(
            f"Each of {', '.join(columns)} must have one leg or one constant; got "
            f"{', '.join(named)}. Give a leg for each column of the market's table."
        )
    states: dict[str, tuple[Source, ColumnState]] = {}
    priced: set[Source] = set()
    for column, given in legs.items():
        leg = Leg(given) if isinstance(given, Source) else _checked_leg(given, column)
        if not isinstance(leg, FundingLeg):
            if leg.source in priced:
                raise DataError(f"{leg.source} is the source of two columns. Give each its own.")
            priced.add(leg.source)
        states[column] = (leg.source, leg.state(column, start))
    return states


def _checked_leg(leg: Any, column: str) -> Input:
    """Return a leg, which must have a source and a state."""
    if not isinstance(leg, Input):
        raise DataError(
            f"The leg of {column!r} must be a Leg, a FundingLeg or a Source; got {preview(leg)}."
        )
    return leg


def check_instruments(legs: Mapping[str, Any], recommendation: Recommendation) -> None:
    """Refuse costs of what is not traded, and funding where the market has prices."""
    problem = recommendation.problem
    funding = set(problem.market.funding.values())
    for column, leg in legs.items():
        if isinstance(leg, Leg) and leg.costs is not None and column not in problem.names:
            raise DataError(
                f"Costs are those of instruments, {', '.join(problem.names)}; {column!r} is not "
                "traded. Leave costs out of its leg."
            )
        if isinstance(leg, FundingLeg) != (column in funding):
            verb = "is not" if isinstance(leg, FundingLeg) else "is"
            raise DataError(
                f"{column!r} {verb} a column of funding of the market. Give a FundingLeg to the "
                "columns that Market(funding=...) names, and to no others."
            )


def length_of_bars(recommendation: Recommendation) -> int:
    """Return the length of a bar in nanoseconds: that of the market, which must have times."""
    market = recommendation.problem.market
    if market.quotes is not None:
        raise DataError(
            "A session has no source of implied volatilities: the market must be without options."
        )
    index = market.table.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise DataError(
            "The market of the recommendation must have times with a zone. Call tz_localize('UTC') "
            "on the index of its table."
        )
    return int(np.median(np.diff(index.as_unit("ns").asi8)))
