"""Bars on one clock against reference values and a loop over times."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.feeds import read_recording
from hedgeresearch.microstructure import (
    Interruption,
    Quote,
    hayashi_yoshida,
    mid_prices,
    quote_bars,
    ratio_signature,
)

FILES = {
    "spot": "binance_spot_btcusdt_20240808.gz",
    "usdm": "binance_usd_m_btcusdt_perp_20240808.gz",
    "cm": "binance_coin_m_btcusd_perp_20240808.gz",
}
EXPECTED = {
    0.1: [(0.653198, 0.748708), (0.761669, 0.684411)],
    0.5: [(0.827168, 0.877651), (0.887833, 0.877832)],
    1.0: [(0.866772, 0.906553), (0.917845, 0.912624)],
    5.0: [(0.941583, 0.972737), (0.963107, 0.963159)],
    15.0: [(1.050141, 0.993059), (0.987249, 0.994704)],
}
"""Ratio and correlation of the USD- and the coin-margined perpetual, by seconds of a bar."""


@pytest.fixture(scope="module")
def mids(data_dir: Path) -> dict[str, pd.Series]:
    return {name: mid_prices(read_recording(data_dir / path)) for name, path in FILES.items()}


def random_prices(seed: int, n_quotes: int = 200, start: float = 0.0) -> pd.Series:
    generator = np.random.default_rng(seed)
    gaps = generator.exponential(0.7, n_quotes)
    times = pd.Timestamp("2026-03-02 12:00", tz="UTC") + pd.to_timedelta(
        start + gaps.cumsum(), unit="s"
    )
    return pd.Series(100.0 + generator.standard_normal(n_quotes).cumsum(), times)


@pytest.mark.long
@pytest.mark.parametrize("seconds", EXPECTED)
def test_ratios_by_bar_are_the_reference_values(mids: dict[str, pd.Series], seconds: float) -> None:
    # the reference puts all three on one clock, which begins when the last of them has a quote
    bars = quote_bars(mids, seconds)
    series = {name: bars[name] for name in bars}
    for hedge, expected in zip(("usdm", "cm"), EXPECTED[seconds], strict=True):
        signature = ratio_signature(
            series["spot"], series[hedge], bars=[seconds], inverse=hedge == "cm"
        )
        found = signature.table[["ratio", "correlation"]].iloc[0]
        assert tuple(found) == pytest.approx(expected, abs=1e-6)


@pytest.mark.long
def test_ratios_of_ticks_are_the_reference_values(mids: dict[str, pd.Series]) -> None:
    """Ratio and correlation of Hayashi and Yoshida: ratios below those of all bars from .5 s on.

    The reference divides by the variance of the whole recording of spot; ours by that of the time
    that both share, which begins a little later.
    """
    whole = float(np.square(np.log(mids["spot"]).diff()).sum())
    for name, ratio, correlation in (("usdm", 0.360998, 0.660732), ("cm", 0.695436, 0.615578)):
        found = hayashi_yoshida(mids["spot"], mids[name])
        assert found.ratio == pytest.approx(ratio, abs=1e-6)
        over_whole = found.covariance / np.sqrt(whole * found.hedge_variance)
        assert over_whole == pytest.approx(correlation, abs=1e-6)
        assert correlation < found.correlation < correlation + 0.001


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from([1.0, 2.5, 7.0]),
    st.integers(0, 1000),
    st.integers(5, 60),
    st.floats(0.0, 2.0).map(lambda start: round(start, 1)),
)
def test_bars_equal_a_naive_resampler(
    seconds: float, seed: int, n_quotes: int, start: float
) -> None:
    """Times are tenths of a second, so that some quotes are at the end of a bar."""
    prices = {
        "one": random_prices(seed, n_quotes + 5),
        "two": random_prices(seed + 1, n_quotes, start),
    }
    prices = {name: series.set_axis(series.index.floor("100ms")) for name, series in prices.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        bars = quote_bars(prices, seconds)
    first = max(series.index[0] for series in prices.values()).ceil("s")
    for number, (moment, row) in enumerate(bars.iterrows()):
        assert moment == first + number * pd.Timedelta(seconds, unit="s")
        for name, series in prices.items():
            assert row[name] == series[series.index <= moment].iloc[-1]
    last = min(series.index[-1] for series in prices.values())
    assert last - bars.index[-1] < pd.Timedelta(seconds, unit="s")


def test_a_later_quote_never_changes_an_earlier_bar() -> None:
    prices = {"one": random_prices(1), "two": random_prices(2)}
    bars = quote_bars(prices, 1.0)
    cut = bars.index[40]
    changed = {name: series.where(series.index <= cut, 5.0) for name, series in prices.items()}
    pd.testing.assert_frame_equal(quote_bars(changed, 1.0).loc[:cut], bars.loc[:cut])


def test_bars_shorter_than_the_time_between_quotes_are_warned_of() -> None:
    with pytest.warns(DataWarning, match="shorter than the median time between two quotes of one"):
        quote_bars({"one": random_prices(1)}, 0.1)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (random_prices(1).tz_localize(None), r"The times of one must have a zone"),
        (random_prices(1).iloc[::-1], r"The times of one must ascend: a clock went back"),
        (-random_prices(1), r"prices of one must be positive"),
        (random_prices(1).to_numpy(), r"one must be a Series of prices"),
        (random_prices(1).iloc[:0], r"one must hold at least one price"),
    ],
)
def test_bad_input_is_refused(series: pd.Series, message: str) -> None:
    with pytest.raises(DataError, match=message):
        quote_bars({"one": series}, 1.0)


def test_a_bar_lasts_at_least_a_nanosecond() -> None:
    with pytest.raises(DataError, match=r"at least a nanosecond; got 1e-10 s"):
        quote_bars({"one": random_prices(1)}, 1e-10)


def test_instruments_without_a_common_time_are_refused() -> None:
    with pytest.raises(DataError, match="share no time"):
        quote_bars({"one": random_prices(1), "two": random_prices(2, start=1e6)}, 1.0)


def test_events_without_a_quote_are_refused() -> None:
    with pytest.raises(DataError, match="contain no quote"):
        mid_prices([])


def test_a_quote_is_no_price_after_an_interruption() -> None:
    second = 10**9
    start = 1_000 * second
    interruption = Interruption("the connection was closed", start + 5 * second // 2)
    quotes = [
        Quote(number, 99.0, 1.0, 101.0 + number, 1.0, None, start + number * second)
        for number in (0, 1, 2, 5, 6)
    ]
    events = [Interruption("the feed begins", start), *quotes[:3], interruption, *quotes[3:]]
    bars = quote_bars({"one": mid_prices(events)}, 1.0)["one"]
    np.testing.assert_array_equal(bars, [100.0, 100.5, 101.0, np.nan, np.nan, 102.5, 103.0])
    # one that is over before the bar ends leaves no trace
    short = Interruption("a change is missing", start + second // 2)
    bars = quote_bars({"one": mid_prices([quotes[0], short, *quotes[1:3]])}, 1.0)["one"]
    np.testing.assert_array_equal(bars, [100.0, 100.5, 101.0])


def test_the_first_price_must_be_one() -> None:
    series = random_prices(1)
    series.iloc[0] = np.nan
    with pytest.raises(DataError, match="The first price of one must be a number"):
        quote_bars({"one": series}, 1.0)
