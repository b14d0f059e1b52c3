"""Stress, past profits and tails of the hedged position.

Returns are of the fit's kind, brought to fractions of the value now: where the model was fitted on
differences, a past change of price counts as the same change of price, else as the same share of
today's value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.risk.joint_tails import TailDependence, tail_dependence
from hedgeresearch.risk.scenarios import FundingSpike, JumpToDefault
from hedgeresearch.risk.stress import stress_table
from hedgeresearch.typing import Array

MIN_STRESS_RETURNS = 20
"""Number of past returns that stress and past profits need."""
MIN_TAIL_RETURNS = 200
"""Number of past returns that tail dependence needs: ten of them are the worst 5%."""
N_TAIL_BOOTSTRAP = 200
"""Draws of the bootstrap for the interval of tail dependence."""
FUNDING_SPIKE = 0.001
"""Funding rate against the position in a stress scenario, ten times the usual."""
FUNDING_SPIKE_PERIODS = 9
"""Number of payments of the spike: three days, where funding is paid every eight hours."""


def past_returns(problem: HedgeProblem, valuation: Valuation) -> pd.DataFrame:
    """Return past returns of position and hedges, (n_dates, 1 + n), as fractions of value now."""
    asset, hedges = problem.market.returns(problem.position, problem.instruments, problem.kind)
    returns = pd.concat([asset, hedges], axis=1)
    if len(returns) < MIN_STRESS_RETURNS:
        raise DataError(
            f"the market must have at least {MIN_STRESS_RETURNS} returns; got {len(returns)}. "
            "Pass a longer table."
        )
    return returns * _fraction_of_value(valuation)


def _fraction_of_value(valuation: Valuation) -> Array:
    """Return factors (1 + n,) from returns of the fit's kind to fractions of the value now."""
    position = [valuation.scale / valuation.value]
    return np.concatenate([position, valuation.sizes / valuation.notionals])


def past_of_holdings(
    returns: pd.DataFrame, valuation: Valuation, holdings: Array
) -> pd.Series[float]:
    """Return what the position with holdings (n,) of now would have returned on each past date.

    Per unit of the position's value, (n_dates,).
    """
    weights = np.concatenate([[1.0], holdings * valuation.notionals / valuation.value])
    return pd.Series(returns.to_numpy() @ weights, index=returns.index, name="hedged")


def assess_stress(
    problem: HedgeProblem,
    valuation: Valuation,
    returns: pd.DataFrame,
    holdings: Array,
    defaults: Sequence[JumpToDefault] = (),
) -> pd.DataFrame:
    """Return the stress table of the position and its hedges, in currency."""
    names = list(returns.columns)
    exposures = pd.Series([valuation.value, *(holdings * valuation.notionals)], index=names)
    factors = _fraction_of_value(valuation)
    covariance = pd.DataFrame(
        problem.fit.arrays.period_covariance * np.outer(factors, factors),
        index=names,
        columns=names,
    )
    spike = funding_spike(problem, exposures)
    return stress_table(exposures, returns, covariance, funding=spike, defaults=defaults)


def funding_spike(problem: HedgeProblem, exposures: pd.Series[float]) -> FundingSpike | None:
    """Return funding rates that go against the perpetuals held; None where there are none."""
    perpetuals = [one.name for one in problem.instruments if one.funding is not None]
    if not perpetuals:
        return None
    paid_by_shorts = exposures[perpetuals].sum() < 0.0
    rate = -FUNDING_SPIKE if paid_by_shorts else FUNDING_SPIKE
    return FundingSpike(rate, FUNDING_SPIKE_PERIODS, tuple(perpetuals))


def assess_tail_dependence(
    returns: pd.DataFrame, valuation: Valuation, holdings: Array, seed: int
) -> TailDependence | None:
    """Return the tail dependence of the position and all hedges together.

    None where there are fewer than 200 returns, or nothing that hedges: a holding that moves
    against what it should offset, such as a long one against a long position, is not a hedge.
    """
    if not holdings.any() or len(returns) < MIN_TAIL_RETURNS:
        return None
    signed = returns.iloc[:, 0] * np.sign(valuation.value)
    hedge = sold_hedges(returns, valuation, holdings)
    found = tail_dependence(signed, hedge, n_bootstrap=N_TAIL_BOOTSTRAP, seed=seed)
    return found if found.kendall_tau > 0.0 else None


def sold_hedges(returns: pd.DataFrame, valuation: Valuation, holdings: Array) -> pd.Series[float]:
    """Return past returns of all hedges together, sold, per unit of the position's size.

    Losses of a short position are the gains of its asset: its hedges have the sign changed.
    """
    signed = returns.iloc[:, 1:].to_numpy() * np.sign(valuation.value)
    sold = signed @ (-holdings * valuation.notionals / valuation.value)
    return pd.Series(sold, index=returns.index, name="hedges")
