r"""What the liquidators of a loan leave to its borrower, at prices of one or many scenarios.

Once the health factor is below one, a liquidator repays up to the close factor of the debt and is
paid from a collateral, with its bonus; where the health factor is at most .95, all debt, as in
version 3 of Aave. Others follow while the loan stays below one. With collateral C, debt B and
repayments r_j out of collateral of bonus b_j, what is left is

.. math:: \max\Big(C - B - \sum_j b_j r_j,\ 0\Big)

A protocol has no claim beyond the collateral: debt that is left without any is its loss. The
liquidator is assumed to repay as much as is allowed, for the collateral of the largest gain.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.typing import Array

FULL_CLOSE_HEALTH = 0.95
"""Health factor at or below which all debt may be repaid at once."""
MIN_CLOSE_FACTOR = 0.01
"""Smallest share of the debt that one liquidation repays."""
MAX_LIQUIDATIONS = 1_000
"""Largest number of liquidations of a loan at one set of prices.

With the smallest close factor they leave 1 / 23,000 of the debt."""
SMALLEST_GAIN = 1e-12
"""Share that a liquidator gains without a bonus, so that some collateral is the best one."""


def left_after_liquidations(
    collateral: Array, debt: Array, thresholds: Array, bonuses: Array, close_factor: float
) -> tuple[Array, Array]:
    """Return the values of collateral and of debt that are left after all liquidations.

    Parameters
    ----------
    collateral : array (n_tokens, n_scenarios), value of each deposit
    debt : array (n_scenarios,), value of all debt
    thresholds, bonuses : arrays (n_tokens,)
    close_factor : float in [``MIN_CLOSE_FACTOR``, 1]

    Returns
    -------
    array (n_tokens, n_scenarios), array (n_scenarios,)
    """
    held = collateral.copy()
    owed = debt.copy()
    factors = 1.0 + bonuses[:, np.newaxis]
    gains = np.maximum(bonuses, SMALLEST_GAIN)[:, np.newaxis]
    scenarios = np.arange(held.shape[1])
    for _ in range(MAX_LIQUIDATIONS):
        counted = thresholds @ held
        is_open = (counted < owed) & (held > 0.0).any(axis=0)
        if not is_open.any():
            break
        most = np.where(counted <= FULL_CLOSE_HEALTH * owed, owed, close_factor * owed)
        repayable = np.minimum(most, held / factors)
        best = np.argmax(gains * repayable, axis=0)
        repaid = np.where(is_open, repayable[best, scenarios], 0.0)
        left = held[best, scenarios] - repaid * factors[best, 0]
        # a deposit that limits the repayment is used up, without a rest of rounding
        is_used_up = is_open & (repaid < most)
        held[best, scenarios] = np.where(is_used_up, 0.0, left)
        owed -= repaid
    return held, owed
