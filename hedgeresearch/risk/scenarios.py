r"""Adverse scenarios, and the profit of a position in each, hedged and unhedged.

With x_0 the value of the asset and x_i the values of the hedges, in currency and signed (a hedge
that is sold is negative):

- on a past date, sum_i x_i r_i with the simple returns of that date: exact for all instruments if
  each return is what its instrument really earned;
- under the covariance S of the next period, the volatility (x'Sx)^(1/2), as it is and with forced
  correlations. With all correlations forced to one the matrix is s s', with s the volatilities.
  With those of the asset with each hedge forced to zero, and those among the hedges unchanged, it
  has two blocks. Both are positive semi-definite by construction;
- at a jump j of the asset, j (x_0 + sum_i x_i b_i) with b_i = S_i0 / S_00, the move of the hedge
  that the model expects (after Kupiec 1998, Journal of Derivatives 6), and j x_0 if the hedges do
  not move at all;
- at a funding rate f, what a long position pays per period as a share of its value, over m periods:
  -f m sum_i x_i over the hedges that pay it, at constant prices;
- in a default, what the asset loses and what the hedges move by then, as given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True)
class FundingSpike:
    """A funding rate that stays for some periods.

    Parameters
    ----------
    rate : float in (-1, 1), what a long position pays and a short one receives per period, as a
        share of its value; negative if shorts pay
    periods : int, number of payments
    hedges : names of the hedges that pay it, each once; None for all

    Raises
    ------
    DataError
        If the rate is not between -1 and 1, periods are not a whole number above 0, or a name is
        repeated.

    Examples
    --------
    >>> FundingSpike(-0.001, periods=9)
    FundingSpike(rate=-0.001, periods=9, hedges=None)
    """

    rate: float
    periods: int
    hedges: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        check_between(self.rate, "rate", -1.0, 1.0)
        check_at_least(self.periods, "periods", 1)
        if self.hedges is None:
            return
        if not isinstance(self.hedges, tuple | list):
            raise DataError(
                f"hedges must be a tuple of names; got {self.hedges!r}. Pass ({self.hedges!r},)."
            )
        object.__setattr__(self, "hedges", tuple(self.hedges))
        if len(set(self.hedges)) < len(self.hedges):
            raise DataError(
                f"hedges must be named once each, as each pays once; got {self.hedges!r}. "
                "Leave one out."
            )


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True)
class JumpToDefault:
    """A default: what the asset loses, and where the proxies go.

    Parameters
    ----------
    loss : float in (0, 1], share of the asset that is lost, one less its recovery
    proxies : mapping by name, price of each proxy after the default as a share of that before:
        0.1 for a token that loses 90%; proxies that are left out stay where they are
    probability : float in (0, 1), that it comes within a year
    collected : float in [0, 1], share of the hedge's gain that is paid out: less than one where the
        hedge is held at what fails
    name : str

    Examples
    --------
    >>> JumpToDefault(loss=0.8, proxies={"TOKEN": 0.1}, probability=0.03)
    JumpToDefault(loss=0.8, proxies={'TOKEN': 0.1}, probability=0.03, collected=1.0, name='default')
    """

    loss: float
    proxies: Mapping[Any, float]
    probability: float
    collected: float = 1.0
    name: str = "default"

    def __post_init__(self) -> None:
        _check_share(self.loss, "loss")
        if not isinstance(self.proxies, Mapping | pd.Series) or not len(self.proxies):
            raise DataError(
                "proxies must map at least one proxy to its price after the default over that "
                f"before, such as {{'TOKEN': 0.1}}; got {self.proxies!r}."
            )
        given = dict(self.proxies.items())
        for proxy, share in given.items():
            if not 0.0 <= share < math.inf:
                raise DataError(
                    f"the price of {proxy!r} after a default must be a share of that before, "
                    f"0 or more; got {share!r}."
                )
        object.__setattr__(self, "proxies", FrozenMapping(given))
        check_between(self.probability, "probability", 0.0, 1.0)
        if self.collected != 0.0:
            _check_share(self.collected, "collected")

    def returns(self, names: Sequence[Any]) -> Array:
        """Return what the proxies (n,) return in the default.

        Examples
        --------
        >>> from hedgeresearch.risk import JumpToDefault
        >>> JumpToDefault(loss=0.8, proxies={"TOKEN": 0.1}, probability=0.03).returns(["TOKEN"])
        array([-0.9])
        """
        return np.array([self.proxies.get(name, 1.0) - 1.0 for name in names])

    def paid(self, values: Array, names: Sequence[Any]) -> Array:
        """Return what positions in the proxies (n,) bring: of a gain the share that is paid out.

        Values are signed, a proxy that is sold is negative. A loss is owed in full.

        Examples
        --------
        >>> import numpy as np
        >>> from hedgeresearch.risk import JumpToDefault
        >>> default = JumpToDefault(0.8, proxies={"TOKEN": 0.1}, probability=0.03, collected=0.5)
        >>> default.paid(np.array([-100.0]), ["TOKEN"]), default.paid(np.array([100.0]), ["TOKEN"])
        (array([45.]), array([-90.]))
        """
        profits = np.asarray(values) * self.returns(names)
        return np.where(profits > 0.0, self.collected * profits, profits)


class Scenario(NamedTuple):
    """A row of the stress table: profit, or volatility, in currency."""

    name: str
    unhedged: float
    hedged: float
    meaning: str


def forced_covariances(covariance: Array) -> tuple[Array, Array]:
    """Return a covariance with all correlations one, and one with zero between asset and hedges.

    Both are positive semi-definite if the covariance (1 + n_hedges, 1 + n_hedges), the asset
    first, is.
    """
    volatility = np.sqrt(np.diag(covariance))
    uncorrelated = covariance.copy()
    uncorrelated[0, 1:] = 0.0
    uncorrelated[1:, 0] = 0.0
    return np.outer(volatility, volatility), uncorrelated


def past_date_scenarios(values: Array, sample: pd.DataFrame, worst: int) -> list[Scenario]:
    """Return the dates on which the asset's position lost most, the worst first.

    Parameters
    ----------
    values : array (1 + n_hedges,), in currency, the asset first
    sample : DataFrame (n_dates, 1 + n_hedges), simple returns
    worst : number of dates
    """
    returns = sample.to_numpy()
    unhedged = values[0] * returns[:, 0]
    rows = np.argsort(unhedged, kind="stable")[:worst]
    return [
        Scenario(
            name=f"past date {number}: {day(sample.index[row])}",
            unhedged=float(unhedged[row]),
            hedged=float(values @ returns[row]),
            meaning=f"profit if {day(sample.index[row])} were repeated, number {number} of the "
            "asset's worst dates in the sample",
        )
        for number, row in enumerate(rows, start=1)
    ]


def volatility_scenarios(values: Array, covariance: Array, period: str) -> list[Scenario]:
    """Return the volatility of the next period, as it is and with forced correlations.

    ``period`` is its name, such as "business day".
    """
    correlated, uncorrelated = forced_covariances(covariance)
    unhedged = abs(values[0]) * math.sqrt(covariance[0, 0])

    def scenario(name: str, matrix: Array, meaning: str) -> Scenario:
        # rounding may make a variance of zero negative
        hedged = math.sqrt(max(float(values @ matrix @ values), 0.0))
        return Scenario(name, unhedged, hedged, f"volatility of the next {period} {meaning}")

    return [
        scenario("volatility", covariance, "under the covariance"),
        scenario("volatility, correlations 1", correlated, "if all correlations were one"),
        scenario(
            "volatility, correlations 0",
            uncorrelated,
            "if no hedge were correlated with the asset, correlations of the hedges unchanged",
        ),
    ]


def jump_scenarios(values: Array, covariance: Array, jump: float) -> list[Scenario]:
    """Return the profit at a jump of the asset, for hedges that move by their beta or not at all.

    Parameters
    ----------
    values : array (1 + n_hedges,), in currency, the asset first
    covariance : array (1 + n_hedges, 1 + n_hedges)
    jump : simple return of the asset
    """
    check_between(jump, "each jump", -1.0, math.inf)
    beta = covariance[0] / covariance[0, 0]
    unhedged = float(values[0] * jump)
    move = f"jump {100 * jump:+g}%"
    return [
        Scenario(
            name=f"{move}, hedges by beta",
            unhedged=unhedged,
            hedged=float(values @ beta * jump),
            meaning=f"profit at a {move}; hedges move as expected",
        ),
        Scenario(
            name=f"{move}, hedges still",
            unhedged=unhedged,
            hedged=unhedged,
            meaning=f"profit at a {move}; no hedge moves",
        ),
    ]


def funding_scenario(values: Array, names: list[Any], funding: FundingSpike) -> Scenario:
    """Return the profit of the hedges that pay funding, at constant prices."""
    if not isinstance(funding, FundingSpike):
        raise DataError(
            "funding must be a FundingSpike, such as FundingSpike(0.001, periods=9), or None; "
            f"got {funding!r}."
        )
    paying = names[1:] if funding.hedges is None else list(funding.hedges)
    unknown = [name for name in paying if name not in names[1:]]
    if unknown:
        raise DataError(f"funding must name hedges among {names[1:]}; got {unknown[0]!r}.")
    value = sum(float(values[names.index(name)]) for name in paying)
    times = counted(funding.periods, "payment")
    payer = "longs" if funding.rate > 0.0 else "shorts"
    return Scenario(
        name=f"funding {100 * funding.rate:+g}%, {times}",
        unhedged=0.0,
        hedged=-funding.rate * funding.periods * value,
        meaning=f"profit if {payer} pay {100 * abs(funding.rate):g}% of value at each of {times}, "
        "at constant prices",
    )


def default_scenario(values: Array, names: list[Any], default: JumpToDefault) -> Scenario:
    """Return the profit in a default, of whose gains a share is collected."""
    if not isinstance(default, JumpToDefault):
        raise DataError(f"defaults must be JumpToDefault; got {default!r}.")
    unknown = [name for name in default.proxies if name not in names[1:]]
    if unknown:
        raise DataError(
            f"proxies of the default {default.name!r} must be hedges among {names[1:]}; got "
            f"{unknown[0]!r}."
        )
    unhedged = -default.loss * float(values[0])
    paid = default.paid(values[1:], names[1:])
    moves = [f"{name} at {100 * share:g}%" for name, share in default.proxies.items()]
    return Scenario(
        name=f"jump to {default.name}",
        unhedged=unhedged,
        hedged=unhedged + float(paid.sum()),
        meaning=f"profit if the asset loses {100 * default.loss:g}%, {', '.join(moves)} of the "
        f"price before, {100 * default.collected:g}% of gains collected",
    )


def _check_share(value: float, name: str) -> None:
    """Refuse what is not a share above 0, up to 1."""
    if not 0.0 < value <= 1.0:
        raise DataError(f"{name} must lie above 0 and at most at 1; got {value!r}.")
