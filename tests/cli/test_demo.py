"""``hedgeresearch demo``: a hedge of bundled data, its figure, and what to do next."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import hedgeresearch as hr
from hedgeresearch.cli.demo import NEXT_STEPS, _next_steps
from hedgeresearch.hedges.default import default_hedge

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.long
def test_demo_prints_the_recommended_hedge_and_draws_it(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "demo.png"
    code, output, errors = run("demo", "--figure", figure)
    assert (code, errors) == (0, "")
    returns = hr.returns(hr.load("nasdaq_sp500"))
    fit = default_hedge().fit(returns["NASDAQ"], returns[["SP500"]])
    decision = hr.hedge_notional(fit, 1_000_000).decision
    assert " ".join(decision.split()).partition("(")[0] in " ".join(output.split())
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert figure.stat().st_size > 10_000


@pytest.mark.long
def test_demo_as_json_has_the_ratio_and_the_figure(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "demo.svg"
    code, output, errors = run("demo", "--figure", figure, "--json")
    assert (code, errors) == (0, "")
    record = json.loads(output)
    assert record["figure"] == str(figure)
    assert record["ratio"] == {"SP500": pytest.approx(1.198, abs=5e-4)}


@pytest.mark.parametrize("name", ["demo.jpg", "missing/demo.png"])
def test_a_figure_that_cannot_be_written_is_refused_first(
    run: Run, tmp_path: Path, name: str
) -> None:
    code, output, errors = run("demo", "--figure", tmp_path / name)
    assert (code, output) == (2, "")
    assert errors.startswith("error: --figure must")
    assert len(errors.splitlines()) == 1


def test_next_steps_fit_a_terminal() -> None:
    assert max(map(len, _next_steps().splitlines())) <= 80


@pytest.mark.long
@pytest.mark.parametrize("command", [one for one in NEXT_STEPS if "compare" not in one])
def test_next_steps_run_on_prices_of_two_columns(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    prices = hr.load("nasdaq_sp500").iloc[-600:].set_axis(["A", "B"], axis=1)
    prices.to_csv("my.csv")
    code, output, errors = run(*command.split()[1:])
    assert code == 0, errors
    assert output
