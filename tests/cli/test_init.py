"""``hedgeresearch init``: a commented book that runs as it is."""

import json
import os
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from hedgeresearch.cli.book.book import FIELDS, recommend_for_book

Run = Callable[..., tuple[int, str, str]]
Check = Callable[[tuple[int, str, str], str], None]
TEMPLATE = files("hedgeresearch.cli.book").joinpath("template.yaml").read_text(encoding="utf-8")
SECTION = re.compile(r"(?m)^# (\w+):(?! is).*(?:\n#   .*)*")
"""A section in comments, with the lines of its settings."""
SETTING = re.compile(r"(?m)^  +# (\w+):.*")
"""A setting in comments within a section that is read."""
OF_OTHER_BOOKS = (
    *("file: ", "value: ", "of: ", "funding: {", "underlying: "),
    *("moment: ", "volatilities: ", "forwards: ", "discounts: "),
)
"""Settings in place of others of the template, or of an instrument that it does not have."""


def uncommented(part: str, text: str = TEMPLATE) -> str:
    """Return the template with a section, or a setting, that is no comment any more."""
    # the fit with regimes is that of the book as it is written
    other = "# " if part.startswith("# model:") else "model: ols "
    text = re.sub(r"(?m)^model: \w+ ", other, text)
    assert text.count(part) == 1
    return text.replace(part, re.sub(r"(?m)^( *)# ", r"\1", part))


def test_book_runs_as_it_is_written(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    code, output, errors = run("init", book)
    assert (code, errors) == (0, "")
    assert f"recommend --position {book}" in " ".join(output.split())
    code, output, errors = run("recommend", "--position", book, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["action"] == "trade"


SECTIONS = {found[1]: found[0] for found in SECTION.finditer(TEMPLATE)}
SETTINGS = [
    found[0]
    for found in SETTING.finditer(TEMPLATE)
    if not found[0].strip(" #").startswith(OF_OTHER_BOOKS)
]


def check_runs(run: Run, folder: Path, text: str) -> None:
    """Check that a book runs, and that its report is written, without an error."""
    book = folder / "book.yaml"
    book.write_text(text)
    code, _, errors = run("recommend", "--position", book, "--report", folder / "page.html")
    assert code == 0, errors
    assert "Traceback" not in errors
    assert (folder / "page.html").stat().st_size > 1_000_000


@pytest.mark.long
@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_in_comments_runs(run: Run, tmp_path: Path, name: str) -> None:
    text = uncommented(SECTIONS[name])
    assert name in yaml.safe_load(text)
    check_runs(run, tmp_path, text)


@pytest.mark.slow
def test_all_sections_in_comments_run_at_once(run: Run, tmp_path: Path) -> None:
    text = TEMPLATE
    for section in SECTIONS.values():
        text = uncommented(section, text)
    assert set(SECTIONS) < set(yaml.safe_load(text))
    check_runs(run, tmp_path, text)


@pytest.mark.filterwarnings("ignore:the last period of freq")
def test_each_setting_in_comments_is_read(tmp_path: Path) -> None:
    assert len(SETTINGS) > 12
    for setting in SETTINGS:
        (tmp_path / "book.yaml").write_text(uncommented(setting))
        recommend_for_book(tmp_path / "book.yaml")


def test_book_names_every_field(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    run("init", book)
    run("init", tmp_path / "lp.yaml", "--pool")
    text = book.read_text()
    of_pools = (tmp_path / "lp.yaml").read_text()
    for section, names in FIELDS.items():
        if section not in ("", "rebalancing") and not section.startswith("rebalancing."):
            for name in names:
                assert re.search(rf"\b{name}:", text + of_pools), f"{section}.{name}"
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
