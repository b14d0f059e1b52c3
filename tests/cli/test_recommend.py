"""``hedgeresearch recommend`` for an amount of currency."""

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import describe
from hedgeresearch.hedges.default import (
    EVIDENCE,
    default_hedge,
    regime_conditional_hedge,
    stacked_decays_hedge,
)

Run = Callable[..., tuple[int, str, str]]
Check = Callable[[tuple[int, str, str], str], None]
KEYS = {
    "asset",
    "notional",
    "currency",
    "horizon",
    "as_of",
    "model",
    "ratio",
    "sell",
    "regime_probabilities",
    "ratio_by_regime",
    "regime_alternative",
    "expected_volatility_before",
    "expected_volatility_after",
    "expected_effectiveness",
    "decision",
    "orders",
    "interval",
    "interval_note",
    "confidence",
    "out_of_sample",
    "tournament",
    "reasons",
}
OLS = ("recommend", "--model", "ols")


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("ols", hr.OLSHedge()),
        ("ewma", hr.MinimumVarianceHedge(hr.EWMACovariance())),
        ("dcc", hr.MinimumVarianceHedge(hr.DCC())),
        ("decays", stacked_decays_hedge()),
        ("regime", regime_conditional_hedge()),
    ],
)
def test_each_model_recommends_what_the_library_does(
    run: Run, tmp_path: Path, name: str, model: Any
) -> None:
    table = hr.load("nasdaq_sp500").iloc[-1500:]
    table.to_csv(tmp_path / "prices.csv")
    options = ("--prices", tmp_path / "prices.csv", "--asset", "NASDAQ", "--hedge", "SP500")
    code, output, errors = run(
        "recommend", *options, "--model", name, "--json", "--notional", "-2e6"
    )
    assert (code, errors) == (0, "")
    result = json.loads(output)
    assert set(result) == KEYS
    returns = hr.returns(table)
    fit = model.fit(returns["NASDAQ"], returns[["SP500"]])
    assert result == hr.hedge_notional(fit, -2e6).to_dict()
    assert 1.0 < result["ratio"]["SP500"] < 1.25
    assert (result["regime_probabilities"] is None) == (name != "regime")


@pytest.mark.long
def test_default_model_and_table_are_decays_of_the_nasdaq(run: Run) -> None:
    code, output, _ = run("recommend", "--json")
    assert code == 0
    result = json.loads(output)
    assert result["model"] == describe(default_hedge())
    assert result["reasons"][-2] == f"Why this model: {EVIDENCE}"
    assert result["reasons"][-1].startswith("What regimes would change: ")
    assert (result["asset"], result["as_of"]) == ("NASDAQ", "2018-12-31")
    assert (result["notional"], list(result["ratio"])) == (1e6, ["SP500"])
    assert result["ratio"]["SP500"] == pytest.approx(1.1978, abs=1e-3)
    assert result["regime_probabilities"] is None


def test_text_has_data_model_and_sentence(run: Run) -> None:
    code, output, errors = run(*OLS)
    assert (code, errors) == (0, "")
    assert "Data: NASDAQ Composite and S&P 500, daily adjusted closes, to 2018-12-31." in output
    assert "Model: OLSHedge()\n" in output
    assert "Sell SP500 worth 1,175,489 (ratio 1.175, 95% interval 1.122 to 1.229)" in " ".join(
        output.split()
    )
    assert max(map(len, output.splitlines())) <= 100


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_own_prices_give_the_ratio_of_the_library(
    run: Run, tmp_path: Path, prices: pd.DataFrame, suffix: str
) -> None:
    file = tmp_path / f"prices{suffix}"
    prices.to_parquet(file) if suffix == ".parquet" else prices.to_csv(file)
    options = ("--prices", file, "--asset", "oil", "--hedge", "gas", "--hedge", "coal")
    code, output, errors = run(*OLS, *options, "--json")
    assert (code, errors) == (0, "")
    result = json.loads(output)
    returns = hr.returns(prices)
    expected = hr.OLSHedge().fit(returns["oil"], returns[["gas", "coal"]]).next_ratio
    assert result["ratio"] == pytest.approx(expected.to_dict(), rel=1e-12)
    assert result["as_of"] == "2021-02-03"
    _, output, _ = run(*OLS, *options)
    assert f"Data: {file}, to 2021-02-03." in " ".join(output.split())


def test_output_file_has_the_printed_json(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "hedge.json"
    code, output, _ = run(*OLS, "--json", "--output", file)
    assert code == 0
    assert file.read_text(encoding="utf-8") == output
    file.unlink()
    code, output, _ = run(*OLS, "--output", file)
    assert code == 0
    assert set(json.loads(file.read_text(encoding="utf-8"))) == KEYS
    assert output.startswith("Data: ")


def test_columns_of_a_bundled_table_can_be_chosen(run: Run) -> None:
    code, output, _ = run(
        *OLS, "--dataset", "nasdaq_sp500", "--asset", "SP500", "--hedge", "NASDAQ", "--json"
    )
    assert code == 0
    result = json.loads(output)
    assert result["asset"] == "SP500"
    assert 0.5 < result["ratio"]["NASDAQ"] < 0.8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("frobnicate",), "No such command 'frobnicate'."),
        (("recommend", "--frobnicate"), "No such option: --frobnicate"),
        (("recommend", "extra"), "unexpected extra argument"),
        (("recommend", "--asset"), "--asset"),
        (("recommend", "--notional", "many"), "Invalid value for '--notional'"),
        (("recommend", "--model", "oracle"), "Invalid value for '--model'"),
        (("recommend", "--dataset", "nasdaq"), "Did you mean 'nasdaq_sp500'?"),
        (("recommend", "--asset", "GOLD"), "columns must be among NASDAQ, SP500; got 'GOLD'."),
        (("recommend", "--hedge", "GOLD"), "columns must be among NASDAQ, SP500; got 'GOLD'."),
        (("recommend", "--asset", "SP500"), "'SP500'"),
        (("recommend", "--dataset", "vix"), "pass --asset COLUMN and --hedge COLUMN"),
        (
            ("recommend", "--dataset", "nasdaq_sp500", "--prices", "x.csv"),
            "pass --dataset or --prices, not both.",
        ),
        (("recommend", "--prices", "x.csv"), "--prices needs --asset COLUMN and --hedge COLUMN"),
        (
            ("recommend", "--prices", "x.csv", "--asset", "oil"),
            "--prices needs --asset COLUMN and --hedge COLUMN",
        ),
        (
            ("recommend", "--prices", "x.csv", "--asset", "a", "--hedge", "b"),
            "there is none at 'x.csv'",
        ),
        (
            ("recommend", "--prices", "x.json", "--asset", "a", "--hedge", "b"),
            "the name of the file of prices must end in .csv",
        ),
        ((*OLS, "--notional", "0"), "notional must not be zero"),
        ((*OLS, "--notional", "1e300"), "notional must be zero or of a size from 1e-30 to 1e+30"),
        ((*OLS, "--notional", "1e-300"), "notional must be zero or of a size from 1e-30 to 1e+30"),
        (
            (*OLS, "--notional", "nan"),
            "notional must be a finite number, the value held in units of currency; got nan.",
        ),
        (
            (*OLS, "--notional", "inf"),
            "notional must be a finite number, the value held in units of currency; got inf.",
        ),
    ],
)
def test_bad_arguments_are_refused(
    run: Run, arguments: tuple[str, ...], message: str, check_refused: Check
) -> None:
    check_refused(run(*arguments), message)


@pytest.mark.parametrize("place", [".", "absent/hedge.json"])
def test_unwritable_output_is_refused(
    run: Run, tmp_path: Path, place: str, check_refused: Check
) -> None:
    check_refused(
        run(*OLS, "--output", tmp_path / place), "--output must be a file that can be written"
    )


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("n/a", "column 'gas' must contain numbers such as 1234.5, or nothing; line 4 of"),
        ("1,5", "column 'gas' must contain numbers"),
        ("", "2020-01-03 has none of gas (1 such date). Fill the cells, or leave out such dates"),
        ("-1", "prices must be positive for simple returns; column 'gas' is -1 on 2020-01-03"),
        ("0", "prices must be positive for simple returns; column 'gas' is 0 on 2020-01-03"),
        ("inf", "column 'gas' must contain numbers"),
    ],
)
def test_bad_prices_are_refused(
    run: Run, tmp_path: Path, prices: pd.DataFrame, cell: str, message: str, check_refused: Check
) -> None:
    file = tmp_path / "prices.csv"
    cells = prices.astype(str)
    cells.loc["2020-01-03", "gas"] = cell
    cells.to_csv(file)
    check_refused(run(*OLS, "--prices", file, "--asset", "oil", "--hedge", "gas"), message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        ("date,oil,gas\n", "it is empty"),
        ("date,oil,gas\n2020-01-01,1,2\n", "at least 2 rows; got 1"),
        ("date,oil,gas\n2020-01-01,1,2\n2020-01-02,2,1\n", "at least 4 rows; got 1"),
        ("date,oil\n2020-01-01,1\n", "gas"),
        ("date,oil,gas\n01/02/2020,1,2\n", "dates must be written as ISO 8601"),
    ],
)
def test_bad_files_are_refused(
    run: Run, tmp_path: Path, text: str, message: str, check_refused: Check
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(text)
    check_refused(run(*OLS, "--prices", file, "--asset", "oil", "--hedge", "gas"), message)


def test_same_column_as_asset_and_hedge_is_refused(
    run: Run, tmp_path: Path, prices: pd.DataFrame, check_refused: Check
) -> None:
    file = tmp_path / "prices.csv"
    prices.to_csv(file)
    check_refused(run(*OLS, "--prices", file, "--asset", "oil", "--hedge", "oil"), "'oil'")


def test_output_over_the_prices_is_refused(
    run: Run, own: tuple[object, ...], check_refused: Check
) -> None:
    file = Path(str(own[1]))
    before = file.read_bytes()
    check_refused(
        run(*OLS, *own, "--output", file),
        "--output must be another file than --prices, which it would",
    )
    assert file.read_bytes() == before


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="a file that can be opened, not written to"
)
def test_full_disk_is_an_error_of_one_line(run: Run, check_refused: Check) -> None:
    check_refused(
        run(*OLS, "--output", "/dev/full"),
        "--output must be a file that can be written; /dev/full: No space",
    )


@pytest.mark.long
def test_best_model_is_the_winner_of_a_tournament(
    run: Run, own: tuple[object, ...], prices: pd.DataFrame, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    code, output, _ = run("recommend", *own, "--model", "best", "--json", "--report", page)
    assert code == 0
    record = json.loads(output)
    assert record["decision"] in html.unescape(page.read_text(encoding="utf-8"))
    names = {"NaiveHedge()", "OLSHedge()", "MinimumVarianceHedge(EWMACovariance())"}
    assert record["model"] in names
    returns = hr.returns(prices)
    found = hr.recommendation.assess_tournament(
        hr.walk_forward(
            {"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance())},
            returns["oil"],
            returns[["gas", "coal"]],
            199,
            20,
            progress=False,
        )
    )
    winners = {"naive": "NaiveHedge()", "ols": "OLSHedge()"}
    assert record["model"] == winners.get(found.best, "MinimumVarianceHedge(EWMACovariance())")


def test_remedies_are_those_of_the_shell(run: Run) -> None:
    output = " ".join(run(*OLS)[1].split())
    assert "not measured out of sample (--model best runs one)" in output
    assert "walk_forward" not in output


@pytest.mark.long
def test_remedies_of_the_report_are_those_of_the_shell(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    run(*OLS, "--report", page)
    text = page.read_text(encoding="utf-8")
    assert "not measured out of sample (--model best runs one)" in text
    assert "walk_forward" not in text


def test_returns_option_on_prices_names_the_option(
    run: Run, own: tuple[object, ...], check_refused: Check
) -> None:
    result = run(*OLS, *own, "--kind", "returns")
    check_refused(result, "Leave out --kind, as prices are the default")
    assert "hr." not in result[2]


def test_report_of_another_ending_names_options(
    run: Run, check_refused: Check, tmp_path: Path
) -> None:
    result = run(*OLS, "--report", tmp_path / "page.csv")
    check_refused(result, "For other programs, use --json or --output.")
