"""How sure it is that one hedge is better than another: an interval of the difference of a measure.

Dates are drawn with their returns of both hedges and of the asset together, in blocks of random length: the stationary
bootstrap of Politis and Romano (1994), Journal of the American Statistical Association 89, section 2. So what the two
hedges share, which is most of it, cancels as it does in the difference. The mean length of the blocks is the longest
that Politis and White (2004), Econometric Reviews 23, with its correction, choose for the squares of the two hedged
returns and for their difference; the interval ends at percentiles of the draws.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.series import joined_series
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.evaluation.comparison.losses import FEWEST
from hedgeresearch.metrics.hedge_effectiveness import (
    effectiveness,
    effectiveness_of,
    variance,
    variance_of,
)
from hedgeresearch.metrics.risk_adjusted import (
    exponential_certainty_equivalent,
    exponential_certainty_equivalent_of,
    mean_variance_certainty_equivalent,
    mean_variance_certainty_equivalent_of,
    sharpe,
    sharpe_of,
)
from hedgeresearch.metrics.risk_measures import (
    expected_shortfall,
    expected_shortfall_of,
    semivariance,
    semivariance_of,
    value_at_risk,
    value_at_risk_of,
)
from hedgeresearch.typing import Array, Indices

OF_ARRAYS: dict[Any, Callable[..., Array]] = {
    effectiveness: effectiveness_of,
    variance: variance_of,
    semivariance: semivariance_of,
    value_at_risk: value_at_risk_of,
    expected_shortfall: expected_shortfall_of,
    exponential_certainty_equivalent: exponential_certainty_equivalent_of,
    mean_variance_certainty_equivalent: mean_variance_certainty_equivalent_of,
    sharpe: sharpe_of,
}
"""Measures that are taken of many draws at once, over the last axis of arrays."""
AT_ONCE = 2_000_000
"""Numbers of one series that are drawn at once."""


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, repr=False)
class DifferenceInterval:
    """A measure of one hedge less that of another, and an interval of it.

    Attributes
    ----------
    difference : float, of the data as they are
    lower, upper : float, ends of the interval
    level : float, how often such intervals should hold the true difference
    block_length : int, mean length of the blocks, dates
    n_bootstrap : int, draws
    """

    difference: float
    lower: float
    upper: float
    level: float
    block_length: int
    n_bootstrap: int

    def __repr__(self) -> str:
        return (
            f"DifferenceInterval({self.difference:.4g}, {self.level:.0%} interval "
            f"{self.lower:.4g} to {self.upper:.4g}, {self.n_bootstrap} draws of blocks of {self.block_length})"
        )


@exported_by("hedgeresearch.evaluation")
def bootstrap_difference(
    measure: Callable[..., float],
    hedged_a: pd.Series[float],
    hedged_b: pd.Series[float],
    unhedged: pd.Series[float] | None = None,
    *,
    level: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> DifferenceInterval:
    """Interval of measure(hedged_a, unhedged) - measure(hedged_b, unhedged), or without unhedged of a measure of one.

    Parameters
    ----------
    measure : function of two series, or of one if ``unhedged`` is left out; functools.partial gives it settings
    hedged_a, hedged_b, unhedged : Series (n_dates,), returns on the same dates
    level : float in (0, 1), of the interval
    n_bootstrap : int, draws; seed : int

    Raises
    ------
    DataError
        If the dates differ, there are fewer than 20, or the measure does not exist on a draw.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).iloc[-1000:]
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> naive, half = asset - hedges["SP500"], asset - 0.5 * hedges["SP500"]
    >>> hr.evaluation.bootstrap_difference(hr.effectiveness, naive, half, asset, n_bootstrap=200)
    DifferenceInterval(...)
    """
    check_between(level, "level", 0.0, 1.0)
    check_at_least(n_bootstrap, "n_bootstrap", 2)
    check_at_least(seed, "seed", 0)
    given = {"hedged_a": hedged_a, "hedged_b": hedged_b} | (
        {} if unhedged is None else {"unhedged": unhedged}
    )
    joined = joined_series(given, minimum_rows=FEWEST)
    values = joined.to_numpy().T
    of_rows = _of_rows(measure)
    squares = np.square(values[:2] - values[:2].mean(axis=1, keepdims=True))
    length = optimal_block_length(np.column_stack([*squares, squares[0] - squares[1]]))
    parts = [
        _differences(of_rows, values, rows)
        for rows in _drawn_rows(values.shape[1], length, n_bootstrap, seed)
    ]
    differences = np.concatenate(parts)
    if not np.isfinite(differences).all():
        raise DataError(
            "the measure must exist on every draw; it does not on some. Give more dates that vary."
        )
    lower, upper = np.quantile(differences, [0.5 - level / 2.0, 0.5 + level / 2.0])
    both = [
        float(measure(*(joined[name] for name in (which, *list(joined)[2:]))))
        for which in list(joined)[:2]
    ]
    return DifferenceInterval(
        both[0] - both[1], float(lower), float(upper), level, length, n_bootstrap
    )


def _drawn_rows(n_dates: int, length: int, n_bootstrap: int, seed: int) -> Iterator[Indices]:
    """Positions of the dates of each draw, (some draws, n_dates) at a time."""
    from arch.bootstrap import StationaryBootstrap

    positions: Any = np.arange(n_dates)
    draws = StationaryBootstrap(length, positions, seed=np.random.default_rng(seed)).bootstrap(
        n_bootstrap
    )
    rows: Any = (drawn[0] for drawn, _ in draws)
    while some := list(islice(rows, max(AT_ONCE // n_dates, 1))):
        yield np.array(some)


def _differences(of_rows: Callable[..., Array], values: Array, rows: Indices) -> Array:
    """The measure of the first series less that of the second, for each draw; others go into both."""
    first, second, *others = (series[rows] for series in values)
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # a draw without variance is refused afterwards
        return of_rows(first, *others) - of_rows(second, *others)


def _of_rows(measure: Callable[..., float]) -> Callable[..., Array]:
    """The measure as a function of arrays (n_draws, n_dates): by its own, or row by row."""
    function, settings = measure, {}
    if isinstance(measure, partial) and not measure.args:
        function, settings = measure.func, measure.keywords
    if function not in OF_ARRAYS:
        return lambda *arrays: np.array(
            [measure(*map(pd.Series, rows)) for rows in zip(*arrays, strict=True)]
        )
    parameters = inspect.signature(function).parameters.values()
    defaults = {
        one.name: one.default for one in parameters if one.default is not inspect.Parameter.empty
    }
    return partial(OF_ARRAYS[function], **(defaults | settings))
