"""``hedgeresearch init``: a commented book that runs as it is."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import yaml

from hedgeresearch.cli.book.book import FIELDS

Run = Callable[..., tuple[int, str, str]]
Check = Callable[[tuple[int, str, str], str], None]


def test_book_runs_as_it_is_written(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    code, output, errors = run("init", book)
    assert (code, errors) == (0, "")
    assert f"recommend --position {book}" in " ".join(output.split())
    code, output, errors = run("recommend", "--position", book, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["action"] == "trade"


def test_settings_in_comments_are_valid(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    run("init", book)
    text = book.read_text()
    start = text.index("# holdings:")
    end = text.index("# backtest:")
    optional = re.sub(r"(?m)^# ", "", text[start:end])
    text = text[:start] + optional + re.sub(r"(?m)^# (?=confidence|seed)", "", text[end:])
    book.write_text(text)
    code, _, errors = run("recommend", "--position", book, "--json")
    assert (code, errors) == (0, "")
    assert "confidence:" in text.splitlines()[-2]


def test_book_names_every_field(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    run("init", book)
    text = book.read_text()
    for section, names in FIELDS.items():
        if section not in ("", "rebalancing") and not section.startswith("rebalancing."):
            for name in names:
                assert re.search(rf"\b{name}:", text), f"{section}.{name}"
    assert set(yaml.safe_load(text)) == {"data", "position", "instruments", "model"}
    assert max(map(len, text.splitlines())) <= 110


def test_existing_files_are_kept(run: Run, tmp_path: Path, check_refused: Check) -> None:
    book = tmp_path / "book.yaml"
    book.write_text("mine")
    check_refused(run("init", book), "BOOK must be a new file")
    assert book.read_text() == "mine"
    check_refused(run("init", tmp_path / "book.txt"), "whose name ends in .yaml")
    check_refused(run("init", tmp_path / "absent" / "book.yaml"), "No such file")
    assert os.listdir(tmp_path) == ["book.yaml"]


def test_json_names_the_file(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yml"
    assert json.loads(run("init", book, "--json")[1])["written"] == str(book)
