"""Pairs on which the chosen model is tested once: currencies, stocks, crypto, futures."""

from __future__ import annotations

from itertools import product

import pandas as pd

from hedgeresearch.data.conversion import returns as returns_of
from hedgeresearch.datasets.download import fetch
from hedgeresearch.datasets.loading import load
from hedgeresearch.datasets.r_data import read_rda
from hedgeresearch.reproductions.papers.antonakakis_currencies import read_returns as currencies
from hedgeresearch.reproductions.papers.brooks_sp500_futures import read_prices as index_futures
from hedgeresearch.reproductions.regime_study.futures import (
    COMMODITIES,
    contract,
    contract_returns,
    read_settlements,
)
from hedgeresearch.reproductions.regime_study.pair import Market, Pair, pair_of, pairs_of_each_two

CURRENCIES = Market("currencies", "confirmation", cost=1e-4)
DOW = Market("Dow stocks, weekly", "confirmation", 5e-4, (500,), 52, "week")
CRYPTO = Market("crypto, 8-hourly", "confirmation", cost=5e-4, period="8 hours")
INDEX_FUTURES = Market("S&P 500 futures, monthly", "confirmation", 1e-4, (120,), 12, "month")
FAR_MONTHS = Market("futures, far months by near", "confirmation", cost=2e-4)
CROSS_HEDGES = Market("futures, cross hedges", "confirmation", cost=2e-4)

NEAR = 2
"""Contract month of the near hedge: it is rolled when the nearest contract expires."""
LADDER = (1, 4, 6, 9, 12, 18, 24, 30, 35)
"""Contract months hedged with the near one, for curves of 36 months."""
SHORT_LADDER = (1, 4, 6, 9, 12, 15, 17)
"""The same for curves of 18 months."""
ALUMINUM_LADDER = (1, 3, 4, 5)
CROSSES = (
    ("CL02", "BRN02"),
    ("BRN02", "CL02"),
    ("HO02", "CL02"),
    ("HO02", "BRN02"),
    ("RB02", "CL02"),
    ("RB02", "BRN02"),
    ("CL02", "HO02"),
    ("CL02", "RB02"),
    ("HO02", "RB02"),
    ("RB02", "HO02"),
    ("NG02", "CL02"),
    ("NG02", "HO02"),
    ("CL12", "BRN12"),
    ("BRN12", "CL12"),
    ("HO12", "CL12"),
    ("RB12", "CL12"),
    ("NG12", "CL12"),
    ("ALI02", "CL02"),
    ("ALI02", "BRN02"),
)
"""Asset and hedge of each cross hedge."""


def confirmation_pairs() -> list[Pair]:
    """Return all pairs, in the order of their markets."""
    rates = currencies()
    spot = returns_of(index_futures(), kind="log")
    pairs = pairs_of_each_two(CURRENCIES, rates)
    pairs += dow_pairs()
    pairs += crypto_pairs()
    pairs.append(pair_of(INDEX_FUTURES, spot["spot"], spot["futures"]))
    pairs += futures_pairs()
    return pairs


def dow_pairs() -> list[Pair]:
    """Return each of 30 stocks by the equally weighted index of the others."""
    table: pd.DataFrame = read_rda(fetch("dji30retw.rda"))
    dates = pd.DatetimeIndex(pd.to_datetime(table.index), name="date")
    returns = table.set_axis(dates, axis=0)
    pairs = []
    for stock in returns:
        others = returns.drop(columns=stock).mean(axis=1).rename("the others")
        pairs.append(pair_of(DOW, returns[stock], others))
    return pairs


def crypto_pairs() -> list[Pair]:
    """Return each coin's spot by its own perpetual and by the other's, funding included."""
    table = load("binance_8h")
    spots = returns_of(table[["BTC", "ETH"]])
    names = ["BTC_USDT_PERP", "ETH_USDT_PERP"]
    # a long position in the perpetual pays the rate that is settled at the end of the bar
    paid = table[[f"{name}_FUNDING" for name in names]].set_axis(names, axis=1)
    perpetuals = returns_of(table[names]) - paid.iloc[1:]
    return [pair_of(CRYPTO, spots[coin], perpetuals[name]) for coin, name in product(spots, names)]


def futures_pairs() -> list[Pair]:
    """Return far and nearest months by the second nearest, and cross hedges."""
    prices = read_settlements()
    pairs = []
    for commodity in COMMODITIES.values():
        returns = contract_returns(prices, commodity)
        for month in ladder(commodity.n_months):
            asset = returns[contract(commodity, month)]
            pairs.append(pair_of(FAR_MONTHS, asset, returns[contract(commodity, NEAR)]))
    return [*pairs, *(_cross_hedge(prices, *names) for names in CROSSES)]


def _cross_hedge(prices: pd.DataFrame, asset: str, hedge: str) -> Pair:
    """Return a contract hedged with one of another commodity, on their common dates."""
    by_root = {one.root: one for one in COMMODITIES.values()}
    first = by_root[asset[:-2]]
    second = by_root[hedge[:-2]]
    return pair_of(
        CROSS_HEDGES,
        contract_returns(prices, first, second)[asset],
        contract_returns(prices, second, first)[hedge],
    )


def ladder(n_months: int) -> tuple[int, ...]:
    """Return the contract months that are hedged with the near one."""
    ladders = {36: LADDER, 18: SHORT_LADDER, 6: ALUMINUM_LADDER}
    return ladders[n_months]
