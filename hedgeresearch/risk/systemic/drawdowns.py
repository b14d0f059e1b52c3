r"""Dependence of drawdowns: whether what hedges is down while the asset is.

With the drawdown D_t of a path the share by which it is below its highest level so far, the
conditional drawdown at risk of Chekhlov, Uryasev and Zabarankin (2005), International Journal of
Theoretical and Applied Finance 8, is the mean of the worst q of the drawdowns of the asset. The
same mean of another series *on those dates* says what it was down by then, as the marginal expected
shortfall does of returns. A hedge whose returns go with the asset's day by day may have its
drawdowns at other times: then the hedged position recovers late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.series import joined_series
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length
from hedgeresearch.typing import Array

MIN_TAIL = 10
"""Minimum number of observations among the worst drawdowns."""


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True)
class DrawdownDependence:
    """Drawdowns of asset and hedge, and how many of the worst they share.

    Attributes
    ----------
    common : float, share of the worst drawdowns of the asset that fall on those of the hedge; q for
        independent series
    interval : (lower, upper), its 95% interval
    asset : float, mean of the asset's worst drawdowns, its conditional drawdown at risk
    hedge : float, mean drawdown of the hedge on the same dates
    q : float, share of the dates that are the worst
    n_worst : int, number of these dates
    block_length : int, mean length of the bootstrap's blocks, in observations

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.risk import drawdown_dependence
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> found = drawdown_dependence(returns["NASDAQ"], returns["SP500"], n_bootstrap=100)
    >>> round(found.common, 2), round(found.asset, 2), found.n_worst
    (0.83, 0.71, 503)
    """

    common: float
    interval: tuple[float, float]
    asset: float
    hedge: float
    q: float
    n_worst: int
    block_length: int


@exported_by("hedgeresearch.risk")
def drawdown_dependence(
    asset: Any, hedge: Any, q: float = 0.1, *, n_bootstrap: int = 500, seed: int = 0
) -> DrawdownDependence:
    """Return whether the worst drawdowns of an asset are also those of its hedge.

    Parameters
    ----------
    asset, hedge : Series (n_dates,), simple returns on the same dates
    q : float in (0, 0.5), share of the dates that are the worst; at least ten of them
    n_bootstrap : int, number of draws of dates in blocks, for the interval
    seed : int

    Returns
    -------
    DrawdownDependence
        Drawdowns are shares of the highest level so far, 0 or more. They last, so that the interval
        is wide even for long samples.

    Raises
    ------
    DataError
        If there are fewer than ten worst dates, a series is below its high on fewer dates than
        these, the dates differ, or a return is below -1.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> found = drawdown_dependence(returns["NASDAQ"], returns["SP500"], n_bootstrap=100)
    >>> round(found.common, 2), round(found.asset, 2), round(found.hedge, 2)
    (0.83, 0.71, 0.41)
    """
    check_between(q, "q", 0.0, 0.5)
    check_at_least(n_bootstrap, "n_bootstrap", 100, 100_000)
    check_at_least(seed, "seed", 0)
    joined = joined_series({"asset": asset, "hedge": hedge}, minimum_rows=2)
    values = check_returns(joined, minimum_rows=2).to_numpy()
    if not (values >= -1.0).all():
        raise DataError("returns must be -1 or more; pass simple returns, fractions per period.")
    n_worst = int(q * len(values))
    if n_worst < MIN_TAIL:
        raise DataError(
            f"the worst {q:.3g} of the dates must be at least {MIN_TAIL}; got {n_worst} of "
            f"{len(values)}. Pass a longer sample, or a larger q."
        )
    paths = drawdowns(values)
    _refuse_few(paths, n_worst)
    worst = _worst(paths, n_worst)
    # drawdowns move slowly: blocks are as long as theirs need
    length = optimal_block_length(paths)
    draws = draw_rows(len(values), length, n_bootstrap, seed)
    shares = [_common(_worst(drawdowns(values[rows]), n_worst)) for rows in draws]
    low, high = np.quantile(shares, [0.025, 0.975])
    return DrawdownDependence(
        common=_common(worst),
        interval=(float(low), float(high)),
        asset=float(paths[worst[:, 0], 0].mean()),
        hedge=float(paths[worst[:, 0], 1].mean()),
        q=float(q),
        n_worst=n_worst,
        block_length=length,
    )


def drawdowns(returns: Array) -> Array:
    """Return the share by which each path is below its highest level, of returns (n_dates, n)."""
    levels = np.cumprod(1.0 + returns, axis=0)
    highest = np.maximum(np.maximum.accumulate(levels, axis=0), 1.0)
    return np.asarray(1.0 - levels / highest)


def _refuse_few(paths: Array, n_worst: int) -> None:
    """Refuse series that are below their high on fewer dates than are to be the worst."""
    for name, n_below in zip(("asset", "hedge"), (paths > 0.0).sum(axis=0), strict=True):
        if n_below < n_worst:
            raise DataError(
                f"the {name} must be below its high on at least {n_worst} dates, the worst ones; "
                f"got {n_below}. Pass a longer sample, or a smaller q."
            )


def _worst(paths: Array, n_worst: int) -> Any:
    """Return which drawdowns (n_dates, 2) are among the largest of their column, and not zero."""
    order = np.argsort(-paths, axis=0, kind="stable")
    worst = np.zeros(paths.shape, dtype=bool)
    np.put_along_axis(worst, order[:n_worst], values=True, axis=0)
    # a draw of dates may have fewer of them
    return worst & (paths > 0.0)


def _common(worst: Any) -> float:
    """Return the share of the worst dates of the first series that both have; 0.0 without any."""
    return float(worst.all(axis=1).sum() / max(worst[:, 0].sum(), 1))
