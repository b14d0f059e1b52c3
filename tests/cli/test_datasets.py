"""``hedgeresearch datasets``."""

import json
from collections.abc import Callable

import hedgeresearch as hr
from hedgeresearch import datasets

Run = Callable[..., tuple[int, str, str]]


def test_every_table_is_listed(run: Run) -> None:
    code, output, errors = run("datasets")
    assert (code, errors) == (0, "")
    assert [line.split()[0] for line in output.splitlines()] == list(datasets.list_datasets().index)
    assert len(output.splitlines()) == 8


def test_json_has_every_table(run: Run) -> None:
    code, output, errors = run("datasets", "--json")
    assert (code, errors) == (0, "")
    assert list(json.loads(output)) == list(hr.datasets.list_datasets().index)
