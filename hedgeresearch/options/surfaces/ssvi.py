"""SSVI: one surface of three parameters and the variance at the money of each expiry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.options.surfaces.fitted_smile import FittedSmile, fitted_smile
from hedgeresearch.options.surfaces.settings import (
    SmileQuotes,
    check_surface_settings,
    smile_quotes,
)
from hedgeresearch.options.surfaces.smiles import SVISmile
from hedgeresearch.options.surfaces.svi import reach_of
from hedgeresearch.typing import Array

MAX_RHO = 0.999
LARGEST_ETA = 1e3
"""Largest eta where arbitrage is allowed."""
GAMMA_OF_ONE = 0.5
"""gamma of a chain of one expiry, which has no say in it."""
RHOS = (-0.7, -0.3, 0.3)
ETA_SHARES = (0.2, 0.6, 0.9)
GAMMAS = (0.3, 0.6)
"""Values of the starts."""
TOLERANCE = 1e-12
LARGEST_LOG = 30.0
"""Largest size of the logarithm of a rise of theta, in units of the largest theta."""


@exported_by("hedgeresearch.options")
@dataclass(frozen=True)
class SSVI:
    r"""Surface of Gatheral and Jacquier with a power law, by least squares over all expiries.

    .. math:: w(k, \theta) = \frac{\theta}{2} \left(1 + \rho \varphi k
              + \sqrt{(\varphi k + \rho)^2 + 1 - \rho^2}\right), \quad
              \varphi = \eta\, \theta^{-\gamma}

    with :math:`\theta` the total variance at the money of an expiry. Free of arbitrage means that
    theta rises with the expiry, gamma lies between 0 and 1 (theorem 4.1), and at every expiry
    :math:`\theta \varphi (1 + |\rho|) < 4` and :math:`\theta \varphi^2 (1 + |\rho|) \le 4`
    (theorem 4.2). The conditions are sufficient, not necessary: a surface outside them may be free
    of arbitrage too. A chain of one expiry leaves gamma open; it is 0.5 then.

    Parameters
    ----------
    arbitrage : {"free", "allowed"}
    weights : {"volatility", "vega", "spread", "variance"}
        See :class:`SVI`.
    max_moneyness : float, optional
        Size of ln(K/F) below which quotes are fitted.
    n_starts : int
        Starts of the search that are followed to their ends, out of 18.

    References
    ----------
    Gatheral and Jacquier (2014), Arbitrage-free SVI volatility surfaces, Quantitative Finance 14.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    >>> strikes = np.arange(70.0, 141.0, 5.0)
    >>> smiles = [
    ...     pd.DataFrame(
    ...         {
    ...             "expiry": moment + pd.Timedelta(days=days),
    ...             "strike": strikes,
    ...             "forward": 100.0,
    ...             "volatility": 0.2 - 0.1 * np.log(strikes / 100.0),
    ...         }
    ...     )
    ...     for days in (73, 146)
    ... ]
    >>> chain = hr.options.OptionChain.from_volatilities(pd.concat(smiles), moment)
    >>> SSVI().fit(chain).arbitrage().is_free
    True
    """

    arbitrage: Literal["free", "allowed"] = "free"
    weights: Literal["volatility", "vega", "spread", "variance"] = "volatility"
    max_moneyness: float | None = None
    n_starts: int = 2

    def __post_init__(self) -> None:
        check_surface_settings(self.arbitrage, self.weights, self.max_moneyness)
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)

    def fit(self, chain: OptionChain) -> SurfaceFit:
        """Estimate the surface on all expiries with at least five quotes on both sides.

        Raises
        ------
        DataError
            If no expiry has enough quotes.

        Warns
        -----
        DataWarning
            For expiries that are left out.
        """
        return self.fit_from(chain, [])

    def fit_from(self, chain: OptionChain, known: Sequence[FittedSmile]) -> SurfaceFit:
        """Estimate; known smiles are not used, as the starts lie close enough."""
        quotes = smile_quotes(chain, self.weights, self.max_moneyness)
        search = Search(quotes, self.arbitrage == "free")
        parameters = search.best(self.n_starts)
        smiles = [
            fitted_smile(one, ssvi_smile(theta, *parameters[:3]), (-reach_of(one), reach_of(one)))
            for one, theta in zip(quotes, parameters[3:], strict=True)
        ]
        return SurfaceFit(self, chain, tuple(smiles))


def ssvi_smile(theta: float, rho: float, eta: float, gamma: float) -> SVISmile:
    """Return the smile of one theta as one of SVI (Gatheral and Jacquier 2014, eq. 4.1)."""
    phi = eta * theta**-gamma
    mean = 1.0 - rho**2
    return SVISmile(
        float(theta / 2.0 * mean),
        float(theta * phi / 2.0),
        float(rho),
        float(-rho / phi),
        float(np.sqrt(mean) / phi),
    )


def largest_eta(thetas: Array, rho: float, gamma: float) -> float:
    """Return the eta up to which no expiry has butterflies of negative price (theorem 4.2)."""
    both = 1.0 + abs(rho)
    first = 4.0 / (both * thetas ** (1.0 - gamma))
    second = np.sqrt(4.0 / (both * thetas ** (1.0 - 2.0 * gamma)))
    return float(min(first.min(), second.min()))


class Search:
    """Least squares over the quotes of all expiries.

    The point is (atanh rho, logit of eta in its range, logit gamma, and the logarithms of theta of
    the first expiry and of each rise, in units of the largest).

    Parameters
    ----------
    quotes : sequence of SmileQuotes, by expiry
    is_free : bool
    """

    def __init__(self, quotes: Sequence[SmileQuotes], is_free: bool) -> None:
        self.quotes = quotes
        self.is_free = is_free
        self.k = np.concatenate([one.log_moneyness for one in quotes])
        self.w = np.concatenate([one.total_variance for one in quotes])
        self.weight = np.concatenate([one.weight for one in quotes])
        self.owner = np.repeat(np.arange(len(quotes)), [len(one.strike) for one in quotes])
        at_money = [float(np.interp(0.0, one.log_moneyness, one.total_variance)) for one in quotes]
        self.thetas = np.maximum.accumulate(np.array(at_money))
        self.unit = float(self.thetas[-1])

    def best(self, n_starts: int) -> Array:
        """Return rho, eta, gamma and the thetas of the best of some searches."""
        from scipy.optimize import leastsq

        choices = product(RHOS, ETA_SHARES, GAMMAS)
        starts = [self._start(rho, share, gamma) for rho, share, gamma in choices]
        ranked = sorted(starts, key=self._loss)
        found = []
        for start in ranked[:n_starts]:
            point = leastsq(self._errors, start, ftol=TOLERANCE, xtol=TOLERANCE)[0]
            found.append(np.asarray(point))
        return self.parameters(min(found, key=self._loss))

    def parameters(self, point: Array) -> Array:
        """Return rho, eta, gamma and the thetas of a point."""
        rho = MAX_RHO * np.tanh(point[0])
        gamma = GAMMA_OF_ONE if len(self.quotes) == 1 else _logistic(point[2])
        steps = self.unit * np.exp(np.clip(point[3:], -LARGEST_LOG, LARGEST_LOG))
        thetas = np.cumsum(steps)
        limit = largest_eta(thetas, rho, gamma) if self.is_free else LARGEST_ETA
        return np.array([rho, limit * _logistic(point[1]), gamma, *thetas])

    def _start(self, rho: float, share: float, gamma: float) -> Array:
        rises = np.maximum(np.diff(self.thetas), 1e-6 * self.unit)
        eta = share
        if not self.is_free:
            eta = share * largest_eta(self.thetas, rho, gamma) / LARGEST_ETA
        return np.array(
            [
                np.arctanh(rho / MAX_RHO),
                _logit(eta),
                _logit(gamma),
                np.log(self.thetas[0] / self.unit),
                *np.log(rises / self.unit),
            ]
        )

    def _errors(self, point: Array) -> Array:
        """Return weighted errors of total variance, (n,)."""
        rho, eta, gamma, *thetas = self.parameters(point)
        theta = np.array(thetas)
        phi = (eta * theta**-gamma)[self.owner] * self.k
        w = theta[self.owner] / 2.0 * (1.0 + rho * phi + np.sqrt((phi + rho) ** 2 + 1.0 - rho**2))
        return np.asarray(self.weight * (w - self.w))

    def _loss(self, point: Array) -> float:
        errors = self._errors(point)
        return float(errors @ errors)


def _logistic(x: Any) -> Any:
    from scipy.special import expit

    return expit(x)


def _logit(share: float) -> float:
    return float(np.log(share / (1.0 - share)))
