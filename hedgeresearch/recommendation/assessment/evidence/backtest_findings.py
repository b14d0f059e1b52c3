"""Findings of a backtest about a fit: what its model removed, and what other models removed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import describe
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.difference_interval import (
    DifferenceInterval,
    bootstrap_difference,
)
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.evaluation.results.spans import returns_over
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.metrics.hedge_effectiveness import effectiveness, effectiveness_of
from hedgeresearch.recommendation.assessment.evidence.tournament import (
    Tournament,
    assess_tournament,
)
from hedgeresearch.typing import Indices

Part = TypeVar("Part")
UNHEDGED = "unhedged"
MIN_LEAD = 0.0005
"""Difference of two shares of variance from which one removed more: it shows in a tenth of 1%."""


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False)
class OutOfSample:
    """Variance that the recommended model removed in a backtest.

    Attributes
    ----------
    model : str
        Name of the model in the backtest.
    effectiveness : float
        Share of variance that its hedge removed.
    interval : DifferenceInterval or None
        The same with its interval; None for fewer than 20 observations, or too few moves.
    n_dates : int
        Number of observations out of sample.
    first, last : date
        First and last of them.
    horizon : int
        Number of periods in the returns that are compared.
    over : str
        Their time in words, such as "5 days".
    ratio_then : float
        Share of variance that the next ratio, held constant, would have removed on these
        observations; NaN where their returns are not known.
    ratio_always : float
        The same on all observations.
    first_of_all : date or None
        First of all observations.
    execution_lag : int
        Number of observations by which each ratio was traded late.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
    >>> position = hr.Position({"NASDAQ": 1000})
    >>> future = hr.LinearContract("SP500", 50, lot=1)
    >>> pair = market.returns(position, future)
    >>> backtest = hr.walk_forward({}, *pair, window=500, refit_every=250)
    >>> advice = hr.recommend(hr.OLSHedge().fit(*pair), position, future, market, backtest=backtest)
    >>> found = advice.confidence.backtest.out_of_sample
    >>> found.model, round(found.effectiveness, 3), found.n_dates
    ('ols', 0.889, 505)
    """

    model: str
    effectiveness: float
    interval: DifferenceInterval | None
    n_dates: int
    first: Any
    last: Any
    horizon: int
    over: str
    ratio_then: float
    ratio_always: float
    first_of_all: Any
    execution_lag: int = 0


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False)
class BacktestFindings:
    """Findings of a backtest about a fit.

    Attributes
    ----------
    expected : float
        Share of variance that the fit expects its next ratio to remove.
    n_observations : int
        Number of observations that the fit has seen.
    n_estimation : int
        Number of observations in the last estimation of the backtest.
    comparable : bool
        Whether what is expected and what was measured are about returns of the same horizon.
    out_of_sample : OutOfSample or None
        What the model of the fit removed; None where that is not known.
    note : str
        Why it is not known, or "".
    tournament : Tournament or None
        All models of the backtest, and the one to use; None for too few observations.
    tournament_note : str
        Why there is none, or "".
    leaders : list of str
        Simpler models that removed more than that of the fit, the best first.
    lead : DifferenceInterval or None
        How much more the first of them removed; None where there is none, or no interval.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2015":])
    >>> position = hr.Position({"NASDAQ": 1000})
    >>> future = hr.LinearContract("SP500", 50, lot=1)
    >>> pair = market.returns(position, future)
    >>> backtest = hr.walk_forward({}, *pair, window=500, refit_every=250)
    >>> fit = hr.OLSHedge().fit(*pair)
    >>> advice = hr.recommend(fit, position, future, market, backtest=backtest)
    >>> findings = advice.confidence.backtest
    >>> findings.tournament.table.round(3)
           effectiveness  turnover after entry  cost after entry  in set
    model
    naive          0.869     0.000   NaN   False
    ols            0.889     0.112   NaN    True
    """

    expected: float
    n_observations: int
    n_estimation: int
    comparable: bool
    out_of_sample: OutOfSample | None
    note: str
    tournament: Tournament | None
    tournament_note: str
    leaders: list[str]
    lead: DifferenceInterval | None


def assess_backtest(
    backtest: Backtest,
    fit: HedgeFit,
    returns: pd.DataFrame | None,
    confidence: float,
    seed: int,
) -> BacktestFindings:
    """Return what a backtest says about a fit, over the longer of their two horizons.

    Parameters
    ----------
    backtest : Backtest
    fit : HedgeFit
    returns : DataFrame (n_dates, 1 + n_hedges) or None
        Returns of the asset and the hedges on all observations, if they are known.
    confidence : float
        Confidence of the intervals.
    seed : int
    """
    if fit.horizon > backtest.horizon:
        backtest = backtest.over(fit.horizon)
    # where closes are not simultaneous, single periods do not show what a hedge removes
    backtest = backtest.judged
    name = name_in_backtest(fit.model, backtest)
    note = "" if name else f"the backtest does not contain {describe(fit.model)}."
    tournament, tournament_note = _or_reason(lambda: assess_tournament(backtest))
    out_of_sample = None
    leaders: list[str] = []
    if name in backtest.never_hedged:
        note = f"{name} failed at every one of {backtest.n_refits} refits and never hedged."
    elif name is not None:
        out_of_sample, note = _or_reason(
            lambda: assess_out_of_sample(name, backtest, fit.next_ratio, returns, confidence, seed)
        )
        if tournament is not None and name in tournament.table.index:
            leaders = tournament.simpler_and_better(name, MIN_LEAD)
    return BacktestFindings(
        expected=fit.expected_effectiveness,
        n_observations=len(fit.sample.rows),
        n_estimation=backtest.n_estimation,
        comparable=fit.horizon == backtest.horizon,
        out_of_sample=out_of_sample,
        note=note,
        tournament=tournament,
        tournament_note=tournament_note,
        leaders=leaders,
        lead=_lead(backtest, leaders, name, confidence, seed),
    )


def _lead(
    backtest: Backtest, leaders: list[str], name: str | None, confidence: float, seed: int
) -> DifferenceInterval | None:
    """Return how much more the first of the leaders removed than a model, if there is one."""
    if not leaders:
        return None
    hedged = backtest.hedged_returns
    pair = (hedged[leaders[0]], hedged[name], hedged[UNHEDGED])
    lead, _ = _or_reason(
        lambda: bootstrap_difference(
            effectiveness, *pair, horizon=backtest.horizon, confidence=confidence, seed=seed
        )
    )
    return lead


def _or_reason(part: Callable[[], Part]) -> tuple[Part | None, str]:
    """Return a part and "", or None and the reason why it does not exist."""
    try:
        return part(), ""
    except DataError as error:
        return None, str(error)


def name_in_backtest(model: object, backtest: Backtest) -> str | None:
    """Return the name of a model in a backtest; None where it is not there."""
    same = (name for name, one in backtest.models.items() if describe(one) == describe(model))
    return next(same, None)


def assess_out_of_sample(
    name: str,
    backtest: Backtest,
    ratio: pd.Series[float],
    returns: pd.DataFrame | None,
    confidence: float,
    seed: int,
) -> OutOfSample:
    """Return what a model of a backtest removed, and what one ratio would have removed.

    Parameters
    ----------
    name : str
        Name of the model.
    backtest : Backtest
    ratio : Series (n_hedges,)
        Next ratio of the recommended fit.
    returns : DataFrame (n_dates, 1 + n_hedges) or None
        Returns of the asset and the hedges on all observations, if they are known.
    confidence : float
    seed : int

    Raises
    ------
    DataError
        If the unhedged returns are constant on the dates of the backtest.
    """
    unhedged = backtest.hedged_returns[UNHEDGED]
    hedged = backtest.hedged_returns[name]
    removed = effectiveness(hedged, unhedged)
    dates = backtest.date_returns.index
    all_rows = np.arange(0 if returns is None else len(returns))
    removed_by = partial(_removed_by, ratio, returns, backtest.horizon)
    # there are too few observations, or too few on which the asset moved
    interval, _ = _or_reason(
        lambda: bootstrap_difference(
            effectiveness,
            hedged,
            unhedged,
            unhedged,
            horizon=backtest.horizon,
            confidence=confidence,
            seed=seed,
        )
    )
    return OutOfSample(
        model=name,
        effectiveness=removed,
        interval=interval,
        n_dates=len(dates),
        first=dates[0],
        last=dates[-1],
        horizon=backtest.horizon,
        over=backtest.spacing.span(backtest.horizon),
        ratio_then=removed_by(dates, backtest.rows),
        ratio_always=math.nan if returns is None else removed_by(returns.index, all_rows),
        first_of_all=None if returns is None else returns.index[0],
        execution_lag=backtest.execution_lag,
    )


def _removed_by(
    ratio: pd.Series[float],
    returns: pd.DataFrame | None,
    horizon: int,
    dates: pd.Index[Any],
    rows: Indices,
) -> float:
    """Return the share of variance that a constant ratio removes, NaN if it is not known.

    Parameters
    ----------
    ratio : Series (n_hedges,)
    returns : DataFrame (n_all, 1 + n_hedges) or None
    horizon : int
    dates : Index (n_dates,)
        Dates on which the ratio is held.
    rows : array (n_dates,)
        Positions of these dates in the data.
    """
    if returns is None or not dates.isin(returns.index).all():
        return math.nan
    values = returns.loc[dates]
    hedged = values.iloc[:, 0] - values.iloc[:, 1:] @ ratio.to_numpy()
    both = pd.DataFrame({"hedged": hedged, UNHEDGED: values.iloc[:, 0]})
    over = returns_over(both, rows, horizon).to_numpy()
    return float(effectiveness_of(over[:, 0], over[:, 1]))
