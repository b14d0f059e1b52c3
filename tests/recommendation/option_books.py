"""Books with options for the tests: a coin, its perpetual, and options in dollars and in coin."""

from typing import Any

import numpy as np
import pandas as pd

import hedgeresearch as hr
from hedgeresearch.instruments.option_terms import OptionTerms

LAST = pd.Timestamp("2026-04-01 08:00", tz="UTC")
EXPIRY = "2026-06-26 08:00+00:00"
DAY = pd.Timedelta(days=1)
SPOT = 60_000.0


def coin_table(basis: float = 5e-4) -> pd.DataFrame:
    """Prices of 300 days that end at 60,000, a perpetual near them, and implied volatilities."""
    rng = np.random.default_rng(3)
    path = np.exp(np.cumsum(0.03 * rng.standard_normal(300)))
    coin = SPOT * path / path[-1]
    columns = {
        "BTC": coin,
        "PERP": coin * (1.0 + basis * rng.standard_normal(300)),
        "IV": 0.6 + np.cumsum(0.005 * rng.standard_normal(300)),
    }
    return pd.DataFrame(columns, pd.date_range(end=LAST, periods=300, name="date"))


def dollar_option(
    name: str = "P55", kind: Any = "put", strike: float = 55e3, **terms: Any
) -> hr.OptionContract:
    right = {"expiry": EXPIRY, "currency": "USD"} | terms
    return hr.OptionContract(name, "BTC", kind, strike, **right)


def coin_option(
    name: str = "P55", kind: Any = "put", strike: float = 55e3, **terms: Any
) -> hr.InverseOption:
    right = {"expiry": EXPIRY, "currency": "BTC"} | terms
    return hr.InverseOption(name, "BTC", kind, strike, **right)


def linear_perpetual(**terms: Any) -> hr.LinearContract:
    right = {"fee": 0.0005, "half_spread": 0.0001, "currency": "USD"} | terms
    return hr.LinearContract("PERP", 0.001, **right)


def coin_perpetual(**terms: Any) -> hr.InverseContract:
    right = {"fee": 0.0005, "half_spread": 0.0001, "currency": "BTC"} | terms
    return hr.InverseContract("PERP", 100, **right)


def option_market(
    currency: str | None = "USD",
    table: pd.DataFrame | None = None,
    volatilities: dict[str, Any] | None = None,
    **quotes: Any,
) -> hr.Market:
    given = {"P55": "IV", "C70": 0.58, "P50": 0.62} if volatilities is None else volatilities
    return hr.Market(
        coin_table() if table is None else table,
        rates={"PERP": "BTC"} if currency == "USD_COIN" else None,
        currency="USD" if currency == "USD_COIN" else currency,
        quotes=hr.recommendation.OptionQuotes(given, **quotes),
    )


def advise_options(
    options: dict[OptionTerms, float],
    instruments: Any,
    market: hr.Market,
    units: dict[str, float] | None = None,
    model: Any = None,
    kind: Any = "simple",
    **settings: Any,
) -> hr.recommendation.Recommendation:
    """Recommend a hedge of options, by OLS unless another model is given."""
    position = hr.Position(units or {}, options=options)
    fit = (model or hr.OLSHedge()).fit(*market.returns(position, instruments, kind))
    return hr.recommend(fit, position, instruments, market, **settings)
