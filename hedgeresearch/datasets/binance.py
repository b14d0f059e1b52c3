"""Spot, perpetuals and funding of Bitcoin and Ether on Binance, every eight hours (downloaded).

The file labels each bar with its opening in London's wall time, so that changes of the clock leave
steps of nine and seven hours; in UTC the bars open at 0, 8 and 16 o'clock. Here a row is dated by
the close of its bar. Its funding is the rate settled at that moment: a long position in the
perpetual over the bar pays it if it is positive.

Bars of other exchanges in the same file are four hours earlier than their labels and left out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.datasets.download import fetch
from hedgeresearch.datasets.sources import SOURCES

FILE = "all_exchanges.csv"
BAR_LENGTH = pd.Timedelta(hours=8)
PAIRS = {
    "BTC": "BTC/USDT",
    "BTC_USDT_PERP": "BTCUSDT",
    "BTC_COIN_PERP": "BTCUSDCM",
    "ETH": "ETH/USDT",
    "ETH_USDT_PERP": "ETHUSDT",
    "ETH_COIN_PERP": "ETHUSDCM",
}
"""Name of each series, and the pair of the file."""
PERPETUALS = tuple(name for name in PAIRS if "PERP" in name)


def _describe_columns() -> str:
    prices = (
        f"{name}: price at the time, USDT{' or USD' if 'COIN' in name else ''}" for name in PAIRS
    )
    funding = (
        f"{name}_FUNDING: rate settled at the time, a fraction, paid by longs"
        for name in PERPETUALS
    )
    return "; ".join([*prices, *funding])


BINANCE = {
    "name": "binance_8h",
    "title": "Bitcoin and Ether on Binance: "
    "spot, USDT- and coin-margined perpetuals, funding (downloaded)",
    "source": f"https://github.com/{SOURCES[FILE].repository} "
    f"@{SOURCES[FILE].commit}, {SOURCES[FILE].path}",
    "license": SOURCES[FILE].license,
    "period": "2023-01-01 to 2024-07-01",
    "frequency": "every 8 hours, UTC",
    "rows": "1641",
    "columns": _describe_columns(),
    "sha256": SOURCES[FILE].sha256,
    "asset": "BTC",
    "hedges": "BTC_USDT_PERP",
}
"""Description of the table."""


def load_binance() -> pd.DataFrame:
    """Return prices and funding rates, (1641, 10), on UTC dates.

    Prices are in USDT, or in USD for the coin-margined perpetuals; each perpetual has a funding
    rate, a fraction.
    """
    bars = pd.read_csv(fetch(FILE), usecols=["time", "exchange", "pair", "close", "funding rate"])
    bars = bars[bars["exchange"] == "binance"]
    opened = pd.to_datetime(bars["time"], format="%Y-%m-%d %H:%M:%S")
    # One bar opens in the hour that occurs twice, at midnight UTC, which is the first of the two,
    # in summer time.
    summer_time = np.ones(len(opened), dtype=bool)
    opened = opened.dt.tz_localize("Europe/London", ambiguous=summer_time).dt.tz_convert("UTC")
    bars = bars.assign(date=opened)
    closes = bars.pivot(index="date", columns="pair", values="close")
    prices = closes[[*PAIRS.values()]].set_axis([*PAIRS], axis=1)
    rates = bars.pivot(index="date", columns="pair", values="funding rate")
    funding = {f"{name}_FUNDING": rates[PAIRS[name]] for name in PERPETUALS}
    table = prices.shift(freq=BAR_LENGTH).join(pd.DataFrame(funding), how="inner")
    table.columns.name = None
    return table
