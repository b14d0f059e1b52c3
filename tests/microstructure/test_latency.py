"""Latencies of planted times, of a stored recording, and of the real one with a slow clock."""

from pathlib import Path

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import Recorder, Source, read_recording, replay
from hedgeresearch.microstructure import BookSnapshot, Quote, Trade, latency_report

SECOND = 10**9
MILLISECOND = 10**6


def trades(latencies: list[int]) -> list[Trade]:
    """Return trades a second apart, received after some nanoseconds."""
    return [
        Trade(row, 1.0, 1.0, 1, row * SECOND, row * SECOND + latency)
        for row, latency in enumerate(latencies)
    ]


def test_the_measures_are_those_of_the_latencies() -> None:
    latencies = np.random.default_rng(0).integers(1, 500 * MILLISECOND, 1_000)
    row = latency_report(trades(latencies.tolist())).table.iloc[0]
    assert row["least"] == pytest.approx(latencies.min() / SECOND)
    assert row["median"] == pytest.approx(np.median(latencies) / SECOND)
    assert row["p99"] == pytest.approx(np.quantile(latencies, 0.99) / SECOND)
    assert row["excess"] == pytest.approx(row["p99"] - row["least"])
    assert (row["n_events"], row["n_without_time"], row["n_negative"]) == (1_000, 0, 0)


def test_a_negative_latency_is_called_a_clock_error() -> None:
    report = latency_report(trades([5 * MILLISECOND, -2 * MILLISECOND, -1]))
    (sentence,) = report.clock_errors
    assert sentence.startswith("events, trades: 2 of 3 events were received before the time of")
    assert "by up to 0.002 s. One clock is wrong" in sentence
    assert repr(report) == "LatencyReport(1 stream: CLOCK ERROR in 1)"
    assert "One clock is wrong" in report._repr_html_()
    assert latency_report(trades([0, 1])).clock_errors == ()


def test_events_without_a_time_are_counted_and_not_measured() -> None:
    quote = Quote(0, 1.0, 1.0, 2.0, 1.0, None, 5)
    report = latency_report([*trades([3]), quote, quote])
    row = report.table.loc[("events", "quotes")]
    assert (row["n_events"], row["n_without_time"]) == (2, 2)
    assert np.isnan(row["median"])
    assert len(report.plot().get_yticklabels()) == 1
    with pytest.raises(DataError, match="no latency to draw"):
        latency_report([quote]).plot()


def test_sources_of_a_recording_are_kept_apart(tmp_path: Path) -> None:
    fast = Source("near", "BTC")
    slow = Source("far", "BTC")
    with Recorder(tmp_path, events_per_part=100) as recorder:
        for one, other in zip(trades([1, 2]), trades([7 * SECOND, 8 * SECOND]), strict=True):
            recorder.append(fast, one)
            recorder.append(slow, other)
    table = latency_report(replay(tmp_path)).table
    assert table.loc[("BTC at near", "trades"), "p99"] < 1e-6
    assert table.loc[("BTC at far", "trades"), "least"] == pytest.approx(7.0)


@pytest.mark.long
def test_the_clock_of_the_real_recording_is_slow(data_dir: Path) -> None:
    """The receiver is 1.27 s behind the venue, whose spot quotes have no time."""
    report = latency_report(read_recording(data_dir / "binance_spot_btcusdt_20240808.gz"))
    table = report.table.loc["events"]
    assert table.loc["trades", "median"] == pytest.approx(-1.27, abs=0.01)
    assert table.loc["book", "n_negative"] == table.loc["book", "n_events"]
    assert table.loc["quotes", "n_without_time"] == table.loc["quotes", "n_events"]
    assert len(report.clock_errors) == 2


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(DataError, match="There are no events"):
        latency_report([])
    with pytest.raises(DataError, match="must be those of a market, such as a Trade; got str"):
        latency_report(["trade"])  # type: ignore[list-item]


def test_snapshots_are_apart_from_updates() -> None:
    snapshot = BookSnapshot(1, [(1.0, 1.0)], [(2.0, 1.0)], 0, SECOND)
    assert latency_report([snapshot]).table.index.tolist() == [("events", "snapshots")]
