"""Numbers that stand for dates are refused, with the call that converts them."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

DATES = pd.bdate_range("2012-01-02", periods=60)
VALUES = 100.0 + np.arange(60.0)

WRITTEN = {
    "ddmmyyyy": DATES.strftime("%d%m%Y"),
    "yyyymmdd": DATES.strftime("%Y%m%d"),
    "mmddyyyy": DATES.strftime("%m%d%Y"),
    "yymmdd": DATES.strftime("%y%m%d"),
    "with minutes": DATES.strftime("%Y%m%d1530"),
    "with seconds": DATES.strftime("%Y%m%d153000"),
    "yyyymm": pd.date_range("2000-01-01", periods=60, freq="MS").strftime("%Y%m"),
}
COUNTED = {
    "nanoseconds": DATES.as_unit("ns").asi8,
    "milliseconds": DATES.as_unit("ms").asi8,
    "seconds": DATES.as_unit("s").asi8,
    "spreadsheet": (DATES - pd.Timestamp("1899-12-30")).days,
}
NUMBERS = {name: pd.Index(texts).astype("int64") for name, texts in WRITTEN.items()}
NUMBERS |= {name: pd.Index(numbers) for name, numbers in COUNTED.items()}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_call_in_the_message_converts_the_dates(name):
    data = pd.Series(VALUES, NUMBERS[name], name="A")
    with pytest.raises(hr.DataError, match="numbers such as .* which stand for dates") as refused:
        hr.returns(data)
    call = str(refused.value).split("data.index = ")[1].split(", and sort")[0]
    converted = eval(call, {"pd": pd, "data": data})
    days = pd.DatetimeIndex(converted).normalize().as_unit("ns")
    if name == "yyyymm":
        assert days.equals(pd.date_range("2000-01-01", periods=60, freq="MS").as_unit("ns"))
    else:
        assert days.equals(DATES.as_unit("ns"))


@pytest.mark.parametrize("door", ["fit", "walk", "align", "check", "market", "garch"])
def test_every_door_refuses_them(door):
    table = hr.data.simulate_dcc(n_dates=400, seed=0).returns
    dates = pd.bdate_range("2012-01-02", periods=400).strftime("%d%m%Y").astype("int64")
    table.index = pd.Index(dates)
    calls = {
        "fit": lambda: hr.OLSHedge().fit(table["asset"], table[["hedge"]]),
        "walk": lambda: hr.walk_forward({}, table["asset"], table[["hedge"]], progress=False),
        "align": lambda: hr.align(table["asset"], table[["hedge"]]),
        "market": lambda: hr.Market(1.0 + table),
        "garch": lambda: hr.GARCH().fit(table["asset"]),
    }
    if door == "check":
        assert "stand for dates" in hr.check(table).problems[0].message
        return
    with pytest.raises(hr.DataError, match="stand for dates"):
        calls[door]()


@pytest.mark.parametrize("unit", ["ns", "ms", "s"])
def test_dates_made_of_such_numbers_are_refused(unit):
    numbers = DATES.strftime("%Y%m%d").astype("int64")
    data = pd.Series(VALUES, pd.to_datetime(numbers, unit=unit), name="A")
    with pytest.raises(hr.DataError, match="reads a number, such as 20200131"):
        hr.returns(data)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(60),
        pd.RangeIndex(400_000, 400_060),
        pd.RangeIndex(70).delete([3, 9, 10, 11, 12, 20, 30, 31, 32, 33]),
        pd.Index(range(1950, 2010)),
        pd.Index(np.linspace(0.0, 1.0, 60)),
        pd.bdate_range("1970-01-02", periods=60),
        pd.bdate_range("1970-01-02", periods=60, tz="America/New_York"),
        pd.bdate_range("1969-11-03 16:00", periods=60),
        DATES.to_period("D"),
    ],
    ids=str,
)
def test_rows_years_and_old_dates_are_accepted(index):
    assert len(hr.returns(pd.Series(VALUES, index, name="A"))) == 59


def test_dates_of_arrow_are_accepted():
    arrow = pytest.importorskip("pyarrow")
    dates = pd.date_range("2020-01-01", periods=60)
    index = pd.Index(pd.array(dates, dtype=pd.ArrowDtype(arrow.timestamp("ns"))))
    for given in (index, pd.to_datetime(index, utc=True)):
        returns = hr.returns(pd.Series(VALUES, given, name="A"))
        assert isinstance(returns.index, pd.DatetimeIndex)
    table = hr.data.simulate_dcc(n_dates=60, seed=0).returns.set_axis(index, axis=0)
    fit = hr.OLSHedge().fit(table["asset"], table[["hedge"]])
    assert fit.last_date == dates[-1]
