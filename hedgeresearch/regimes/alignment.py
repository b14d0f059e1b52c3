r"""Regimes of one fit numbered like those of another, so that refits do not swap them.

.. math:: d_{ij}^2 = \frac1n \sum_a \Bigl(\log \frac{\sigma_{i,a}}{\sigma_{j,a}}\Bigr)^2
          + \frac1{n(n-1)/2} \sum_{a<b} (\rho_{i,ab} - \rho_{j,ab})^2
          + \frac1n \sum_a \frac{(\mu_{i,a} - \mu_{j,a})^2}{\sigma_{i,a} \sigma_{j,a}}

The permutation with the least sum of squared distances solves an assignment problem: Kuhn (1955), Naval Research
Logistics Quarterly 2, 83-97; as a remedy for label switching Stephens (2000), Journal of the Royal Statistical Society
B 62, section 4.
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
    """A fit renumbered like another one, and how far its regimes have drifted from the other's.

    Attributes
    ----------
    fit : RegimeFit, numbered like the other one; no longer by variance where the two orders differ
    order : array (k,), the number that each regime had in the fit as it came
    drift : Series (k,), distance of each regime from its counterpart: the relative change of its volatilities, the
        change of its correlations and that of its means in units of volatility, added in squares
    """

    fit: RegimeFit
    order: Indices
    drift: pd.Series[float]

    def __repr__(self) -> str:
        return f"AlignedRegimes({self.fit!r}, order {self.order.tolist()}, largest drift {self.drift.max():.3g})"


@exported_by("hedgeresearch.regimes")
def align_regimes(fit: RegimeFit, other: RegimeFit) -> AlignedRegimes:
    """Number the regimes of ``fit`` like those of ``other``, such as the fit before it in a walk-forward.

    Both must observe the same series in the same units and have as many regimes.

    Raises
    ------
    DataError
        If the number of regimes or the series differ.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=1500, seed=3).returns
    >>> model = hr.GaussianHMM(2, n_starts=2)
    >>> align_regimes(model.fit(returns.iloc[500:]), model.fit(returns.iloc[:1000])).order.tolist()
    [0, 1]
    """
    if fit.n_regimes != other.n_regimes or list(fit.series) != list(other.series):
        raise DataError(
            "fits to align must have the same series and number of regimes; got "
            f"{fit.n_regimes} of {list(fit.series)} and {other.n_regimes} of {list(other.series)}."
        )
    moments, others = fit.final_state.moments, other.final_state.moments
    order = nearest_regimes(moments, others)
    distances = np.sqrt(squared_distances(others, moments)[np.arange(len(order)), order])
    drift = pd.Series(distances, index=other.regimes, name="drift")
    return AlignedRegimes(_renumbered(fit, order), order, drift)


def nearest_regimes(moments: Moments, others: Moments) -> Indices:
    """The regime of ``moments`` that stands for each regime of ``others``, (k,)."""
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
    """The fit itself where no number changes, so that nothing is wrapped without need."""
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
    values = {
        name.renumbered(numbers) if isinstance(name, ParameterName) else ParameterName(name): value
        for name, value in estimates.values.items()
    }
    bounds = tuple(
        bound.renumbered(numbers) if isinstance(bound, Bound) else bound
        for bound in estimates.bounds
    )
    return replace(estimates, values=values, bounds=bounds)
