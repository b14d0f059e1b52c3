r"""No-trade bands around the targets of several hedges.

.. math:: E[d' S d] \le \sum_{ij} |S_{ij}| \, \frac{b_i b_j}{3} = a^2 \quad \text{where} \quad
    b_i = \frac{\sqrt 3 \, a}{s_i \sqrt{\sum_{jk} |\rho_{jk}|}}

Each deviation d is uniform within its band of half-width b (see ``hedgeresearch.trading.bands``), S
is the covariance of the hedges' profits, with volatilities s and correlations :math:`\rho`. So the
tracking error is at most a, whatever the correlation of the deviations, and less than a if they are
uncorrelated.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.rebalancing import (
    CostOptimalBands,
    NoTradeBands,
    PartialRebalancing,
    Rebalancing,
)
from hedgeresearch.recommendation.inputs.settings import Objective
from hedgeresearch.recommendation.sizing.contracts import contracts_for_ratios
from hedgeresearch.recommendation.sizing.delta_moves import delta_moves, gamma_volatility
from hedgeresearch.recommendation.sizing.past_targets import MIN_PAST_DATES, past_targets
from hedgeresearch.recommendation.sizing.valuation import Valuation, position_volatility
from hedgeresearch.trading.bands import no_trade_band, tracking_error_band
from hedgeresearch.typing import Array

Flags = npt.NDArray[np.bool_]


class BandBasis(NamedTuple):
    """Basis from which bands are computed at any cost of trading, (n_instruments,) each.

    Attributes
    ----------
    target_variances : array
        Variances of the changes of the targets, in contracts squared, per date.
    volatilities : array
        Volatilities of the profit of one contract, in currency, per date.
    tracking : array
        Half-widths of a tracking error, in contracts, where trades cost something.
    unstable : array of bool
        Whether the target changes by more than the tracking error allows.
    """

    target_variances: Array
    volatilities: Array
    tracking: Array
    unstable: Flags


class Bands(NamedTuple):
    """Bands around the targets, (n_instruments,) each; kept from bar to bar.

    They are computed again where costs are measured again, from the same basis.

    Attributes
    ----------
    half_widths : array
        Half-widths of the bands, in contracts.
    past_mean : array
        Mean of the past targets, in contracts.
    unstable : array of bool
        Whether the target changes by more per observation than the tracking error allows.
    basis : BandBasis
        What the widths were computed from, apart from costs.
    """

    half_widths: Array
    past_mean: Array
    unstable: Flags
    basis: BandBasis


def bands_from_past(
    problem: HedgeProblem, valuation: Valuation, objective: Objective, rebalancing: Rebalancing
) -> Bands:
    """Return the bands for targets that keep changing as in the recent past.

    A band that balances costs against risk counts the moves of the delta of options, by their
    gamma, as changes of the target. One of a tracking error does not: what the delta moves by
    between two observations is the risk of gamma, which no trade takes away.
    """
    path = past_targets(problem, valuation, objective)
    past_mean = path.mean(axis=0)
    variances = np.zeros(len(past_mean))
    if len(path) >= MIN_PAST_DATES:
        variances = np.diff(path, axis=0).var(axis=0)
    covariance = valuation.covariance[1:, 1:]
    tracking: Array = np.zeros(len(past_mean))
    unstable = np.zeros(len(past_mean), dtype=bool)
    if isinstance(rebalancing, NoTradeBands):
        allowed = rebalancing.tracking_error * _hedged_volatility(problem, valuation)
        tracking, unstable = tracking_error_half_widths(
            variances, covariance, allowed, valuation.lots
        )
    else:
        variances = variances + delta_moves(problem, valuation, objective) ** 2
    basis = BandBasis(variances, np.sqrt(np.diagonal(covariance)), tracking, unstable)
    return bands_at_costs(basis, past_mean, valuation, rebalancing)


def bands_at_costs(
    basis: BandBasis, past_mean: Array, valuation: Valuation, rebalancing: Rebalancing
) -> Bands:
    """Return the bands at the costs of a valuation.

    Where a venue is flagged, they are as wide as if trades cost several times as much; a tracking
    error, which does not depend on costs, is then exceeded by the cube root of that.
    """
    if isinstance(rebalancing, NoTradeBands):
        costly = valuation.costs > 0.0
        widened = basis.tracking * np.cbrt(valuation.cost_factors)
        half_widths = np.where(costly, widened, 0.0)
        return Bands(half_widths, past_mean, basis.unstable & costly, basis)
    half_widths = cost_optimal_half_widths(rebalancing, basis, valuation)
    return Bands(half_widths, past_mean, basis.unstable, basis)


def effective_impacts(rebalancing: Rebalancing, measured: Array) -> Array:
    """Return the impact of trades (n,): the one measured, or else that of partial rebalancing."""
    if not isinstance(rebalancing, PartialRebalancing):
        return measured
    return np.where(measured > 0.0, measured, rebalancing.impact)


def _hedged_volatility(problem: HedgeProblem, valuation: Valuation) -> float:
    """Return the volatility of the position under the hedge of minimum variance, in currency.

    That of options has what their gamma leaves.
    """
    ratio = problem.fit.arrays.next_ratio
    best = contracts_for_ratios(ratio, valuation.scale, valuation.sizes)
    hedged = position_volatility(problem, valuation, best)
    return math.hypot(hedged, gamma_volatility(problem))


def tracking_error_half_widths(
    target_variances: Array, covariance: Array, allowed: float, lots: Array
) -> tuple[Array, Flags]:
    """Return half-widths (n,) in contracts for a tracking error, and flags where it is exceeded.

    They are at least half a lot.

    Parameters
    ----------
    target_variances : array (n,)
        Variances of the changes of the targets, in contracts squared, per date.
    covariance : array (n, n)
        Covariance of the profits of one contract of each hedge, in currency squared, per date.
    allowed : float
        Volatility that all deviations together may add, in currency.
    lots : array (n,)
    """
    volatilities = np.sqrt(np.diagonal(covariance))
    # the tracking error is divided by the root of the sum of absolute correlations of the hedges
    alike = math.sqrt(np.abs(covariance / np.outer(volatilities, volatilities)).sum())
    half_widths = np.zeros(len(lots))
    unstable = np.zeros(len(lots), dtype=bool)
    terms = zip(target_variances, volatilities, lots, strict=True)
    for i, (variance, volatility, lot) in enumerate(terms):
        half_widths[i] = lot / 2.0
        if allowed == variance == 0.0:  # neither the position nor its target moves
            continue
        # trading at each date leaves more than is allowed: the band is as narrow as lots permit
        unstable[i] = allowed / alike <= volatility * math.sqrt(variance / 2.0)
        if not unstable[i]:
            half_widths[i] = tracking_error_band(
                allowed / alike, volatility, target_variance=variance, step=1.0, lot=lot
            )
    return half_widths, unstable


def cost_optimal_half_widths(
    rebalancing: CostOptimalBands | PartialRebalancing, basis: BandBasis, valuation: Valuation
) -> Array:
    """Return half-widths (n,) in contracts that balance trading costs against risk.

    They are at least half a lot, and zero where trades cost nothing. With price impact, the cost
    per contract is that of a typical trade at the edge of a band, as large as the move of the
    target per date; under partial rebalancing that of one lot: within this distance of the aim,
    not even one lot is worth it.
    """
    clips = valuation.lots
    if isinstance(rebalancing, CostOptimalBands):
        clips = np.maximum(clips, np.sqrt(basis.target_variances))
    impacts = effective_impacts(rebalancing, valuation.impacts)
    costs = valuation.cost_factors * (valuation.costs + 0.5 * impacts * clips)
    half_widths = np.zeros(len(costs))
    terms = zip(costs, basis.target_variances, basis.volatilities, valuation.lots, strict=True)
    for i, (cost, target_variance, volatility, lot) in enumerate(terms):
        if cost > 0.0:
            half_widths[i] = no_trade_band(
                cost, target_variance, rebalancing.risk_aversion, volatility**2, step=1.0, lot=lot
            )
    return half_widths
