"""Files as people have them: the options of a notation, of a frequency and of gaps."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr

Run = Callable[..., tuple[int, str, str]]
Check = Callable[[tuple[int, str, str], str], None]
Change = Callable[[Path, str, str], Path]
OPTIONS = ("--asset", "oil", "--hedge", "gas", "--model", "ols", "--json")


def ratio(output: str) -> float:
    """Return the ratio in a record."""
    return float(json.loads(output)["ratio"]["gas"])


def expected(prices: pd.DataFrame) -> float:
    """Return the ratio of OLS on the simple returns of prices."""
    returns = hr.returns(prices)
    return float(hr.OLSHedge().fit(returns["oil"], returns[["gas"]]).next_ratio["gas"])


def european(prices: pd.DataFrame, file: Path) -> Path:
    """Write prices as a German spreadsheet does, in thousands."""
    text = (1000.0 * prices).map("{:,.4f}".format)
    swapped = text.map(lambda cell: cell.translate(str.maketrans(",.", ".,")))
    swapped.set_axis(prices.index.strftime("%d.%m.%Y"), axis=0).to_csv(file, sep=";")
    return file


def test_european_file_is_read_with_its_options(
    run: Run, prices: pd.DataFrame, tmp_path: Path
) -> None:
    file = european(prices, tmp_path / "eu.csv")
    notation = ("--sep", ";", "--decimal", ",", "--thousands", ".", "--date-format", "%d.%m.%Y")
    code, output, errors = run("recommend", "--prices", file, *notation, *OPTIONS)
    assert (code, errors) == (0, "")
    assert ratio(output) == pytest.approx(expected(prices), rel=1e-4)


def test_refusals_name_the_options_that_read_the_file(
    run: Run, prices: pd.DataFrame, tmp_path: Path, check_refused: Check
) -> None:
    file = european(prices, tmp_path / "eu.csv")
    passed: list[str] = []
    for name, value in (
        ("--sep", ";"),
        ("--date-format", "%d.%m.%Y"),
        ("--decimal", ","),
    ):
        check_refused(run("recommend", "--prices", file, *passed, *OPTIONS), f"{name} '{value}'")
        passed += [name, value]
    assert run("recommend", "--prices", file, *passed, "--thousands", ".", *OPTIONS)[0] == 0


def test_dates_may_be_in_another_column(
    run: Run, prices: pd.DataFrame, tmp_path: Path, check_refused: Check
) -> None:
    file = tmp_path / "prices.csv"
    moved = prices.reset_index(names="day")[["oil", "day", "gas", "coal"]]
    moved["day"] = moved["day"].dt.strftime("%d.%m.%Y")
    moved.to_csv(file, index=False)
    options = ("--date", "day", "--date-format", "%d.%m.%Y")
    remedy = "Pass --date 'day' --date-format '%d.%m.%Y'."
    for command in (("recommend", *OPTIONS), ("check",)):
        check_refused(run(*command, "--prices", file), remedy)
        check_refused(run(*command, "--prices", file, "--date-format", "%d.%m.%Y"), remedy)
        code, output, errors = run(*command, "--prices", file, *options)
        assert (code, errors) == (0, "")
        if command[0] == "recommend":
            assert ratio(output) == pytest.approx(expected(prices), rel=1e-4)
    check_refused(run("recommend", "--date", "day"), "--date needs --prices FILE")


@pytest.mark.parametrize(("kind", "factor"), [("returns", 1.0), ("percent", 100.0)])
def test_returns_of_a_file_are_used_as_they_are(
    run: Run, prices: pd.DataFrame, tmp_path: Path, kind: str, factor: float
) -> None:
    file = tmp_path / "returns.csv"
    (factor * hr.returns(prices)).to_csv(file)
    code, output, errors = run("recommend", "--prices", file, "--kind", kind, *OPTIONS)
    assert (code, errors) == (0, "")
    assert ratio(output) == pytest.approx(expected(prices), rel=1e-9)


def test_returns_of_prices_are_of_the_kind_that_is_chosen(
    run: Run, own: tuple[object, ...], prices: pd.DataFrame
) -> None:
    options = (*own, "--model", "ols", "--json")
    returns = hr.returns(prices, kind="log")
    fit = hr.OLSHedge().fit(returns["oil"], returns[["gas", "coal"]])
    found = json.loads(run("recommend", *options, "--returns", "log")[1])["ratio"]
    assert found == pytest.approx(fit.next_ratio.to_dict(), rel=1e-12)


def test_weeks_use_the_last_row_of_each(run: Run, prices: pd.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    prices.to_csv(file)
    weekly = prices[prices.index.day_of_week == 4]
    code, output, _ = run("recommend", "--prices", file, "--freq", "W-FRI", *OPTIONS)
    assert code == 0
    last = hr.data.at_frequency(prices.iloc[:-5], "W-FRI")
    assert last.index[:-1].isin(weekly.index).all()
    with pytest.warns(hr.errors.DataWarning, match="is not over on 2021-02-03"):
        assert ratio(output) == pytest.approx(expected(hr.data.at_frequency(prices, "W-FRI")))


def test_gaps_are_refused_or_left_out_with_a_count(
    run: Run, prices: pd.DataFrame, tmp_path: Path, check_refused: Check
) -> None:
    file = tmp_path / "prices.csv"
    gaps = prices.copy()
    gaps.loc["2020-05-05":"2020-05-06", "gas"] = None
    gaps.to_csv(file)
    refused = run("recommend", "--prices", file, *OPTIONS)
    check_refused(refused, "2020-05-05 has none of gas (2 such dates). Fill the cells, or leave")
    assert "dropna" not in refused[2] and "--drop-gaps" in refused[2]
    code, output, errors = run("recommend", "--prices", file, "--drop-gaps", *OPTIONS)
    assert code == 0
    assert errors.startswith("warning: 2 such dates left out of 400")
    assert ratio(output) == pytest.approx(expected(gaps.dropna()), rel=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--freq", "fortnightly"), "freq must be a frequency such as 'W-FRI'"),
        (("--freq", "0D"), "freq must be a frequency such as 'W-FRI'"),
        (("--freq", "99999999999D"), "freq must be a frequency such as 'W-FRI'"),
        (("--kind", "returns", "--returns", "log"), "Leave one of the two out."),
        (("--kind", "returns", "--model", "ecm"), "--model ecm must have prices"),
        (("--decimal", ";"), "decimal must be"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    run: Run, own: tuple[object, ...], options: tuple[str, ...], message: str
) -> None:
    code, output, errors = run("recommend", *own, *options)
    assert (code, output) == (2, "")
    assert message in errors
    assert len(errors.splitlines()) == 1


def test_options_of_a_file_need_a_file(run: Run, check_refused: Check) -> None:
    check_refused(run("recommend", "--decimal", ","), "--decimal needs --prices FILE")
    assert run("recommend", "--freq", "ME", "--model", "ols")[0] == 0


def test_five_years_of_months_are_sent_to_ols(
    run: Run, prices: pd.DataFrame, tmp_path: Path, check_refused: Check
) -> None:
    months = prices.iloc[:60].set_axis(pd.date_range("2019-01-31", periods=60, freq="ME"))
    file = tmp_path / "months.csv"
    months.to_csv(file, index_label="date")
    own = ("--prices", file, "--asset", "oil", "--hedge", "gas")
    result = run("recommend", *own, "--model", "regime")
    check_refused(result, "--model ols can be fitted to these 59 observations.")
    # the default can be
    assert run("recommend", *own)[0] == 0
    assert run("recommend", *own, "--model", "ols")[0] == 0


def test_book_reads_a_european_file(
    run: Run, book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    plain = json.loads(run("recommend", "--position", book, "--json")[1])
    file = book.parent / "eu.csv"
    text = coin_prices.map("{:.10f}".format).map(lambda cell: cell.replace(".", ","))
    text.set_axis(coin_prices.index.strftime("%d.%m.%Y %H:%M"), axis=0).to_csv(file, sep=";")
    options = 'sep: ";"\n  decimal: ","\n  date_format: "%d.%m.%Y %H:%M"'
    changed(book, "file: prices.csv", f"file: eu.csv\n  {options}")
    code, output, errors = run("recommend", "--position", book, "--json")
    assert (code, errors) == (0, "")
    found = json.loads(output)["instruments"]
    for name, row in plain["instruments"].items():
        assert found[name]["ratio"] == pytest.approx(row["ratio"], rel=1e-6)


def test_book_names_its_fields_where_a_file_is_refused(
    run: Run, book: Path, coin_prices: pd.DataFrame, check_refused: Check
) -> None:
    coin_prices.to_csv(book.parent / "prices.csv", sep=";")
    refused = run("recommend", "--position", book)
    check_refused(refused, "data.file: ")
    assert refused[2].rstrip().endswith("Pass sep: ';'.")


def test_book_of_days_adds_funding_over_them(
    run: Run, book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    changed(book, "file: prices.csv", "file: prices.csv\n  freq: D")
    record = json.loads(run("recommend", "--position", book, "--json")[1])
    assert record["data"]["rows"] == 100
    daily = hr.data.at_frequency(coin_prices, "D", summed=["FUNDING"])
    assert daily["FUNDING"].sum() == pytest.approx(coin_prices["FUNDING"].sum(), rel=1e-12)
    assert (daily["COIN"] == coin_prices["COIN"].iloc[2::3]).all()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("COIN: 1.000,00", "a point before the fraction and without separators: 1000.00"),
        ("COIN: 1.234.567", "without separators: 1234567"),
        ("COIN: 12,5", "without separators: 12.5"),
        ("COIN: 1,234,567.5", "without separators: 1234567.5"),
        ("COIN: 1'000", "without separators: 1000"),
    ],
)
def test_european_numbers_of_a_book_are_refused_with_their_spelling(
    run: Run, book: Path, changed: Change, check_refused: Check, written: str, message: str
) -> None:
    changed(book, "COIN: 25", written)
    check_refused(run("recommend", "--position", book), message)


@pytest.mark.parametrize("written", ["{COIN: 100.000,00}", "{COIN: 12,5}"])
def test_european_numbers_in_braces_are_refused(
    run: Run, book: Path, changed: Change, check_refused: Check, written: str
) -> None:
    changed(book, "position:\n  COIN: 25", f"position: {written}")
    check_refused(run("recommend", "--position", book), "a comma ends the value; write numbers")


def test_three_zeros_after_a_point_are_warned_of(run: Run, book: Path, changed: Change) -> None:
    changed(book, "COIN: 25", "COIN: 25.000")
    code, _, errors = run("recommend", "--position", book, "--json")
    assert code == 0
    assert "position.COIN is read as 25; if it is 25,000, write 25000" in errors


def test_returns_read_as_prices_name_the_option_of_kinds(
    run: Run, prices: pd.DataFrame, tmp_path: Path, check_refused: Check
) -> None:
    file = tmp_path / "percent.csv"
    (100.0 * hr.returns(prices)).to_csv(file)
    found = run("recommend", "--prices", file, *OPTIONS, "--notional", 1000)
    message = "add --kind returns, or --kind percent if they are in per cent; for prices that can"
    check_refused(found, message)
    assert "Correct wrong prices." in found[2]
    assert "--returns difference" in found[2]
    assert "kind=" not in found[2]


def test_an_amount_has_no_hedge_by_differences(
    run: Run, own: tuple[object, ...], check_refused: Check
) -> None:
    found = run("recommend", *own, "--model", "ols", "--returns", "difference")
    check_refused(found, "recommend --position with a book that has 'returns: difference'")
    assert "hr." not in found[2]


def test_a_file_that_is_missing_is_named(run: Run, tmp_path: Path, check_refused: Check) -> None:
    for command in (("recommend", *OPTIONS), ("check",)):
        found = run(*command, "--prices", tmp_path / "absent.csv")
        check_refused(found, "the file of prices must exist; there is none at")
