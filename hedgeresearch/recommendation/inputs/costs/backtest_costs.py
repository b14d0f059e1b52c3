"""Costs of a backtest from the terms of its instruments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.trading.costs import Costs


def backtest_costs(instruments: Sequence[Instrument], market: Market) -> Costs:
    """Return fees and half spreads by instrument, as shares of value; what is unknown is zero.

    A fee per contract counts as the mean of its shares over the dates of the market.
    """
    half_spreads = {}
    fees = {}
    for one in instruments:
        terms = cast(Terms, one)
        worth = one.worth(market.path(one.name, len(market)))
        per_contract = float(np.mean((terms.fee_per_contract or 0.0) / worth))
        half_spreads[one.name] = terms.half_spread or 0.0
        fees[one.name] = (terms.fee or 0.0) + per_contract
    return Costs(half_spreads, fees)
