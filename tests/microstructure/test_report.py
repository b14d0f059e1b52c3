"""The liquidity report against the functions that it is made of."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import Recorder, Source, read_recording, replay
from hedgeresearch.microstructure import (
    BINANCE_SPOT,
    BookSnapshot,
    BookUpdate,
    LiquiditySettings,
    OrderBook,
    Quote,
    Trade,
    capacity,
    cost_curve,
    cost_history,
    depth,
    depth_history,
    imbalance,
    latency_report,
    liquidity_report,
    spreads_by_horizon,
    trade_impact,
    trade_sizes,
    trade_spreads,
)
from tests.microstructure.test_resilience import START, TENTH, market

SETTINGS = LiquiditySettings(
    distances=(1e-3, 5e-3), limits=(2e-3,), horizons=(1.0, 5.0), quantile=0.995
)


def quoted(n_trades: int = 12) -> list:
    """Return the simulated market with a quote at each tenth of a second."""
    quotes = [
        Quote(0, 1_000.0, 50.0, 1_001.0, 1.0, None, START + step * TENTH + 1)
        for step in range(200 * n_trades + 100)
    ]
    return sorted([*market(2.0, n_trades), *quotes], key=lambda event: event.receive_time)


def test_its_tables_are_those_of_the_functions() -> None:
    events = quoted()
    report = liquidity_report(events, BINANCE_SPOT, sizes=[1.0, 50.0, 500.0], settings=SETTINGS)
    costs = cost_history(events, BINANCE_SPOT, [1.0, 50.0, 500.0], 1.0)
    pd.testing.assert_frame_equal(report.history.costs["buy"], costs)
    sold = cost_history(events, BINANCE_SPOT, [1.0, 50.0, 500.0], 1.0, "sell")
    pd.testing.assert_frame_equal(report.history.costs["sell"], sold)
    depths = depth_history(events, BINANCE_SPOT, [1e-3, 5e-3], 1.0)
    pd.testing.assert_frame_equal(report.history.depths, depths)
    assert report.costs.loc[50.0, ("buy", "median, bp")] == pytest.approx(
        1e4 * costs[50.0].median()
    )
    assert report.costs.loc[500.0, ("buy", "held")] == 0.0
    assert report.trades is not None
    assert report.resilience is not None
    assert report.latency is not None
    assert report.trades.loc[5.0, "n_trades"] == len(trade_spreads(events, lag=0.05, horizon=5.0))
    assert report.latency.table["n_events"].sum() == len(events)
    assert report.resilience.threshold == 40.0
    assert report.impact is not None
    pd.testing.assert_series_equal(report.impact, trade_impact(events, 1.0))
    assert [note.partition(":")[0] for note in report.missing] == ["trade sizes"]


def test_a_book_of_one_moment_has_its_costs() -> None:
    book = OrderBook(BINANCE_SPOT)
    levels = [(99.0 - row, 2.0) for row in range(5)], [(101.0 + row, 1.0) for row in range(5)]
    book.apply_snapshot(BookSnapshot(1, *levels, None, 7))
    grid = LiquiditySettings(distances=(0.02, 0.04), limits=(0.02,))
    report = liquidity_report(book, sizes=[1.0, 3.0, 9.0], settings=grid)
    curve = cost_curve(book, [1.0, 3.0, 9.0])
    expected = 1e4 * curve[["buy", "sell"]].to_numpy()
    found = report.costs.xs("median, bp", axis=1, level=1).to_numpy()
    np.testing.assert_allclose(found, expected)
    assert report.capacity.loc["within 200 bp", ("buy", "median")] == capacity(book, 0.02, "buy")
    assert report.book.loc["depth within 400 bp", "median"] == sum(depth(book, 0.04))
    assert report.book.loc["imbalance", "median"] == imbalance(book)
    assert report.book.loc["spread, bp", "median"] == pytest.approx(200.0)
    assert "no trades, resilience or latency" in report.missing[0]


LEVELS = st.lists(st.integers(1, 30), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(LEVELS, LEVELS, st.integers(1, 90), st.integers(1, 9), st.integers(1, 8))
def test_a_row_is_that_of_the_functions_of_a_book(
    bids: list[int], asks: list[int], size: int, far: int, cost: int
) -> None:
    book = OrderBook(BINANCE_SPOT)
    levels = (
        [(99.0 - row, float(held)) for row, held in enumerate(bids)],
        [(101.0 + row, float(held)) for row, held in enumerate(asks)],
    )
    book.apply_snapshot(BookSnapshot(1, *levels, None, 7))
    grid = LiquiditySettings(distances=(far / 100,), limits=(cost / 100,))
    history = liquidity_report(book, sizes=[float(size)], settings=grid).history
    # brute force: sums over levels, and unit by unit
    near = [held for price, held in levels[0] if price >= 100.0 - far - 1e-9]
    near += [held for price, held in levels[1] if price <= 100.0 + far + 1e-9]
    assert history.depths.iloc[0, 0] == pytest.approx(sum(near))
    for direction, side in (("buy", 1), ("sell", 0)):
        units = [price for price, held in levels[side] for _ in range(int(held))]
        found = history.costs[direction].iloc[0, 0]
        if size > len(units):
            assert np.isnan(found)
        else:
            assert found == pytest.approx(abs(np.mean(units[:size]) - 100.0) / 100.0)
        held = history.capacities[direction].iloc[0, 0]
        assert held == capacity(book, cost / 100, direction)  # type: ignore[arg-type]


def test_sizes_are_chosen_from_the_depth() -> None:
    report = liquidity_report(quoted(), BINANCE_SPOT, settings=SETTINGS)
    # 50 are bid and 100 offered within 50 basis points
    assert report.costs.index.tolist() == [0.05, 0.5, 5.0, 20.0, 50.0]


@pytest.mark.long
def test_one_source_of_a_stored_recording_is_reported(tmp_path: Path) -> None:
    source = Source("venue", "COIN")
    other = Source("venue", "OTHER")
    with Recorder(tmp_path, events_per_part=10_000) as recorder:
        for event in quoted(11):
            recorder.append(source, event)
            recorder.append(other, event)
    with pytest.raises(DataError, match="source must be one of COIN at venue, OTHER at venue"):
        liquidity_report(replay(tmp_path), BINANCE_SPOT)
    stored = liquidity_report(replay(tmp_path), BINANCE_SPOT, source=source)
    direct = liquidity_report(quoted(11), BINANCE_SPOT)
    assert stored.name == "COIN at venue"
    for title in ("book", "cost by size", "capacity", "trades"):
        pd.testing.assert_frame_equal(stored.summary[title], direct.summary[title])


def test_moments_without_a_book_are_holes() -> None:
    events = [
        one for one in quoted() if not (isinstance(one, BookUpdate) and one.final_id == 1_200)
    ]
    report = liquidity_report(events, BINANCE_SPOT, sizes=[1.0], settings=SETTINGS)
    assert 0.4 < report.history.known < 0.6
    axes = report.plot("costs")
    assert axes.images[0].get_array().mask.any()
    assert axes.images[0].get_cmap().get_bad().tolist() == [0.8, 0.8, 0.8, 1.0]


def test_every_figure_is_drawn_and_others_are_refused() -> None:
    report = liquidity_report(quoted(), BINANCE_SPOT, settings=SETTINGS)
    for what in ("costs", "depth", "cost by size", "resilience"):
        assert report.plot(what).get_ylabel() != ""
    with pytest.raises(DataError, match="no latency to draw"):
        report.plot("latency")
    with pytest.raises(DataError, match="what must be one of 'costs', 'depth'"):
        report.plot("everything")
    book = OrderBook(BINANCE_SPOT)
    book.apply_snapshot(BookSnapshot(1, [(99.0, 2.0)], [(101.0, 1.0)], None, 0))
    with pytest.raises(DataError, match="The report has no resilience"):
        liquidity_report(book).plot("resilience")


@pytest.mark.long
def test_its_page_has_tables_notes_and_heat_maps() -> None:
    page = liquidity_report(quoted(), BINANCE_SPOT, settings=SETTINGS)._repr_html_()
    assert page.count("<img") == 2
    assert page.count("<table") == 7
    assert "No base_unit was given" in page


@pytest.mark.long
def test_signs_of_wash_trading_are_compared_with_another_report() -> None:
    generator = np.random.default_rng(0)
    trades = [
        Trade(0, 1_000.0, size, 1, None, START)
        for size in generator.lognormal(0.0, 1.5, 2_000).round(1) + 0.1
    ]
    events = [quoted()[0], *trades, *quoted()[1:]]
    honest = liquidity_report(
        [(Source("busy", "COIN"), event) for event in events], BINANCE_SPOT, base_unit=0.01
    )
    assert honest.sizes == trade_sizes(events, 0.01)
    programs = [
        Trade(0, 1_000.0, size, 1, None, START)
        for size in generator.uniform(0.3, 0.9, 2_000).round(2)
    ]
    suspect = liquidity_report(
        [quoted()[0], *programs, *quoted()[1:]], BINANCE_SPOT, base_unit=0.01
    )
    quality = suspect.quality_against(honest)
    assert quality.flagged
    assert (quality.venue, quality.reference_venue) == ("events", "COIN at busy")
    with pytest.raises(DataError, match="The report of events has no sizes of trades"):
        liquidity_report(quoted(), BINANCE_SPOT).quality_against(honest)


@pytest.mark.parametrize(
    ("market_given", "rule", "message"),
    [
        ("folder", BINANCE_SPOT, r"Pass hr.feeds.replay\(folder\)"),
        (3, BINANCE_SPOT, r"must be an OrderBook or events; got int"),
        ([], BINANCE_SPOT, r"has no events"),
        (market(2.0, 1), None, r"rule must be the numbering of the venue"),
        (market(2.0, 1)[1:], BINANCE_SPOT, r"The book was not right at any moment"),
        (OrderBook(BINANCE_SPOT), None, r"The book is waiting"),
    ],
)
def test_markets_that_cannot_be_reported_are_refused(
    market_given: object, rule: object, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        liquidity_report(market_given, rule)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_settings", "message"),
    [
        ({"distances": ()}, r"distances must hold at least one"),
        ({"limits": (0.1, 0.05)}, r"limits must ascend"),
        ({"horizons": (0.0, 1.0)}, r"each of horizons must lie strictly between"),
        ({"seconds": 0.0}, r"seconds must lie strictly between"),
    ],
)
def test_settings_out_of_range_are_refused(given_settings: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        LiquiditySettings(**given_settings)


def test_spreads_by_horizon_are_weighted_by_volume() -> None:
    # sizes and distances from the mid differ, so that weights matter
    trades = [
        Trade(0, 1_001.0 + row % 3, 1.0 + row % 7, 1, None, START + 20 * TENTH + row * TENTH)
        for row in range(100)
    ]
    events = sorted([*quoted(1), *trades], key=lambda event: event.receive_time)
    table = spreads_by_horizon(events, lag=0.05, horizons=[1.0, 1e4])
    spreads = trade_spreads(events, lag=0.05, horizon=1.0)
    for name in ("effective", "realized", "mark_out"):
        pairs = zip(spreads[name], spreads["size"], strict=True)
        expected = sum(1e4 * value * size for value, size in pairs) / spreads["size"].sum()
        assert table.loc[1.0, name] == pytest.approx(expected)
    assert table.loc[1.0, "effective"] != pytest.approx(1e4 * spreads["effective"].mean(), rel=1e-3)
    assert table.loc[1e4].isna().tolist() == [True, True, True, False]
    assert table.loc[1e4, "n_trades"] == 0
    with pytest.raises(DataError, match="one a horizon later"):
        spreads_by_horizon(events, lag=0.05, horizons=[1e4])


@pytest.mark.long
def test_the_report_of_the_real_recording(data_dir: Path) -> None:
    """The spread of spot bitcoin was one cent, and .01 bitcoin cost half of it."""
    events = list(read_recording(data_dir / "binance_spot_btcusdt_20240808.gz"))
    report = liquidity_report(events, BINANCE_SPOT, sizes=[0.01, 1.0, 10.0], base_unit=1e-5)
    assert report.missing == ()
    assert report.book.loc["spread, bp", "median"] == pytest.approx(0.00162, abs=2e-5)
    assert report.costs.loc[0.01, ("buy", "median, bp")] == pytest.approx(0.00081, abs=1e-5)
    assert report.trades is not None
    assert report.trades.loc[1.0, "effective"] == pytest.approx(1.57, abs=0.02)
    assert report.resilience is not None
    assert report.resilience.n_trades + report.resilience.left_out > 20
    assert 0.5 < report.resilience.table["depth"].min() < 0.9
    assert 0.1 < (report.resilience.depth_half_life or 0.0) < 1.0
    latency = latency_report((report.name, event) for event in events)
    assert report.latency is not None
    assert report.latency.clock_errors == latency.clock_errors
