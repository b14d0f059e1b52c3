"""Settings that all surfaces have, and the quotes that they are fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import counted, day
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.typing import Array

ARBITRAGE = ("free", "allowed")
WEIGHTS = ("volatility", "vega", "spread", "variance")
MIN_STRIKES = 5
"""Strikes of an expiry from which a smile is fitted."""
MIN_YEARS = 1.0 / 365.0
"""Time to expiry below which prices are mostly ticks: one day."""
LEAST_SPREAD = 1e-4
"""Least spread of volatility that counts, so that a quote without one has no infinite weight."""


@dataclass(frozen=True)
class SmileQuotes:
    """Quotes of one expiry that a smile is fitted to.

    Attributes
    ----------
    expiry : Timestamp
    years, forward, discount : float
    strike, log_moneyness : arrays (n,), ascending
    volatility, bid, ask : arrays (n,), implied volatilities
    weight : array (n,)
        Weight of an error of total variance, scaled so that the sum of squares of weight times
        total variance is 1.
    """

    expiry: pd.Timestamp
    years: float
    forward: float
    discount: float
    strike: Array
    log_moneyness: Array
    volatility: Array
    bid: Array
    ask: Array
    weight: Array

    @property
    def total_variance(self) -> Array:
        """Squared volatility times the years, (n,)."""
        return self.volatility**2 * self.years


def check_surface_settings(arbitrage: Any, weights: Any, max_moneyness: Any) -> None:
    """Refuse settings that no surface has."""
    check_choice(arbitrage, "arbitrage", ARBITRAGE)
    check_choice(weights, "weights", WEIGHTS)
    if max_moneyness is not None:
        check_between(max_moneyness, "max_moneyness", 0.0, np.inf)


def smile_quotes(chain: Any, weights: str, max_moneyness: float | None) -> list[SmileQuotes]:
    """Return the quotes of each expiry, without those whose quotes are too few.

    Raises
    ------
    DataError
        If it is no chain, or no expiry has enough quotes.

    Warns
    -----
    DataWarning
        For expiries that are left out, and for times to expiry of less than a day.
    """
    if not isinstance(chain, OptionChain):
        raise DataError(
            f"a surface is fitted to an OptionChain; got {type(chain).__name__}. Make one of the "
            "quotes, OptionChain(table, moment)."
        )
    quotes = chain.quotes()
    if max_moneyness is not None:
        quotes = quotes[quotes["log_moneyness"].abs() < max_moneyness]
    found = []
    left_out = {}
    for expiry in chain.expiries:
        rows = quotes[quotes["expiry"] == expiry]
        fault = _fault(rows)
        if fault:
            left_out[expiry] = fault
        else:
            found.append(_of_expiry(expiry, rows, weights))
    _report_left_out(left_out, len(found))
    short = [one for one in found if one.years < MIN_YEARS]
    if short:
        warn_caller(
            f"{day(short[0].expiry)} is less than a day away; its prices are few ticks, and so is "
            "its smile. Leave such expiries out with chain.select.",
            DataWarning,
        )
    return found


def _fault(rows: pd.DataFrame) -> str:
    """Return why a smile cannot be fitted to the rows of an expiry; "" if it can."""
    if len(rows) < MIN_STRIKES:
        return f"{counted(len(rows), 'strike')} with quotes, and a smile needs {MIN_STRIKES}"
    is_call = rows["kind"] == "call"
    if is_call.all() or not is_call.any():
        side = "above" if is_call.all() else "below"
        return f"quotes {side} the forward only"
    return ""


def _report_left_out(left_out: dict[pd.Timestamp, str], n_found: int) -> None:
    if not left_out:
        return
    texts = [f"{day(expiry)} has {fault}" for expiry, fault in left_out.items()]
    if not n_found:
        raise DataError(
            f"an expiry must have quotes at {MIN_STRIKES} strikes at least, on both sides of the "
            f"forward; {texts[0]}. See chain.dropped for what was not used."
        )
    warn_caller(
        f"{counted(len(left_out), 'expiry').replace('expirys', 'expiries')} left out: "
        f"{'; '.join(texts)}.",
        DataWarning,
    )


def _of_expiry(expiry: pd.Timestamp, rows: pd.DataFrame, weights: str) -> SmileQuotes:
    first = rows.iloc[0]
    return SmileQuotes(
        expiry,
        float(first["years"]),
        float(first["forward"]),
        float(first["discount"]),
        rows["strike"].to_numpy(dtype=float),
        rows["log_moneyness"].to_numpy(),
        rows["volatility"].to_numpy(),
        rows["bid_volatility"].to_numpy(),
        rows["ask_volatility"].to_numpy(),
        _weights(rows, weights),
    )


def _weights(rows: pd.DataFrame, weights: str) -> Array:
    """Return the weight of an error of total variance at each quote."""
    volatility = rows["volatility"].to_numpy()
    years = rows["years"].to_numpy()
    # an error of volatility is one of total variance over this
    by_volatility = 1.0 / (2.0 * volatility * years)
    if weights == "variance":
        weight = np.ones(len(rows))
    elif weights == "volatility":
        weight = by_volatility
    elif weights == "vega":
        weight = by_volatility * rows["vega"].to_numpy()
    else:
        spread = (rows["ask_volatility"] - rows["bid_volatility"]).to_numpy()
        weight = by_volatility / np.maximum(spread, LEAST_SPREAD)
    scale = np.sqrt(np.sum((weight * volatility**2 * years) ** 2))
    return np.asarray(weight / scale)
