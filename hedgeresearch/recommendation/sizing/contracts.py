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
FLOAT_ROUNDING = 1e-14
"""Share of a holding within which it counts as whole lots: the last digits of a float."""


class ContractTerms(NamedTuple):
    """Terms of one contract of each instrument, (n_instruments,) each.

    Attributes
    ----------
    notionals : array
        Value of one contract, in currency.
    lots : array
        Orders are multiples of it, in contracts.
    min, max : array
        Limits of the contracts held; negative is short.
    remainders : array
        What is held beyond whole lots, which no order can change: less than a lot.
    smallest_orders : array
        Fewest contracts that are traded.
    capacities : array
        Most contracts that are traded; infinite without a limit.
    """

    notionals: Array
    lots: Array
    min: Array
    max: Array
    remainders: Array
    smallest_orders: Array
    capacities: Array


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


def contract_terms(
    valuation: Valuation, limits: Limits, names: list[str], held: Array
) -> ContractTerms:
    """Return the contracts with their limits, given the contracts held (n_instruments,).

    Where what is held beyond whole lots leaves no holding within the limits of an instrument, they
    are widened to the nearest one.
    """
    bounds = np.array([limits.bounds(name) for name in names], dtype=np.float64)
    terms = ContractTerms(
        notionals=valuation.notionals,
        lots=valuation.lots,
        min=bounds[:, 0],
        max=bounds[:, 1],
        remainders=remainders_of(held, valuation.lots),
        smallest_orders=valuation.smallest_orders,
        capacities=valuation.capacities,
    )
    if not terms.remainders.any():
        return terms
    nearest = terms.remainders + terms.lots * _nearest_lots(terms)
    return terms._replace(min=np.minimum(terms.min, nearest), max=np.maximum(terms.max, nearest))


def remainders_of(held: Array, lots: Array) -> Array:
    """Return what is held (n,) beyond whole lots, of the sign of the holding."""
    nearest = lots * np.rint(held / lots)
    whole = lots * np.trunc(held / lots)
    rounding = LIMIT_TOLERANCE * lots + FLOAT_ROUNDING * np.abs(held)
    return np.where(np.abs(held - nearest) <= rounding, 0.0, held - whole)


def _nearest_lots(terms: ContractTerms) -> Array:
    """Return numbers of lots (n,) whose holdings are within limits, or the nearest to them.

    Of two that are equally near, the smaller holding, or the one with the same sign as before.
    """
    columns = (terms.min, terms.max, terms.remainders, terms.lots)
    found = []
    for lowest, highest, rest, lot in zip(*(column.tolist() for column in columns), strict=True):
        low = np.ceil((lowest - rest) / lot - LIMIT_TOLERANCE)
        high = np.floor((highest - rest) / lot + LIMIT_TOLERANCE)
        if low <= high:
            found.append(min(max(0.0, low), high))
            continue
        # no lot lies between: high is the last one below the minimum, low the first above
        below = lowest - (rest + high * lot)
        above = rest + low * lot - highest
        candidates = [(below, high), (above, low)]
        if abs(below - above) <= LIMIT_TOLERANCE * lot:
            candidates = [(round(abs(rest / lot + each), 9), each) for each in (high, low)]
        found.append(min(candidates, key=lambda one: (one[0], abs(one[1])))[1])
    return np.array(found)


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
    """Return whether holdings (n,) keep the limits, apart from a net that lots cannot meet."""
    slack = LIMIT_TOLERANCE * (1.0 + np.abs(holdings))
    if not ((holdings <= terms.max + slack) & (holdings >= terms.min - slack)).all():
        return False
    if joint.gross < np.inf:
        gross = float(np.abs(holdings * terms.notionals).sum())
        if gross > joint.gross * (1.0 + LIMIT_TOLERANCE):
            return False
    if joint.max_instruments == np.inf:
        return True
    # a remainder alone cannot be traded away, and does not count as an instrument held
    held = (holdings != 0.0) & (np.abs(holdings - terms.remainders) > LIMIT_TOLERANCE * terms.lots)
    return bool(np.count_nonzero(held) <= joint.max_instruments)


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
