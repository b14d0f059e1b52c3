r"""Alignment of regimes: renumber the regimes of one fit to match another fit.

.. math:: d_{ij}^2 = \frac1n \sum_a \Bigl(\log \frac{\sigma_{i,a}}{\sigma_{j,a}}\Bigr)^2
          + \frac1{n(n-1)/2} \sum_{a<b} (\rho_{i,ab} - \rho_{j,ab})^2
          + \frac1n \sum_a \frac{(\mu_{i,a} - \mu_{j,a})^2}{\sigma_{i,a} \sigma_{j,a}}

The permutation with the smallest sum of squared distances solves an assignment problem: Kuhn
(1955), Naval Research Logistics Quarterly 2, 83-97; as a remedy for label switching Stephens
(2000), Journal of the Royal Statistical Society B 62, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import Bound, ParameterName
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.state import Moments, PermutedState
from hedgeresearch.typing import Array, Indices


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
    order = nearest_regimes(moments, others)
    distances = np.sqrt(squared_distances(others, moments)[np.arange(len(order)), order])
    drift = pd.Series(distances, index=other.regimes, name="drift")
    return AlignedRegimes(_renumbered(fit, order), order, drift)


def nearest_regimes(moments: Moments, others: Moments) -> Indices:
    """Return the regime of ``moments`` that corresponds to each regime of ``others``, (k,)."""
    from scipy.optimize import linear_sum_assignment

    order: Indices = linear_sum_assignment(squared_distances(others, moments))[1]
    return order


def squared_distances(rows: Moments, columns: Moments) -> Array:
    """Return the squared distances between the regimes of two fits, (k, k).

    The units of the series do not matter.
    """
    volatility_products = rows.volatilities[:, None] * columns.volatilities[None]
    log_changes = np.log(rows.volatilities)[:, None] - np.log(columns.volatilities)[None]
    shifts = (rows.means[:, None] - columns.means[None]) ** 2 / volatility_products
    total = (log_changes**2).mean(axis=2) + shifts.mean(axis=2)
    pairs = np.tril_indices(rows.means.shape[1], -1)
    if len(pairs[0]):
        changes = rows.correlations[:, None] - columns.correlations[None]
        total += (changes[:, :, *pairs] ** 2).mean(axis=2)
    return np.asarray(total)


def _renumbered(fit: RegimeFit, order: Indices) -> RegimeFit:
    """Return the fit with new numbers; the fit itself if no number changes."""
    if (order == np.arange(len(order))).all():
        return fit
    return replace(
        fit,
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
