"""The command line: what it prints, what it writes, and one line for every bad input."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch import datasets
from hedgeresearch.cli.models import ModelName

Run = Callable[..., tuple[int, str, str]]
KEYS = {
    "asset", "notional", "as_of", "model", "ratio", "sell", "regime_probabilities", "ratio_by_regime",
    "expected_volatility_before", "expected_volatility_after", "expected_effectiveness", "sentence",
}  # fmt: skip
OLS = ("recommend", "--model", "ols")


@pytest.fixture(scope="module")
def prices() -> pd.DataFrame:
    """Prices of an asset and two hedges."""
    returns = np.random.default_rng(4).normal(scale=0.01, size=(400, 3))
    returns[:, 0] += returns[:, 1:].sum(axis=1)
    dates = pd.date_range("2020-01-01", periods=400, name="date")
    return pd.DataFrame(100 * (1 + returns).cumprod(axis=0), dates, ["oil", "gas", "coal"])


def in_a_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    root = Path(hr.__file__).parents[1]
    command = [sys.executable, "-m", "hedgeresearch.cli", *arguments]
    settings = os.environ | environment
    return subprocess.run(
        command, capture_output=True, text=True, cwd=root, env=settings, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("ols", hr.OLSHedge()),
        ("ewma", hr.MinimumVarianceHedge(hr.EWMACovariance())),
        ("dcc", hr.MinimumVarianceHedge(hr.DCC())),
        ("regime", hr.RegimeHedge(hr.GaussianHMM(2))),
    ],
)
def test_every_model_recommends_what_the_library_does(
    run: Run, simple_returns: pd.DataFrame, name: str, model: Any
) -> None:
    code, output, errors = run("recommend", "--model", name, "--json", "--notional", "-2e6")
    assert (code, errors) == (0, "")
    result = json.loads(output)
    assert set(result) == KEYS
    fit = model.fit(simple_returns["NASDAQ"], simple_returns[["SP500"]])
    expected = hr.hedge_notional(fit, -2e6).to_dict()
    assert result == expected
    assert 1.0 < result["ratio"]["SP500"] < 1.25
    assert (result["regime_probabilities"] is None) == (name != "regime")


def test_plain_output(run: Run) -> None:
    code, output, errors = run(*OLS)
    assert (code, errors) == (0, "")
    assert "Data: NASDAQ Composite and S&P 500, daily adjusted closes, to 2018-12-31." in output
    assert "Model: OLSHedge()\n" in output
    assert "Sell 1,175,489 of SP500 (ratio 1.175)" in " ".join(output.split())
    assert max(map(len, output.splitlines())) <= 100


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_own_prices(run: Run, tmp_path: Path, prices: pd.DataFrame, suffix: str) -> None:
    file = tmp_path / f"prices{suffix}"
    prices.to_parquet(file) if suffix == ".parquet" else prices.to_csv(file)
    options = ("--prices", file, "--asset", "oil", "--hedge", "gas", "--hedge", "coal")
    code, output, errors = run(*OLS, *options, "--json")
    assert (code, errors) == (0, "")
    result, returns = json.loads(output), hr.returns(prices)
    expected = hr.OLSHedge().fit(returns["oil"], returns[["gas", "coal"]]).next_ratio
    assert result["ratio"] == pytest.approx(expected.to_dict(), rel=1e-12)
    assert result["as_of"] == "2021-02-03"
    _, output, _ = run(*OLS, *options)
    assert f"Data: {file}, to 2021-02-03." in " ".join(output.split())


def test_the_output_file_holds_what_json_prints(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "hedge.json"
    code, output, _ = run(*OLS, "--json", "--output", file)
    assert code == 0
    assert file.read_text(encoding="utf-8") == output
    file.unlink()
    code, output, _ = run(*OLS, "--output", file)
    assert code == 0
    assert set(json.loads(file.read_text(encoding="utf-8"))) == KEYS
    assert output.startswith("Data: ")


def test_columns_of_a_bundled_table(run: Run) -> None:
    code, output, _ = run(
        *OLS, "--dataset", "nasdaq_sp500", "--asset", "SP500", "--hedge", "NASDAQ", "--json"
    )
    assert code == 0
    result = json.loads(output)
    assert result["asset"] == "SP500"
    assert 0.5 < result["ratio"]["NASDAQ"] < 0.8


def test_datasets_lists_every_table(run: Run) -> None:
    code, output, errors = run("datasets")
    assert (code, errors) == (0, "")
    assert [line.split()[0] for line in output.splitlines()] == list(datasets.list_datasets().index)
    assert len(output.splitlines()) == 8


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_help(run: Run, arguments: tuple[str, ...]) -> None:
    code, output, errors = run(*arguments)
    assert (code, errors) == (0, "")
    assert "Usage:" in output
    assert "recommend" in output
    assert "datasets" in output


def test_as_a_process() -> None:
    result = in_a_process(*OLS, "--json")
    assert (result.returncode, result.stderr) == (0, "")
    assert set(json.loads(result.stdout)) == KEYS
    result = in_a_process("recommend", "--dataset", "unknown")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: name must be one of")
    assert len(result.stderr.splitlines()) == 1
    result = in_a_process()
    assert (result.returncode, result.stderr) == (0, "")
    assert "Usage:" in result.stdout


def check_refused(result: tuple[int, str, str], message: str) -> None:
    code, output, errors = result
    assert (code, output) == (2, "")
    assert errors.startswith("error: ")
    assert len(errors.splitlines()) == 1
    assert "Traceback" not in errors
    assert message in errors


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
            ("recommend", "--prices", "x.xlsx", "--asset", "a", "--hedge", "b"),
            "path must end in .csv",
        ),
        ((*OLS, "--notional", "0"), "notional must not be zero"),
        ((*OLS, "--notional", "nan"), "notional must lie strictly between -inf and inf; got nan."),
        ((*OLS, "--notional", "inf"), "notional must lie strictly between -inf and inf; got inf."),
    ],
)
def test_bad_arguments(run: Run, arguments: tuple[str, ...], message: str) -> None:
    check_refused(run(*arguments), message)


@pytest.mark.parametrize("place", [".", "absent/hedge.json"])
def test_an_output_that_cannot_be_written(run: Run, tmp_path: Path, place: str) -> None:
    check_refused(
        run(*OLS, "--output", tmp_path / place), "--output must be a file that can be written"
    )


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("n/a", "column 'gas' must hold numbers such as 1234.5, or nothing; line 4 of"),
        ("1,5", "column 'gas' must hold numbers"),
        ("", "column 'gas' has a gap (NaN) on 2020-01-03"),
        ("-1", "prices must be positive for simple returns; column 'gas' is -1 on 2020-01-03"),
        ("0", "prices must be positive for simple returns; column 'gas' is 0 on 2020-01-03"),
        ("inf", "column 'gas' must hold numbers"),
    ],
)
def test_bad_prices(
    run: Run, tmp_path: Path, prices: pd.DataFrame, cell: str, message: str
) -> None:
    file, cells = tmp_path / "prices.csv", prices.astype(str)
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
def test_bad_files(run: Run, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(text)
    check_refused(run(*OLS, "--prices", file, "--asset", "oil", "--hedge", "gas"), message)


def test_the_same_column_as_asset_and_hedge(run: Run, tmp_path: Path, prices: pd.DataFrame) -> None:
    file = tmp_path / "prices.csv"
    prices.to_csv(file)
    check_refused(run(*OLS, "--prices", file, "--asset", "oil", "--hedge", "oil"), "'oil'")


# --- compare ---

COMPARE = ("compare", "--window", 300, "--refit-every", 50)


@pytest.fixture
def own(tmp_path: Path, prices: pd.DataFrame) -> tuple[object, ...]:
    file = tmp_path / "prices.csv"
    prices.to_csv(file)
    return ("--prices", file, "--asset", "oil", "--hedge", "gas", "--hedge", "coal")


def test_compare_prints_the_table_and_what_it_says(
    run: Run, own: tuple[object, ...], prices: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "table.csv"
    code, output, errors = run(*COMPARE, *own, "--models", "ewma, rolling,ols", "--output", file)
    assert (code, errors) == (0, "")
    returns = hr.returns(prices)
    models = {
        "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance()),
        "rolling": hr.RollingOLSHedge(250),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        study = hr.walk_forward(
            models, returns["oil"], returns[["gas", "coal"]], 300, 50, progress=False
        )
    table = pd.read_csv(file, index_col="model")
    pd.testing.assert_frame_equal(table, study.summary, check_exact=False, rtol=1e-12)
    head, printed, said = output.rstrip().split("\n\n")
    assert (
        " ".join(head.split()) == f"Data: {own[1]}; 99 observations out of sample, to 2021-02-03."
    )
    assert printed == study.summary.to_string(float_format="{:.4f}".format)
    comparison = study.compare()
    assert " ".join(said.split()) == " ".join((*comparison.sentences, comparison.conclusion))
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize("name", list(ModelName))
def test_compare_knows_every_model(run: Run, own: tuple[object, ...], name: str) -> None:
    code, output, _ = run("compare", "--window", 300, "--refit-every", 100, *own, "--models", name)
    assert code == 0
    assert f"\n{name} " in output


def test_compare_goes_on_from_a_checkpoint(
    run: Run, own: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = (*COMPARE, *own, "--models", "kalman", "--checkpoint", tmp_path / "walks")
    _, first, _ = run(*options)
    assert len(list((tmp_path / "walks").iterdir())) == 3
    monkeypatch.setattr(
        "hedgeresearch.evaluation.engine.parallel.walk", None
    )  # nothing is walked again
    assert run(*options) == (0, first, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--models", "dcc,oracle"), "--models must name models from naive, ols, rolling"),
        (
            ("--models", ""),
            "--models must name models from naive, ols, rolling, kalman, ecm, ewma, dcc, regime; got ''",
        ),
        (("--window", "many"), "Invalid value for '--window'"),
        (("--window", "398"), "window must leave two dates or more to evaluate, of 399; got 398."),
        (
            ("--window", "390", "--models", "ols"),
            "hedged_returns must have at least 20 rows; got 9.",
        ),
        (("--refit-every", "0"), "refit_every must be a whole number of at least 1; got 0."),
        (("--asset", "gas"), "asset and hedges must be different columns; 'gas' is given twice."),
        (
            ("--checkpoint", __file__, "--window", "300"),
            "checkpoint must be a folder that can be written",
        ),
    ],
)
def test_bad_arguments_of_compare(
    run: Run, own: tuple[object, ...], arguments: tuple[str, ...], message: str
) -> None:
    check_refused(run("compare", *own, *arguments), message)


@pytest.mark.parametrize("place", [".", "absent/table.csv"])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    run: Run, own: tuple[object, ...], tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hedgeresearch.cli.compare.walk_forward", None)
    check_refused(
        run(*COMPARE, *own, "--output", tmp_path / place),
        "--output must be a file that can be written",
    )


def test_a_run_that_fails_leaves_the_output_as_it_was(
    run: Run, own: tuple[object, ...], tmp_path: Path
) -> None:
    kept, absent = tmp_path / "kept.csv", tmp_path / "absent.csv"
    kept.write_text("earlier")
    for file in (kept, absent):
        check_refused(
            run("compare", *own, "--window", "0", "--output", file), "window must be a whole number"
        )
    assert kept.read_text() == "earlier"
    assert not absent.exists()


@pytest.mark.parametrize("command", [OLS, COMPARE])
def test_an_output_is_never_the_prices(
    run: Run, own: tuple[object, ...], command: tuple[object, ...]
) -> None:
    file = Path(str(own[1]))
    before = file.read_bytes()
    check_refused(
        run(*command, *own, "--output", file),
        "--output must be another file than --prices, which it would",
    )
    assert file.read_bytes() == before


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="a file that can be opened, not written to"
)
def test_a_disk_that_is_full(run: Run) -> None:
    check_refused(
        run(*OLS, "--output", "/dev/full"),
        "--output must be a file that can be written; /dev/full: No space",
    )


def test_progress_goes_to_standard_error(own: tuple[object, ...]) -> None:
    arguments = [*map(str, (*COMPARE, *own)), "--models", "kalman,ewma"]
    quiet = in_a_process(*arguments)
    assert (quiet.returncode, quiet.stderr) == (0, "")
    shown = in_a_process(*arguments, FORCE_COLOR="1")  # as on a terminal
    assert shown.stdout == quiet.stdout
    assert "ewma" in shown.stderr
