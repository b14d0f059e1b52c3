"""``recommend --position``: a book in YAML gives what the library gives."""

import html
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.cli.book.book import recommend_for_book

Run = Callable[..., tuple[int, str, str]]


def test_book_gives_the_recommendation_of_the_library(
    run: Run, book: Path, coin_prices: pd.DataFrame
) -> None:
    coin_prices.attrs = {"source": "prices.csv"}
    market = hr.Market(coin_prices, {"COIN_PERP": "COIN"}, {"COIN_PERP": "FUNDING"})
    margins = {"maintenance_margin": 0.005}
    instruments = [
        hr.InverseContract("COIN_PERP", 100, fee=0.0005, funding="8-hourly", **margins),
        hr.LinearContract("OTHER", 1, lot=0.001),
    ]
    position = hr.Position({"COIN": 25})
    expected = hr.recommend(
        hr.OLSHedge().fit(*market.returns(position, instruments)),
        position=position,
        instruments=instruments,
        market=market,
        holdings={"COIN_PERP": -1000},
        objective=hr.Objective(beta={"OTHER": 0.1}),
        limits=hr.Limits(contracts={"COIN_PERP": (-90000, 0), "OTHER": 5000}, gross=9e6),
        rebalancing=hr.NoTradeBands(tracking_error=0.05),
        margin=hr.Margin({"COIN_PERP": 30.0}, horizon=10, probability=0.05),
        confidence=0.9,
        seed=3,
    ).to_dict()
    code, output, errors = run("recommend", "--position", book, "--json")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    expected = json.loads(json.dumps(expected))
    # The table is read with the needed columns in the order of the book.
    for record in (found, expected):
        assert sorted(record["data"].pop("columns")) == sorted(coin_prices.columns)
        assert len(record["data"].pop("sha256")) == 64
    assert_close(found, expected)


def assert_close(found: Any, expected: Any) -> None:
    """Equal but for the last digits that a file of text may lose."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for name in expected:
            assert_close(found[name], expected[name])
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other)
    else:
        assert found == (
            pytest.approx(expected, rel=1e-9) if isinstance(expected, float) else expected
        )


def test_text_has_decision_reasons_and_tables(run: Run, book: Path, tmp_path: Path) -> None:
    code, output, errors = run("recommend", "--position", book, "--output", tmp_path / "hedge.json")
    assert (code, errors) == (0, "")
    said = " ".join(output.split())
    recommendation = recommend_for_book(book)
    assert output.startswith("Data: prices.csv, to 2024-04-09 16:00.\nModel: OLSHedge()\n")
    assert max(map(len, output.splitlines())) <= 100
    in_python = "pass backtest=, a result of walk_forward"
    in_shell = "'backtest: {}' in the book runs one"
    page = tmp_path / "page.html"
    run("recommend", "--position", book, "--report", page)
    assert in_shell in html.unescape(page.read_text(encoding="utf-8"))
    assert "walk_forward" not in page.read_text(encoding="utf-8")
    reasons = [reason.replace(in_python, in_shell) for reason in recommendation.reasons]
    assert reasons != recommendation.reasons
    for sentence in (recommendation.decision, *reasons):
        assert sentence in said.replace("- ", "").replace("  ", " ") or sentence in said
    for name in ("COIN_PERP", "OTHER", "target", "new", "cost"):
        assert name in output
    assert "side" not in said  # one table of contracts
    written = json.loads((tmp_path / "hedge.json").read_text())
    assert_close(written, json.loads(recommendation.to_json()))


def test_same_file_gives_the_same_bytes(run: Run, book: Path) -> None:
    first = run("recommend", "--position", book, "--json")
    assert run("recommend", "--position", book, "--json") == first


def test_warnings_are_printed_and_in_the_report(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warned(*parts: Any, **settings: Any) -> Any:
        for _ in range(2):
            warnings.warn("something\nto\x1b know", hr.errors.DataWarning, stacklevel=1)
        return real(*parts, **settings)

    from hedgeresearch.cli.book import book as book_file

    real = book_file.recommend
    monkeypatch.setattr(book_file, "recommend", warned)
    report = book.parent / "report.html"
    code, _, errors = run("recommend", "--position", book, "--report", report)
    assert (code, errors) == (0, "warning: something to\ufffd know\n")
    page = report.read_text(encoding="utf-8")
    assert page.count('<li class="warning">Warning: something to\ufffd know</li>') == 1
    assert page.index("Method and references") < page.index("Warning: something to")


def test_outputs_never_overwrite_files_that_are_read(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hedgeresearch.cli.book.book.recommend", None)  # before the work
    folder = book.parent
    prices = folder / "prices.csv"
    (folder / "link.html").symlink_to(prices)
    (folder / "hard.html").hardlink_to(book)
    kept = {path: path.read_bytes() for path in (book, prices)}
    for options, message in (
        (
            ("--report", book),
            "--report must be a file whose name ends in .html, which a browser opens; got",
        ),
        (("--output", folder / "." / "book.yaml"), "--output must be another file than --position"),
        (
            ("--report", folder / "hard.html"),
            "--report must be another file than --position, which it would overwrite",
        ),
        (("--output", prices), "--output must be another file than the prices of the book"),
        (
            ("--report", folder / "link.html"),
            "--report must be another file than the prices of the book",
        ),
        (
            ("--report", folder / "new.html", "--output", folder / "new.html"),
            "--report must be another file than --output",
        ),
    ):
        code, output, errors = run("recommend", "--position", book, *options)
        assert (code, output) == (2, "")
        assert message in errors
        assert len(errors.splitlines()) == 1
    assert {path: path.read_bytes() for path in kept} == kept
    assert not (folder / "new").exists()
    assert not list(folder.glob(".*.part"))
