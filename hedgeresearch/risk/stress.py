"""Stress table: the scenarios of ``scenarios`` for a hedged position, one per row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._spacing import spacing_of
from hedgeresearch._validation.asset_and_hedges import returns_kind
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.risk.scenarios import (
    FundingSpike,
    JumpToDefault,
    Scenario,
    default_scenario,
    funding_scenario,
    jump_scenarios,
    past_date_scenarios,
    volatility_scenarios,
)
from hedgeresearch.typing import Array

EXACT_TOLERANCE = 1e-6
"""Profit or volatility with an exact hedge, relative to that without, which is rounding."""
SYMMETRY_TOLERANCE = 1e-8
"""Error in symmetry, or size of a negative eigenvalue, that a covariance matrix may have.

Relative to its largest entry, after scaling to correlations.
"""


@exported_by("hedgeresearch.risk")
def stress_table(
    exposures: pd.Series[float],
    returns: pd.DataFrame,
    covariance: pd.DataFrame,
    *,
    worst: int = 5,
    jumps: float | Sequence[float] = (-0.1, 0.1),
    funding: FundingSpike | None = None,
    defaults: Sequence[JumpToDefault] = (),
) -> pd.DataFrame:
    """Return the profit of the asset alone and of the hedged position in each scenario.

    Parameters
    ----------
    exposures : Series (1 + n_hedges,), values in currency by name, the asset first; positive is
        long, and a hedge that is sold negative
    returns : DataFrame (n_dates, 1 + n_hedges or more), simple returns by name, fractions per
        period
    covariance : DataFrame (1 + n_hedges or more, the same), covariance of the next period's
        returns, by name: a fit's ``period_covariance``
    worst : int, number of past dates to show, those on which the asset's position lost most
    jumps : simple returns of the asset, one or several
    funding : FundingSpike or None, for perpetual contracts
    defaults : sequence of JumpToDefault, of what the asset is a claim on

    Returns
    -------
    DataFrame (n_scenarios, 4)
        By scenario: ``unhedged`` and ``hedged``, profit or volatility in currency; ``removed``,
        1 - hedged / unhedged, above one where the hedge overcompensates, negative where it
        increases the loss, and NaN where the unhedged profit is zero; ``meaning``, in words.

    Raises
    ------
    DataError
        If names are missing, returns are not simple, the covariance is not a covariance matrix, or
        a number is out of range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> exposures = pd.Series({"NASDAQ": 1e6, "SP500": -1e6 * fit.next_ratio["SP500"]})
    >>> table = stress_table(exposures, returns, fit.period_covariance, worst=2)
    >>> table.drop(columns="meaning").round(2)
                                 unhedged     hedged  removed
    scenario
    past date 1: 2000-04-14     -96685.14  -28180.04     0.71
    past date 2: 2008-09-29     -91424.19   12098.53     1.13
    volatility                   15942.60    7360.04     0.54
    volatility, correlations 1   15942.60    1800.60     0.89
    volatility, correlations 0   15942.60   21311.10    -0.34
    jump -10%, hedges by beta  -100000.00  -21312.89     0.79
    jump -10%, hedges still    -100000.00 -100000.00     0.00
    jump +10%, hedges by beta   100000.00   21312.89     0.79
    jump +10%, hedges still     100000.00  100000.00     0.00
    """
    values = _checked_exposures(exposures)
    names = list(exposures.index)
    sample = _checked_returns(returns, names)
    matrix = _checked_covariance(covariance, names)
    check_at_least(worst, "worst", 0)
    if worst > len(sample):
        raise DataError(
            f"worst must be at most the number of dates, {len(sample)}; got {worst}. Choose fewer."
        )
    period = spacing_of(sample.index).period
    rows = [
        *past_date_scenarios(values, sample, worst),
        *volatility_scenarios(values, matrix, period),
    ]
    for jump in jumps if isinstance(jumps, Iterable) else [jumps]:
        rows += jump_scenarios(values, matrix, jump)
    if funding is not None:
        rows.append(funding_scenario(values, names, funding))
    rows += [default_scenario(values, names, one) for one in defaults]
    return scenario_table(rows)


def scenario_table(rows: Sequence[Scenario]) -> pd.DataFrame:
    """Return scenarios as a table, with the share of each loss or gain that is removed."""
    table = pd.DataFrame.from_records(rows, columns=Scenario._fields).set_index("name")
    rounding = table["hedged"].abs() <= EXACT_TOLERANCE * table["unhedged"].abs()
    table["hedged"] = table["hedged"].mask(rounding, 0.0)
    # a scenario without unhedged profit has no share that could be removed
    unhedged = table["unhedged"].where(table["unhedged"] != 0.0)
    table.insert(2, "removed", 1.0 - table["hedged"] / unhedged)
    return table.rename_axis("scenario")


def _checked_exposures(exposures: Any) -> Array:
    """Return the exposures as values (1 + n_hedges,), the asset first."""
    if not isinstance(exposures, pd.Series) or len(exposures) < 2 or not exposures.index.is_unique:
        raise DataError(
            "exposures must be a Series by name, the asset first, then the hedges; "
            f"got {exposures!r}. Pass pd.Series({{'asset': 1e6, 'hedge': -1e6}})."
        )
    for name, value in exposures.items():
        check_between(value, f"the exposure of {name!r}", -math.inf, math.inf)
    if exposures.iloc[0] == 0.0:
        raise DataError(
            f"the exposure of the asset, {exposures.index[0]!r}, must not be zero; "
            "there is no position."
        )
    return exposures.to_numpy(dtype=float)


def _checked_returns(returns: Any, names: list[Any]) -> pd.DataFrame:
    """Return the simple returns of the names, in their order."""
    sample = check_frame(returns, "returns")
    kind = returns_kind(returns, None)
    if kind not in (None, "simple"):
        raise DataError(
            f"returns must be simple, so that value times return is profit; got {kind}. "
            "Use hr.returns."
        )
    _check_labels(sample.columns, names, "returns")
    return sample[names]


def _checked_covariance(covariance: Any, names: list[Any]) -> Array:
    """Return the covariance matrix of the names, in their order."""
    if not isinstance(covariance, pd.DataFrame):
        raise DataError(f"covariance must be a DataFrame by name; got {type(covariance).__name__}.")
    _check_labels(covariance.index, names, "covariance")
    _check_labels(covariance.columns, names, "covariance")
    matrix = covariance.loc[names, names].to_numpy(dtype=float)
    if not np.isfinite(matrix).all() or not matrix[0, 0] > 0.0:
        raise DataError(
            "covariance must be finite, and the variance of the asset positive. "
            "Pass a fit's period_covariance."
        )
    volatility = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    # a hedge that does not move is scaled by the asset's volatility
    scale = np.where(volatility > 0.0, volatility, volatility[0])
    scaled = matrix / np.outer(scale, scale)
    asymmetry = np.abs(scaled - scaled.T).max()
    if asymmetry > SYMMETRY_TOLERANCE or np.linalg.eigvalsh(scaled)[0] < -SYMMETRY_TOLERANCE:
        raise DataError(
            "covariance must be symmetric and positive semi-definite; it is not. "
            "Pass a fit's period_covariance."
        )
    return matrix


def _check_labels(labels: pd.Index[Any], names: list[Any], what: str) -> None:
    """Refuse labels that lack a name or repeat one."""
    absent = [name for name in names if name not in labels]
    if absent:
        raise DataError(f"{what} must contain all names of exposures; {absent[0]!r} is missing.")
    if not labels.is_unique:
        repeated = labels[labels.duplicated()][0]
        raise DataError(f"{what} must have every name once; {repeated!r} occurs twice.")
