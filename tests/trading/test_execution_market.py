"""The market that an execution is compared with ends with the last fill, and is in order."""

import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.trading import analyze_execution

TIMES = pd.date_range("2026-03-02 12:00", periods=3, freq="1min", tz="UTC")
FILLS = pd.DataFrame({"price": [100.0], "size": [1.0]}, index=TIMES[1:2])
MARKET = pd.DataFrame({"price": [98.0, 99.0, 103.0], "volume": [1.0, 3.0, 50.0]}, index=TIMES)
PRICES = {"decision_price": 100.0, "arrival_price": 100.0}


def test_volume_after_the_last_fill_does_not_count() -> None:
    with_later = analyze_execution(FILLS, "sell", 1.0, market=MARKET, **PRICES)
    without = analyze_execution(FILLS, "sell", 1.0, market=MARKET.iloc[:2], **PRICES)
    assert with_later.against_vwap == pytest.approx(without.against_vwap)


def test_a_market_that_is_not_in_order_is_refused() -> None:
    with pytest.raises(DataError, match="must not decrease"):
        analyze_execution(FILLS, "sell", 1.0, market=MARKET.iloc[::-1], **PRICES)
