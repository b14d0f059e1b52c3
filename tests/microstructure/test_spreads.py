"""Spreads of trades and measures of impact, against planted values and the real recording."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import read_recording
from hedgeresearch.microstructure import (
    Interruption,
    Quote,
    Trade,
    amihud_illiquidity,
    kyle_lambda,
    trade_spreads,
)

SECOND = 10**9


def quote(seconds: float, mid: float) -> Quote:
    return Quote(0, mid - 0.5, 1.0, mid + 0.5, 1.0, None, round(seconds * SECOND))


def trade(seconds: float, price: float, side: int) -> Trade:
    return Trade(0, price, 2.0, side, None, round(seconds * SECOND))


def test_the_spreads_of_a_trade_are_their_definitions() -> None:
    events = [quote(0.0, 100.0), trade(1.0, 100.5, 1), quote(1.0, 101.0), quote(12.0, 102.0)]
    row = trade_spreads(events, lag=0.05, horizon=10.0).iloc[0]
    assert row["effective"] == pytest.approx(2.0 * 0.5 / 100.0)
    assert row["realized"] == pytest.approx(2.0 * (100.5 - 101.0) / 100.0)
    assert row["mark_out"] == pytest.approx((101.0 - 100.5) / 100.0)
    assert row["effective"] == pytest.approx(row["realized"] + 2.0 * (101.0 - 100.0) / 100.0)


def test_without_a_lag_the_quote_after_the_trade_counts() -> None:
    events = [quote(0.0, 100.0), quote(1.0, 101.0), trade(1.0, 100.5, 1), quote(12.0, 102.0)]
    assert trade_spreads(events, lag=0.0)["effective"].iloc[0] < 0.0
    assert trade_spreads(events, lag=0.05)["effective"].iloc[0] > 0.0


def test_trades_without_quotes_around_them_are_counted() -> None:
    events = [
        trade(0.5, 100.5, 1),
        quote(1.0, 100.0),
        trade(2.0, 100.5, 1),
        quote(20.0, 100.0),
        trade(15.0, 99.5, -1),
    ]
    table = trade_spreads(events, lag=0.05)
    assert len(table) == 1
    assert table.attrs["left_out"] == 2


def test_trades_in_an_interruption_are_left_out() -> None:
    stopped = Interruption("the connection was closed", 3 * SECOND)
    events = [
        quote(0.0, 100.0),
        trade(1.0, 100.5, 1),
        stopped,
        trade(4.0, 100.5, 1),
        quote(5.0, 101.0),
        trade(6.0, 101.5, 1),
        quote(20.0, 101.0),
    ]
    table = trade_spreads(events, lag=0.05, horizon=4.5)
    assert table["price"].tolist() == [100.5, 101.5]
    assert table.attrs["left_out"] == 1
    assert len(trade_spreads(events, lag=0.05, horizon=2.5)) == 1


@pytest.mark.long
def test_of_the_recording_the_lag_decides_the_sign(data_dir: Path) -> None:
    """Volume-weighted: -.27 basis points with no lag, 1.57 with the quote of 50 ms before."""
    events = list(read_recording(data_dir / "binance_spot_btcusdt_20240808.gz"))
    for lag, expected in ((0.0, -0.27), (0.05, 1.57)):
        table = trade_spreads(events, lag=lag, horizon=0.001)
        mean = np.average(table["effective"], weights=table["size"])
        assert 1e4 * mean == pytest.approx(expected, abs=0.02)


def test_kyles_lambda_recovers_a_planted_slope() -> None:
    generator = np.random.default_rng(2)
    minutes = pd.date_range("2026-03-02", periods=2_000, freq="min")
    volume = pd.Series(generator.standard_normal(2_000) * 100.0, minutes)
    changes = 2e-4 * volume + 0.01 * generator.standard_normal(2_000)
    slope, error = kyle_lambda(changes, volume)
    assert slope == pytest.approx(2e-4, abs=3.0 * error)
    assert error < 1e-5


def test_the_error_of_kyles_lambda_is_that_of_statsmodels() -> None:
    """Errors are autocorrelated, and the lags those of the rule of Newey and West."""
    generator = np.random.default_rng(3)
    noise = pd.Series(generator.standard_normal(400)).ewm(alpha=0.3).mean()
    volume = pd.Series(generator.standard_normal(400)).ewm(alpha=0.3).mean()
    slope, error = kyle_lambda(0.5 * volume + noise, volume)
    lags = int(4 * (400 / 100) ** (2 / 9))
    fit = sm.OLS(0.5 * volume + noise, sm.add_constant(volume)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags}
    )
    assert slope == pytest.approx(fit.params.iloc[1], rel=1e-10)
    assert error == pytest.approx(fit.bse.iloc[1], rel=1e-8)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=2, max_size=15),
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([1, -1])), min_size=1, max_size=15),
    st.integers(0, 3),
    st.integers(1, 6),
)
def test_spreads_equal_a_loop_over_trades(
    quoted: list[int], traded: list[tuple[int, int]], lag: int, horizon: int
) -> None:
    quotes = [quote(float(at), 100.0 + row) for row, at in enumerate(sorted(quoted))]
    trades = [trade(float(at), 99.0 + row, side) for row, (at, side) in enumerate(sorted(traded))]
    expected = []
    for one in trades:
        at = one.receive_time
        before = [q for q in quotes if q.receive_time <= at - lag * SECOND]
        after = [q for q in quotes if q.receive_time <= at + horizon * SECOND]
        if before and at + horizon * SECOND <= quotes[-1].receive_time:
            first = 0.5 * (before[-1].bid + before[-1].ask)
            last = 0.5 * (after[-1].bid + after[-1].ask)
            expected.append(
                (2 * one.side * (one.price - first) / first, one.side * (last - one.price) / first)
            )
    if not expected:
        with pytest.raises(DataError, match="No trade has a quote before it"):
            trade_spreads([*quotes, *trades], lag=lag, horizon=horizon)
        return
    table = trade_spreads([*quotes, *trades], lag=lag, horizon=horizon)
    np.testing.assert_allclose(table[["effective", "mark_out"]], expected, atol=1e-14)
    assert table.attrs["left_out"] == len(trades) - len(expected)


def test_amihud_is_the_mean_of_return_over_volume() -> None:
    days = pd.date_range("2026-03-02", periods=3)
    returns = pd.Series([0.01, -0.02, 0.0], days)
    volume = pd.Series([1e6, 4e6, 1e6], days)
    assert amihud_illiquidity(returns, volume) == pytest.approx((1e-8 + 5e-9) / 3.0)


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([quote(0.0, 100.0)], r"Quotes and trades are needed; got 1 and 0"),
        ([trade(0.0, 1.0, 1), quote(1.0, 1.0)], r"No trade has a quote before it"),
        (
            [quote(0.0, 1.0), quote(9.0, 1.0), trade(2.0, 1.0, 1), quote(1.0, 1.0)],
            r"must ascend: a clock went back",
        ),
    ],
)
def test_events_that_do_not_suffice_are_refused(events: list[object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        trade_spreads(events, lag=0.05)  # type: ignore[arg-type]


def test_series_that_do_not_fit_are_refused() -> None:
    days = pd.date_range("2026-03-02", periods=30)
    numbers = pd.Series(np.arange(1.0, 31.0), days)
    with pytest.raises(DataError, match="Both must have the same dates"):
        amihud_illiquidity(numbers, numbers.iloc[1:])
    with pytest.raises(DataError, match="volume must be positive on each date"):
        amihud_illiquidity(numbers, 0.0 * numbers)
    with pytest.raises(DataError, match="At least 20 bars are needed; got 10"):
        kyle_lambda(numbers.head(10), numbers.head(10))
    with pytest.raises(DataError, match="signed_volume must vary"):
        kyle_lambda(numbers, 0.0 * numbers)
    with pytest.raises(DataError, match="finite numbers without gaps"):
        kyle_lambda(numbers.where(numbers > 3.0), numbers)
    with pytest.raises(DataError, match="finite numbers without gaps"):
        amihud_illiquidity(numbers, numbers * np.inf)
    for series in (numbers.iloc[:0], numbers.astype(str)):
        with pytest.raises(DataError, match="Series of at least one number"):
            amihud_illiquidity(series, series)
