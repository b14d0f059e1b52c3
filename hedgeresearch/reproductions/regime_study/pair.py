"""A hedged pair of the study, and the market that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Literal, NamedTuple

import pandas as pd

from hedgeresearch.typing import Array

Role = Literal["development", "simulated", "confirmation"]


@dataclass(frozen=True)
class Market:
    """Pairs of one kind, with the settings that they share.

    Attributes
    ----------
    name : str
    role : {"development", "simulated", "confirmation"}
    cost : float, half the spread and the fee, as a fraction of the notional traded
    windows : tuple of int, dates in each estimation
    refit_every : int, dates between estimations
    period : str, a date of the data in words
    """

    name: str
    role: Role
    cost: float
    windows: tuple[int, ...] = (500, 1000)
    refit_every: int = 250
    period: str = "day"


class TrueRegimes(NamedTuple):
    """Regimes from which returns were simulated.

    Attributes
    ----------
    covariances : array (2, 2, 2), of asset and hedge in each regime
    shares : array (2,), stationary probabilities
    transition : array (2, 2)
    """

    covariances: Array
    shares: Array
    transition: Array


@dataclass(frozen=True, eq=False)
class Pair:
    """Returns of an asset and of its hedge, fractions per period.

    Attributes
    ----------
    name : str, unique in the study
    market : Market
    returns : DataFrame (n_dates, 2), the asset first, without gaps
    truth : TrueRegimes or None
        Known regimes of simulated returns.
    """

    name: str
    market: Market
    returns: pd.DataFrame
    truth: TrueRegimes | None = None

    @property
    def primary_window(self) -> int:
        """The longest window, which counts for the verdicts."""
        return max(self.market.windows)

    @property
    def asset(self) -> pd.Series[float]:
        """Returns of the asset, (n_dates,)."""
        return self.returns.iloc[:, 0]

    @property
    def hedges(self) -> pd.DataFrame:
        """Returns of the hedge, (n_dates, 1)."""
        return self.returns.iloc[:, 1:]


def pair_of(market: Market, asset: pd.Series[float], hedge: pd.Series[float]) -> Pair:
    """Return the pair on the dates on which both have a return."""
    columns = {str(asset.name): asset, str(hedge.name): hedge}
    returns = pd.DataFrame(columns).dropna()
    return Pair(f"{asset.name} by {hedge.name}", market, returns)


def pairs_of_each_two(market: Market, returns: pd.DataFrame) -> list[Pair]:
    """Return each series hedged with each other, from returns (n_dates, n_series)."""
    columns = permutations(returns.columns, 2)
    return [pair_of(market, returns[asset], returns[hedge]) for asset, hedge in columns]
