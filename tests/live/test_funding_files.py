"""Payments of a file of past funding are paid at their times."""

from pathlib import Path

import pytest

from hedgeresearch.feeds import Source, read_binance_dump
from hedgeresearch.live import FundingLeg

NOON = 1_706_788_800_000
HOUR = 3_600_000


def test_payments_of_a_file_are_paid_at_their_times(tmp_path: Path) -> None:
    rows = [
        f"{NOON + 8 * number * HOUR},8,{rate}" for number, rate in enumerate((1e-4, 3e-4, 5e-4))
    ]
    path = tmp_path / "BTCUSDT-fundingRate-2024-02.csv"
    path.write_text("\n".join(["calc_time,funding_interval_hours,last_funding_rate", *rows, ""]))
    events = list(read_binance_dump(path))
    state = FundingLeg(Source("binance", "BTCUSDT")).state("F", (NOON - HOUR) * 1_000_000)
    paid = []
    for hour in range(18):
        end = (NOON + hour * HOUR) * 1_000_000
        for _, event in events:
            if end - HOUR * 1_000_000 < event.receive_time <= end:
                state.apply(event)
        paid.append(state.number(end))
        state.start_bar()
    expected = [0.0] * 18
    expected[0] = 1e-4
    expected[8] = 3e-4
    expected[16] = 5e-4
    assert paid == pytest.approx(expected)
