r"""Ratios of several hedges to an option that depends on several factors.

With f the moves of the factors, e the exposures of the option and E those of the hedges, factors by
rows, the option moves by e'f and the hedges by E'f. The ratios of least variance are

.. math:: h = (E' \Sigma E)^{-1} E' \Sigma e, \qquad \Sigma = \mathrm{cov}(f),

and with as many hedges as factors h = E^{-1} e whatever the covariance: no exposure is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MAX_CONDITION = 1e12
"""Condition of equations, scaled to a diagonal of ones, above which hedges are collinear."""


@exported_by("hedgeresearch.hedges")
def factor_neutral_ratios(
    asset: pd.Series[float], hedges: pd.DataFrame, covariance: pd.DataFrame | None = None
) -> pd.Series[float]:
    """Return the ratios that leave no exposure, or least variance with fewer hedges.

    A positive ratio sells the hedge against what is held.

    Parameters
    ----------
    asset : Series (n_factors,), exposures of what is held, such as delta, gamma and vega
    hedges : DataFrame (n_factors, n_hedges), exposures of one unit of each hedge
    covariance : DataFrame (n_factors, n_factors), of the moves of the factors; needed only with
        fewer hedges than factors

    Raises
    ------
    DataError
        If there are more hedges than factors, or fewer and no covariance, the factors differ, or
        one hedge can be made of others.

    Examples
    --------
    Hull (2012), Options, Futures, and Other Derivatives, 8th edition, chapter 18: the portfolio is
    made gamma- and vega-neutral with 400 and 6,000 options and 3,240 of the underlying sold.

    >>> import hedgeresearch as hr
    >>> factors = ["delta", "gamma", "vega"]
    >>> portfolio = pd.Series([0.0, -5000.0, -8000.0], factors)
    >>> options = pd.DataFrame(
    ...     {"option 1": [0.6, 0.5, 2.0], "option 2": [0.5, 0.8, 1.2], "underlying": [1, 0, 0]},
    ...     index=factors,
    ... )
    >>> hr.hedges.factor_neutral_ratios(portfolio, options).round(6).to_dict()
    {'option 1': -400.0, 'option 2': -6000.0, 'underlying': 3240.0}
    """
    exposures = _checked_table(hedges, "hedges")
    if not isinstance(asset, pd.Series) or list(asset.index) != list(exposures.index):
        raise DataError(
            f"asset must be a Series with the factors of the hedges, {list(exposures.index)}."
        )
    matrix = None if covariance is None else _checked_covariance(covariance, exposures.index)
    check_number(len(exposures), exposures.shape[1], matrix is not None)
    loads = projections(exposures.to_numpy()[None], None if matrix is None else matrix[None])
    if not np.isfinite(loads).all():
        raise DataError(
            "no hedge may be made of others; the exposures of "
            f"{list(exposures.columns)} to the factors are collinear. Leave one out."
        )
    return pd.Series(loads[0] @ asset.to_numpy(dtype=float), exposures.columns, name="ratio")


def check_number(n_factors: int, n_hedges: int, has_covariance: bool) -> None:
    """Refuse more hedges than factors, or fewer without a covariance."""
    if n_hedges > n_factors:
        raise DataError(
            f"there must be no more hedges than factors; got {n_hedges} hedges and {n_factors} "
            "factors. Leave out hedges, or add factors such as 'gamma'."
        )
    if n_hedges < n_factors and not has_covariance:
        raise DataError(
            f"{n_hedges} hedges cannot leave {n_factors} factors without exposure: the least "
            "variance needs the covariance of their moves. Pass covariance, or more hedges."
        )


def projections(exposures: Array, covariance: Array | None) -> Array:
    """Return the ratios per exposure of what is held, (n, n_hedges, n_factors).

    Rows with collinear hedges are NaN.

    Parameters
    ----------
    exposures : array (n, n_factors, n_hedges), of the hedges
    covariance : array (n, n_factors, n_factors); not used with as many hedges as factors
    """
    transposed = exposures.transpose(0, 2, 1)
    if exposures.shape[1] == exposures.shape[2] or covariance is None:
        return _solved(exposures, np.broadcast_to(np.eye(exposures.shape[1]), exposures.shape))
    right = transposed @ covariance
    return _solved(right @ exposures, right)


def _solved(left: Array, right: Array) -> Array:
    """Return the solutions of scaled equations; NaN where they are singular."""
    rows = np.linalg.norm(left, axis=2, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = left / rows
        columns = np.linalg.norm(scaled, axis=1, keepdims=True)
        scaled = scaled / columns
    singular = ~np.isfinite(scaled).all(axis=(1, 2))
    scaled[singular] = np.eye(scaled.shape[1])
    singular |= np.linalg.cond(scaled) > MAX_CONDITION
    scaled[singular] = np.eye(scaled.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        solution = np.linalg.solve(scaled, right / rows) / columns.transpose(0, 2, 1)
    solution[singular] = np.nan
    return np.asarray(solution)


def _checked_covariance(covariance: Any, factors: pd.Index[Any]) -> Array:
    """Return the covariance of the factors in their order."""
    matrix = _checked_table(covariance, "covariance")
    if set(matrix.index) != set(factors) or set(matrix.columns) != set(factors):
        raise DataError(
            f"covariance must have the factors {list(factors)} as rows and columns; got "
            f"{list(matrix.columns)}."
        )
    return matrix.loc[factors, factors].to_numpy()


def _checked_table(table: Any, name: str) -> pd.DataFrame:
    """Return a table of finite numbers with a row for each factor."""
    if not isinstance(table, pd.DataFrame) or not len(table.index.unique()) == len(table) > 0:
        raise DataError(f"{name} must be a DataFrame with a row for each factor; got {table!r}.")
    numbers = table.astype(float)
    if not np.isfinite(numbers.to_numpy()).all():
        raise DataError(f"{name} must be finite; it has gaps or infinities.")
    return numbers
