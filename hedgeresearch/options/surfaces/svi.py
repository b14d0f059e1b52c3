"""SVI: the stochastic-volatility-inspired smile of each expiry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.options.surfaces.fitted_smile import FittedSmile, fitted_smile, nearest
from hedgeresearch.options.surfaces.settings import (
    SmileQuotes,
    check_surface_settings,
    smile_quotes,
)
from hedgeresearch.options.surfaces.smiles import SVISmile
from hedgeresearch.options.surfaces.svi_order import without_crossings
from hedgeresearch.options.surfaces.svi_search import FoundSmile, best_smile
from hedgeresearch.typing import Array

MIN_REACH = 1.5
"""Least size of ln(K/F) up to which a smile has no arbitrage."""
REACH_OF_QUOTES = 2.0
"""The same, in units of the farthest quote."""
N_GRID = 301
SPREAD_OF_GRID = 5.0
"""Logarithm, nearly, of the ratio of the widest to the closest distance of the grid."""


@exported_by("hedgeresearch.options")
@dataclass(frozen=True)
class SVI:
    r"""Gatheral's SVI smile of each expiry, by least squares.

    .. math:: w(k) = a + b \left(\rho (k - m) + \sqrt{(k - m)^2 + \sigma^2}\right)

    with total variance w and k = ln(K/F) of the forward of the expiry. Slopes of the wings are
    within Lee's bound, b (1 + \|rho\|) <= 2, and total variance is positive, in every fit. Free
    of arbitrage means further, for \|k\| up to 1.5 and twice the farthest quote: no butterfly has a
    negative price, and total variance is nowhere below that of the expiry before. Where smiles that
    are fitted alone cross, one of both gives way: the earlier ones in a pass from the last expiry
    on, or the later ones in a pass from the first, whichever costs less.

    Parameters
    ----------
    arbitrage : {"free", "allowed"}
        Whether the smiles must be free of arbitrage.
    weights : {"volatility", "vega", "spread", "variance"}
        What is made small: errors of volatility, all alike ("volatility"), in currency ("vega") or
        in units of the spread ("spread"), or errors of total variance.
    max_moneyness : float, optional
        Size of ln(K/F) below which quotes are fitted, such as 0.2.
    n_starts : int
        Starts of the search that are followed to their ends, out of 72.

    References
    ----------
    Gatheral and Jacquier (2014), Arbitrage-free SVI volatility surfaces, Quantitative Finance 14.
    De Marco and Martini (2009), Quasi-explicit calibration of Gatheral's SVI model.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    >>> strikes = np.arange(70.0, 141.0, 5.0)
    >>> smile = pd.DataFrame(
    ...     {
    ...         "expiry": moment + pd.Timedelta(days=73),
    ...         "strike": strikes,
    ...         "forward": 100.0,
    ...         "volatility": np.sqrt(0.04 + 0.1 * np.log(strikes / 100.0) ** 2),
    ...     }
    ... )
    >>> fit = SVI().fit(hr.options.OptionChain.from_volatilities(smile, moment))
    >>> float(round(fit.volatility(102.0, fit.expiries[0]), 3)), fit.arbitrage().is_free
    (0.2, True)
    """

    arbitrage: Literal["free", "allowed"] = "free"
    weights: Literal["volatility", "vega", "spread", "variance"] = "volatility"
    max_moneyness: float | None = None
    n_starts: int = 3

    def __post_init__(self) -> None:
        check_surface_settings(self.arbitrage, self.weights, self.max_moneyness)
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)

    def fit(self, chain: OptionChain) -> SurfaceFit:
        """Estimate the smile of each expiry with at least five quotes on both sides.

        Raises
        ------
        DataError
            If no expiry has enough quotes.
        ConvergenceError
            If no smile without arbitrage was found.

        Warns
        -----
        DataWarning
            For expiries that are left out.
        """
        return self.fit_from(chain, [])

    def fit_from(self, chain: OptionChain, known: Sequence[FittedSmile]) -> SurfaceFit:
        """Estimate, starting at known smiles too where there are any."""
        quotes = smile_quotes(chain, self.weights, self.max_moneyness)
        reach = max(map(reach_of, quotes))
        grid = _grid(reach)
        found = [self._best(one, grid, nearest(known, one.years)) for one in quotes]
        if self.arbitrage == "free":
            found = without_crossings(quotes, found, grid)
            _check(quotes, found)
        smiles = [
            fitted_smile(one, end.smile, (-reach, reach))
            for one, end in zip(quotes, found, strict=True)
        ]
        return SurfaceFit(self, chain, tuple(smiles))

    def _best(self, quotes: SmileQuotes, grid: Array, start: FittedSmile | None) -> FoundSmile:
        """Return the smile of an expiry without regard to the others."""
        known = start.smile if start is not None else None
        return best_smile(
            quotes,
            grid,
            None,
            known=known if isinstance(known, SVISmile) else None,
            n_starts=self.n_starts if known is None else 1,
            is_free=self.arbitrage == "free",
        )


def _check(quotes: Sequence[SmileQuotes], found: Sequence[FoundSmile]) -> None:
    for one, end in zip(quotes, found, strict=True):
        if end.slack < 0.0:
            raise ConvergenceError(
                f"no smile of {day(one.expiry)} without arbitrage was found (its least slack is "
                f"{end.slack:.3g}). Look at its quotes, use more starts, or pass "
                "arbitrage='allowed'."
            )


def reach_of(quotes: SmileQuotes) -> float:
    """Return the size of ln(K/F) up to which a smile must have no arbitrage."""
    farthest = float(np.abs(quotes.log_moneyness).max())
    return max(MIN_REACH, REACH_OF_QUOTES * farthest)


def _grid(reach: float) -> Array:
    """Return values of ln(K/F), closest to each other at the money."""
    steps = np.linspace(-SPREAD_OF_GRID, SPREAD_OF_GRID, N_GRID)
    return np.asarray(reach * np.sinh(steps) / np.sinh(SPREAD_OF_GRID))
