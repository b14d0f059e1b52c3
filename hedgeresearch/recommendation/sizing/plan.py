"""The plan: targets of the instruments, bands around them, and the trades that follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.rebalancing import PartialRebalancing
from hedgeresearch.recommendation.inputs.settings import (
    Limits,
    Objective,
    RecommendationSettings,
)
from hedgeresearch.recommendation.sizing.bands import Bands, bands_from_past, effective_impacts
from hedgeresearch.recommendation.sizing.collateral import only_reduced, without_collateral
from hedgeresearch.recommendation.sizing.contracts import (
    ContractTerms,
    JointLimits,
    contract_terms,
    joint_limits,
    objective_contracts,
    within_limits,
)
from hedgeresearch.recommendation.sizing.decision import Decision, Reason, TargetHoldings
from hedgeresearch.recommendation.sizing.decisions import trade_costs, trade_partly, trade_to_bands
from hedgeresearch.recommendation.sizing.lots import in_whole_lots
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.trading.partial_adjustment import trading_rate
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class Plan:
    """Target and trade of each instrument.

    Attributes
    ----------
    targets : TargetHoldings
    bands : Bands
    holdings : array (n_instruments,)
        Contracts after trading.
    trades : array (n_instruments,)
        Contracts traded, zero where an instrument is left alone.
    costs : array (n_instruments,)
        Costs of the trades, in currency, including their price impact; NaN for a trade of which
        nothing is known.
    decisions : tuple of Decision (n_instruments,)
    """

    targets: TargetHoldings
    bands: Bands
    holdings: Array
    trades: Array
    costs: Array
    decisions: tuple[Decision, ...]


def plan_trades(
    problem: HedgeProblem, valuation: Valuation, settings: RecommendationSettings
) -> Plan:
    """Return the plan, with bands estimated from past targets."""
    bands = bands_from_past(problem, valuation, settings.objective, settings.rebalancing)
    return plan_trades_within(bands, problem, valuation, settings)


def plan_trades_within(
    bands: Bands, problem: HedgeProblem, valuation: Valuation, settings: RecommendationSettings
) -> Plan:
    """Return the plan, with bands that are given."""
    terms = contract_terms(valuation, settings.limits, problem.names, problem.holdings)
    joint = joint_limits(valuation, settings.limits, settings.objective)
    covariance = valuation.covariance[1:, 1:]
    ratio = problem.fit.arrays.next_ratio
    unlimited = objective_contracts(ratio, settings.objective, problem.names, valuation)
    targets = _targets(unlimited, covariance, terms, joint)
    rebalancing = settings.rebalancing
    impacts = effective_impacts(rebalancing, valuation.impacts)
    if isinstance(rebalancing, PartialRebalancing):
        variances = np.diagonal(covariance).tolist()
        rates = [
            trading_rate(impact, rebalancing.risk_aversion, variance)
            for impact, variance in zip(impacts.tolist(), variances, strict=True)
        ]
        trades = trade_partly(
            problem.holdings, targets, bands, terms, joint, rebalancing, np.array(rates)
        )
    else:
        trades = trade_to_bands(problem.holdings, targets, bands, terms, joint, rebalancing)
    trades = only_reduced(trades, without_collateral(problem, settings.margin))
    given = [one.has_costs for one in problem.terms]
    # what is not known counts as zero in decisions, but is no cost to show, unless impact is known
    unknown = ~np.array(given) & (trades.trades != 0.0) & (impacts == 0.0)
    costs = np.where(unknown, np.nan, valuation.costs)
    return Plan(
        targets=targets,
        bands=bands,
        holdings=trades.holdings,
        trades=trades.trades,
        costs=trade_costs(trades.trades, costs, impacts),
        decisions=tuple(
            _named_costs(*one)
            for one in zip(trades.decisions, given, valuation.costs.tolist(), strict=True)
        ),
    )


def _named_costs(decision: Decision, given: bool, cost: float) -> Decision:
    """Return a decision that calls a trade free only where its cost was given as zero."""
    if decision.reason is not Reason.FREE_TRADES:
        return decision
    if not given:
        return decision._replace(reason=Reason.NO_COSTS_GIVEN)
    return decision._replace(reason=Reason.REBATE) if cost < 0.0 else decision


def best_holdings(
    problem: HedgeProblem, valuation: Valuation, objective: Objective, limits: Limits
) -> Array:
    """Return the best holdings (n_instruments,) within limits, not rounded."""
    ratio = problem.fit.arrays.next_ratio
    unlimited = objective_contracts(ratio, objective, problem.names, valuation)
    terms = contract_terms(valuation, limits, problem.names, problem.holdings)
    joint = joint_limits(valuation, limits, objective)
    return within_limits(unlimited, valuation.covariance[1:, 1:], terms, joint)


def _targets(
    unlimited: Array, covariance: Array, terms: ContractTerms, joint: JointLimits
) -> TargetHoldings:
    best = within_limits(unlimited, covariance, terms, joint)
    # the lot search enforces the limits itself, so it starts from the unlimited holdings; it cannot
    # enforce a net exposure, so then it starts from the constrained holdings
    near = unlimited if joint.net is None else best
    # center: with the other hedges at their best holdings h, the variance (h - u)' S (h - u) is
    # smallest in instrument i at h_i - [S (h - u)]_i / S_ii, u being the unlimited holdings
    return TargetHoldings(
        best=best,
        whole_lots=in_whole_lots(near, covariance, terms, joint),
        unlimited=unlimited,
        center=best - covariance @ (best - unlimited) / np.diagonal(covariance),
    )
