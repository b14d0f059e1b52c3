"""Markets that close: no advice for a leg that is not traded, and the reason."""

import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.live import TradingHours

STOCKS = TradingHours("09:30", "16:00", "America/New_York", holidays=["2026-12-25"])
FUTURES = TradingHours("18:00", "17:00", "America/New_York", "Sun Mon Tue Wed Thu")


@pytest.mark.parametrize(
    ("hours", "time", "is_open"),
    [
        (STOCKS, "2026-03-02 09:30", False),
        (STOCKS, "2026-03-02 09:30:01", True),
        (STOCKS, "2026-03-02 16:00", True),
        (STOCKS, "2026-03-02 16:00:01", False),
        (STOCKS, "2026-03-07 12:00", False),
        (STOCKS, "2026-12-25 12:00", False),
        (STOCKS, "2026-07-01 12:00", True),
        (FUTURES, "2026-03-02 12:00", True),
        (FUTURES, "2026-03-02 17:30", False),
        (FUTURES, "2026-03-06 12:00", True),
        (FUTURES, "2026-03-06 18:30", False),
        (FUTURES, "2026-03-08 17:30", False),
        (FUTURES, "2026-03-08 18:30", True),
    ],
)
def test_bars_that_end_within_the_hours_are_traded(
    hours: TradingHours, time: str, is_open: bool
) -> None:
    moment = pd.Timestamp(time, tz="America/New_York").value
    assert hours.is_open(moment) is is_open


def test_the_next_opening_is_named() -> None:
    friday = pd.Timestamp("2026-12-24 17:00", tz="America/New_York").value
    assert STOCKS.closed_text(friday) == "the market is closed until 2026-12-28 14:30 UTC"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"opens": "9h30"}, "opens and closes must be times such as '09:30'"),
        ({"zone": "Mars/Olympus"}, "zone one such as 'America/New_York'"),
        ({"holidays": ["Christmas"]}, "holidays dates such as '2026-12-25'"),
        ({"days": "Mon Fry"}, "days must be some of Mon Tue"),
        ({"days": ""}, "days must be some of Mon Tue"),
    ],
)
def test_what_cannot_be_read_is_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        TradingHours(**({"opens": "09:30", "closes": "16:00", "zone": "UTC"} | settings))  # type: ignore[arg-type]
