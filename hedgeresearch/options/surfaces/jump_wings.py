"""SVI by the five numbers that traders read off a smile.

Source: Gatheral and Jacquier (2014), section 3.3 and 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.options.surfaces.smiles import SVISmile

FLAT = 1e-12
"""Size of beta from which the minimum is at the money."""


@exported_by("hedgeresearch.options")
@dataclass(frozen=True)
class JumpWings:
    """Smile of SVI in the jump-wing parametrization.

    Parameters
    ----------
    v : float
        Variance a year at the money.
    psi : float
        Slope of the volatility at the money, times the root of the years.
    p, c : float
        Slopes of the left and of the right wing of total variance, over its root at the money.
    v_min : float
        Least variance a year.
    years : float
        Time to expiry.

    Examples
    --------
    Axel Vogt's smile, whose butterflies have negative prices near ln(K/F) = 0.88:

    >>> wings = JumpWings(0.01742625, -0.1752111, 0.6997381, 1.316798, 0.0116249, 1.0)
    >>> {name: float(round(value, 4)) for name, value in vars(wings.smile()).items()}
    {'a': -0.041, 'b': 0.1331, 'rho': 0.306, 'm': 0.3586, 'sigma': 0.4153}
    >>> wings.without_butterflies()
    JumpWings(v=0.01742625, psi=-0.1752111, p=0.6997381, c=0.3493159, v_min=0.0154818..., years=1.0)
    """

    v: float
    psi: float
    p: float
    c: float
    v_min: float
    years: float

    def __post_init__(self) -> None:
        for name in ("v", "p", "c", "v_min", "years"):
            check_between(vars(self)[name], name, 0.0, np.inf)
        check_between(self.psi, "psi", -np.inf, np.inf)
        if not -self.p <= 2.0 * self.psi <= self.c:
            raise DataError(
                f"psi must lie between -p / 2 and c / 2, the slopes of the wings; got {self.psi:g} "
                f"with p = {self.p:g} and c = {self.c:g}."
            )
        if self.v_min > self.v:
            raise DataError(f"v_min must be v at most; got {self.v_min:g} and {self.v:g}.")

    @classmethod
    def of(cls, smile: SVISmile, years: float) -> JumpWings:
        """Return the jump wings of a smile (eq. 3.5).

        Examples
        --------
        >>> from hedgeresearch.options import JumpWings
        >>> wings = JumpWings(0.04, -0.1, 0.6, 0.4, 0.035, 0.5)
        >>> round(JumpWings.of(wings.smile(), 0.5).v, 6)
        0.04
        """
        found = smile.derivatives(np.zeros(1))
        w = float(found.variance[0])
        root = float(np.sqrt(w))
        return cls(
            w / years,
            float(found.slope[0]) / (2.0 * root),
            smile.b * (1.0 - smile.rho) / root,
            smile.b * (1.0 + smile.rho) / root,
            smile.lowest / years,
            years,
        )

    def smile(self) -> SVISmile:
        """Return the raw parameters (lemma 3.2).

        A smile with like wings and its minimum at the money has the same jump wings for every
        sigma: the one of SSVI is used.
        """
        w = self.v * self.years
        root = float(np.sqrt(w))
        b = root / 2.0 * (self.c + self.p)
        rho = 1.0 - self.p * root / b
        beta = rho - 2.0 * self.psi * root / b
        mean = float(np.sqrt(1.0 - rho**2))
        gap = w - self.v_min * self.years
        if abs(beta) < FLAT:
            # m = 0: the formula of sigma divides by zero, and w(0) = a + b sigma
            sigma = gap / (b * (1.0 - mean)) if mean < 1.0 else root / (2.0 * self.p)
            return SVISmile(w - b * sigma, b, rho, 0.0, sigma)
        sign = float(np.sign(beta))
        alpha = sign * float(np.sqrt(1.0 / beta**2 - 1.0))
        m = gap / (b * (-rho + sign * float(np.sqrt(1.0 + alpha**2)) - alpha * mean))
        sigma = alpha * m
        return SVISmile(self.v_min * self.years - b * sigma * mean, b, rho, m, sigma)

    def without_butterflies(self) -> JumpWings:
        """Return wings of a smile that is free of butterfly arbitrage, with the same v, psi and p.

        The right wing and the minimum are those of an SSVI smile (section 5.1):
        c = p + 2 psi and v_min = v 4 p c / (p + c)^2.
        """
        c = self.p + 2.0 * self.psi
        return replace(self, c=c, v_min=self.v * 4.0 * self.p * c / (self.p + c) ** 2)
