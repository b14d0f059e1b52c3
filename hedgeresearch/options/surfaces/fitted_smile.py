"""Smile of one expiry of a chain, with the quality of its fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch.options.surfaces.settings import SmileQuotes
from hedgeresearch.options.surfaces.smiles import Smile
from hedgeresearch.typing import Array


@dataclass(frozen=True)
class FittedSmile:
    """Smile of one expiry with the quality of its fit.

    Attributes
    ----------
    expiry : Timestamp
    years, forward, discount : float
    smile : Smile
    ends : (float, float)
        Least and largest ln(K/F) up to which arbitrage was looked at.
    quoted : (float, float)
        Least and largest ln(K/F) of the quotes.
    n_quotes : int
    error : float
        Root of the mean squared error of volatility.
    inside : float
        Share of the quotes whose bid and ask lie around the smile.
    """

    expiry: pd.Timestamp
    years: float
    forward: float
    discount: float
    smile: Smile
    ends: tuple[float, float]
    quoted: tuple[float, float]
    n_quotes: int
    error: float
    inside: float

    def volatility(self, log_moneyness: Array) -> Array:
        """Return volatilities, (n,)."""
        return np.asarray(np.sqrt(self.smile.derivatives(log_moneyness).variance / self.years))


def fitted_smile(quotes: SmileQuotes, smile: Smile, ends: tuple[float, float]) -> FittedSmile:
    """Return a smile with the quality of its fit to the quotes."""
    k = quotes.log_moneyness
    volatility = np.sqrt(smile.derivatives(k).variance / quotes.years)
    return FittedSmile(
        quotes.expiry,
        quotes.years,
        quotes.forward,
        quotes.discount,
        smile,
        ends,
        (float(k[0]), float(k[-1])),
        len(k),
        float(np.sqrt(np.mean((volatility - quotes.volatility) ** 2))),
        float(np.mean((volatility >= quotes.bid) & (volatility <= quotes.ask))),
    )


def nearest(smiles: Sequence[FittedSmile], years: float) -> FittedSmile | None:
    """Return the smile of the nearest time to expiry."""
    if not smiles:
        return None
    return min(smiles, key=lambda one: abs(one.years - years))
