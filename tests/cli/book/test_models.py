"""Models of a book."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.cli.book.book import recommend_for_book
from hedgeresearch.cli.book.models import read_model
from hedgeresearch.cli.book.yaml_reader import read_yaml

Change = Callable[[Path, str, str], Path]


def test_model_of_prices_is_fitted_on_values(
    book: Path, coin_prices: pd.DataFrame, changed: Change
) -> None:
    changed(
        book,
        book.read_text()[
            book.read_text().index("  - type: inverse") : book.read_text().index("  - name: OTHER")
        ],
        "",
    )
    text = (
        book.read_text()
        .split("holdings:")[0]
        .replace("  rates: {COIN_PERP: COIN}\n", "  rates: {COIN: 2}\n")
    )
    book.write_text(text.replace("  funding:\n    COIN_PERP: FUNDING\n", "") + "model: ecm\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        warnings.simplefilter("ignore", hr.errors.DataWarning)
        found = recommend_for_book(book)
        expected = hr.ErrorCorrectionHedge().fit(2 * coin_prices["COIN"], coin_prices[["OTHER"]])
    assert found.summary["ratio"]["OTHER"] == pytest.approx(expected.next_ratio["OTHER"], rel=1e-9)
    changed(book, "  COIN: 25\n", "  COIN: 25\n  COIN_PERP: 3\n")
    with pytest.raises(hr.DataError, match="model must use returns where several assets are held"):
        recommend_for_book(book)


def test_class_name_stays_text_in_a_text_setting(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(
        "MinimumVarianceHedge: {covariance_model: {CCC: {univariate: {ArchModel: {vol: GARCH}}}}}\n"
    )
    assert read_model(read_yaml(path)).model == hr.MinimumVarianceHedge(
        hr.CCC(univariate=hr.ArchModel(vol="GARCH"))
    )
