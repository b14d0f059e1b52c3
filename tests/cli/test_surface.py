"""``hedgeresearch surface``: smiles of a file of quotes, in several layouts."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.options import SABR, SVI, OptionChain, skew, variance_index

Run = Callable[..., tuple[int, str, str]]
MOMENT = pd.Timestamp("2024-06-03 08:00", tz="UTC")


@pytest.fixture
def chain() -> OptionChain:
    """Two expiries of a skewed smile, with strikes that the variance index needs."""
    strikes = np.exp(np.linspace(-0.5, 0.4, 31))
    frames = [
        pd.DataFrame(
            {
                "expiry": MOMENT + pd.Timedelta(days=days),
                "strike": 60000.0 * strikes,
                "forward": 60000.0,
                "volatility": np.sqrt(0.3 - 0.3 * np.log(strikes) + np.log(strikes) ** 2),
            }
        )
        for days in (25, 60)
    ]
    return OptionChain.from_volatilities(pd.concat(frames), MOMENT)


@pytest.fixture
def file(chain: OptionChain, tmp_path: Path) -> Path:
    """The quotes as CSV, with the moment in a column."""
    path = tmp_path / "chain.csv"
    columns = ["expiry", "strike", "kind", "bid", "ask"]
    chain.table[columns].assign(moment=MOMENT).to_csv(path, index=False)
    return path


def test_the_text_is_that_of_the_library(run: Run, file: Path, chain: OptionChain) -> None:
    code, output, errors = run("surface", "--chain", file)
    assert (code, errors) == (0, "")
    shape = 100.0 * skew(SVI().fit(chain), 30.0).iloc[0]
    text = " ".join(output.split())
    assert f"At 30 days: the volatility at the money is {shape['at_the_money']:.2f}% a year" in text
    assert f"the 25-delta put is {-shape['risk_reversal']:.2f} points above the call" in text
    assert "No arbitrage was found." in text
    index = variance_index(chain, 30.0).index
    assert f"Variance index of 30 days: {index:.2f}% a year, a volatility." in text
    fitted = SVI().fit(chain).summary["n_quotes"].sum()
    assert f"the smiles are those of {fitted} out of the money" in text
    assert max(map(len, output.splitlines())) <= 80


def test_the_record_has_smiles_shape_and_parameters(
    run: Run, file: Path, chain: OptionChain
) -> None:
    code, output, _ = run(
        "surface",
        "--chain",
        file,
        "--model",
        "sabr",
        "--max-moneyness",
        "0.2",
        "--delta",
        "premium_adjusted",
        "--json",
    )
    assert code == 0
    record = json.loads(output)
    fit = SABR(max_moneyness=0.2).fit(chain)
    expected = skew(fit, delta="premium_adjusted")
    for (_, row), (_, shape), (_, parameters) in zip(
        sorted(record["expiries"].items()),
        expected.iterrows(),
        fit.parameters.iterrows(),
        strict=True,
    ):
        assert row["risk_reversal"] == pytest.approx(shape["risk_reversal"], rel=1e-6)
        assert row["nu"] == pytest.approx(parameters["nu"], rel=1e-5)
    assert record["arbitrage"] == []
    assert record["delta"] == "premium_adjusted"
    assert record["variance_index"] > 40.0


def test_the_report_is_written(run: Run, file: Path, tmp_path: Path) -> None:
    page = tmp_path / "surface.html"
    code, _, _ = run("surface", "--chain", file, "--report", page)
    assert code == 0
    text = page.read_text(encoding="utf-8")
    assert text.count("<h2") == 8
    assert "Variance index" in text
    code, _, errors = run("surface", "--chain", file, "--report", tmp_path / "page.pdf")
    assert code == 2
    assert "ends in .html" in errors
    code, _, errors = run("surface", "--chain", page, "--report", page)
    assert code == 2


def test_layouts_of_venues_and_other_files_are_read(
    run: Run, file: Path, chain: OptionChain, tmp_path: Path
) -> None:
    expected = json.loads(run("surface", "--chain", file, "--json")[1])["expiries"]
    parquet = tmp_path / "chain.parquet"
    pd.read_csv(file).drop(columns="moment").to_parquet(parquet)
    record = run(
        "surface", "--chain", parquet, "--moment", "2024-06-03 10:00 Europe/Berlin", "--json"
    )
    assert json.loads(record[1])["expiries"] == expected
    letters = chain.table["kind"].map({"call": "C", "put": "P"})
    days = chain.table["expiry"].dt.strftime("%d%b%y").str.upper()
    strikes = chain.table["strike"].round().astype(int).astype(str)
    rows = pd.DataFrame(
        {
            "instrument_name": "BTC-" + days + "-" + strikes + "-" + letters,
            "bid_price": chain.table["bid"] / 60000.0,
            "ask_price": chain.table["ask"] / 60000.0,
            "underlying_price": 60000.0,
            "creation_timestamp": MOMENT.value // 10**6,
        }
    )
    deribit = tmp_path / "summary.json"
    deribit.write_text(json.dumps({"result": rows.to_dict(orient="records")}))
    found = json.loads(run("surface", "--chain", deribit, "--json")[1])
    assert found["underlying"] == "BTC"
    first = next(iter(found["expiries"].values()))
    known = next(iter(expected.values()))
    assert first["at_the_money"] == pytest.approx(known["at_the_money"], rel=1e-2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--moment", "2024-06-03 08:00"], "a time must have a zone"),
        (["--moment", "2024-06-03 08:00 Mars/Base"], "a time must be written as"),
        (["--rate", "libor"], "--rate must be a number or 'parity'"),
        (["--moment", "2024-08-03 08:00 UTC"], "expiry must be after the moment"),
        (["--max-moneyness", "0.01"], "a smile needs 5"),
    ],
)
def test_bad_options_are_answered(run: Run, file: Path, options: list[str], message: str) -> None:
    code, output, errors = run("surface", "--chain", file, *options)
    assert (code, output) == (2, "")
    assert message in " ".join(errors.split())


def test_bad_files_are_answered(run: Run, file: Path, tmp_path: Path) -> None:
    assert "cannot be read" in run("surface", "--chain", tmp_path / "absent.csv")[2]
    table = pd.read_csv(file)
    plain = tmp_path / "plain.csv"
    table.drop(columns="moment").to_csv(plain, index=False)
    assert "pass --moment" in run("surface", "--chain", plain)[2]
    table.assign(moment=[MOMENT, *[MOMENT.normalize()] * (len(table) - 1)]).to_csv(plain)
    assert "the file has 2" in run("surface", "--chain", plain)[2]
    zoneless = table.assign(expiry=table["expiry"].str[:19])
    zoneless.to_csv(plain, index=False)
    code, _, errors = run("surface", "--chain", plain)
    assert code == 2
    assert "a time must have a zone" in errors
