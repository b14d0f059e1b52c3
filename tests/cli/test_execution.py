"""The command that says what fills have cost, with headers of any kind."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hedgeresearch.trading import analyze_execution, mark_outs
from tests.cli.conftest import Run

Check = Callable[[tuple[int, str, str], str], None]
FILLS = """Time, Price ,Qty,Side,Fee
2026-03-02T12:00:00Z,100.2,5,BUY,0.1
2026-03-02T12:01:00Z,100.4,2,Buy,0.1
2026-03-02T12:02:00Z,100.6,1,buy,0.1
"""
MARKET = """time,price,volume
2026-03-02T11:59:00Z,100.0,4
2026-03-02T12:00:30Z,100.5,3
2026-03-02T12:01:30Z,101,1
2026-03-02T12:05:30Z,100.7,1
"""
QUANTITY = ("--columns", "size=Qty")


@pytest.fixture
def fills(tmp_path: Path) -> Path:
    path = tmp_path / "fills.csv"
    path.write_text(FILLS)
    return path


@pytest.fixture
def market(tmp_path: Path) -> Path:
    path = tmp_path / "market.csv"
    path.write_text(MARKET)
    return path


def table(text: str) -> pd.DataFrame:
    rows = [line.split(",") for line in text.splitlines()[1:]]
    times = pd.DatetimeIndex(pd.to_datetime([row[0] for row in rows], utc=True))
    return pd.DataFrame([row[1:3] for row in rows], times, ["price", "size"]).astype(float)


def test_without_a_market_the_prices_are_options(run: Run, fills: Path) -> None:
    prices = ("--decision-price", "100", "--arrival-price", "100.1", "--end-price", "101.5")
    code, output, errors = run(
        "execution", "--fills", fills, *QUANTITY, *prices, "--size", "10", "--json"
    )
    assert (code, errors) == (0, "")
    record = json.loads(output)
    # 10 units that could have been bought at 100: 15 gained on paper, 9.3 less fees of .3 in fact
    assert record["shortfall"] == pytest.approx(15.0 - (8 * 101.5 - 802.4 - 0.3))
    assert record["delay"] == pytest.approx(0.8)
    assert record["trading"] == pytest.approx(1.6)
    assert record["opportunity"] == pytest.approx(3.0)
    assert record["filled"] == 0.8
    assert record["against_twap"] is record["mark_outs"] is None


def test_with_a_market_benchmarks_are_those_since_arrival(
    run: Run, fills: Path, market: Path
) -> None:
    arrival = ("--arrival-time", "2026-03-02T11:59:30Z")
    code, output, errors = run(
        "execution", "--fills", fills, *QUANTITY, "--market", market, *arrival, "--json"
    )
    assert (code, errors) == (0, "")
    record = json.loads(output)
    # 100 for a minute, 100.5 for a minute, 101 for half of one; 3 and 1 units traded
    twap = (100.0 * 60.0 + 100.5 * 60.0 + 101.0 * 30.0) / 150.0
    assert record["against_twap"] == pytest.approx(100.3 / twap - 1.0)
    assert record["against_vwap"] == pytest.approx(100.3 / 100.625 - 1.0)
    assert record["against_arrival"] == pytest.approx(0.003)
    expected = mark_outs(table(FILLS), "buy", table(MARKET), [1.0, 10.0, 60.0])
    for seconds, row in expected.iterrows():
        assert record["mark_outs"][f"{seconds:.1f}"]["mean"] == pytest.approx(row["mean"])


def test_what_is_not_filled_has_the_price_at_the_last_fill(
    run: Run, fills: Path, market: Path
) -> None:
    command = ("execution", "--fills", fills, *QUANTITY, "--market", market, "--size", "10")
    code, output, errors = run(*command, "--json")
    assert (code, errors) == (0, "")
    # 2 units, 100 when the order came, 101 at 12:02; 100.7 three minutes later is another time's
    assert json.loads(output)["opportunity"] == pytest.approx(2.0 * (101.0 - 100.0))


def test_the_text_has_parts_benchmarks_and_mark_outs(run: Run, fills: Path, market: Path) -> None:
    code, output, errors = run("execution", "--fills", fills, *QUANTITY, "--market", market)
    assert (code, errors) == (0, "")
    text = " ".join(output.split())
    assert "3 fills: 8 bought at a mean price of 100.3, 100.0% of the order." in text
    assert "Implementation shortfall: 2.7, 33.75 bp of its value at the decision" in text
    assert "arrival price 30.00 bp" in text
    # the fill of 12:02 has no price within a minute before 12:03
    assert "by the last price of the market at most 60 s before; the oldest that" in text
    assert "the oldest that counts is 40 s old" in text
    # 0.3 of 100.2 on 5 units and 0.6 of 100.4 on 2
    assert "60 s later 38.46 bp" in text
    longer = ("execution", "--fills", fills, *QUANTITY, "--market", market, "--max-age", "90")
    assert "60 s later 38.62 bp" in " ".join(run(*longer)[1].split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--max-age", "20"), "before the arrival at 2026-03-02 12:00:00+00:00 is 60 s old"),
        (
            ("--max-age", "20", "--arrival-price", "100", "--size", "10"),
            "before the last fill at 2026-03-02 12:02:00+00:00 is 30 s old",
        ),
        (("--max-age", "0"), "max-age must lie"),
    ],
)
def test_old_prices_of_the_market_are_refused(
    run: Run,
    fills: Path,
    market: Path,
    check_refused: Check,
    options: tuple[str, ...],
    message: str,
) -> None:
    call = ("execution", "--fills", fills, *QUANTITY, "--market", market)
    check_refused(run(*call, *options), message)


def test_horizons_without_a_price_are_warned_of(run: Run, fills: Path, market: Path) -> None:
    call = ("execution", "--fills", fills, *QUANTITY, "--market", market, "--mark-outs", "1,900")
    code, output, errors = run(*call)
    assert code == 0
    assert "No fill has a price 900 s later" in errors
    assert "nan" not in output


def test_it_agrees_with_the_library(run: Run, fills: Path) -> None:
    call = ("execution", "--fills", fills, *QUANTITY, "--arrival-price", "100.1", "--json")
    record = json.loads(run(*call)[1])
    report = analyze_execution(
        table(FILLS).assign(fee=0.1), "buy", 8.0, decision_price=100.1, arrival_price=100.1
    )
    assert record["shortfall"] == pytest.approx(report.shortfall)
    assert record["shortfall_share"] == pytest.approx(report.shortfall_share)


@pytest.mark.parametrize(
    ("old", "new", "options", "message"),
    [
        ("", "", (), "must have a column 'size'; its headers are 'Time', 'Price', 'Qty', 'Side'"),
        ("Side", "Price", QUANTITY, "must have different column names; 'Price' occurs twice"),
        ("BUY", "SELL", QUANTITY, "2 are purchases and 1 sales. Write a file for each order"),
        ("BUY", "short", QUANTITY, "a side must be buy or sell; got 'short'"),
        (
            "100.4",
            "1e",
            QUANTITY,
            "column 'price' must contain numbers such as 1234.5, or nothing; line 3",
        ),
        ("12:01:00Z", "12:01:00", QUANTITY, "--fills, line 3: a time must have a zone"),
        ("12:01:00Z", "12:05:00Z", QUANTITY, "the times must ascend"),
        ("", "", (*QUANTITY, "--direction", "sell"), "but the fills are of side buy"),
        ("100.4", "", QUANTITY, "price must be a number in every row; line 3"),
        ("", "", ("--columns", "size"), "--columns must be a name and a header"),
        ("", "", QUANTITY, "pass --arrival-price, or --market"),
        ("", "", (*QUANTITY, "--arrival-price", "100", "--size", "3"), "exceed the order of 3"),
        (
            "",
            "",
            (*QUANTITY, "--arrival-price", "100", "--arrival-time", "2026-03-02T13:00:00Z"),
            "must not be later than the first fill",
        ),
    ],
)
def test_what_cannot_be_read_is_named(
    run: Run,
    fills: Path,
    check_refused: Check,
    old: str,
    new: str,
    options: tuple[str, ...],
    message: str,
) -> None:
    if old:
        fills.write_text(FILLS.replace(old, new, 1))
    check_refused(run("execution", "--fills", fills, *options), message)


OTHER = """When;Px;Qty
02.03.2026 12:00:00+00:00;60.010;5
02.03.2026 12:01:00+00:00;60.020;3
"""
OTHER_COLUMNS = ("--columns", "time=When", "--columns", "price=Px", *QUANTITY)
FORMAT = ("--date-format", "%d.%m.%Y %H:%M:%S%z")
THOUSANDS = ("--sep", ";", "--decimal", ",", "--thousands", ".")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "must have a column 'When'; its headers are 'When;Px;Qty'. Pass --sep ';'."),
        (
            ("--sep", ";"),
            "line 2: a time must be written as ISO 8601, such as 2024-06-28T16:00:00+00:00; got "
            "'02.03.2026 12:00:00+00:00'. Pass --date-format '%d.%m.%Y %H:%M:%S%z'",
        ),
        (("--sep", ";", *FORMAT), "Pass --decimal '.' for a fraction, or --decimal ','"),
        (("--sep", ";", "--date-format", "%d.%m.%Y %H:%M:%S"), "must have the zone, as in"),
    ],
)
def test_notations_are_not_guessed(
    run: Run, fills: Path, check_refused: Check, options: tuple[str, ...], message: str
) -> None:
    fills.write_text(OTHER)
    price = ("--arrival-price", "60000", "--direction", "buy")
    check_refused(run("execution", "--fills", fills, *OTHER_COLUMNS, *price, *options), message)


def test_options_say_how_a_file_is_written(run: Run, fills: Path) -> None:
    fills.write_text(OTHER)
    price = ("--arrival-price", "60000", "--direction", "buy", "--json")
    call = ("execution", "--fills", fills, *OTHER_COLUMNS, *price, *FORMAT)
    code, output, errors = run(*call, *THOUSANDS)
    assert (code, errors) == (0, "")
    assert json.loads(output)["mean_price"] == pytest.approx((5 * 60010 + 3 * 60020) / 8)
    code, _, errors = run(*call, "--sep", ";", "--decimal", ".")
    assert code == 0
    assert "2 fills at less than a tenth or more than 10 times the market" in errors


def test_each_file_has_headers_of_its_own(run: Run, fills: Path, market: Path) -> None:
    fills.write_text(FILLS.replace("Time, Price ", "When,Px"))
    columns = ("--columns", "time=When", "--columns", "price=Px", *QUANTITY)
    call = ("execution", "--fills", fills, *columns, "--market", market, "--json")
    expected = run(*call)
    assert expected[0] == 0
    market.write_text(MARKET.replace("price", "Mid"))
    assert run(*call)[0] == 2
    assert run(*call, "--market-columns", "price=Mid") == expected


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path, check_refused: Check) -> None:
    check_refused(run("execution", "--fills", tmp_path / "no.csv"), "there is none at")


def test_files_with_other_separators_are_refused(
    run: Run, fills: Path, market: Path, check_refused: Check
) -> None:
    fills.write_text(fills.read_text().replace(",", ";"))
    call = ("execution", "--fills", fills, *QUANTITY, "--market", market, "--sep", ";")
    check_refused(run(*call), "--sep is the character between the cells of both files")


def test_a_market_that_begins_too_late_is_refused(
    run: Run, fills: Path, market: Path, check_refused: Check
) -> None:
    lines = MARKET.splitlines(keepends=True)
    market.write_text("".join([lines[0], *lines[2:]]))
    found = run("execution", "--fills", fills, *QUANTITY, "--market", market)
    check_refused(found, "after the arrival at 2026-03-02 12:00:00+00:00")
