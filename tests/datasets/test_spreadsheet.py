"""Spreadsheets: the cells of one, and the error without the package that reads them."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from hedgeresearch.datasets.spreadsheet import read_xls
from hedgeresearch.errors import MissingDataError
from hedgeresearch.reproductions.papers.brooks_sp500_futures import read_prices


def test_cells_of_a_spreadsheet_are_known(data_dir: Path) -> None:
    table = read_xls(data_dir / "SandPhedge.xls")
    assert list(table.columns) == ["Date", "Spot", "Futures"]
    assert table.shape == (247, 3)
    assert table.iloc[0].tolist() == pytest.approx([35674.0, 947.280029, 954.5], rel=1e-15)


def test_dates_of_a_spreadsheet_are_month_starts(data_dir: Path) -> None:
    expected = pd.date_range("1997-09-01", "2018-03-01", freq="MS")
    assert read_prices().index.tolist() == expected.tolist()


def test_missing_package_is_refused_with_the_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlrd", None)
    with pytest.raises(
        MissingDataError,
        match=r"spreadsheet prices\.xls needs the package xlrd; install it",
    ):
        read_xls(Path("prices.xls"))
