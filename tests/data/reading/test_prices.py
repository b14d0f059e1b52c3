"""Prices from files: the values read, and every refusal with its line."""

import gzip
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest

from hedgeresearch.data.conversion import returns
from hedgeresearch.data.reading.prices import read_prices
from hedgeresearch.errors import DataError, DataWarning, MissingDataError

GOOD = "day,BRENT,WTI\n2020-01-02,66.25,61.18\n2020-01-03,68.60,63.05\n2020-01-06,68.91,63.27\n"
Write = Callable[[str], Path]
DAYS = pd.date_range("2020-01-01", periods=3, name="day")


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


@pytest.mark.parametrize("name", ["oil.json", "oil", "oil.pdf"])
def test_unknown_suffix_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"source must end in \.csv, \.csv\.gz, .*; got"):
        read_prices(tmp_path / name)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="source must be a file; there is none at"):
        read_prices(tmp_path / "no.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="source must be a file"):
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
        match=r"must be (a Parquet file|text in UTF-8 .*); it cannot be read",
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
        ("2020-03-27", "2020-03-30T10:00:00+02", r"first has none, line 3 .* has \+02:00"),
    ],
)
def test_mixed_offsets_are_refused(write: Write, first: str, second: str, message: str) -> None:
    with pytest.raises(
        DataError, match="must all have an offset from UTC, or none; the " + message
    ):
        read_prices(write(f"t,x\n{first},1\n{second},2\n"))


def test_the_column_that_holds_the_dates_is_named(write: Write) -> None:
    with pytest.raises(DataError, match=r"\(2 such values\). Pass date='day'\."):
        read_prices(write("x,y,day\n1.5,8,2020-01-02\n2.5,9,2020-01-03\n"))
    with pytest.raises(DataError, match=r"not the dates 'x'; got \['x', 'y'\]. Pass date='day'\."):
        read_prices(write("x,y,day\n1.5,8,2020-01-02\n2.5,9,2020-01-03\n"), ["x", "y"])
    numbers = write("x,day\n1.5,20200102\n2.5,20200103\n")
    with pytest.raises(DataError, match="Name the column of the dates in date="):
        read_prices(numbers)
    with pytest.raises(DataError, match="Name the column of the dates in date="):
        read_prices(write("x,y,day\n1.5,8,2020-01-02\n2.5,9,2020-01-03\n"), date="x")


def test_duplicated_date_is_refused(write: Write) -> None:
    with pytest.raises(
        DataError, match="must have every date once; 2020-01-02 occurs again in line 4"
    ):
        read_prices(write("day,x\n2020-01-02,1\n2020-01-03,2\n2020-01-02,3\n"))


def test_repeated_dates_are_counted_in_one_error(write: Write) -> None:
    rows = "".join(f"2020-01-0{day},{day}\n" for day in (2, 3, 4, 2, 3, 4))
    message = (
        "2020-01-02 occurs again in line 5, and 2 more rows repeat dates until line 7. Keep one row"
    )
    with pytest.raises(DataError, match=message):
        read_prices(write(f"day,x\n{rows}"))


def test_hour_that_clocks_repeat_is_refused_with_utc_as_remedy(write: Write) -> None:
    text = "t,x\n2023-10-29 02:00,1\n2023-10-29 03:00,2\n2023-10-29 02:00,3\n"
    with pytest.raises(DataError, match=r"02:00 occurs again in line 4.*write the dates in UTC"):
        read_prices(write(text))


def test_newest_first_is_turned_round(write: Write) -> None:
    header, *rows = GOOD.split()
    with pytest.warns(DataWarning, match="has its newest date first; its . rows are turned round"):
        prices = read_prices(write("\n".join([header, *reversed(rows)])))
    assert prices.equals(read_prices(write(GOOD)))


def test_offsets_of_daylight_saving_become_utc(write: Write) -> None:
    text = "t,x\n2020-03-27T10:00:00+01:00,1\n2020-03-30T10:00:00+02:00,2\n"
    prices = read_prices(write(text))
    assert str(prices.index.tz) == "UTC"
    assert prices.index.hour.tolist() == [9, 8]


# --- files written in other ways ---

EUROPEAN = "Datum;BRENT;WTI\n02.01.2020;1.066,25;61,18\n13.01.2020;1.068,60;63,05\n"


def test_european_file_is_read_with_its_options(write: Write) -> None:
    prices = read_prices(
        write(EUROPEAN), sep=";", decimal=",", thousands=".", date_format="%d.%m.%Y"
    )
    assert prices["BRENT"].tolist() == [1066.25, 1068.6]
    assert prices["WTI"].tolist() == [61.18, 63.05]
    assert prices.index.tolist() == [pd.Timestamp("2020-01-02"), pd.Timestamp("2020-01-13")]


def test_refusals_lead_to_the_options_step_by_step(write: Write) -> None:
    path = write(EUROPEAN)
    with pytest.raises(DataError, match=r"Pass sep=';'\.$"):
        read_prices(path)
    with pytest.raises(DataError, match=r"Pass date_format='%d\.%m\.%Y'\.$"):
        read_prices(path, sep=";")
    with pytest.raises(DataError, match=r"Pass decimal=',', thousands='\.'\.$"):
        read_prices(path, sep=";", date_format="%d.%m.%Y")


def test_dates_that_may_be_exchanged_name_both_formats(write: Write) -> None:
    with pytest.raises(DataError, match=r"Pass date_format='%d/%m/%Y' or date_format='%m/%d/%Y'"):
        read_prices(write("day,x\n02/01/2020,1\n03/01/2020,2\n"))


@pytest.mark.parametrize(
    ("cells", "options", "values"),
    [
        (["1,234.5", "2,345,678"], {"decimal": ".", "thousands": ","}, [1234.5, 2345678.0]),
        (["1 234,5", "-12"], {"decimal": ",", "thousands": " "}, [1234.5, -12.0]),
        (["1'234.5", ".5e1"], {"decimal": ".", "thousands": "'"}, [1234.5, 5.0]),
        (["1234,5", "7"], {"decimal": ","}, [1234.5, 7.0]),
    ],
)
def test_numbers_are_read_by_their_notation(
    write: Write, cells: list[str], options: dict[str, str], values: list[float]
) -> None:
    rows = [f"2020-01-0{place};{cell}" for place, cell in enumerate(cells, start=1)]
    path = write("\n".join(["day;x", *rows]))
    assert read_prices(path, sep=";", **options)["x"].tolist() == values  # type: ignore[arg-type]
    named = ", ".join(f"{name}={value!r}" for name, value in options.items())
    with pytest.raises(DataError, match=named):
        read_prices(path, sep=";")


def test_point_between_groups_is_no_fraction(write: Write) -> None:
    path = write("day;x\n2020-01-01;1.5\n2020-01-02;2.345\n")
    with pytest.raises(DataError, match=r"line 2 .*'1\.5'"):
        read_prices(path, sep=";", decimal=",", thousands=".")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decimal": ";"}, "decimal must be one of"),
        ({"thousands": "x"}, "thousands must be one of"),
        ({"thousands": "."}, "must be different characters; both are"),
        ({"sep": ";;"}, "sep must be one character"),
        ({"date_format": "%Q"}, "date_format must hold codes of strptime"),
        ({"kind": "levels"}, "kind must be"),
    ],
)
def test_wrong_options_are_refused(write: Write, options: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_prices(write(GOOD), **options)  # type: ignore[arg-type]


def test_first_row_of_data_is_no_header(write: Write) -> None:
    prices = read_prices(write("2024-01-01,42000.0\n2024-01-02,43000.0\n2024-01-03,44000.0\n"))
    assert prices["column 2"].tolist() == [42000.0, 43000.0, 44000.0]
    assert prices.index[0] == pd.Timestamp("2024-01-01")


def test_first_row_of_data_is_seen_in_other_notations(write: Write) -> None:
    text = "01.02.2024;42.000,5\n02.02.2024;43.000\n"
    prices = read_prices(write(text), sep=";", decimal=",", thousands=".", date_format="%d.%m.%Y")
    assert prices["column 2"].tolist() == [42000.5, 43000.0]


def test_per_cent_become_fractions_noted_as_returns(write: Write) -> None:
    prices = read_prices(write("day,x\n2020-01-01,1.5%\n2020-01-02,-2\n"), kind="percent")
    assert prices["x"].tolist() == [0.015, -0.02]
    assert prices.attrs["returns"] == "simple"
    fractions = read_prices(write("day,x\n2020-01-01,.015\n2020-01-02,-.02\n"), kind="returns")
    assert fractions.equals(prices)
    assert fractions.attrs["returns"] == "simple"


def test_tab_separated_file_is_read_by_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "oil.tsv"
    path.write_text(GOOD.replace(",", "\t"))
    assert read_prices(path)["WTI"].tolist() == [61.18, 63.05, 63.27]


YFINANCE = (
    "Price,Close,Close,Volume,Volume\nTicker,AAPL,MSFT,AAPL,MSFT\nDate,,,,\n"
    "2024-01-02,185.6,370.9,82488700,25258600\n2024-01-03,184.2,370.6,58414500,23083500\n"
)


def test_file_of_yfinance_has_one_name_a_column(write: Write) -> None:
    prices = read_prices(write(YFINANCE), ["Close AAPL", "Close MSFT"])
    assert prices["Close MSFT"].tolist() == [370.9, 370.6]
    with pytest.raises(DataError, match=r"got 'AAPL'\. Did you mean 'Close AAPL'"):
        read_prices(write(YFINANCE), ["AAPL"])


def test_numbers_that_may_be_thousands_are_a_question(write: Write) -> None:
    for cells in (("19.193", "19.250"), ("998", "1.002")):
        path = write(f"day;x\n2020-01-01;{cells[0]}\n2020-01-02;{cells[1]}\n")
        with pytest.raises(DataError, match=r"Pass decimal='\.' .* or decimal=',', thousands='\.'"):
            read_prices(path, sep=";")
        thousands = read_prices(path, sep=";", decimal=",", thousands=".")["x"].tolist()
        assert thousands == [float(cell.replace(".", "")) for cell in cells]
        fractions = read_prices(path, sep=";", decimal=".")["x"].tolist()
        assert fractions == [float(cell) for cell in cells]
    plain = write("day;x\n2020-01-01;19.19\n2020-01-02;19.250\n")
    assert read_prices(plain, sep=";")["x"].tolist() == [19.19, 19.25]
    gas = write("day,x\n2020-01-01,2.193\n2020-01-02,2.250\n")
    assert read_prices(gas)["x"].tolist() == [2.193, 2.25]


def test_a_comma_that_may_be_either_names_both_options(write: Write) -> None:
    path = write("day;x\n2020-01-01;1,234\n2020-01-02;999\n")
    with pytest.raises(DataError, match=r"Pass decimal=',' or decimal='\.', thousands=','\.$"):
        read_prices(path, sep=";")


def test_day_and_month_of_plain_digits_name_both_formats(write: Write) -> None:
    path = write("day,x\n10112012,1\n11112012,2\n")
    with pytest.raises(DataError, match=r"date_format='%d%m%Y' or date_format='%m%d%Y'"):
        read_prices(path)


@pytest.mark.parametrize(
    ("cell", "date_format"),
    [
        ("Jan-20", "%b-%y"),
        ("Jan 31 2020", "%b %d %Y"),
        ("31/01/2020 4:15 PM", "%d/%m/%Y %I:%M %p"),
        ("01312020", "%m%d%Y"),
    ],
)
def test_formats_of_dates_are_named(write: Write, cell: str, date_format: str) -> None:
    with pytest.raises(DataError, match=re.escape(f"date_format={date_format!r}")):
        read_prices(write(f"day,x\n{cell},1\n"))


def test_per_cent_signs_in_some_columns_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match=r"only \['A'\] have per cent signs"):
        read_prices(write("day,A,B\n2020-01-02,1.5%,0.015\n"), kind="percent")


def test_numbers_beyond_all_bounds_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match=r"must contain finite numbers; line 2 .*'1e400'"):
        read_prices(write("day,x\n2020-01-02,1e400\n"))


def test_a_footer_is_named_as_a_line_to_remove(write: Write) -> None:
    rows = "".join(f"2020-01-{day:02d},{day}\n" for day in range(1, 20))
    with pytest.raises(DataError, match=r"line 21 .* has 'Source: B'.*Remove or fix the line\."):
        read_prices(write(f"day,x\n{rows}Source: B,\n"))


def test_a_title_above_the_header_is_named(write: Write) -> None:
    with pytest.raises(DataError, match="Remove lines above the header"):
        read_prices(write("Prices of oil\nday,BRENT,WTI\n2020-01-02,1,2\n"))


def test_dates_in_another_column_are_named() -> None:
    table = pd.DataFrame({"A": [1.0, 2.0], "day": pd.date_range("2020-01-01", periods=2)})
    with pytest.raises(DataError, match=r"\(2 such values\). Pass date='day'\."):
        read_prices(table)
    assert read_prices(table, date="day")["A"].tolist() == [1.0, 2.0]


def test_days_of_a_spreadsheet_name_their_conversion(write: Write) -> None:
    days = [44000 + 7 * week + day for week in range(6) for day in range(5)]
    rows = "".join(f"{day},1.5\n" for day in days)
    with pytest.raises(DataError, match=r"They stand for dates: .*pd\.to_datetime"):
        read_prices(write(f"day,x\n{rows}"))


def test_a_second_column_with_the_time_is_named(write: Write) -> None:
    rows = "".join(f"2020-01-0{day},{hour}:00,{hour}\n" for day in (1, 2) for hour in (10, 11, 12))
    with pytest.raises(DataError, match="Where a second column holds the time of day, join both"):
        read_prices(write(f"day,time,x\n{rows}"), ["x"])


def test_options_without_effect_are_refused(write: Write, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="sheet is an option of spreadsheets"):
        read_prices(write(GOOD), sheet="closes")
    pd.DataFrame({"day": DAYS, "x": [1.0, 2.0, 3.0]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(DataError, match="sep is an option of text files"):
        read_prices(tmp_path / "x.parquet", sep=";")


@pytest.mark.parametrize(
    "options",
    [{"columns": 5}, {"sep": 5}, {"date_format": 5}, {"thousands": [","]}, {"decimal": 5}],
)
def test_options_of_another_type_are_refused(write: Write, options: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=f"{next(iter(options))} must be"):
        read_prices(write(GOOD), **options)


def test_a_level_of_yfinance_selects_its_columns(write: Write) -> None:
    prices = read_prices(write(YFINANCE), ["Close"])
    assert prices.columns.tolist() == ["Close AAPL", "Close MSFT"]


# --- spreadsheets ---


def test_spreadsheet_is_read_with_its_dates(tmp_path: Path) -> None:
    path = tmp_path / "oil.xlsx"
    table = pd.DataFrame(
        {"day": pd.date_range("2020-01-01", periods=3), "WTI": [61, 63.5, None], "x": list("abc")}
    )
    table.to_excel(path, index=False)
    prices = read_prices(path, ["WTI"])
    assert prices.index.tolist() == list(table["day"])
    assert prices["WTI"].tolist()[:2] == [61.0, 63.5]
    assert prices["WTI"].isna().tolist() == [False, False, True]
    with pytest.raises(DataError, match=r"column 'x' must contain numbers.*row 2 .*'a'"):
        read_prices(path)


def test_sheet_is_chosen_by_name_or_place(tmp_path: Path) -> None:
    path = tmp_path / "oil.xlsx"
    table = pd.DataFrame({"day": pd.date_range("2020-01-01", periods=2), "WTI": [1.0, 2.0]})
    with pd.ExcelWriter(path) as book:
        table.to_excel(book, sheet_name="spot", index=False)
        table.assign(WTI=3.0).to_excel(book, sheet_name="future", index=False)
    assert read_prices(path, sheet="future")["WTI"].tolist() == [3.0, 3.0]
    assert read_prices(path, sheet=0)["WTI"].tolist() == [1.0, 2.0]
    with pytest.raises(DataError, match=r"sheet must be one of 'spot', 'future' .*; got None"):
        read_prices(path)
    with pytest.raises(DataError, match=r"sheet must be one of 'spot', 'future' .*; got 'spott'"):
        read_prices(path, sheet="spott")


def test_spreadsheet_without_a_header_or_rows(tmp_path: Path) -> None:
    path = tmp_path / "oil.xlsx"
    table = pd.DataFrame({0: pd.date_range("2020-01-01", periods=2), 1: [1.0, 2.0]})
    table.to_excel(path, index=False, header=False)
    assert read_prices(path)["column 2"].tolist() == [1.0, 2.0]
    pd.DataFrame().to_excel(path, index=False, header=False)
    with pytest.raises(DataError, match="must contain at least one row"):
        read_prices(path)


def test_damaged_spreadsheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "oil.xlsx"
    path.write_bytes(b"PK damaged")
    with pytest.raises(DataError, match="must be a spreadsheet; it cannot be read"):
        read_prices(path)


def test_missing_reader_of_spreadsheets_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "oil.xlsx"
    path.write_bytes(b"")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingDataError, match=r"pip install \"hedgeresearch\[excel\]\""):
        read_prices(path)


# --- tables of other libraries ---

FRAME = pd.DataFrame({"A": [1.0, 2.0, 4.0], "H": [3, 4, 5]}, DAYS)


@pytest.mark.parametrize(
    "table",
    [
        pyarrow.Table.from_pandas(FRAME),
        FRAME,
        FRAME.reset_index(),
        FRAME.rename_axis(None),
        FRAME.convert_dtypes(dtype_backend="pyarrow"),
        FRAME.set_index(FRAME.index.astype("timestamp[ns][pyarrow]")),
        FRAME.set_index(FRAME.index.astype(str)),
        FRAME.reset_index().assign(day=[day.date() for day in DAYS]),
    ],
    ids=lambda table: type(table).__module__,
)
def test_tables_of_libraries_give_the_same_prices(table: Any) -> None:
    check_prices(read_prices(table))


def test_frames_of_polars_give_the_same_prices() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.from_pandas(FRAME.reset_index())
    check_prices(read_prices(frame))
    check_prices(read_prices(frame.lazy()))
    check_prices(read_prices(frame.with_columns(polars.col("day").cast(polars.Date))))


def check_prices(prices: pd.DataFrame) -> None:
    assert prices.columns.tolist() == ["A", "H"]
    assert prices.index.tolist() == DAYS.tolist()
    assert prices["A"].tolist() == [1.0, 2.0, 4.0]
    assert prices["H"].tolist() == [3.0, 4.0, 5.0]


def test_time_zone_of_a_table_is_kept() -> None:
    polars = pytest.importorskip("polars")
    for zone in ("UTC", "Europe/Berlin"):
        table = FRAME.tz_localize(zone)
        arrow = pyarrow.Table.from_pandas(table)
        arrow_index = table.set_index(table.index.astype(f"timestamp[ns, {zone}][pyarrow]"))
        for source in (table, arrow, arrow_index, polars.from_pandas(table.reset_index())):
            prices = read_prices(source)
            assert str(prices.index.tz) == zone
            assert prices.index.tolist() == table.index.tolist()


def test_series_and_attributes_of_pandas_are_kept() -> None:
    series = FRAME["A"].copy()
    series.attrs = {"returns": "log"}
    prices = read_prices(series)
    assert prices["A"].tolist() == [1.0, 2.0, 4.0]
    assert prices.attrs == {"returns": "log"}


def test_columns_of_two_levels_become_one() -> None:
    levels = pd.MultiIndex.from_product([["Close", "Volume"], ["AAPL", "MSFT"]])
    table = pd.DataFrame([[1.0, 2.0, 3.0, 4.0]] * 2, DAYS[:2], levels)
    assert read_prices(table).columns.tolist() == [
        "Close AAPL", "Close MSFT", "Volume AAPL", "Volume MSFT",
    ]  # fmt: skip
    assert read_prices(table, [("Close", "MSFT")])["Close MSFT"].tolist() == [2.0, 2.0]
    closes = table[["Close"]]
    assert read_prices(closes).columns.tolist() == ["AAPL", "MSFT"]
    assert read_prices(closes, [("Close", "MSFT")]).columns.tolist() == ["MSFT"]
    one = table[[("Close", "AAPL")]]
    assert read_prices(one).columns.tolist() == ["AAPL"]


def test_integers_are_no_dates() -> None:
    table = pd.DataFrame({"A": [1.0, 2.0]}, [13012012, 14012012])
    with pytest.raises(DataError, match=r"dates must be written as ISO 8601.*Pass date_format="):
        read_prices(table)


@pytest.mark.parametrize("source", [[1, 2], {"A": [1.0]}, 3, None])
def test_other_objects_are_refused(source: Any) -> None:
    with pytest.raises(DataError, match="source must be the path of a file, or a data frame"):
        read_prices(source)


def test_unsorted_dates_are_refused(write: Write) -> None:
    with pytest.raises(
        DataError,
        match=r"sorted by date.*2020-01-03 in line 3 follows 2020-01-06.*sort the file by date",
    ):
        read_prices(write("day,x\n2020-01-06,1\n2020-01-03,2\n2020-01-04,3\n"))
