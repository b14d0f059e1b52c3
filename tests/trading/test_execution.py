"""Implementation shortfall against the paper portfolio, and identities of its parts."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.trading import analyze_execution

TIMES = pd.date_range("2026-03-02 12:00", periods=3, freq="1min", tz="UTC")
FILLS = pd.DataFrame(
    {"price": [100.2, 100.4, 100.6], "size": [5.0, 2.0, 1.0], "fee": [0.1, 0.1, 0.1]}, index=TIMES
)
PRICES = {"decision_price": 100.0, "arrival_price": 100.1}


@pytest.mark.parametrize(("direction", "side"), [("buy", 1.0), ("sell", -1.0)])
def test_it_is_what_the_paper_portfolio_gains_more(direction: Any, side: float) -> None:
    end = 101.5
    report = analyze_execution(FILLS, direction, 10.0, end_price=end, **PRICES)
    paper = side * 10.0 * (end - 100.0)
    real = side * float(FILLS["size"] @ (end - FILLS["price"])) - 0.3
    assert report.shortfall == pytest.approx(paper - real)
    parts = report.delay + report.trading + report.opportunity + report.fees
    assert report.shortfall == pytest.approx(parts)
    assert report.shortfall_share == pytest.approx(report.shortfall / 1_000.0)
    assert report.filled == pytest.approx(0.8)


def test_benchmarks_are_means_of_the_market() -> None:
    market = pd.DataFrame({"price": [100.0, 101.0], "volume": [3.0, 1.0]}, index=TIMES[:2])
    report = analyze_execution(FILLS, "sell", 8.0, market=market, **PRICES)
    mean = np.average(FILLS["price"], weights=FILLS["size"])
    assert report.mean_price == pytest.approx(mean)
    assert report.against_arrival == pytest.approx(-(mean / 100.1 - 1.0))
    assert report.against_twap == pytest.approx(-(mean / 100.5 - 1.0))
    assert report.against_vwap == pytest.approx(-(mean / 100.25 - 1.0))


def test_benchmarks_that_are_not_known_are_not_numbers() -> None:
    report = analyze_execution(FILLS, "buy", 8.0, **PRICES)
    assert np.isnan(report.against_twap)
    without_volume = analyze_execution(
        FILLS, "buy", 8.0, market=pd.DataFrame({"price": [100.0]}, index=TIMES[:1]), **PRICES
    )
    assert np.isnan(without_volume.against_vwap)
    assert without_volume.against_twap > 0.0


def test_fills_that_add_up_but_for_rounding_need_no_end_price() -> None:
    fills = pd.DataFrame({"price": [100.0, 100.0], "size": [0.1, 0.7]})
    assert fills["size"].sum() < 0.8
    assert analyze_execution(fills, "buy", 0.8, **PRICES).opportunity == 0.0


MARKET = pd.DataFrame({"price": [100.0, 101.0], "volume": [3.0, 1.0]}, index=TIMES[:2])
LATER = MARKET.set_axis(TIMES[:2] + pd.Timedelta("1h"))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"fills": FILLS.assign(fee=[0.1, np.nan, 0.1])}, r"Each fee of the fills must be finite"),
        ({"fills": FILLS.assign(fee="1")}, r"Each fee of the fills must be a number"),
        ({"market": MARKET[["volume"]]}, r"market must be a DataFrame with the column price"),
        ({"market": MARKET.iloc[:0]}, r"market must be .* at least one row"),
        ({"market": MARKET.assign(price=[1.0, np.nan])}, r"Each price of the market must be"),
        (
            {"market": LATER},
            r"2 prices of the market are later than the last fill, 2026-03-02 12:02",
        ),
        ({"market": MARKET.reset_index()}, r"market must have times, as the fills do"),
        ({"market": MARKET.tz_localize(None)}, r"must both have a zone, or neither"),
        ({"market": MARKET.assign(volume=0.0)}, r"volume of the market must not be negative"),
        ({"fills": FILLS[["price"]]}, r"columns price and size"),
        ({"fills": FILLS.iloc[:0]}, r"at least one fill"),
        ({"fills": FILLS.assign(size=[-1.0, 2.0, 1.0])}, r"Each size of the fills .* got -1"),
        ({"size": 5.0}, r"The fills, 8 units, exceed the order of 5"),
        ({"size": 10.0}, r"2 units were not filled. Pass end_price="),
        ({"direction": "long"}, r"direction must be one of 'buy', 'sell'"),
        ({"decision_price": 0.0}, r"decision_price must lie"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], message: str) -> None:
    call = {"fills": FILLS, "direction": "buy", "size": 8.0, **PRICES}
    with pytest.raises(DataError, match=message):
        analyze_execution(**{**call, **changed})
