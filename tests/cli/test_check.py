"""``hedgeresearch check``: what looks wrong in a file of prices."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr

Run = Callable[..., tuple[int, str, str]]
Check = Callable[[tuple[int, str, str], str], None]


def test_clean_table_has_no_problem(run: Run) -> None:
    code, output, errors = run("check", "--dataset", "nasdaq_sp500")
    assert (code, errors) == (0, "")
    assert "no problem found" in " ".join(output.split())


def test_problems_are_those_of_the_library(run: Run, prices: pd.DataFrame, tmp_path: Path) -> None:
    stale = prices.copy()
    stale.iloc[-60:, 1] = stale.iloc[-60, 1]
    file = tmp_path / "prices.csv"
    stale.to_csv(file)
    report = hr.check(hr.read_prices(file), "prices")
    code, output, _ = run("check", "--prices", file)
    assert code == 0
    assert run("check", file)[1] == output
    assert report.problems
    for problem in report.problems:
        assert problem.message in " ".join(output.split())
    record = json.loads(run("check", "--prices", file, "--json")[1])
    assert [one["problem"] for one in record["problems"]] == [one.kind for one in report.problems]


def test_refused_data_end_with_another_code(run: Run, prices: pd.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    prices.to_csv(file)
    code, output, _ = run("check", "--prices", file, "--kind", "returns")
    assert code == 1
    assert "refuse" in output
    assert "Leave out --kind" in output
    assert "hr." not in output


def test_dates_with_gaps_are_left_out_by_an_option(
    run: Run, prices: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv"
    with_gaps = prices.copy()
    with_gaps.iloc[[20, 50], 1] = None
    with_gaps.to_csv(file)
    code, output, _ = run("check", file)
    assert code == 1
    assert "--drop-gaps" in output
    code, output, errors = run("check", file, "--drop-gaps")
    assert code == 0
    assert f"{len(prices) - 2} rows" in " ".join(output.split())
    assert f"2 such dates left out of {len(prices)}" in " ".join(errors.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "pass either --prices FILE or --dataset NAME."),
        (("x.csv", "--prices", "y.csv"), "pass either --prices FILE or --dataset NAME."),
        (("--dataset", "nasdaq_sp500", "--column", "GOLD"), "columns must be among NASDAQ, SP500"),
        (("--dataset", "nasdaq_sp500", "--sep", ";"), "--sep needs --prices FILE"),
    ],
)
def test_bad_arguments_are_refused(
    run: Run, check_refused: Check, arguments: tuple[str, ...], message: str
) -> None:
    check_refused(run("check", *arguments), message)
