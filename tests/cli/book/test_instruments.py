"""Instruments of a book."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

import hedgeresearch as hr
from hedgeresearch.cli.book.book import recommend_for_book

Change = Callable[[Path, str, str], Path]


def test_terms_of_a_venue_can_be_replaced(book: Path, changed: Change) -> None:
    text = book.read_text()
    old = text[text.index("  - type: inverse") : text.index("  - name: OTHER")]
    changed(book, old, "  - {spec: binance_coinm_btc, name: COIN_PERP, half_spread: 0.0002}\n")
    perpetual = recommend_for_book(book).problem.instruments[0]
    assert perpetual == hr.contract_spec("binance_coinm_btc", name="COIN_PERP", half_spread=0.0002)


def test_expiry_is_read_as_a_date(book: Path, changed: Change) -> None:
    changed(book, "    multiplier: 1\n", "    multiplier: 1\n    expiry: 2024-06-28\n")
    recommendation = recommend_for_book(book)
    assert recommendation.problem.terms[1].expiry == pd.Timestamp("2024-06-28")
