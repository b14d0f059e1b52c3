"""Prices from files: the values read, and every refusal with its line."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.data.conversion import returns
from hedgeresearch.data.prices import read_prices
from hedgeresearch.errors import DataError

GOOD = "day,BRENT,WTI\n2020-01-02,66.25,61.18\n2020-01-03,68.60,63.05\n2020-01-06,68.91,63.27\n"
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_text(text: str) -> Path:
        path = tmp_path / "oil.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


def test_csv_is_read_with_its_dates(write: Write) -> None:
    path = write(GOOD)
    prices = read_prices(path)
    assert list(prices.columns) == ["BRENT", "WTI"]
    assert prices.index.name == "date"
    assert prices.index.tolist() == [
        pd.Timestamp(day) for day in ("2020-01-02", "2020-01-03", "2020-01-06")
    ]
    assert prices["WTI"].tolist() == [61.18, 63.05, 63.27]
    assert prices.attrs == {"source": str(path)}


def test_columns_and_date_are_chosen_by_name(write: Write) -> None:
    path = write("note,close,when\nx,1.5,2020-01-02\ny,2,2020-01-03\n")
    prices = read_prices(str(path), columns=["close"], date="when")
    assert prices["close"].tolist() == [1.5, 2.0]
    assert read_prices(path, columns="close", date="when").equals(prices)


def test_gzip_byte_order_mark_and_blank_lines_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "OIL.CSV.GZ"
    text = '\ufeff"day","WTI"\r\n"2020-01-02","61.18"\r\n\r\n2020-01-03, 6.3e1 \r\n\r\n'
    path.write_bytes(gzip.compress(text.encode("utf-8")))
    prices = read_prices(path)
    assert prices.columns.tolist() == ["WTI"]
    assert prices["WTI"].tolist() == [61.18, 63.0]


def test_numbers_are_read_exactly(write: Write) -> None:
    values = np.random.default_rng(0).lognormal(size=200) * 10.0 ** np.arange(-100, 100)
    days = pd.date_range("2020-01-01", periods=200)
    text = "date,x\n" + "".join(
        f"{day:%Y-%m-%d},{value!r}\n" for day, value in zip(days, values.tolist(), strict=True)
    )
    np.testing.assert_array_equal(read_prices(write(text))["x"], values)


def test_parquet_dates_may_be_index_or_column(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"WTI": [61.18, 63.05]}, pd.DatetimeIndex(["2020-01-02", "2020-01-03"], name="day")
    )
    for number, table in enumerate((frame, frame.rename_axis(None), frame.reset_index())):
        path = tmp_path / f"{number}.parquet"
        table.to_parquet(path)
        prices = read_prices(path)
        assert prices["WTI"].tolist() == [61.18, 63.05]
        assert prices.index.name == "date"
    assert read_prices(tmp_path / "0.parquet", date="day").equals(prices)


def test_parquet_types_become_floats_and_text_is_refused(tmp_path: Path) -> None:
    days = pd.Series(pd.to_datetime(["2020-01-02", "2020-01-03"]).date, dtype=object)
    table = pd.DataFrame(
        {"day": days, "a": [1, 2], "b": pd.array([1, None], dtype="Int64"), "c": ["1.5", "x"]}
    )
    path = tmp_path / "mixed.parquet"
    table.to_parquet(path)
    prices = read_prices(path, columns=["a", "b"])
    assert prices["a"].tolist() == [1.0, 2.0]
    assert prices["b"].isna().tolist() == [False, True]
    with pytest.raises(DataError, match=r"column 'c' must contain numbers.*row 2 .*'x'"):
        read_prices(path)


def test_empty_cell_becomes_nan_which_returns_refuses(write: Write) -> None:
    prices = read_prices(write("day,WTI\n2020-01-02,61.18\n2020-01-03,\n2020-01-06,63.27\n"))
    assert prices["WTI"].isna().tolist() == [False, True, False]
    with pytest.raises(DataError, match="column 'WTI' has a gap .* on 2020-01-03"):
        returns(prices)


@pytest.mark.parametrize("name", ["oil.xlsx", "oil", "oil.txt"])
def test_unknown_suffix_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"path must end in \.csv, \.csv\.gz, \.parquet; got"):
        read_prices(tmp_path / name)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="path must be a file; there is none at"):
        read_prices(tmp_path / "no.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="path must be a file"):
        read_prices(tmp_path / "folder.csv")


@pytest.mark.parametrize("text", ["", "day,WTI\n", "day,WTI\n\n\n", "\n"])
def test_empty_file_is_refused(write: Write, text: str) -> None:
    with pytest.raises(DataError, match="must contain at least one row of prices; it is empty"):
        read_prices(write(text))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("oil.csv", b"day;WTI\n2020-01-02;61,18\n"),
        ("oil.csv", "day,WTI\n2020-01-02,61\xe9\n".encode("latin-1")),
        ("oil.csv.gz", GOOD.encode()),
        ("oil.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-12]),
        ("oil.parquet", GOOD.encode()),
    ],
)
def test_unreadable_content_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(
        DataError,
        match=r"must be (a Parquet file|comma-separated text in UTF-8); it cannot be read",
    ):
        read_prices(tmp_path / name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"columns": ["WTI", "BRNT"]},
            r"columns must be one of 'day', 'BRENT', 'WTI'.*'BRNT'\. Did you mean 'BRENT'\?",
        ),
        ({"columns": ["wti"]}, r"got 'wti'\. Did you mean 'WTI'\?"),
        ({"columns": ["gold"]}, r"got 'gold'\.$"),
        ({"date": "date"}, r"the date column must be one of 'day', .*got 'date'"),
        ({"columns": []}, "must have a column of prices besides the dates"),
        ({"columns": ["WTI", "WTI"]}, "must name each column of prices once"),
        ({"columns": ["day", "WTI"]}, "and not the dates 'day'"),
    ],
)
def test_wrong_columns_are_refused(
    write: Write, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_prices(write(GOOD), **arguments)  # type: ignore[arg-type]


def test_missing_or_equal_column_names_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match="must have different column names; 'WTI' occurs twice"):
        read_prices(write("day,WTI,WTI\n2020-01-02,1,2\n"))
    with pytest.raises(DataError, match="must name every column; column 3 has no name"):
        read_prices(write("day,WTI,\n2020-01-02,1,\n"))
    with pytest.raises(
        DataError, match="must have a column of prices besides the dates; got 'day;WTI'"
    ):
        read_prices(write("day;WTI\n2020-01-02;1\n"))


@pytest.mark.parametrize(
    "value", ["1,234.5", "n/a", "NaN", "inf", "1_000", "-", "True", "0x1F", "12%"]
)
def test_text_in_numbers_is_refused_with_its_line(write: Write, value: str) -> None:
    path = write(f'day,WTI\n2020-01-02,61.18\n\n2020-01-03,"{value}"\n')
    with pytest.raises(DataError, match=r"column 'WTI' must contain numbers") as caught:
        read_prices(path)
    assert f"line 4 of {path}, dated 2020-01-03, has {value!r} (1 such value)" in str(caught.value)


@pytest.mark.parametrize("value", ["03/01/2020", "2020-02-30", "yesterday", "", "2020.5", "43833"])
def test_unparsable_date_is_refused_with_its_line(write: Write, value: str) -> None:
    with pytest.raises(
        DataError, match=r"dates must be written as ISO 8601.*; line 3 of .*\(1 such value\)"
    ):
        read_prices(write(f"day,WTI\n2020-01-02,61.18\n{value},63.05\n"))


def test_missing_date_in_parquet_is_refused(tmp_path: Path) -> None:
    table = pd.DataFrame({"day": pd.to_datetime(["2020-01-02", None]), "WTI": [1.0, 2.0]})
    table.to_parquet(tmp_path / "oil.parquet")
    with pytest.raises(DataError, match="dates must be present in every row; row 2"):
        read_prices(tmp_path / "oil.parquet")


@pytest.mark.parametrize("offset", ["Z", "+00:00", "+05:30", "-0500", "+01"])
def test_one_offset_gives_an_index_with_a_time_zone(write: Write, offset: str) -> None:
    prices = read_prices(
        write(f"t,x\n2020-01-02T10:00:00{offset},1\n2020-01-02T10:05:00{offset},2\n")
    )
    stamp = pd.Timestamp(f"2020-01-02T10:00:00{offset}")
    assert prices.index[0] == stamp
    assert prices.index[0].utcoffset() == stamp.utcoffset()


def test_all_spellings_of_utc_are_one_offset(write: Write) -> None:
    prices = read_prices(
        write("t,x\n2020-01-02T10:00Z,1\n2020-01-02 10:05+00:00,2\n2020-01-02 10:06:00.5+0000,3\n")
    )
    assert str(prices.index.tz) == "UTC"


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("2020-01-02T10:00:00Z", "2020-01-03T10:00:00", r"first has \+00:00, line 3 .* has none"),
        ("2020-01-02T10:00:00", "2020-01-03T10:00:00Z", r"first has none, line 3 .* has \+00:00"),
        (
            "2020-03-27T10:00:00+01:00",
            "2020-03-30T10:00:00+02:00",
            r"first has \+01:00, line 3 .*\+02:00.*pd.to_datetime",
        ),
        ("2020-03-27", "2020-03-30T10:00:00+02", r"first has none, line 3 .* has \+02:00"),
    ],
)
def test_mixed_offsets_are_refused(write: Write, first: str, second: str, message: str) -> None:
    with pytest.raises(DataError, match="must share one offset from UTC; the " + message):
        read_prices(write(f"t,x\n{first},1\n{second},2\n"))


def test_duplicated_date_is_refused(write: Write) -> None:
    with pytest.raises(
        DataError, match="must have every date once; 2020-01-02 occurs again in line 4"
    ):
        read_prices(write("day,x\n2020-01-02,1\n2020-01-03,2\n2020-01-02,3\n"))


def test_unsorted_dates_are_refused(write: Write) -> None:
    with pytest.raises(
        DataError,
        match=r"sorted by date.*2020-01-03 in line 3 follows 2020-01-06\. Sort the file by date",
    ):
        read_prices(write("day,x\n2020-01-06,1\n2020-01-03,2\n2020-01-02,3\n"))
