"""Past rates of funding are those of the hours that their rows are apart."""

from typing import Any

import pandas as pd
import pytest

pytest.importorskip("ccxt")
import ccxt

from hedgeresearch.feeds import funding_history

FIRST = 1_772_409_600_000
HOUR = 3_600_000


@pytest.mark.parametrize("has_hourly", [True, False])
def test_hourly_rows_have_hourly_rates(has_hourly: bool) -> None:
    """Rows as ccxt gives those of Deribit: the rate is that of eight hours."""
    hourly: dict[str, Any] = {"interest_1h": "1.25e-5"} if has_hourly else {}
    rate = 1e-4 if has_hourly else 1.25e-5
    rows = [
        {"timestamp": FIRST + hour * HOUR, "fundingRate": rate, "info": hourly}
        for hour in range(48)
    ]
    venue = ccxt.deribit()
    venue.milliseconds = lambda: FIRST + 48 * HOUR
    venue.fetch_funding_rate_history = lambda symbol, since, limit: rows
    start = pd.Timestamp(FIRST, unit="ms", tz="UTC")
    table = funding_history(venue, "BTC/USD:BTC", start=start)
    assert table["rate"].sum() == pytest.approx(48 * 1.25e-5)
    assert set(table["interval_hours"]) == {1.0}


def test_deribit_keeps_the_hourly_rate_of_its_rows() -> None:
    row = {"timestamp": FIRST, "interest_1h": 1.25e-5, "interest_8h": 1e-4, "index_price": 6e4}
    parsed = ccxt.deribit().parse_funding_rate(row, {"symbol": "BTC/USD:BTC"})
    assert parsed["fundingRate"] == 1e-4
    assert parsed["info"]["interest_1h"] == 1.25e-5
