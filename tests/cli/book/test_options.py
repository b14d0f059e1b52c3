"""Options in a book: the example, what they are valued at, and lines of what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.cli.book.book import recommend_for_book
from tests.report.html_pages import Page

Run = Callable[..., tuple[int, str, str]]
Change = Callable[[Path, str, str], Path]
DOCS = Path(hr.__file__).parents[1] / "docs"
COIN_BOOK = """\
data:
  file: prices.csv
  currency: BTC
  moment: '2024-04-09 16:00+00:00'
  volatilities: {PUT: 0.6}
options:
  - type: inverse_option
    name: PUT
    underlying: COIN
    kind: put
    strike: 900
    expiry: 2024-06-28 08:00+00:00
    currency: BTC
    contracts: -20
delta: premium_adjusted
instruments:
  - type: inverse
    name: COIN_PERP
    value: 100
    quote: USD
    currency: BTC
    fee: 0.0005
model: ols
"""


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example of the docs, with fewer dates."""
    text = (DOCS / "options_book.yaml").read_text(encoding="utf-8")
    prices = hr.load("nasdaq_sp500").iloc[-300:]
    prices.to_csv(tmp_path / "prices.csv")
    path = tmp_path / "options_book.yaml"
    path.write_text(text.replace("dataset: nasdaq_sp500 ", "file: prices.csv "))
    return path


@pytest.mark.long
def test_example_is_the_recommendation_of_the_docs(run: Run, example: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    code, output, errors = run("recommend", "--position", example, "--report", page, "--json")
    assert (code, errors) == (0, "")
    record = json.loads(output)
    options = record["options"]
    assert options["contracts"]["NDX_P6000"]["contracts"] == -40
    assert options["contracts"]["NDX_P6600"]["role"] == "hedge"
    assert [one["instrument"] for one in record["orders"]] == ["NDX_P6600", "SP500"]
    assert record["position"]["units"] == {"NASDAQ": 2000}
    read = Page(page.read_text(encoding="utf-8"))
    assert read.heads[:2] == ["What to do now", "Options"]
    expected = recommend_for_book(example)
    put = next(iter(expected.problem.position.options))
    assert put.expires_at == pd.Timestamp("2019-03-15 20:00", tz="UTC")
    assert expected.to_dict()["orders"] == record["orders"]


@pytest.mark.long
def test_example_prints_what_options_do(run: Run) -> None:
    code, output, errors = run("recommend", "--position", DOCS / "options_book.yaml")
    assert (code, errors) == (0, "")
    text = " ".join(output.split())
    assert "against the vega. Sell" in text
    assert "when revalued at past moves of price." in text
    assert "a day (theta of the options)" in text
    assert "Short options require" in text


def test_holdings_and_limits_may_be_of_options(example: Path, changed: Change) -> None:
    changed(example, "  SP500: -10\n", "  SP500: -10\n  NDX_P6600: 5\n")
    limits = "limits:\n  contracts: {NDX_P6600: [0, 20]}\n"
    changed(example, "model: ols\n", f"model: ols\n{limits}")
    found = recommend_for_book(example)
    assert found.holdings["NDX_P6600"] == 20.0
    assert found.orders["contracts"][0] == 15.0


def test_a_book_in_coin_has_the_premium_adjusted_delta(book: Path) -> None:
    book.write_text(COIN_BOOK)
    found = recommend_for_book(book)
    assert found.options is not None
    assert found.options.convention == "premium_adjusted"
    assert found.assessment.currency == "BTC"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "    expiry: 2019-03-15 20:00+00:00\n    currency: USD\n    maintenance",
            "    expiry: 2019-03-15 20:00\n    currency: USD\n    maintenance",
            "expiry must be a time with a zone",
        ),
        (
            "    expiry: 2019-03-15 20:00+00:00\n    currency: USD\n    maintenance",
            "    expiry: 2018-03-15 20:00+00:00\n    currency: USD\n    maintenance",
            "must be after 2018-12-31 21:00 UTC, the moment of the prices; 'NDX_P6000' expired",
        ),
        ("moment: 2018-12-31 21:00+00:00", "moment: 2018-12-31", "moment must be a time with a"),
        ("  moment: 2018-12-31 21:00+00:00", "  # ", "must say the moment of its last prices"),
        ("NDX_P6000: 0.27", "NDX_P6000: 27", "Divide per cent by 100"),
        ("    NDX_P6000: 0.27\n", "", "'NDX_P6000' has none"),
        ("    NDX_P6000: 0.27\n", "    NDX_P600: 0.27\n", "must be of an option of the book"),
        ("    contracts: -40\n", "", "must have the field 'contracts'"),
        ("    contracts: -40\n", "    contracts: 0\n", "must not be zero"),
        ("    strike: 6000\n", "    strike: 6000\n    style: american\n", "exercised before"),
        ("    strike: 6000\n", "    strike: 6000\n    strikes: 1\n", "is not a field"),
        ("    kind: put\n    strike: 6000", "    kind: Put\n    strike: 6000", "kind must be"),
        (
            "    multiplier: 100\n    expiry: 2019-03-15 20:00+00:00\n    currency: USD\n    maint",
            "    multiplier: 0\n    expiry: 2019-03-15 20:00+00:00\n    currency: USD\n    maint",
            "multiplier must be a number above 0",
        ),
        ("underlying: NASDAQ           #", "underlying: NASDAK #", "units held with options"),
        ("model: ols", "model: ols\ndelta: premium_adjusted", "delta must be 'forward'"),
        ("model: ols", "model: ols\ndelta: black", "must be one of forward, premium_adjusted"),
        ("  currency: USD                  #", "  currency: EUR #", "rates must convert"),
    ],
)
def test_bad_options_are_refused(
    example: Path, changed: Change, old: str, new: str, message: str
) -> None:
    changed(example, old, new)
    with pytest.raises(hr.DataError, match=message) as caught:
        recommend_for_book(example)
    assert str(caught.value).startswith("options_book.yaml, line ")


def test_a_book_must_hold_something(book: Path, changed: Change) -> None:
    changed(book, "position:\n  COIN: 25\n", "")
    with pytest.raises(hr.DataError, match="must have the field 'position'"):
        recommend_for_book(book)


def test_a_delta_without_options_is_refused(book: Path, changed: Change) -> None:
    changed(book, "model: ols", "model: ols\ndelta: forward")
    with pytest.raises(hr.DataError, match="delta must belong to options"):
        recommend_for_book(book)
