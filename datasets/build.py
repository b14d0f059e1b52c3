"""Build the bundled tables from the data that arch and statsmodels ship.

Run it as ``python datasets/build.py``; ``--output FOLDER`` writes elsewhere. Every table becomes
``<name>.csv.gz`` and ``<name>.md``, the same bytes each time.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import gzip
import hashlib
import importlib.util
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd

UNSTATED = "terms of the data not stated"
MADE_BY = "datasets/build.py"


@dataclasses.dataclass(frozen=True)
class Table:
    """Description of a table, and the function that makes it."""

    make: Callable[[], pd.DataFrame]
    title: str
    source: str
    frequency: str
    columns: str
    asset: str = ""
    hedges: str = ""


def arch_table(name: str, file: str, date_format: str = "%m/%d/%Y") -> pd.DataFrame:
    """Return one CSV file of arch.data.

    It is read as text and not through arch, which misreads months such as 192607.
    """
    path = package_folder("arch") / "data" / name / f"{file}.csv.gz"
    # As text first: numbers are then converted exactly. FRED writes a point for a missing value.
    table = pd.read_csv(path, encoding="utf-8-sig", dtype=str, na_values=["."])
    dates = pd.to_datetime(table.pop("Date"), format=date_format)
    return table.astype(float).set_index(pd.DatetimeIndex(dates, name="date"))


def package_folder(package: str) -> Path:
    """Return the folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(
            f"{package} must be installed to build the tables; "
            f"install it with: pip install {package}"
        )
    return Path(spec.origin).parent


def nasdaq_sp500() -> pd.DataFrame:
    closes = {name.upper(): arch_table(name, name)["Adj Close"] for name in ("nasdaq", "sp500")}
    return pd.concat(closes, axis=1, join="inner")


def brent_wti() -> pd.DataFrame:
    return arch_table("crude", "crude", "%Y-%m-%d").rename(columns=str.upper)


def wti() -> pd.DataFrame:
    return arch_table("wti", "wti").set_axis(["WTI"], axis=1).dropna()


def vix() -> pd.DataFrame:
    return arch_table("vix", "vix").set_axis(["VIX"], axis=1).dropna()


def credit_yields() -> pd.DataFrame:
    return arch_table("default", "default")


def french_factors() -> pd.DataFrame:
    table = arch_table("frenchdata", "frenchdata", "%Y%m").rename(columns={"Mkt-RF": "MKT_RF"})
    return table.set_axis(table.index + pd.offsets.MonthEnd(0), axis=0).rename_axis("date")


def hamilton_gnp() -> pd.DataFrame:
    """Return the list ``rgnp`` of a statsmodels test, read from its source to run no test."""
    path = (
        package_folder("statsmodels") / "tsa/regime_switching/tests/test_markov_autoregression.py"
    )
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "rgnp":
            growth = ast.literal_eval(node.value)
            return pd.DataFrame(
                {"GNP": growth}, pd.date_range("1951-04-01", periods=135, freq="QS", name="date")
            )
    raise SystemExit(
        f"{path} must assign a list to rgnp; it does not. Install another version of statsmodels."
    )


TABLES = {
    "nasdaq_sp500": Table(
        nasdaq_sp500,
        "NASDAQ Composite and S&P 500, daily adjusted closes",
        "arch.data.nasdaq and arch.data.sp500 of the Python package arch, column Adj Close; "
        "the package does not name the first source (its file layout is that of Yahoo Finance)",
        "daily (trading days)",
        "NASDAQ: NASDAQ Composite, adjusted close, index points; "
        "SP500: S&P 500, adjusted close, index points",
        asset="NASDAQ",
        hedges="SP500",
    ),
    "brent_wti": Table(
        brent_wti,
        "Brent and WTI crude oil, monthly averages of daily spot prices",
        "arch.data.crude of the Python package arch, whose note says FRED. Monthly averages, "
        "not month-end prices: to 2018-12 the WTI column is the mean of the daily prices in the "
        "table wti, to the cent (there are no daily Brent prices here to check that column "
        "against). Changes of averages are smoother than changes of prices and correlated with "
        "their past. Each month is dated on its 15th, as in the source, "
        "although the average is known only after the month has ended",
        "monthly (averages)",
        "BRENT: Brent spot price, monthly average, US dollars per barrel; "
        "WTI: West Texas Intermediate spot price at Cushing, monthly average, "
        "US dollars per barrel",
        asset="BRENT",
        hedges="WTI",
    ),
    "wti": Table(
        wti,
        "WTI crude oil, daily spot price",
        "arch.data.wti of the Python package arch, from FRED, series DCOILWTICO; 290 dates without "
        "a price of 8611 (holidays) dropped",
        "daily (trading days)",
        "WTI: West Texas Intermediate spot price at Cushing, US dollars per barrel",
    ),
    "vix": Table(
        vix,
        "CBOE volatility index VIX, daily close",
        "arch.data.vix of the Python package arch; the package does not name the first source; "
        "46 dates without a value of 1305 (holidays) dropped",
        "daily (trading days)",
        "VIX: implied volatility of the S&P 500 over 30 days, percent per year",
    ),
    "credit_yields": Table(
        credit_yields,
        "Moody's seasoned corporate bond yields, Aaa and Baa, monthly",
        "arch.data.default of the Python package arch; the package does not name the first source "
        "(the columns are named like FRED's series AAA and BAA). "
        "Each month is dated on its first day, as in the source",
        "monthly (averages)",
        "AAA: yield of bonds rated Aaa, percent per year; "
        "BAA: yield of bonds rated Baa, percent per year",
    ),
    "french_factors": Table(
        french_factors,
        "Fama-French three factors and the risk-free rate, monthly",
        "arch.data.frenchdata of the Python package arch, from the data library of "
        "Kenneth R. French, "
        "http://mba.tuck.dartmouth.edu/pages/faculty/ken.french/data_library.html. "
        "The source gives the month; each is dated on its last calendar day",
        "monthly",
        "MKT_RF: return of the market less the risk-free rate, percent per month; "
        "SMB: return of small less big companies, percent per month; "
        "HML: return of value less growth companies, percent per month; "
        "RF: risk-free rate, percent per month",
    ),
    "hamilton_gnp": Table(
        hamilton_gnp,
        "Growth of US real GNP in Hamilton (1989), quarterly",
        "the list rgnp in statsmodels/tsa/regime_switching/tests/test_markov_autoregression.py of "
        "the Python package statsmodels; data of J. D. Hamilton (1989), A new approach to the "
        "economic analysis of nonstationary time series and the business cycle, "
        "Econometrica 57, 357-384. Each quarter is dated on its first day",
        "quarterly",
        "GNP: change of the logarithm of US real GNP times 100, percent per quarter",
    ),
}


def build(name: str, output: Path) -> None:
    """Write one table and its description into the folder ``output``."""
    table = TABLES[name].make()
    text = table.to_csv(date_format="%Y-%m-%d", lineterminator="\n")
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=9) as file:
        file.write(text.encode("utf-8"))
    (output / f"{name}.csv.gz").write_bytes(packed.getvalue())
    (output / f"{name}.md").write_bytes(describe(name, table, packed.getvalue()).encode("utf-8"))


def describe(name: str, table: pd.DataFrame, packed: bytes) -> str:
    """Return the description of a table, one ``- key: value`` a line."""
    about = TABLES[name]
    lines = {
        "title": about.title,
        "source": about.source,
        "license": UNSTATED,
        "period": f"{table.index[0]:%Y-%m-%d} to {table.index[-1]:%Y-%m-%d}",
        "frequency": about.frequency,
        "rows": str(len(table)),
        "columns": about.columns,
        "asset": about.asset,
        "hedges": about.hedges,
        "sha256": hashlib.sha256(packed).hexdigest(),
        "made by": MADE_BY,
    }
    return f"# {name}\n\n" + "".join(f"- {key}: {value}\n" for key, value in lines.items() if value)


def main() -> None:
    """Build every table."""
    parser = argparse.ArgumentParser(description="Build the bundled tables.")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).resolve().parent, help="folder to write into"
    )
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        build(name, output)


if __name__ == "__main__":
    main()
