"""Position of a book, by units or by value."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.cli.book.book import recommend_for_book

Change = Callable[[Path, str, str], Path]
BY_VALUE = "position: {value: 1500000, of: COIN}\n"


def test_a_value_is_hedged_and_named_with_its_currency(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    changed(book, "position:\n  COIN: 25\n", BY_VALUE)
    changed(book, "  file: prices.csv\n", "  file: prices.csv\n  currency: USDT\n")
    found = recommend_for_book(book)
    price = coin_prices["COIN"].iloc[-1]
    assert found.problem.position.units["COIN"] == pytest.approx(1_500_000 / price, rel=1e-9)
    assert found.valuation.value == pytest.approx(1_500_000, rel=1e-9)
    assert " of COIN worth 1,500,000 USDT " in found.decision


@pytest.mark.parametrize(
    ("position", "message"),
    [
        ("{value: much, of: COIN}", "line 6: position.value must be a number; got 'much'"),
        ("{value: 0, of: COIN}", "line 6, position.value: value of 'COIN' must not be zero"),
        ("{value: 5, of: 7}", "line 6: position.of must be text"),
        ("{value: 5, of: CORN}", "line 6, position.of: .*got 'CORN'"),
        ("{value: 5, of: OTHER}", "line 15: instruments.2..name must be a column of its own"),
        ("{value: 1500000}", "line 6, position.value: .*got 'value'"),
        ("{COIN: 25, of: 3}", "line 6, position.of: .*got 'of'"),
    ],
)
def test_a_bad_value_is_refused_in_its_place(
    book: Path, changed: Change, position: str, message: str
) -> None:
    changed(book, "position:\n  COIN: 25\n", f"position: {position}\n")
    with pytest.raises(hr.DataError, match=message):
        recommend_for_book(book)
