"""Returns against numbers worked by hand, and every refusal."""

import math

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.data.conversion import returns
from hedgeresearch.errors import DataError

DAYS = pd.date_range("2020-01-01", periods=4, name="date")


def series(values: list[float], name: str | None = "oil", days: pd.Index = DAYS) -> pd.Series:
    return pd.Series(values, days[: len(values)], name=name)


@pytest.fixture
def prices() -> pd.DataFrame:
    frame = pd.DataFrame({"oil": [100.0, 110.0, 99.0], "gas": [2, 1, 4]}, DAYS[:3])
    frame.attrs = {"source": "a file"}
    return frame


@pytest.mark.parametrize(
    ("kind", "oil", "gas"),
    [
        ("simple", [0.1, -0.1], [-0.5, 3.0]),
        ("log", [math.log(1.1), math.log(0.9)], [math.log(0.5), math.log(4)]),
        ("difference", [10.0, -11.0], [-1.0, 3.0]),
    ],
)
def test_returns_equal_hand_calculation(
    prices: pd.DataFrame, kind: str, oil: list[float], gas: list[float]
) -> None:
    result = returns(prices, kind)  # type: ignore[arg-type]
    expected = pd.DataFrame({"oil": oil, "gas": gas}, DAYS[1:3])
    pd.testing.assert_frame_equal(result, expected, rtol=1e-14, check_freq=False)
    assert result.attrs == {"source": "a file", "returns": kind}
    assert prices.attrs == {"source": "a file"}


def test_returns_of_a_series_are_a_series(prices: pd.DataFrame) -> None:
    result = returns(prices["oil"], "simple")
    assert isinstance(result, pd.Series)
    assert result.name == "oil"
    assert result.attrs["returns"] == "simple"
    assert returns(series([1.0, 2.0], name=None)).name is None


def test_small_log_returns_keep_their_digits() -> None:
    result = returns(series([1.0, 1.0 + 2.0**-40]), "log")
    assert result.iloc[0] == pytest.approx(2.0**-40, rel=1e-12)


def test_negative_prices_have_differences() -> None:
    assert returns(series([10.0, -37.63, 0.0]), "difference").tolist() == [-47.63, 37.63]


@pytest.mark.parametrize("kind", ["simple", "log"])
def test_prices_that_are_not_positive_are_refused(kind: str) -> None:
    message = (
        rf"positive for {kind} returns; column 'oil' is -37\.63 on 2020-01-02 "
        r'\(2 such values\).*no prices, such as returns and funding rates.*kind="difference"'
    )
    with pytest.raises(DataError, match=message):
        returns(series([10.0, -37.63, 0.0]), kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.ones(3), "prices must be a pandas Series or DataFrame"),
        (series([1.0]), "prices must have at least 2 rows; got 1"),
        (
            series([1.0, np.nan, 2.0]),
            r"'oil' has a gap \(NaN\) on 2020-01-02.*dropna\(\) or hr.align",
        ),
        (series([1.0, 2.0, np.inf]), "'oil' has an infinity on 2020-01-03"),
        (
            series(["1", "2"]).astype(object),
            "prices must contain numbers; column 'oil' is of type object",
        ),  # type: ignore[list-item]
        (series([1.0, 2.0, 3.0])[::-1], "prices must be sorted by date"),
        (series([1.0, 2.0], days=DAYS[[0, 0]]), "2020-01-01 occurs twice"),
        (series([1.0, 2.0], days=pd.Index(["a", "b"])), "prices must be indexed by dates"),
    ],
)
def test_bad_prices_are_refused(data: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        returns(data)  # type: ignore[type-var]


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(
        DataError, match="kind must be one of 'simple', 'log', 'difference'; got 'percent'"
    ):
        returns(series([1.0, 2.0]), "percent")  # type: ignore[arg-type]
