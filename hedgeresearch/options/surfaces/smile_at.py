"""Smile of any time between the expiries of a surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.options.surfaces.smiles import Smile
from hedgeresearch.typing import Array

Extrapolation = Literal["flat"] | None


@dataclass(frozen=True)
class SmileAt:
    """Smile of any time between the expiries.

    Attributes
    ----------
    smile : Smile
    years, forward : float
    ends : (float, float)
        Least and largest ln(K/F) at which it may be used if it has no bound.
    """

    smile: Smile
    years: float
    forward: float
    ends: tuple[float, float]

    def volatility(self, log_moneyness: Array, extrapolate: Extrapolation = None) -> Array:
        """Return volatilities, (n,).

        Raises
        ------
        DataError
            If the smile has no bound and a strike lies beyond its ends.
        """
        k = np.asarray(log_moneyness, dtype=float)
        low, high = self.ends
        if not self.smile.has_bound:
            beyond = (k < low) | (k > high)
            if beyond.any() and extrapolate is None:
                strike = self.forward * float(np.exp(k[int(np.argmax(beyond))]))
                raise DataError(
                    f"a strike must lie between {self.forward * np.exp(low):.6g} and "
                    f"{self.forward * np.exp(high):.6g}, near the quotes, as the wings of this "
                    f"smile have no bound; got {strike:.6g}. Use SVI or SSVI, or pass "
                    "extrapolate='flat' for the volatility at the end."
                )
            k = np.clip(k, low, high)
        return np.asarray(np.sqrt(self.smile.derivatives(k).variance / self.years))

    def slope(self) -> float:
        """Return the derivative of volatility with respect to ln(K/F) at the money."""
        found = self.smile.derivatives(np.zeros(1))
        volatility = np.sqrt(found.variance[0] / self.years)
        return float(found.slope[0] / (2.0 * volatility * self.years))
