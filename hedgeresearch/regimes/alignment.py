r"""Alignment of regimes: renumber the regimes of one fit to match another fit.

.. math:: d_{ij}^2 = \frac1n \sum_a \Bigl(\log \frac{\sigma_{i,a}}{\sigma_{j,a}}\Bigr)^2
          + \frac1{n(n-1)/2} \sum_{a<b} (\rho_{i,ab} - \rho_{j,ab})^2
          + \frac1n \sum_a \frac{(\mu_{i,a} - \mu_{j,a})^2}{\sigma_{i,a} \sigma_{j,a}}

The permutation with the smallest sum of squared distances solves an assignment problem: Kuhn
(1955), Naval Research Logistics Quarterly 2, 83-97; as a remedy for label switching Stephens
(2000), Journal of the Royal Statistical Society B 62, section 4. Where another permutation is
almost as near, the regimes are matched by the dates that they share instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import Bound, ParameterName
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.state import Moments, PermutedState
from hedgeresearch.typing import Array, Indices

CLEAR_MARGIN = 0.1
"""Cost by which the second best permutation must exceed the best one for moments to decide.

A change that all regimes share, such as a rise of all volatilities, adds the same to both.
"""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True, eq=False, repr=False)
class AlignedRegimes:
    """A fit renumbered to match another one, and how far its regimes have drifted from it.

    Attributes
    ----------
    fit : RegimeFit
        Fit with the numbers of the other one, which need not be in order of variance.
    order : array (k,)
        Number that each regime had before.
    drift : Series (k,)
        Distance of each regime from its counterpart: relative change of volatilities, change of
        correlations and change of means in units of volatility, added in squares.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
    >>> first = hr.GaussianHMM(2, n_starts=2).fit(returns.iloc[:500])
    >>> second = hr.GaussianHMM(2, n_starts=2).fit(returns)
    >>> aligned = hr.regimes.align_regimes(second, first)
    >>> aligned.order.tolist(), float(aligned.drift.max().round(3))
    ([0, 1], 0.056)
    """

    fit: RegimeFit
    order: Indices
    drift: pd.Series[float]

    def __repr__(self) -> str:
        order = self.order.tolist()
        drift = self.drift.max()
        return f"AlignedRegimes({self.fit!r}, order {order}, largest drift {drift:.3g})"


@exported_by("hedgeresearch.regimes")
def align_regimes(fit: RegimeFit, other: RegimeFit) -> AlignedRegimes:
    """Renumber the regimes of a fit like those of another, so that refits do not swap them.

    Regimes that are defined by labels or levels are matched by these, others by their moments, and
    where the moments of two regimes are alike by their probabilities on common dates.

    Parameters
    ----------
    fit : RegimeFit
        The fit to renumber.
    other : RegimeFit
        A fit to the same series in the same units with as many regimes, such as the previous fit in
        a walk-forward.

    Raises
    ------
    DataError
        If the number of regimes or the series differ.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=1500, seed=3).returns
    >>> model = hr.GaussianHMM(2, n_starts=2)
    >>> earlier = model.fit(returns.iloc[:1000])
    >>> align_regimes(model.fit(returns.iloc[500:]), earlier).order.tolist()
    [0, 1]
    """
    if fit.n_regimes != other.n_regimes or list(fit.series) != list(other.series):
        raise DataError(
            "fits to align must have the same series and number of regimes; got "
            f"{fit.n_regimes} of {list(fit.series)} and {other.n_regimes} of {list(other.series)}."
        )
    moments = fit.final_state.moments
    others = other.final_state.moments
    order = match_fits(fit, other, moments, others)
    distances = np.sqrt(squared_distances(others, moments)[np.arange(len(order)), order])
    drift = pd.Series(distances, index=other.regimes, name="drift")
    aligned = renumbered(fit, order)
    if aligned.identities is None and aligned.names != other.names:
        aligned = replace(aligned, names=other.names)
    return AlignedRegimes(aligned, order, drift)


def match_fits(fit: RegimeFit, other: RegimeFit, moments: Moments, others: Moments) -> Indices:
    """Return the regime of ``fit`` that corresponds to each regime of ``other``, (k,).

    The moments of the regimes of the two fits may be of more series than the fits observe.
    """

    def overlap() -> Array | None:
        common = fit.dates.intersection(other.dates)
        if not len(common):
            return None
        rows = fit.dates.get_indexer(common)
        other_rows = other.dates.get_indexer(common)
        mine = fit.filtered.to_numpy()[rows]
        return np.asarray(other.filtered.to_numpy()[other_rows].T @ mine)

    by_definition = match_identities(fit.identities, other.identities)
    return match_regimes(moments, others, overlap) if by_definition is None else by_definition


def match_identities(
    identities: tuple[Any, ...] | None, others: tuple[Any, ...] | None
) -> Indices | None:
    """Return the position among ``identities`` of each of ``others``; None unless all are there."""
    if identities is None or others is None or set(identities) != set(others):
        return None
    return np.array([identities.index(one) for one in others], dtype=np.intp)


def match_regimes(
    moments: Moments, others: Moments, overlap: Callable[[], Array | None]
) -> Indices:
    """Return the regime of ``moments`` that corresponds to each regime of ``others``, (k,).

    Parameters
    ----------
    moments, others : Moments of the regimes of two fits
    overlap : function without arguments
        Returns the sum over common dates of the products of probabilities of regime i of the other
        fit and j of this one, (k, k), or None without common dates. It decides where the moments of
        the best permutation and the second best differ too little.
    """
    from scipy.optimize import linear_sum_assignment

    costs = squared_distances(others, moments)
    order: Indices = linear_sum_assignment(costs)[1]
    if _is_clear(costs, order):
        return order
    shared = overlap()
    if shared is None:
        return order
    return np.asarray(linear_sum_assignment(-shared)[1])


def _is_clear(costs: Array, order: Indices) -> bool:
    """Return whether every other permutation has clearly higher costs than the best one."""
    from scipy.optimize import linear_sum_assignment

    k = len(order)
    lowest = costs[np.arange(k), order].sum()
    for row in range(k if k > 1 else 0):
        # the best of the permutations without this pair
        without = costs.copy()
        without[row, order[row]] = costs.sum() + 1.0
        rows, columns = linear_sum_assignment(without)
        if without[rows, columns].sum() < lowest + CLEAR_MARGIN:
            return False
    return True


def squared_distances(rows: Moments, columns: Moments) -> Array:
    """Return the squared distances between the regimes of two fits, (k, k).

    The units of the series do not matter.
    """
    row_volatilities = rows.volatilities
    column_volatilities = columns.volatilities
    volatility_products = row_volatilities[:, None] * column_volatilities[None]
    log_changes = np.log(row_volatilities)[:, None] - np.log(column_volatilities)[None]
    shifts = (rows.means[:, None] - columns.means[None]) ** 2 / volatility_products
    total = (log_changes**2).mean(axis=2) + shifts.mean(axis=2)
    pairs = np.tril_indices(rows.means.shape[1], -1)
    if len(pairs[0]):
        changes = rows.correlations[:, None] - columns.correlations[None]
        total += (changes[:, :, *pairs] ** 2).mean(axis=2)
    return np.asarray(total)


def renumbered(fit: RegimeFit, order: Indices) -> RegimeFit:
    """Return the fit with regime ``order[k]`` as regime k; the fit itself if no number changes.

    Names stay with their numbers, unless regimes have identities.
    """
    if (order == np.arange(len(order))).all():
        return fit
    names = fit.names
    identities = fit.identities
    if identities is not None:
        identities = tuple(identities[number] for number in order)
        names = None if names is None else tuple(names[number] for number in order)
    return replace(
        fit,
        names=names,
        identities=identities,
        initial_state=PermutedState(fit.initial_state, order),
        final_state=PermutedState(fit.final_state, order),
        estimates=_renumbered_estimates(fit.estimates, np.argsort(order)),
    )


def _renumbered_estimates(estimates: Estimates, numbers: Indices) -> Estimates:
    """Return the same estimates after regime k has become regime ``numbers[k]``.

    A name that is a text belongs to no regime.
    """
    values = {}
    for name, value in estimates.values.items():
        parameter = name if isinstance(name, ParameterName) else ParameterName(name)
        values[parameter.renumbered(numbers)] = value
    bounds = [
        bound.renumbered(numbers) if isinstance(bound, Bound) else bound
        for bound in estimates.bounds
    ]
    return replace(estimates, values=values, bounds=tuple(bounds))
