"""The code of the how-to pages and of the explanations runs as it is written, and is short."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.feeds import Recorder, Source
from hedgeresearch.live import check_audit
from hedgeresearch.microstructure import Quote

ROOT = Path(hr.__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
AT_MOST = 15
"""Lines of code of a task, without empty ones."""
TASKS = (
    "how_to/read_messy_files.md",
    "how_to/compare_models.md",
    "how_to/hedge_25_bitcoin.md",
    "how_to/delta_by_regime.md",
    "how_to/hedge_a_pool_position.md",
    "how_to/replay_a_book.md",
    "how_to/write_your_own_model.md",
)
"""Pages that promise to do their task in a few lines."""
OTHERS = sorted(
    str(path.relative_to(DOCS))
    for path in (*DOCS.glob("how_to/*.md"), *DOCS.glob("explanation/*.md"))
    if "```python" in path.read_text(encoding="utf-8")
)
Run = Callable[[str], dict[str, Any]]


def blocks(page: str) -> list[str]:
    return BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the code of a page in a folder of its own and returns the names that it has made."""

    def run_page(page: str) -> dict[str, Any]:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "quotes.csv").write_text("bid,ask,received\n99.9,100.1,1\n100,100.2,2\n")
        names: dict[str, Any] = {}
        for block in blocks(page):
            if "distributed" not in block:  # a cluster is tested with the engine
                exec(compile(block, page, "exec"), names)
        plt.close("all")
        return names

    return run_page


@pytest.mark.parametrize("page", TASKS)
def test_a_task_needs_at_most_fifteen_lines(page: str) -> None:
    code = blocks(page)[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= AT_MOST


def test_a_file_with_decimal_commas_is_hedged(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = hr.load("brent_wti")
    dates = prices.index.strftime("%d.%m.%Y")
    prices.set_axis(dates).to_csv(tmp_path / "kurse.csv", sep=";", decimal=",")
    names = run("how_to/read_messy_files.md")
    pd.testing.assert_frame_equal(names["prices"], prices, check_freq=False)
    assert "Sell" in capsys.readouterr().out


@pytest.mark.long
def test_five_models_are_compared_after_costs_over_weeks(run: Run) -> None:
    names = run("how_to/compare_models.md")
    backtest = names["backtest"]
    assert set(names["models"]) < set(backtest.summary.index)
    assert len(names["models"]) == 5
    assert backtest.summary.columns.name.startswith("over 5 business days")
    assert (backtest.summary["mean cost"].loc[list(names["models"])] > 0).all()


@pytest.mark.long
@pytest.mark.usefixtures("data_dir")
def test_twenty_five_bitcoin_get_orders_and_a_report(run: Run, tmp_path: Path) -> None:
    names = run("how_to/hedge_25_bitcoin.md")
    assert names["advice"].action in ("trade", "hold")
    assert "BTC_COIN_PERP" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_the_delta_of_a_put_is_that_of_its_regime(run: Run) -> None:
    names = run("how_to/delta_by_regime.md")
    today = names["today"]
    assert ((today.next_ratio < 0) & (today.next_ratio > -1.5)).all(axis=None)
    response = today.detail.curve()["response"]
    assert (response.xs("turbulent", level="regime") < response.xs("calm", level="regime")).all()


@pytest.mark.long
def test_a_model_of_ones_own_passes_and_is_backtested(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("how_to/write_your_own_model.md")
    printed = capsys.readouterr().out
    assert "causal: 20 shocks moved no value" in printed
    assert "clipped" in printed


def test_a_pool_is_hedged_with_its_delta(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("how_to/hedge_a_pool_position.md")
    assert capsys.readouterr().out.startswith("Sell 3")
    assert abs(names["fit"].next_ratio["PERP"] - 1.0) < 0.01


@pytest.mark.long
def test_a_book_is_replayed_from_a_recording(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = pd.Timestamp("2026-03-02 12:00", tz="UTC").value
    walk = np.random.default_rng(0).standard_normal((2, 1200)).cumsum(axis=1)
    with Recorder(tmp_path / "recording") as recorder:
        for number, (price, gap) in enumerate(walk.T):
            received = start + number * 250_000_000
            for venue, mid in (
                ("binance", 6e4 + price),
                ("binance-usd-m", 6e4 + price + gap / 9),
            ):
                quote = Quote(number, mid - 0.05, 1.0, mid + 0.05, 2.0, None, received)
                recorder.append(Source(venue, "BTCUSDT"), quote)
    names = run("how_to/replay_a_book.md")
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 150
    assert all("hold" in line or "trade" in line for line in printed)
    assert check_audit(tmp_path / "audit.jsonl", names["advice"]) == 150


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in OTHERS if page not in TASKS])
def test_other_pages_run(page: str, run: Run) -> None:
    run(page)


@pytest.mark.long
def test_the_start_runs(run: Run) -> None:
    names = run("start.md")
    assert abs(names["ols"].next_ratio["SP500"] - 1.175) < 0.001
