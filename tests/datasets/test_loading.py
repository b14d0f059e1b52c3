"""Bundled tables: their contents, that build.py makes the same bytes, and damaged files."""

import ast
import hashlib
import runpy
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgeresearch import datasets
from hedgeresearch.datasets import bundled
from hedgeresearch.errors import DataError

FOLDER = Path(__file__).parents[2] / "datasets"
NAMES = sorted(path.name.removesuffix(".csv.gz") for path in FOLDER.glob("*.csv.gz"))
KEYS = {
    "name",
    "title",
    "source",
    "license",
    "period",
    "frequency",
    "rows",
    "columns",
    "sha256",
    "made by",
}


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("arch")
    output = tmp_path_factory.mktemp("rebuilt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["build.py", "--output", str(output)])
        runpy.run_path(str(FOLDER / "build.py"), run_name="__main__")
    return output


@pytest.mark.parametrize("name", NAMES)
def test_build_reproduces_the_committed_bytes(rebuilt: Path, name: str) -> None:
    for file in (f"{name}.csv.gz", f"{name}.md"):
        assert (rebuilt / file).read_bytes() == (FOLDER / file).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_table_agrees_with_its_description(name: str) -> None:
    table = datasets.load(name)
    about = table.attrs
    assert set(about) - {"asset", "hedges"} == KEYS
    assert all(isinstance(value, str) for value in about.values())
    assert about["name"] == name
    assert about["license"] == "terms of the data not stated"
    assert about["rows"] == str(len(table))
    assert about["period"] == f"{table.index[0]:%Y-%m-%d} to {table.index[-1]:%Y-%m-%d}"
    assert [column.split(":")[0] for column in about["columns"].split("; ")] == list(table.columns)
    assert {about.get("asset", table.columns[0]), about.get("hedges", table.columns[-1])} <= set(
        table.columns
    )
    assert isinstance(table.index, pd.DatetimeIndex)
    assert table.index.name == "date"
    assert table.index.is_monotonic_increasing
    assert table.index.is_unique
    assert (table.dtypes == "float64").all()
    assert np.isfinite(table.to_numpy()).all()


def test_tables_have_known_shapes_and_periods() -> None:
    expected = {
        "brent_wti": ((393, 2), "1987-05-15 to 2020-01-15"),
        "credit_yields": ((1200, 2), "1919-01-01 to 2018-12-01"),
        "french_factors": ((1109, 4), "1926-07-31 to 2018-11-30"),
        "hamilton_gnp": ((135, 1), "1951-04-01 to 1984-10-01"),
        "nasdaq_sp500": ((5031, 2), "1999-01-04 to 2018-12-31"),
        "vix": ((1259, 1), "2014-01-03 to 2019-01-03"),
        "wti": ((8321, 1), "1986-01-02 to 2019-01-03"),
    }
    tables = {name: datasets.load(name) for name in NAMES}
    found = {name: (table.shape, table.attrs["period"]) for name, table in tables.items()}
    assert found == expected


def test_tables_equal_those_of_the_packages() -> None:
    modules = pytest.importorskip("arch.data")
    assert modules is not None
    from arch.data import nasdaq, sp500, wti

    both = datasets.load("nasdaq_sp500")
    np.testing.assert_array_equal(both["NASDAQ"], nasdaq.load()["Adj Close"])
    np.testing.assert_array_equal(both["SP500"], sp500.load()["Adj Close"])
    raw = wti.load()["DCOILWTICO"]
    assert (len(raw), raw.isna().sum()) == (8611, 290)
    np.testing.assert_array_equal(datasets.load("wti")["WTI"], raw.dropna())


def test_gnp_has_the_values_and_recessions_of_statsmodels() -> None:
    # Read, not imported: that module carries pytest marks of its own.
    statsmodels = pytest.importorskip("statsmodels")
    file = (
        Path(statsmodels.__file__).parent
        / "tsa/regime_switching/tests/test_markov_autoregression.py"
    )
    if not file.is_file():
        pytest.skip("this statsmodels was installed without its tests")
    lists = {
        ast.unparse(node.targets[0]): node.value
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
    }
    growth = datasets.load("hamilton_gnp")["GNP"]
    assert growth.tolist() == ast.literal_eval(lists["rgnp"])
    recession = pd.Series(ast.literal_eval(lists["rec"]), growth.index) == 1
    # NBER: after the peak of 1953Q2 to the trough of 1954Q2, and to the trough of 1982Q4.
    assert recession.idxmax() == pd.Timestamp("1953-07-01")
    assert recession["1953-07":"1954-04"].all()
    assert not recession["1954-07"].any()
    assert recession[recession].index[-1] == pd.Timestamp("1982-10-01")


def test_monthly_wti_is_the_average_of_daily_wti() -> None:
    daily = datasets.load("wti")["WTI"]
    monthly = datasets.load("brent_wti")["WTI"]
    average = daily.groupby(daily.index.to_period("M")).mean()["1987-05":"2018-12"]
    monthly = monthly.set_axis(monthly.index.to_period("M"))[average.index]
    # The source rounds the average to a cent, and halves up.
    np.testing.assert_allclose(monthly, average, rtol=0, atol=0.0056)


def test_french_factors_are_dated_at_month_ends() -> None:
    factors = datasets.load("french_factors")
    assert factors.index.is_month_end.all()
    assert factors.loc["1926-07-31"].tolist() == [2.96, -2.30, -2.87, 0.22]


def test_list_datasets_has_a_row_for_every_table() -> None:
    tables = datasets.list_datasets()
    assert tables.index.name == "name"
    assert list(tables.index) == [*NAMES, "binance_8h"]
    assert list(tables.columns) == ["title", "frequency", "period", "rows", "columns", "license"]
    assert "averages" in tables.loc["brent_wti", "frequency"]


def test_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        DataError,
        match=r"must be one of 'brent_wti', .*got 'nasdaq'\. Did you mean 'nasdaq_sp500'\?",
    ):
        datasets.load("nasdaq")
    with pytest.raises(DataError, match=r"got 'zzz'\. See hr\.datasets\.list_datasets\(\)"):
        datasets.load("zzz")
    with pytest.raises(DataError, match="must be one of"):
        datasets.load("../datasets/vix")


def test_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in FOLDER.glob("vix.*"):
        shutil.copy(file, tmp_path)
    packed = bytearray((tmp_path / "vix.csv.gz").read_bytes())
    packed[-1] ^= 1
    (tmp_path / "vix.csv.gz").write_bytes(packed)
    monkeypatch.setattr(bundled, "_folder", lambda: tmp_path)
    with pytest.raises(
        DataError, match=f"'vix' must have the sha256 .*got {hashlib.sha256(packed).hexdigest()}"
    ):
        datasets.load("vix")


def test_wheel_reads_tables_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        bundled, "__file__", str(tmp_path / "hedgeresearch" / "datasets" / "bundled.py")
    )
    assert bundled._folder() == tmp_path / "datasets"
    (tmp_path / "hedgeresearch" / "_bundled").mkdir(parents=True)
    assert bundled._folder() == tmp_path / "hedgeresearch" / "_bundled"


def test_changed_attrs_do_not_reach_the_next_load() -> None:
    datasets.load("vix").attrs["title"] = "changed"
    assert datasets.load("vix").attrs["title"] != "changed"
