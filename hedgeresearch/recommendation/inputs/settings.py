"""What a hedge is to reach, within which limits, how often it is worth trading for, and on what collateral."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest

LEAST_PROBABILITY = 1e-4
"""Of liquidation, below which the paths that are drawn can tell nothing."""


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Objective:
    """The exposure that is to be left. By default none: the hedge of least variance.

    Parameters
    ----------
    beta : float, or mapping by instrument: sensitivity to the instrument that the hedged position keeps, per unit of
        its value
    net : float or None, value long less value short that is kept, hedges included, as a share of the position's value,
        which is negative for a short one (of a book, its gross value); 0 is market-neutral in value. Of all holdings
        with that sum, those of least variance

    Examples
    --------
    >>> Objective(beta=0.3)
    Objective(beta=0.3, net=None)
    """

    beta: float | Mapping[str, float] = 0.0
    net: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.beta, Mapping):
            for name, value in self.beta.items():
                check_between(value, f"beta of {name!r}", -math.inf, math.inf)
            object.__setattr__(self, "beta", FrozenMapping(self.beta))
        else:
            check_between(self.beta, "beta", -math.inf, math.inf)
        if self.net is not None:
            check_between(self.net, "net", -math.inf, math.inf)

    def betas(self, instruments: list[str]) -> list[float]:
        """The sensitivity to each instrument that is to be left."""
        if not isinstance(self.beta, Mapping):
            if self.beta != 0.0 and len(instruments) > 1:
                raise DataError(
                    f"beta must say to which of several instruments it is; got {self.beta:g} for {instruments}. "
                    f"Give for example beta={{{instruments[0]!r}: {self.beta:g}}}."
                )
            return [float(self.beta)] * len(instruments)
        unknown = [name for name in self.beta if name not in instruments]
        if unknown:
            raise DataError(f"beta must be of instruments among {instruments}; got {unknown[0]!r}.")
        return [float(self.beta.get(name, 0.0)) for name in instruments]


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Limits:
    """What the hedge may hold.

    Parameters
    ----------
    contracts : mapping from instrument to (least, most) contracts, negative being short, or one number for both sides;
        None or an infinite number leaves a side open
    gross : float, largest sum of the notionals of all hedges, in currency
    max_instruments : int, most instruments that are held

    Examples
    --------
    >>> Limits(contracts={"ES": (-40, 0)}, gross=5e6).bounds("ES")
    (-40.0, 0.0)
    """

    contracts: Mapping[str, float | tuple[float, float]] | None = None
    gross: float | None = None
    max_instruments: int | None = None

    def __post_init__(self) -> None:
        given = as_mapping(self.contracts, "contracts", "{'ES': (-40, 0)}")
        frozen = {name: _bounds(name, value) for name, value in given.items()}
        object.__setattr__(self, "contracts", FrozenMapping(frozen))
        if self.gross is not None:
            check_between(self.gross, "gross", 0.0, math.inf)
        if self.max_instruments is not None:
            check_at_least(self.max_instruments, "max_instruments", 1)

    def bounds(self, instrument: str) -> tuple[float, float]:
        """Least and most contracts of an instrument."""
        found: Any = (self.contracts or {}).get(instrument, (-math.inf, math.inf))
        least, most = found
        return least, most


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Rebalancing:
    """How far a holding may be off before it is traded; one dial of the three.

    Parameters
    ----------
    tracking_error : float, volatility that deviations may add, as a share of the hedged position's own volatility: 0.1
        adds 1 % to its variance. The default. It is kept on average over time and by all hedges together, whether
        their deviations are alike or not; it is no bound for one date. Where nothing is held yet, the first trade goes
        to the target in whole lots
    risk_aversion : float, per unit of currency: half of it times a variance is what that variance costs per period; the
        band then balances trading costs and risk, and trades go to its edge
    impact : float, with ``risk_aversion``: half of it times a trade squared is what the trade costs, in currency for
        contracts; trades then go part of the way at a rate, and by one lot at least where a lot pays
    reversion : float in [0, 1), with ``impact``: share of its distance to its mean that the target loses in a period

    Examples
    --------
    >>> Rebalancing().tracking_error
    0.1
    """

    tracking_error: float | None = None
    risk_aversion: float | None = None
    impact: float | None = None
    reversion: float = 0.0

    def __post_init__(self) -> None:
        for name in ("tracking_error", "risk_aversion", "impact"):
            if getattr(self, name) is not None:
                check_between(getattr(self, name), name, 0.0, math.inf)
        if self.tracking_error is not None and self.risk_aversion is not None:
            raise DataError(
                "give tracking_error or risk_aversion, not both: each decides the band alone."
            )
        if self.impact is not None and self.risk_aversion is None:
            raise DataError("impact needs risk_aversion, against which it is weighed; give both.")
        check_between(self.reversion, "reversion", -math.inf, 1.0)
        if self.reversion < 0.0 or (self.reversion > 0.0 and self.impact is None):
            raise DataError(
                f"reversion must lie in [0, 1) and belongs to impact; got {self.reversion!r} with impact "
                f"{self.impact!r}. Give both, or leave it out."
            )
        if self.tracking_error is None and self.risk_aversion is None:
            object.__setattr__(self, "tracking_error", 0.1)


def _bounds(name: str, value: Any) -> tuple[float, float]:
    pair = isinstance(value, tuple | list)
    if pair and len(value) != 2:
        raise DataError(
            f"contracts of {name!r} must be limited by one number for both sides or by two, the least and the most; "
            f"got {preview(value)}. Give for example (-40, 0)."
        )
    low, high = value if pair else (value, value)
    low, high = (
        -math.inf if pair and low is None else low,
        math.inf if pair and high is None else high,
    )
    for end, which in ((low, "least"), (high, "most")):
        if end not in (-math.inf, math.inf):
            check_between(end, f"the {which if pair else 'limit'} of {name!r}", -math.inf, math.inf)
    low, high = (low, high) if pair else (-abs(low), abs(high))
    if low > high or low == math.inf or high == -math.inf:
        raise DataError(
            f"contracts of {name!r} must be limited by the least and the most; got {low:g} and {high:g}. "
            "Short positions are negative: (-40, 0) sells 40 at most."
        )
    return float(low), float(high)


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Margin:
    """What stands behind the hedges, and over how long it must last.

    Parameters
    ----------
    collateral : mapping from instrument to the wallet behind it now, profits and losses so far counted, in the currency
        of its payoff: coins for an inverse one
    horizon : int, dates ahead
    probability : float in (0.0001, 1), of being liquidated within them, that is accepted

    Examples
    --------
    >>> Margin({"BTC_COIN_PERP": 5.0}, horizon=90).probability
    0.01
    """

    collateral: Mapping[str, float] | None = None
    horizon: int = 20
    probability: float = 0.01

    def __post_init__(self) -> None:
        given = as_mapping(self.collateral, "collateral", "{'BTC_COIN_PERP': 5.0}")
        for name, amount in given.items():
            check_between(amount, f"collateral of {name!r}", 0.0, math.inf)
        object.__setattr__(self, "collateral", FrozenMapping(given))
        check_at_least(self.horizon, "horizon", 1)
        check_between(self.probability, "probability", LEAST_PROBABILITY, 1.0)

    def of(self, instrument: str) -> float | None:
        """The wallet behind an instrument; None where it is not given."""
        return (self.collateral or {}).get(instrument)


@dataclass(frozen=True)
class Settings:
    """All that is asked of a recommendation."""

    objective: Objective
    limits: Limits
    rebalancing: Rebalancing
    margin: Margin
    backtest: Backtest | None
    level: float
    seed: int

    def __post_init__(self) -> None:
        for name, kind in (
            ("objective", Objective),
            ("limits", Limits),
            ("rebalancing", Rebalancing),
            ("margin", Margin),
        ):
            if not isinstance(getattr(self, name), kind):
                raise DataError(
                    f"{name} must be made by hr.{kind.__name__}(...); got {preview(getattr(self, name))}."
                )
        check_between(self.level, "level", 0.0, 1.0)
        check_at_least(self.seed, "seed", 0)

    def check_names(self, instruments: list[str]) -> None:
        """Refuse limits, collateral and a backtest of other instruments than those of the book."""
        self.objective.betas(instruments)
        for field, given in (
            ("limits", self.limits.contracts),
            ("collateral", self.margin.collateral),
        ):
            unknown = [name for name in given or {} if name not in instruments]
            if unknown:
                raise DataError(
                    f"{field} must be of instruments; {unknown[0]!r} is not among {', '.join(instruments)}. Rename it, "
                    "or add the instrument."
                )
        if self.backtest is None:
            return
        if not isinstance(self.backtest, Backtest):
            raise DataError(f"backtest must come from hr.walk_forward; got {preview(self.backtest)}.")
        hedges = list(dict.fromkeys(self.backtest.ratios.columns.get_level_values("hedge")))
        if hedges != instruments:
            raise DataError(
                f"the backtest must be of the hedges {instruments}; it is of {hedges}. Run walk_forward on "
                "market.returns(position, instruments)."
            )
