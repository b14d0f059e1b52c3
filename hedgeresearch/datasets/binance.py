"""Spot, perpetuals and funding of Bitcoin and Ether on Binance, every eight hours: downloaded, not bundled.

The file labels each bar with its opening in London's wall time, so that clocks going forward and back leave steps of
nine and seven hours; in UTC the bars open at 0, 8 and 16 o'clock. Here a row is dated by the close of its bar. Its
funding is the rate settled at that moment: whoever held the perpetual over the bar pays it if long.

Bars of other exchanges in the same file sit four hours earlier than their labels say; they are left out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.datasets.download import fetch
from hedgeresearch.datasets.sources import SOURCES

FILE = "all_exchanges.csv"
BAR = pd.Timedelta(hours=8)
SERIES = {
    "BTC": "BTC/USDT",
    "BTC_USDT_PERP": "BTCUSDT",
    "BTC_COIN_PERP": "BTCUSDCM",
    "ETH": "ETH/USDT",
    "ETH_USDT_PERP": "ETHUSDT",
    "ETH_COIN_PERP": "ETHUSDCM",
}
"""Our name of each series: the file's."""

ABOUT = {
    "name": "binance_8h",
    "title": "Bitcoin and Ether on Binance: spot, USDT- and coin-margined perpetuals, funding (downloaded)",
    "source": f"https://github.com/{SOURCES[FILE].repository} @{SOURCES[FILE].commit}, {SOURCES[FILE].path}",
    "licence": SOURCES[FILE].licence,
    "period": "2023-01-01 to 2024-07-01",
    "frequency": "every 8 hours, UTC",
    "rows": "1641",
    "columns": "; ".join(
        [f"{name}: price at the time, USDT{' or USD' if 'COIN' in name else ''}" for name in SERIES]
        + [
            f"{name}_FUNDING: rate settled at the time, a fraction, paid by longs"
            for name in SERIES
            if "PERP" in name
        ]
    ),
    "sha256": SOURCES[FILE].sha256,
    "asset": "BTC",
    "hedges": "BTC_USDT_PERP",
}


def load_binance() -> pd.DataFrame:
    """Prices (USDT, or USD for the coin-margined) and funding rates of each perpetual, (1641, 10), dated in UTC."""
    bars = pd.read_csv(fetch(FILE), usecols=["time", "exchange", "pair", "close", "funding rate"])
    bars = bars[bars["exchange"] == "binance"]
    opened = pd.to_datetime(bars["time"], format="%Y-%m-%d %H:%M:%S")
    # In the hour that comes twice a bar opens once, at midnight UTC, which is the hour's first coming, in summer time.
    utc = opened.dt.tz_localize(
        "Europe/London", ambiguous=np.ones(len(opened), dtype=bool)
    ).dt.tz_convert("UTC")
    bars = bars.assign(date=utc)
    prices = bars.pivot(index="date", columns="pair", values="close")[[*SERIES.values()]].set_axis(
        [*SERIES], axis=1
    )
    rates = bars.pivot(index="date", columns="pair", values="funding rate")
    funding = {
        f"{name}_FUNDING": rates[theirs] for name, theirs in SERIES.items() if "PERP" in name
    }
    table = prices.shift(freq=BAR).join(pd.DataFrame(funding), how="inner")
    table.columns.name = None
    return table
