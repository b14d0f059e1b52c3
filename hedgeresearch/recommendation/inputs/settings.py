"""Settings of a recommendation: objective, limits and collateral."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._durations import Horizon, as_duration, check_horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._spacing import Spacing
from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch._validation.numbers import as_number, is_number
from hedgeresearch._validation.probabilities import check_confidence
from hedgeresearch._validation.settings import check_at_least, check_between, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.recommendation.inputs.rebalancing import (
    CostOptimalBands,
    NoTradeBands,
    PartialRebalancing,
    Rebalancing,
)
from hedgeresearch.risk.scenarios import JumpToDefault

DEFAULT_HORIZON = pd.Timedelta(days=10)
"""Time for which collateral must last by default."""
WITHOUT_TIMES = 10
"""The same as a number of observations, where these have no times."""
MAX_SHARE = 1e6
"""Bound of a beta and of a net exposure, as multiples of the position's value."""
MIN_PROBABILITY = 1e-4
"""Smallest probability of liquidation that can be set: simulation resolves no smaller one."""


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Objective:
    """Exposure that the hedged position keeps; by default none, the hedge of minimum variance.

    Parameters
    ----------
    beta : float or mapping from instrument
        Sensitivity to the instrument that the hedged position keeps, per unit of its value.
    net : float or None
        Target net exposure after hedging (value long minus value short), as a share of the
        position's value, which is negative for a short position; for a portfolio, of its gross
        value. 0 is market-neutral in value. Among all holdings with this net exposure, those of
        minimum variance are chosen.

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
                check_between(value, f"beta of {name!r}", -MAX_SHARE, MAX_SHARE)
            object.__setattr__(self, "beta", FrozenMapping(self.beta))
        else:
            check_between(self.beta, "beta", -MAX_SHARE, MAX_SHARE)
        if self.net is not None:
            check_between(self.net, "net", -MAX_SHARE, MAX_SHARE)

    def betas(self, instruments: list[str]) -> list[float]:
        """Return the sensitivity to each instrument that the hedged position keeps.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> objective = hr.Objective(beta={"SP500": 0.5})
        >>> objective.betas(["SP500", "NASDAQ"])
        [0.5, 0.0]
        >>> objective.check_names(["SP500"])  # raises if an instrument is unknown
        """
        if isinstance(self.beta, Mapping):
            return [float(self.beta.get(name, 0.0)) for name in instruments]
        return [float(self.beta)] * len(instruments)

    def check_names(self, instruments: list[str]) -> None:
        """Refuse a beta to another instrument, and one beta to several."""
        if not isinstance(self.beta, Mapping):
            if self.beta != 0.0 and len(instruments) > 1:
                raise DataError(
                    "beta must be given per instrument when there are several; "
                    f"got {self.beta:g} for {instruments}. "
                    f"Pass for example beta={{{instruments[0]!r}: {self.beta:g}}}."
                )
            return
        unknown = [name for name in self.beta if name not in instruments]
        if unknown:
            raise DataError(
                f"beta must be of instruments among {instruments}; got {unknown[0]!r}. "
                "Rename it, or add the instrument."
            )


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Limits:
    """Limits on the holdings of the hedge.

    Parameters
    ----------
    contracts : mapping from instrument
        Pair of minimum and maximum number of contracts, negative being short, or one number for
        both sides; None or an infinite number leaves a side open.
    gross : float > 0 or None
        Maximum sum of the absolute notionals of all hedges, in currency.
    max_instruments : int or None
        Maximum number of instruments held.

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
        bounds = {name: _bounds(name, value) for name, value in given.items()}
        object.__setattr__(self, "contracts", FrozenMapping(bounds))
        if self.gross is not None:
            check_between(self.gross, "gross", 0.0, math.inf)
        if self.max_instruments is not None:
            check_at_least(self.max_instruments, "max_instruments", 1)

    def bounds(self, instrument: str) -> tuple[float, float]:
        """Return the minimum and maximum number of contracts of an instrument."""
        contracts: Mapping[str, Any] = self.contracts or {}
        minimum, maximum = contracts.get(instrument, (-math.inf, math.inf))
        return minimum, maximum


def _bounds(name: str, value: Any) -> tuple[float, float]:
    """Return the minimum and the maximum from a pair, or from one number for both sides."""
    if not isinstance(value, tuple | list):
        _check_end(value, f"the limit of {name!r}")
        low = -abs(value)
        high = abs(value)
    elif len(value) == 2:
        low = -math.inf if value[0] is None else value[0]
        high = math.inf if value[1] is None else value[1]
        _check_end(low, f"the minimum of {name!r}")
        _check_end(high, f"the maximum of {name!r}")
    else:
        raise DataError(
            f"contracts of {name!r} must be limited by one number for both sides or by two, the "
            f"minimum and the maximum; got {preview(value)}. Pass for example (-40, 0)."
        )
    if low > high or low == math.inf or high == -math.inf:
        raise DataError(
            f"contracts of {name!r} must be limited by the minimum and the maximum; "
            f"got {low:g} and {high:g}. "
            "Short positions are negative: (-40, 0) sells at most 40."
        )
    return float(low), float(high)


def _check_end(value: Any, what: str) -> None:
    """Refuse a limit that is neither a number nor infinite."""
    if not is_number(value) or not math.isinf(value):
        check_between(value, what, -math.inf, math.inf)


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Margin:
    """Collateral behind the hedges, and how long it must last.

    Probabilities are those of paths drawn from past returns less their mean: the prices expected
    are today's. With the mean of a past that rose, a long position looks safer, and a short one
    less safe; whether such a mean goes on is not known.

    Parameters
    ----------
    collateral : mapping from instrument
        Current margin balance of each instrument, including unrealized profit and loss, in the
        currency of its payoff: coins for an inverse contract. Where the position holds that
        currency, they are part of it: of 25 coins held, 5 may be the collateral. What a contract
        pays changes the position and its collateral alike.
    horizon : int or time, optional
        Time for which the collateral must last, such as "10d" or a Timedelta, or a number of
        observations; by default ten days, or one observation where these are further apart. Time is
        that of the calendar: ten days hold seven business days. It is rounded up to whole
        observations, as a shorter time understates the risk: ten days are two weeks.
    probability : float in (0.0001, 1)
        Accepted probability of being liquidated within the horizon.
    keep_mean : bool
        Whether simulated prices of hedges and loans go on to rise or fall as in the past.

    Examples
    --------
    >>> Margin({"BTC_COIN_PERP": 5.0}, horizon="30d").probability
    0.01
    """

    collateral: Mapping[str, float] | None = None
    horizon: Horizon | None = None
    probability: float = 0.01
    keep_mean: bool = False

    def __post_init__(self) -> None:
        check_flag(self.keep_mean, "keep_mean")
        given = as_mapping(self.collateral, "collateral", "{'BTC_COIN_PERP': 5.0}")
        amounts = {name: as_number(amount) for name, amount in given.items()}
        for name, amount in amounts.items():
            check_between(amount, f"collateral of {name!r}", 0.0, math.inf)
        amounts = {name: float(amount) for name, amount in amounts.items()}
        object.__setattr__(self, "collateral", FrozenMapping(amounts))
        if self.horizon is not None:
            check_horizon(self.horizon)
        check_between(self.probability, "probability", MIN_PROBABILITY, 1.0)

    def periods(self, spacing: Spacing, n_periods: int) -> int:
        """Return the horizon as a number of periods.

        Parameters
        ----------
        spacing : Spacing of the market's observations
        n_periods : int, number of past returns of the market

        Raises
        ------
        DataError
            If the horizon is shorter than one period, or longer than the past.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> spacing = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]]).spacing
        >>> margin = hr.Margin({"PERP": 5.0}, horizon="1w")
        >>> margin.periods(spacing, 300), margin.wallet("PERP"), margin.wallet("OTHER")
        (5, 5.0, None)
        >>> margin.credited({"PERP": -0.5}).collateral
        {'PERP': 4.5}
        """
        if self.horizon is None:
            has_times = spacing.elapsed(1) is not None
            horizon = spacing.rows_covering(DEFAULT_HORIZON) if has_times else WITHOUT_TIMES
            return max(min(horizon, n_periods), 1)
        horizon = spacing.rows_of(self.horizon, "margin.horizon", covered=True)
        if horizon > n_periods:
            raise DataError(
                f"margin.horizon must be at most as long as the past of the market, {n_periods} "
                f"periods; got {horizon}. Choose a shorter horizon or pass a longer table."
            )
        return horizon

    def rounded_up(self, spacing: Spacing, n_periods: int) -> pd.Timedelta | None:
        """Return the time that ``periods`` rounded up to whole observations; None if it did not.

        Parameters
        ----------
        spacing, n_periods : as in ``periods``

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns.asfreq("7D")
        >>> spacing = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]]).spacing
        >>> margin = hr.Margin(horizon="20d")
        >>> margin.periods(spacing, 40), margin.rounded_up(spacing, 40)
        (3, Timedelta('20 days 00:00:00'))
        """
        if isinstance(self.horizon, int | np.integer):
            return None
        time = DEFAULT_HORIZON if self.horizon is None else as_duration(self.horizon)
        elapsed = spacing.elapsed(1)
        if elapsed is None or self.periods(spacing, n_periods) == spacing.rows_within(time):
            return None
        return time if self.periods(spacing, n_periods) * elapsed > time else None

    def wallet(self, instrument: str) -> float | None:
        """Return the collateral behind an instrument; None where it is not given."""
        return (self.collateral or {}).get(instrument)

    def credited(self, gains: Mapping[str, float]) -> Margin:
        """Return the settings after gains by instrument, in the currency of its payoff.

        Gains count where collateral was given. Losses may use up more than there is: then it is
        zero or negative, which cannot be given.
        """
        wallets = self.collateral or {}
        after = {name: amount + gains.get(name, 0.0) for name, amount in wallets.items()}
        later = copy(self)
        object.__setattr__(later, "collateral", FrozenMapping(after))  # the class is frozen
        return later


@dataclass(frozen=True)
class RecommendationSettings:
    """Everything that shapes a recommendation apart from the problem itself."""

    objective: Objective
    limits: Limits
    rebalancing: Rebalancing
    margin: Margin
    backtest: Backtest | None
    confidence: float
    seed: int
    defaults: tuple[JumpToDefault, ...] = ()

    def __post_init__(self) -> None:
        _check_made_by(self.objective, "objective", (Objective,))
        _check_made_by(self.limits, "limits", (Limits,))
        rules = (NoTradeBands, CostOptimalBands, PartialRebalancing)
        _check_made_by(self.rebalancing, "rebalancing", rules)
        _check_made_by(self.margin, "margin", (Margin,))
        if self.backtest is not None and not isinstance(self.backtest, Backtest):
            raise DataError(
                f"backtest must come from hr.walk_forward; got {preview(self.backtest)}."
            )
        check_confidence(self.confidence)
        check_at_least(self.seed, "seed", 0)


def as_defaults(defaults: Any) -> tuple[JumpToDefault, ...]:
    """Return one or several defaults as a tuple, whose names differ."""
    given = (defaults,) if isinstance(defaults, JumpToDefault) else tuple(defaults)
    for one in given:
        if not isinstance(one, JumpToDefault):
            raise DataError(f"defaults must be hr.risk.JumpToDefault(...); got {preview(one)}.")
    if len({one.name for one in given}) < len(given):
        raise DataError("defaults must have different names; pass name=.")
    return given


def _check_made_by(value: Any, name: str, kinds: tuple[type, ...]) -> None:
    if not isinstance(value, kinds):
        made_by = " or ".join(f"hr.{kind.__name__}(...)" for kind in kinds)
        raise DataError(f"{name} must be made by {made_by}; got {preview(value)}.")
