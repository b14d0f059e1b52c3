"""Bootstrap interval of the difference between two hedges, for any measure.

The returns of both hedges and of the asset are drawn together by date, in blocks of random length:
the stationary bootstrap of Politis and Romano (1994), Journal of the American Statistical
Association 89, section 2. Drawing them together preserves their correlation: what the two hedges
have in common cancels in the difference. The mean block length is the longest that the rule of
Politis and White (2004), Econometric Reviews 23, with its correction, selects for the squares of
the two hedged returns and for their difference, and at least the number of lags that the test of
Diebold and Mariano uses where relative performance wanders, see ``comparison.lags``. It is a
percentile interval. From a twentieth of the dates on, blocks are so long that few of them make up a
draw, which then varies too little: both ends are moved away from the difference by the ratio of the
critical value of Kiefer and Vogelsang (2005), see ``comparison.fixed_b``, to the normal one.

Intervals at 95% that exclude a true difference of zero, in per cent of 200 samples of 1,000 dates
of two hedges whose variances follow a GARCH each; "before" with the blocks of Politis and White
alone:

============ ========== ====== ====
alpha, beta  test above before now
============ ========== ====== ====
0.10, 0.80          4.5   13.0  8.0
0.10, 0.88          2.5   23.0  8.0
0.05, 0.93          4.5   28.5 10.5
============ ========== ====== ====
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import full_percent
from hedgeresearch._kernels.sampling.stationary_bootstrap import drawn_effectiveness_gains
from hedgeresearch._validation.probabilities import check_confidence
from hedgeresearch._validation.series import joined_series
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.stationary_bootstrap import (
    draw_random_numbers,
    draw_rows,
    optimal_block_length,
)
from hedgeresearch.evaluation.comparison.fixed_b import stretch_of_interval
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.losses import MIN_OBSERVATIONS
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

ARRAY_MEASURES: dict[Any, Callable[..., Array]] = {
    effectiveness: effectiveness_of,
    variance: variance_of,
    semivariance: semivariance_of,
    value_at_risk: value_at_risk_of,
    expected_shortfall: expected_shortfall_of,
    exponential_certainty_equivalent: exponential_certainty_equivalent_of,
    mean_variance_certainty_equivalent: mean_variance_certainty_equivalent_of,
    sharpe: sharpe_of,
}
"""Measures with a version along the last axis of arrays, for many draws at once."""
MAX_DRAWN_NUMBERS = 2_000_000
"""Maximum number of values of one series that are drawn at once."""


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, repr=False)
class DifferenceInterval:
    """Measure of a hedge minus the measure of a benchmark, with an interval.

    Attributes
    ----------
    difference : float, difference in the sample
    lower, upper : float, ends of the interval
    confidence : float, probability that such an interval covers the true difference
    block_length : int, mean length of a block in dates
    n_bootstrap : int, number of draws

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).iloc[-500:]
    >>> asset, hedge = returns["NASDAQ"], returns["SP500"]
    >>> hedged = (asset - hedge, asset - 0.5 * hedge, asset)
    >>> hr.evaluation.bootstrap_difference(hr.effectiveness, *hedged, n_bootstrap=100)
    DifferenceInterval(0.2761, 95% interval 0.2491 to 0.2925, 100 draws of blocks of 125)
    """

    difference: float
    lower: float
    upper: float
    confidence: float
    block_length: int
    n_bootstrap: int

    def __repr__(self) -> str:
        return (
            f"DifferenceInterval({self.difference:.4g}, {full_percent(self.confidence)} interval "
            f"{self.lower:.4g} to {self.upper:.4g}, "
            f"{self.n_bootstrap} draws of blocks of {self.block_length})"
        )


@exported_by("hedgeresearch.evaluation")
def bootstrap_difference(  # noqa: PLR0913 (a public function spells out its settings)
    measure: Callable[..., float],
    hedged: pd.Series[float],
    benchmark: pd.Series[float],
    unhedged: pd.Series[float] | None = None,
    *,
    horizon: int = 1,
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> DifferenceInterval:
    """Return measure(hedged, unhedged) - measure(benchmark, unhedged) with a bootstrap interval.

    Without ``unhedged`` the measure is a function of one series.

    Parameters
    ----------
    measure : function of two series, or of one if ``unhedged`` is not given; functools.partial
        sets its parameters
    hedged, benchmark, unhedged : Series (n_dates,), returns on the same dates
    horizon : int, number of periods that each return spans, if returns overlap: blocks are then at
        least twice as long
    confidence : float in [0.5, 1), confidence level of the interval
    n_bootstrap : int, number of draws
    seed : int, random seed of the draws

    Raises
    ------
    DataError
        If the dates differ, there are fewer than 20 dates, or the measure is undefined on a draw.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).iloc[-1000:]
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> naive, half = asset - hedges["SP500"], asset - 0.5 * hedges["SP500"]
    >>> hr.evaluation.bootstrap_difference(hr.effectiveness, naive, half, asset, n_bootstrap=200)
    DifferenceInterval(..., 95% interval ...)
    """
    check_confidence(confidence)
    check_at_least(n_bootstrap, "n_bootstrap", 2)
    check_at_least(seed, "seed", 0)
    series = {"hedged": hedged, "benchmark": benchmark}
    if unhedged is not None:
        series["unhedged"] = unhedged
    joined = joined_series(series, minimum_rows=MIN_OBSERVATIONS)
    values = joined.to_numpy().T
    check_at_least(horizon, "horizon", 1)
    length = block_length(values[0], values[1], horizon)
    others = [joined[name] for name in joined.columns[2:]]
    of_hedged = float(measure(joined["hedged"], *others))
    difference = of_hedged - float(measure(joined["benchmark"], *others))
    if measure is effectiveness and len(values) == 3:
        hedge = DrawnHedge(values[0], length)
        (drawn,) = drawn_gains([hedge], values[1], values[2], n_bootstrap, seed)
    else:
        drawn = _drawn_differences(measure, values, length, n_bootstrap, seed)
    return interval_of_draws(difference, drawn, length, len(joined), confidence)


def shortest_block(horizon: int, n_dates: int) -> int:
    """Return the minimum mean length of a block for returns that overlap over a horizon."""
    return 1 if horizon == 1 else min(2 * horizon, n_dates // 2)


class DrawnHedge(NamedTuple):
    """Returns of a hedge (n_dates,), and the mean length of a block in which they are drawn."""

    returns: Array
    block_length: int


def drawn_gains(
    hedges: Sequence[DrawnHedge], benchmark: Array, asset: Array, n_bootstrap: int, seed: int
) -> list[Array]:
    """Return the effectiveness of each hedge less that of the benchmark, on each draw.

    All hedges are drawn with the same random numbers, each in blocks of its own length: the draws
    of one do not depend on the others.

    Parameters
    ----------
    hedges : sequence of DrawnHedge
    benchmark, asset : array (n_dates,), returns
    n_bootstrap : int
    seed : int

    Returns
    -------
    list of array (n_bootstrap,), one for each hedge

    Raises
    ------
    DataError
        If the asset does not vary on a draw.
    """
    triples = np.stack([np.column_stack([one.returns, benchmark, asset]) for one in hedges])
    triples -= triples.mean(axis=1, keepdims=True)
    new_block = np.array([1.0 / one.block_length for one in hedges])
    parts = []
    at_once = max(MAX_DRAWN_NUMBERS // len(asset), 1)
    for starts, uniforms in draw_random_numbers(len(asset), n_bootstrap, seed, at_once):
        gains = np.empty((len(starts), len(hedges)))
        drawn_effectiveness_gains(starts, uniforms, new_block, triples, gains)
        parts.append(gains)
    drawn = np.concatenate(parts)
    _check_finite(drawn)
    return list(drawn.T)


def interval_of_draws(
    difference: float, drawn: Array, length: int, n_dates: int, confidence: float
) -> DifferenceInterval:
    """Return the interval of a difference from its value on each draw (n_bootstrap,)."""
    ends = np.quantile(drawn, [0.5 - confidence / 2.0, 0.5 + confidence / 2.0])
    stretch = stretch_of_interval(confidence, length / n_dates)
    lower, upper = difference + (ends - difference) * stretch
    return DifferenceInterval(
        difference, float(lower), float(upper), confidence, length, len(drawn)
    )


def block_length(hedged: Array, benchmark: Array, horizon: int = 1) -> int:
    """Return the mean block length for squared returns (n_dates,) and their difference.

    It is the longest that one of them needs, and at least the lags of the difference; longer where
    returns overlap over a horizon.
    """
    pair = np.stack([hedged, benchmark])
    squares = np.square(pair - pair.mean(axis=1, keepdims=True))
    difference = squares[0] - squares[1]
    chosen = optimal_block_length(np.column_stack([*squares, difference]))
    shortest = shortest_block(horizon, len(hedged))
    return max(chosen, lags_for(difference, total=squares[0] + squares[1]), shortest)


def _drawn_differences(
    measure: Callable[..., float], values: Array, length: int, n_bootstrap: int, seed: int
) -> Array:
    """Return the difference of the measure on each draw of series (n_series, n_dates)."""
    array_measure = _array_measure(measure)
    n_dates = values.shape[1]
    parts = []
    for rows in _batches(draw_rows(n_dates, length, n_bootstrap, seed), n_dates):
        first, second, *others = (series[rows] for series in values)
        # a draw without variance is refused below
        with np.errstate(divide="ignore", invalid="ignore"):
            parts.append(array_measure(first, *others) - array_measure(second, *others))
    differences = np.concatenate(parts)
    _check_finite(differences)
    return differences


def _check_finite(differences: Array) -> None:
    if not np.isfinite(differences).all():
        raise DataError(
            "measure must be finite on every bootstrap draw; it is undefined on some. Pass more "
            "dates on which returns vary."
        )


def _batches(draws: Iterator[Indices], n_dates: int) -> Iterator[Indices]:
    """Yield the positions of several draws at a time, (some draws, n_dates)."""
    while batch := list(islice(draws, max(MAX_DRAWN_NUMBERS // n_dates, 1))):
        yield np.array(batch)


def _array_measure(measure: Callable[..., float]) -> Callable[..., Array]:
    """Return the measure as a function of arrays (n_draws, n_dates), row by row if need be."""
    if isinstance(measure, partial) and not measure.args and measure.func in ARRAY_MEASURES:
        return partial(ARRAY_MEASURES[measure.func], **measure.keywords)
    if measure in ARRAY_MEASURES:
        return ARRAY_MEASURES[measure]

    def by_row(*arrays: Array) -> Array:
        return np.array([measure(*map(pd.Series, rows)) for rows in zip(*arrays, strict=True)])

    return by_row
