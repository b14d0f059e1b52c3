"""Smiles of one expiry: total variance as a function of ln(K/F), and its derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from hedgeresearch.options.surfaces.sabr_formula import sabr_volatilities
from hedgeresearch.typing import Array

STEP = 1e-3
"""Step of differences, in units of ln(K/F)."""


class Derivatives(NamedTuple):
    """Total variance with its first and second derivative by ln(K/F), arrays (n,)."""

    variance: Array
    slope: Array
    bend: Array

    def density(self, log_moneyness: Array) -> Array:
        """Return g, which is negative where butterflies have negative prices.

        Gatheral and Jacquier (2014), eq. 2.1: the density of the underlying is g times a positive
        function.
        """
        first = 1.0 - log_moneyness * self.slope / (2.0 * self.variance)
        second = self.slope**2 / 4.0 * (1.0 / self.variance + 0.25)
        return first**2 - second + self.bend / 2.0


class Smile(Protocol):
    """Smile of one expiry."""

    def derivatives(self, log_moneyness: Array) -> Derivatives:
        """Return total variance and its derivatives, arrays (n,)."""
        ...

    @property
    def has_bound(self) -> bool:
        """True if total variance grows at most like 2 ln(K/F) far out (Lee's bound)."""
        ...


@dataclass(frozen=True)
class SVISmile:
    """Gatheral's smile w = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)).

    Attributes
    ----------
    a, b, rho, m, sigma : float
        Raw parameters.
    """

    a: float
    b: float
    rho: float
    m: float
    sigma: float

    @property
    def has_bound(self) -> bool:
        """True if b (1 + abs(rho)) is 2 at most."""
        return self.wing <= 2.0

    @property
    def wing(self) -> float:
        """Slope of the steeper wing, b (1 + abs(rho))."""
        return self.b * (1.0 + abs(self.rho))

    @property
    def lowest(self) -> float:
        """Least total variance."""
        return float(self.a + self.b * self.sigma * np.sqrt(1.0 - self.rho**2))

    def derivatives(self, log_moneyness: Array) -> Derivatives:
        """Return total variance and its derivatives, arrays (n,)."""
        x = np.asarray(log_moneyness, dtype=float) - self.m
        root = np.hypot(x, self.sigma)
        variance = self.a + self.b * (self.rho * x + root)
        slope = self.b * (self.rho + x / root)
        return Derivatives(variance, slope, self.b * self.sigma**2 / root**3)


@dataclass(frozen=True)
class SABRSmile:
    """Lognormal volatilities of Hagan's expansion.

    Attributes
    ----------
    forward, years : float
    alpha, beta, rho, nu : float
    """

    forward: float
    years: float
    alpha: float
    beta: float
    rho: float
    nu: float

    @property
    def has_bound(self) -> bool:
        """False: far out the expansion grows like the square of ln(K/F) over its logarithm."""
        return False

    def total_variance(self, log_moneyness: Array) -> Array:
        """Return total variance, (n,)."""
        parameters = np.array([self.alpha, self.beta, self.rho, self.nu])
        return (
            sabr_volatilities(log_moneyness, self.forward, self.years, parameters) ** 2 * self.years
        )

    def derivatives(self, log_moneyness: Array) -> Derivatives:
        """Return total variance and its derivatives by differences, arrays (n,)."""
        k = np.asarray(log_moneyness, dtype=float)
        points = np.concatenate([k - STEP, k, k + STEP])
        low, middle, high = np.split(self.total_variance(points), 3)
        bend = (high - 2.0 * middle + low) / STEP**2
        return Derivatives(middle, (high - low) / (2.0 * STEP), bend)


@dataclass(frozen=True)
class BlendedSmile:
    """Smile between those of two expiries, whose total variances are averaged.

    Attributes
    ----------
    first, second : Smile
    share : float, weight of the second
    """

    first: Smile
    second: Smile
    share: float

    @property
    def has_bound(self) -> bool:
        """True if both smiles have one."""
        return self.first.has_bound and self.second.has_bound

    def derivatives(self, log_moneyness: Array) -> Derivatives:
        """Return total variance and its derivatives, arrays (n,)."""
        first = self.first.derivatives(log_moneyness)
        second = self.second.derivatives(log_moneyness)
        mixed = [
            (1.0 - self.share) * one + self.share * other
            for one, other in zip(first, second, strict=True)
        ]
        return Derivatives(*mixed)


@dataclass(frozen=True)
class ScaledSmile:
    """Smile of the volatilities of another expiry.

    Attributes
    ----------
    smile : Smile
    factor : float, time over that of the other expiry
    """

    smile: Smile
    factor: float

    @property
    def has_bound(self) -> bool:
        """True if the other smile has one."""
        return self.smile.has_bound

    def derivatives(self, log_moneyness: Array) -> Derivatives:
        """Return total variance and its derivatives, arrays (n,)."""
        return Derivatives(*(self.factor * one for one in self.smile.derivatives(log_moneyness)))
