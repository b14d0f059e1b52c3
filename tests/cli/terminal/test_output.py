"""Warnings of a command as lines."""

import warnings

import pytest

import hedgeresearch as hr
from hedgeresearch.cli.terminal.output import warnings_as_lines, wrapped


def test_near_equal_warnings_are_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    category = hr.errors.DataWarning
    with warnings_as_lines() as printed:
        for text in (
            "H follows A (correlation 0.55, t 22.5)",
            "H follows A (correlation 0.55, t 22.4)",
            "G follows A (correlation 0.55, t 22.4)",
            "H stands still from 2020-01-01 on 30 rows",
            "H stands still from 2020-01-02 on 30 rows",
        ):
            warnings.warn(text, category, stacklevel=1)
    assert len(printed) == 4
    assert capsys.readouterr().err.count("warning: ") == 4


def test_text_is_as_wide_as_the_terminal_up_to_80(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a sentence of several words, " * 9
    for columns, widest in ((40, 40), (80, 80), (200, 80)):
        monkeypatch.setenv("COLUMNS", str(columns))
        longest = max(map(len, wrapped(text).splitlines()))
        assert widest - len("sentence") < longest <= widest
