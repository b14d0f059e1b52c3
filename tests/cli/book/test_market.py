"""Prices of a book."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.cli.book.book import recommend_for_book

Change = Callable[[Path, str, str], Path]


def test_dates_may_be_in_another_column(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    before = recommend_for_book(book).to_dict()
    coin_prices.reset_index()[["COIN", "date", "COIN_PERP", "OTHER", "FUNDING"]].to_csv(
        book.parent / "prices.csv", index=False
    )
    changed(book, "  file: prices.csv\n", "  file: prices.csv\n  date: date\n")
    assert recommend_for_book(book).to_dict() == before


def test_differences_of_prices_give_their_slope(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    only_linear = book.read_text()[
        book.read_text().index("  - type: inverse") : book.read_text().index("  - name: OTHER")
    ]
    changed(book, only_linear, "")
    text = book.read_text()
    for line in (
        "  rates: {COIN_PERP: COIN}\n",
        "  funding:\n    COIN_PERP: FUNDING\n",
        "holdings: {COIN_PERP: -1000}\n",
    ):
        text = text.replace(line, "")
    text = text.replace("COIN_PERP: [-90000, 0], ", "").replace(
        "margin: {collateral: {COIN_PERP: 30.0}, ", "margin: {"
    )
    book.write_text(text + "returns: difference\n")
    changes = coin_prices.diff().iloc[1:]
    slope = np.cov(changes["COIN"], changes["OTHER"])[0, 1] / changes["OTHER"].var()
    assert recommend_for_book(book).summary["ratio"]["OTHER"] == pytest.approx(slope, rel=1e-9)


def test_dated_future_has_carry_from_its_underlying(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    changed(book, "    lot: 0.001\n", "    lot: 0.001\n    expiry: 2024-06-28\n")
    assert [one.instrument for one in recommend_for_book(book).carry] == ["COIN_PERP"]
    changed(book, "  file: prices.csv\n", "  file: prices.csv\n  underlying: {OTHER: COIN}\n")
    found = recommend_for_book(book).carry[-1]
    assert (found.instrument, found.source) == ("OTHER", "basis")
    last = coin_prices.iloc[-1]
    years = (pd.Timestamp("2024-06-28") - coin_prices.index[-1]) / pd.Timedelta(days=365)
    assert found.rate_per_year == pytest.approx(
        np.log(last["OTHER"] / last["COIN"]) / years, rel=1e-6
    )


def test_dataset_with_another_source(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(
        "data: {dataset: nasdaq_sp500, source: my own}\nposition: {NASDAQ: -10}\nmodel: ols\n"
        "instruments: [{spec: cme_es, name: SP500}]\n"
    )
    recommendation = recommend_for_book(path)
    assert recommendation.to_dict()["data"]["source"] == "my own"
    assert recommendation.to_dict()["data"]["rows"] == 5031
