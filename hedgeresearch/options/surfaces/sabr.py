"""SABR: the smile of a lognormal or CEV forward with lognormal volatility, of each expiry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least, check_between
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.options.surfaces.constrained import (
    constrained_least_squares,
    least_squares,
)
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.options.surfaces.fitted_smile import FittedSmile, fitted_smile, nearest
from hedgeresearch.options.surfaces.sabr_formula import sabr_volatilities
from hedgeresearch.options.surfaces.settings import (
    SmileQuotes,
    check_surface_settings,
    smile_quotes,
)
from hedgeresearch.options.surfaces.smiles import SABRSmile, Smile
from hedgeresearch.typing import Array

MAX_RHO = 0.9999
RHOS = (-0.7, -0.2, 0.3)
TOTAL_NUS = (0.2, 1.0)
"""Values of rho, and of nu times the root of the years, of the starts."""
N_GRID = 101
BEYOND_QUOTES = 0.5
"""Range on each side of the quotes that must have no arbitrage, in units of their range."""
N_FINE = 1001
"""Values of ln(K/F) at which arbitrage is looked for, and at which it is constrained."""
FIRST_MARGIN = 1e-6
MAX_MARGINS = 4
"""Rounds in which the margin of the constraints grows until there is none between them."""


@exported_by("hedgeresearch.options")
@dataclass(frozen=True)
class SABR:
    r"""The SABR smile of each expiry, by least squares.

    .. math:: dF = \alpha F^\beta dW, \quad d\alpha = \nu \alpha\, dZ, \quad dW\, dZ = \rho\, dt

    with lognormal volatilities by Hagan's expansion (eq. 2.17a), which is an approximation: it is
    best for a short time to expiry and near the money, and its wings have no bound. Free of
    arbitrage means that on the range of the quotes and half of it on each side no butterfly has a
    negative price, and total variance is nowhere below that of the expiry before; beyond this range
    volatilities are refused.

    Parameters
    ----------
    beta : float
        Exponent, from 0 to 1: 1 for equities and coins, 0.5 often for rates. Quotes of one expiry
        say little of it.
    arbitrage : {"free", "allowed"}
    weights : {"volatility", "vega", "spread", "variance"}
        See :class:`SVI`.
    max_moneyness : float, optional
        Size of ln(K/F) below which quotes are fitted.
    n_starts : int
        Starts of the search that are followed to their ends, out of 6.

    References
    ----------
    Hagan, Kumar, Lesniewski and Woodward (2002), Managing Smile Risk, Wilmott.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    >>> strikes = np.arange(85.0, 121.0, 2.5)
    >>> smile = pd.DataFrame(
    ...     {
    ...         "expiry": moment + pd.Timedelta(days=73),
    ...         "strike": strikes,
    ...         "forward": 100.0,
    ...         "volatility": 0.2 - 0.1 * np.log(strikes / 100.0),
    ...     }
    ... )
    >>> fit = SABR().fit(hr.options.OptionChain.from_volatilities(smile, moment))
    >>> fit.parameters.columns.to_list()
    ['alpha', 'beta', 'rho', 'nu']
    """

    beta: float = 1.0
    arbitrage: Literal["free", "allowed"] = "free"
    weights: Literal["volatility", "vega", "spread", "variance"] = "volatility"
    max_moneyness: float | None = None
    n_starts: int = 2

    def __post_init__(self) -> None:
        check_between(self.beta, "beta", -np.inf, np.inf)
        if not 0.0 <= self.beta <= 1.0:
            raise DataError(f"beta must lie from 0 to 1; got {self.beta:g}.")
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
        """Estimate, starting at known smiles where there are any."""
        smiles: list[FittedSmile] = []
        for quotes in smile_quotes(chain, self.weights, self.max_moneyness):
            before = smiles[-1].smile if smiles else None
            start = nearest(known, quotes.years)
            smiles.append(self._fitted(quotes, before, start))
        return SurfaceFit(self, chain, tuple(smiles))

    def _fitted(
        self, quotes: SmileQuotes, before: Smile | None, start: FittedSmile | None
    ) -> FittedSmile:
        search = Search(quotes, self.beta, before if self.arbitrage == "free" else None)
        if start is not None and isinstance(start.smile, SABRSmile):
            points = [_point(start.smile)]
        else:
            points = sorted(search.starts(), key=search.loss)[: self.n_starts]
        point = min((least_squares(search.errors, one) for one in points), key=search.loss)
        if self.arbitrage == "free":
            point = _without_arbitrage(search, point)
        ends = (float(search.grid[0]), float(search.grid[-1]))
        return fitted_smile(quotes, search.smile(point), ends)


def _without_arbitrage(search: Search, start: Array) -> Array:
    """Return the best point without arbitrage, also between the points of the grid."""
    point = start
    margin = FIRST_MARGIN
    for _ in range(MAX_MARGINS):
        least = float(search.slacks(point, search.fine).min())
        if least >= 0.0:
            return point
        margin += max(-1.5 * least, 0.0) if point is not start else 0.0
        point = constrained_least_squares(search.errors, search.slacks, start, margin)
    least = float(search.slacks(point, search.fine).min())
    if least < 0.0:
        raise ConvergenceError(
            f"no SABR smile of {day(search.quotes.expiry)} without arbitrage was found (its least "
            f"slack is {least:.3g}). Use SVI, fit a narrower range with max_moneyness, or pass "
            "arbitrage='allowed'."
        )
    return point


class Search:
    """Errors and constraints of one smile at a point (ln alpha, atanh rho, ln nu).

    Parameters
    ----------
    quotes : SmileQuotes
    beta : float
    before : Smile or None, that of the expiry before, below which total variance must not be
    """

    def __init__(self, quotes: SmileQuotes, beta: float, before: Smile | None) -> None:
        self.quotes = quotes
        self.beta = beta
        low = float(quotes.log_moneyness[0])
        high = float(quotes.log_moneyness[-1])
        width = BEYOND_QUOTES * (high - low)
        self.grid = np.linspace(low - width, high + width, N_GRID)
        self.fine = np.linspace(low - width, high + width, N_FINE)
        self.before = before
        self.level = float(np.mean(quotes.total_variance))

    def parameters(self, point: Array) -> Array:
        """Return alpha, beta, rho and nu."""
        rho = MAX_RHO * np.tanh(point[1])
        return np.array([np.exp(point[0]), self.beta, rho, np.exp(point[2])])

    def smile(self, point: Array) -> SABRSmile:
        """Return the smile of a point."""
        alpha, beta, rho, nu = map(float, self.parameters(point))
        return SABRSmile(self.quotes.forward, self.quotes.years, alpha, beta, rho, nu)

    def starts(self) -> list[Array]:
        """Return points with the volatility at the money and some rho and nu."""
        quotes = self.quotes
        at_money = float(np.interp(0.0, quotes.log_moneyness, quotes.volatility))
        alpha = at_money * quotes.forward ** (1.0 - self.beta)
        root = np.sqrt(quotes.years)
        return [
            np.array([np.log(alpha), np.arctanh(rho / MAX_RHO), np.log(nu / root)])
            for rho, nu in product(RHOS, TOTAL_NUS)
        ]

    def errors(self, point: Array) -> Array:
        """Return weighted errors of total variance, (n,)."""
        quotes = self.quotes
        volatility = sabr_volatilities(
            quotes.log_moneyness, quotes.forward, quotes.years, self.parameters(point)
        )
        return quotes.weight * (volatility**2 * quotes.years - quotes.total_variance)

    def loss(self, point: Array) -> float:
        """Return the sum of squared errors."""
        errors = self.errors(point)
        return float(errors @ errors)

    def slacks(self, point: Array, points: Array | None = None) -> Array:
        """Return g on the grid, and total variance less that of the expiry before."""
        k = self.grid if points is None else points
        found = self.smile(point).derivatives(k)
        density = found.density(k)
        if self.before is None:
            return density
        rise = found.variance - self.before.derivatives(k).variance
        return np.concatenate([density, rise / self.level])


def _point(smile: SABRSmile) -> Array:
    return np.array([np.log(smile.alpha), np.arctanh(smile.rho / MAX_RHO), np.log(smile.nu)])
