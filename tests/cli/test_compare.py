"""``hedgeresearch compare``."""

import json
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.cli.inputs.models import ModelName
from hedgeresearch.report.tables import amount, percent, ratio

Run = Callable[..., tuple[int, str, str]]
Check = Callable[[tuple[int, str, str], str], None]
InProcess = Callable[..., subprocess.CompletedProcess[str]]
COMPARE = ("compare", "--window", 300, "--refit-every", 50)


def test_table_and_sentences_are_those_of_the_library(
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
    pd.testing.assert_frame_equal(table, pd.DataFrame(study.summary), check_names=False, rtol=1e-12)
    head, printed, said = output.rstrip().split("\n\n")
    assert (
        " ".join(head.split()) == f"Data: {own[1]}; 99 observations out of sample, to 2021-02-03. "
        "Volatilities are over 1 day. Removed: % of the variance of the unhedged asset; gain: "
        "points of it. Turnover: absolute changes of the ratio out of sample, added up, the entry "
        "included; 1 is the value of the asset."
    )
    lines = printed.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("unhedged"))
    rows = {line.split()[0]: line.split() for line in lines[first:]}
    assert list(rows) == list(study.summary.index)
    for name, row in study.summary.iterrows():
        cells = [row["effectiveness"], row["gain on ols"], row["gain, lower"], row["gain, upper"]]
        texts = [percent(cell) for cell in cells]
        assert rows[name][1:6] == [texts[0], texts[1], f"({texts[2]}", "to", f"{texts[3]})"]
        assert rows[name][7:] == [ratio(row["mean ratio"]), amount(row["turnover"])]
    comparison = study.compare()
    assert " ".join(said.split()) == " ".join((*comparison.sentences, comparison.conclusion))
    assert max(len(line) for line in output.splitlines() if str(own[1]) not in line) <= 80


@pytest.mark.long
def test_json_and_report_have_the_numbers_of_the_library(
    run: Run, own: tuple[object, ...], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    options = ("--models", "ewma", "--report", page, "--json")
    code, output, errors = run(*COMPARE, *own, *options)
    assert (code, errors) == (0, "")
    record = json.loads(output)
    assert record["observations"] == 99
    assert list(record["summary"]) == ["unhedged", "naive", "ols", "ewma"]
    removed = record["summary"]["ewma"]["effectiveness"]
    assert f"ewma removes {percent(removed)}%" in " ".join(record["sentences"])
    assert record["conclusion"] in page.read_text(encoding="utf-8")


@pytest.mark.long
def test_horizon_and_lag_are_those_of_the_library(
    run: Run, own: tuple[object, ...], prices: pd.DataFrame
) -> None:
    options = ("--models", "ewma", "--horizon", "5d", "--execution-lag", 1, "--json")
    record = json.loads(run(*COMPARE, *own, *options)[1])
    returns = hr.returns(prices)
    study = hr.walk_forward(
        {"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance())},
        returns["oil"],
        returns[["gas", "coal"]],
        300,
        50,
        horizon="5d",
        execution_lag=1,
        progress=False,
    )
    assert (record["horizon"], record["execution_lag"]) == (5, 1)
    for name, value in study.summary["effectiveness"].items():
        assert record["summary"][name]["effectiveness"] == pytest.approx(value, rel=1e-12)


@pytest.mark.long
@pytest.mark.parametrize("name", list(ModelName))
def test_every_model_can_be_compared(run: Run, own: tuple[object, ...], name: str) -> None:
    code, output, _ = run("compare", "--window", 300, "--refit-every", 100, *own, "--models", name)
    assert code == 0
    assert f"\n{name} " in output


@pytest.mark.long
def test_interrupted_run_continues_from_its_checkpoint(
    run: Run, own: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = (*COMPARE, *own, "--models", "kalman", "--checkpoint", tmp_path / "walks")
    _, first, _ = run(*options)
    assert len(list((tmp_path / "walks").iterdir())) == 3
    monkeypatch.setattr(
        "hedgeresearch.evaluation.engine.parallel.walk", None
    )  # nothing is walked again
    assert run(*options) == (0, first, "")


def test_the_default_window_is_half_of_a_short_sample(
    run: Run, own: tuple[object, ...], prices: pd.DataFrame
) -> None:
    models = ("--models", "ewma", "--refit-every", 50, "--json")
    code, output, _ = run("compare", *own, *models)
    assert code == 0
    n_returns = len(prices) - 1
    assert json.loads(output)["observations"] == n_returns - n_returns // 2
    half = run("compare", *own, *models, "--window", n_returns // 2)
    assert half[1] == output


def test_failed_refits_are_explained_where_there_are_any(
    run: Run, prices: pd.DataFrame, tmp_path: Path
) -> None:
    frozen = prices.copy()
    frozen.iloc[240:260, 0] = frozen.iloc[240, 0]
    outputs = []
    for number, table in enumerate((prices, frozen)):
        file = tmp_path / f"{number}.csv"
        table.to_csv(file)
        chosen = ("--prices", file, "--asset", "oil", "--hedge", "gas", "--models", "naive")
        code, output, _ = run("compare", *chosen, "--window", 200, "--refit-every", 50)
        assert code == 0
        outputs.append(" ".join(output.split()))
    words = "Failed: refits after which the last ratio was held, as a price was frozen or"
    assert [words in one for one in outputs] == [False, True]


def test_compare_has_the_default_hedge_by_default(run: Run) -> None:
    _, output, _ = run("compare", "--help")
    text = " ".join(output.split())
    assert "naive,ols,ewma,decays,dcc,regime" in text
    assert "half of all, at most 1000" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--models", "dcc,oracle"), "--models must name models from naive, ols, rolling"),
        (
            ("--models", ""),
            "kalman, ecm, ewma, decays, dcc, regime; got ''",
        ),
        (("--window", "many"), "Invalid value for '--window'"),
        (("--window", "398"), "window, such as 100, or more dates."),
        (
            ("--window", "390", "--models", "ols"),
            "a backtest must have at least 20 returns out of sample to be compared; got 9",
        ),
        (("--refit-every", "0"), "refit_every must be a whole number of at least 1; got 0."),
        (("--asset", "gas"), "asset and hedges must be different columns; 'gas' is given twice."),
        (
            ("--checkpoint", __file__, "--window", "300"),
            "checkpoint must be a folder that can be written",
        ),
    ],
)
def test_bad_arguments_are_refused(
    run: Run,
    own: tuple[object, ...],
    arguments: tuple[str, ...],
    message: str,
    check_refused: Check,
) -> None:
    check_refused(run("compare", *own, *arguments), message)


@pytest.mark.parametrize("place", [".", "absent/table.csv"])
def test_unwritable_output_is_refused_before_the_work(
    run: Run,
    own: tuple[object, ...],
    tmp_path: Path,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
    check_refused: Check,
) -> None:
    monkeypatch.setattr("hedgeresearch.cli.compare.walk_forward", None)
    check_refused(
        run(*COMPARE, *own, "--output", tmp_path / place),
        "--output must be a file that can be written",
    )


def test_failed_run_leaves_the_output_unchanged(
    run: Run, own: tuple[object, ...], tmp_path: Path, check_refused: Check
) -> None:
    kept = tmp_path / "kept.csv"
    absent = tmp_path / "absent.csv"
    kept.write_text("earlier")
    for file in (kept, absent):
        check_refused(
            run("compare", *own, "--window", "0", "--output", file), "window must be a whole number"
        )
    assert kept.read_text() == "earlier"
    assert not absent.exists()


def test_output_over_the_prices_is_refused(
    run: Run, own: tuple[object, ...], check_refused: Check
) -> None:
    file = Path(str(own[1]))
    before = file.read_bytes()
    check_refused(
        run(*COMPARE, *own, "--output", file),
        "--output must be another file than --prices, which it would",
    )
    assert file.read_bytes() == before


@pytest.mark.long
def test_progress_is_on_standard_error_of_a_terminal(
    run: Run, own: tuple[object, ...], in_a_process: InProcess
) -> None:
    arguments = (*COMPARE, *own, "--models", "kalman,ewma")
    code, output, errors = run(*arguments)
    assert (code, errors) == (0, "")
    shown = in_a_process(*arguments, FORCE_COLOR="1")  # as on a terminal
    assert shown.stdout == output
    assert "ewma" in shown.stderr
