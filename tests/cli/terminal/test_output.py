"""Warnings of a command as lines."""

import warnings

import pytest

import hedgeresearch as hr
from hedgeresearch.cli.terminal.output import warnings_as_lines


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
