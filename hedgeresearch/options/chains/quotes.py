"""Implied volatilities of the quotes out of the money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.options.implied import implied_volatility
from hedgeresearch.options.sensitivities import greeks


def volatility_quotes(rows: pd.DataFrame, years: pd.Series[float]) -> pd.DataFrame:
    """Return the rows with years, log_moneyness, volatilities of mid, bid and ask, and vega."""
    expiry = years.loc[rows["expiry"]].to_numpy()
    forward = rows["forward"].to_numpy()
    strike = rows["strike"].to_numpy()
    kind = rows["kind"].to_numpy()
    discount = rows["discount"].to_numpy()
    found = {
        name: implied_volatility(
            rows[column].to_numpy(), forward, strike, expiry, kind, discount=discount
        )
        for name, column in (
            ("volatility", "mid"),
            ("bid_volatility", "bid"),
            ("ask_volatility", "ask"),
        )
    }
    vega = greeks(forward, strike, expiry, found["volatility"], kind, discount=discount).vega
    moneyness = np.log(strike / forward)
    return rows.assign(years=expiry, log_moneyness=moneyness, **found, vega=vega)
