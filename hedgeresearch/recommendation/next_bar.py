"""A recommendation one bar later, or from another fit, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity, as_liquidity
from hedgeresearch.recommendation.inputs.onchain.oracles import LaterRounds
from hedgeresearch.recommendation.inputs.payments import payments
from hedgeresearch.recommendation.inputs.problem_checks import as_holdings, check_fit
from hedgeresearch.recommendation.sizing.bands import bands_at_costs
from hedgeresearch.recommendation.sizing.option_hedges import with_delta
from hedgeresearch.recommendation.sizing.plan import plan_trades, plan_trades_within
from hedgeresearch.recommendation.sizing.valuation import value_problem


def one_bar_later(
    now: Assessment,
    bar: Mapping[Any, float] | pd.Series[float],
    date: Any,
    holdings: Mapping[str, float] | pd.Series[float] | None,
    liquidity: Mapping[str, Liquidity] | None,
    oracles: LaterRounds | None,
    onchain: Any = None,
) -> Assessment:
    """Return problem, settings and plan one bar later; arguments are those of ``update``."""
    before = replace(now.problem, holdings=now.plan.holdings)
    if holdings is not None:
        before = before.holding(as_holdings(holdings, before.traded_names))
    held = before.holdings
    problem = before.next_bar(bar, date, held, oracles, onchain)
    if liquidity is not None:
        problem = problem.with_liquidity(as_liquidity(liquidity, problem.names))
    problem = with_delta(problem, now.settings.limits)
    gains = payments(problem.instruments, held, problem.market)
    settings = replace(now.settings, margin=now.settings.margin.credited(gains))
    valuation = value_problem(problem)
    if problem.revalued is not None:
        # bands around a delta change with its gamma
        return Assessment(problem, valuation, settings, plan_trades(problem, valuation, settings))
    bands = now.plan.bands
    if liquidity is not None:
        bands = bands_at_costs(bands.basis, bands.past_mean, valuation, settings.rebalancing)
    plan = plan_trades_within(bands, problem, valuation, settings)
    return Assessment(problem, valuation, settings, plan)


def with_other_fit(now: Assessment, fit: HedgeFit) -> Assessment:
    """Return problem and plan on the same date from another fit."""
    problem = now.problem
    check_fit(fit, problem.position, problem.instruments, problem.market)
    problem = with_delta(replace(problem, fit=fit), now.settings.limits)
    valuation = value_problem(problem)
    plan = plan_trades(problem, valuation, now.settings)
    return Assessment(problem, valuation, now.settings, plan)
