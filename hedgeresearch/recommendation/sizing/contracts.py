r"""Contracts that hedge ratios stand for, and the contracts that limits allow, before rounding.

.. math:: n_i = -\frac{(h_i - \beta_i) \, Q}{c_i}, \qquad
          \min_y \; (y - y^0)' A (y - y^0) \quad \text{under the limits}, \quad y_i = n_i \, v_i

with Q the value of one unit of the position's returns, c that of one contract, v its notional, and
A the covariance of the instruments per unit of notional: minimized is the variance by which the
hedged position differs from that of the unlimited holdings.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.optimization.nearest_feasible import Constraint, nearest_feasible_points
from hedgeresearch.recommendation.inputs.settings import Limits, Objective
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

LIMIT_TOLERANCE = 1e-9
"""Excess over a limit, relative to it, that counts as rounding."""


class ContractTerms(NamedTuple):
    """Terms of one contract of each instrument, (n_instruments,) each.

    Attributes
    ----------
    notionals : array
        Value of one contract, in currency.
    lots : array
        Smallest number of contracts that is traded.
    min, max : array
        Limits of the contracts held; negative is short.
    """

    notionals: Array
    lots: Array
    min: Array
    max: Array


class JointLimits(NamedTuple):
    """Limits that bind all instruments together.

    Attributes
    ----------
    gross : float
        Maximum sum of the absolute notionals, in currency; infinite without a limit.
    max_instruments : float
        Maximum number of instruments held; infinite without a limit.
    net : float or None
        Required sum of the signed notionals, in currency.
    """

    gross: float = np.inf
    max_instruments: float = np.inf
    net: float | None = None


def contracts_for_ratios(ratios: Array, scale: float | Array, sizes: Array) -> Array:
    """Return contracts (..., n) for hedge ratios (..., n), not rounded; negative is short.

    Parameters
    ----------
    ratios : array (..., n_instruments)
        Hedge ratios minus the sensitivities that the objective keeps.
    scale : float or array
        Value of one unit of the position's returns, in currency.
    sizes : array (..., n_instruments)
        Value of one unit of the returns of one contract, in currency.
    """
    return -ratios * scale / sizes


def objective_contracts(
    ratios: Array, objective: Objective, names: list[str], valuation: Valuation
) -> Array:
    """Return contracts (..., n) for ratios (..., n) less the betas that an objective keeps."""
    kept = np.array(objective.betas(names))
    return contracts_for_ratios(ratios - kept, valuation.scale, valuation.sizes)


def contract_terms(valuation: Valuation, limits: Limits, names: list[str]) -> ContractTerms:
    """Return the contracts with their limits."""
    bounds = np.array([limits.bounds(name) for name in names], dtype=np.float64)
    return ContractTerms(valuation.notionals, valuation.lots, bounds[:, 0], bounds[:, 1])


def joint_limits(valuation: Valuation, limits: Limits, objective: Objective) -> JointLimits:
    """Return the limits that bind the instruments together, in currency."""
    net = None
    if objective.net is not None:
        net = objective.net * valuation.value - valuation.net_value
    return JointLimits(
        gross=np.inf if limits.gross is None else limits.gross,
        max_instruments=np.inf if limits.max_instruments is None else limits.max_instruments,
        net=net,
    )


def within_limits(
    unlimited: Array, covariance: Array, terms: ContractTerms, joint: JointLimits
) -> Array:
    """Return the nearest holdings (n_instruments,) that the limits allow, not rounded.

    Parameters
    ----------
    unlimited : array (n_instruments,)
        Contracts that would be held without limits.
    covariance : array (n_instruments, n_instruments)
        Covariance of the profits of one contract of each instrument.
    terms : ContractTerms
    joint : JointLimits

    Raises
    ------
    DataError
        If no holdings satisfy all limits.
    """
    if joint.net is None and allows(unlimited, terms, joint):
        return unlimited
    check_minimum(np.maximum(np.maximum(terms.min, -terms.max), 0.0), terms, joint)
    notionals = terms.notionals
    per_notional = covariance / np.outer(notionals, notionals)
    constraints = _constraints(terms, joint)
    nearest = nearest_feasible_points(
        (unlimited * notionals)[None], per_notional[None], constraints
    )
    if nearest is None:
        raise DataError(
            "limits must be feasible; no holdings within them have the net notional of "
            f"{joint.net:,.0f} that net requires. "
            "Widen contracts, gross or max_instruments, or change net."
        )
    return np.asarray(nearest[0] / notionals)


def _constraints(terms: ContractTerms, joint: JointLimits) -> list[Constraint]:
    """Return the limits as constraints of the notionals held."""
    n = len(terms.notionals)
    eye = np.eye(n)
    constraints = []
    for rows, ceilings in ((eye, terms.max), (-eye, -terms.min)):
        upper = ceilings * terms.notionals
        finite = np.isfinite(upper)
        constraints.append(
            Constraint("contracts", "the limits of contracts", rows[finite], upper[finite])
        )
    constraints.append(
        Constraint(
            "gross",
            "the gross limit",
            np.empty((0, n)),
            np.empty(0),
            max_gross=joint.gross,
            max_count=joint.max_instruments,
        )
    )
    if joint.net is not None:
        ones = np.ones((1, n))
        both_sides = np.vstack([ones, -ones])
        upper = np.array([joint.net, -joint.net])
        constraints.append(Constraint("net", "the net objective", both_sides, upper))
    return constraints


def allows(holdings: Array, terms: ContractTerms, joint: JointLimits) -> bool:
    """Return whether holdings keep the limits, apart from a net that whole lots cannot meet."""
    slack = LIMIT_TOLERANCE * (1.0 + np.abs(holdings))
    if not ((holdings <= terms.max + slack) & (holdings >= terms.min - slack)).all():
        return False
    if joint.gross < np.inf:
        gross = float(np.abs(holdings * terms.notionals).sum())
        if gross > joint.gross * (1.0 + LIMIT_TOLERANCE):
            return False
    return joint.max_instruments == np.inf or bool(
        np.count_nonzero(holdings) <= joint.max_instruments
    )


def check_minimum(required: Array, terms: ContractTerms, joint: JointLimits) -> None:
    """Refuse limits of which the contracts that must be held, (n_instruments,), break another."""
    if joint.gross == joint.max_instruments == np.inf:
        return
    gross = float(required @ terms.notionals)
    number = np.count_nonzero(required)
    if gross > joint.gross * (1.0 + LIMIT_TOLERANCE):
        raise DataError(
            "limits must be feasible; the contracts that must be held are worth "
            f"{gross:,.0f}, more than gross = {joint.gross:,.0f}. "
            "Raise gross, or lower the minimum of contracts."
        )
    if number > joint.max_instruments:
        raise DataError(
            f"limits must be feasible; contracts of {number} instruments must be held, more "
            f"than max_instruments = {joint.max_instruments:g}. Raise it, or let contracts be zero."
        )
