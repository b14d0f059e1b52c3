"""``hedgeresearch datasets``."""

import json
from collections.abc import Callable

import hedgeresearch as hr
from hedgeresearch import datasets

Run = Callable[..., tuple[int, str, str]]


def test_every_table_is_listed(run: Run) -> None:
    code, output, errors = run("datasets")
    assert (code, errors) == (0, "")
    tables = datasets.list_datasets()
    firsts = [line for line in output.splitlines() if not line.startswith(" ")]
    assert [line.split(":")[0] for line in firsts] == list(tables.index)
    assert max(map(len, output.splitlines())) <= 80
    text = " ".join(output.split())
    for name, row in tables.iterrows():
        assert f"{name}: {row['title']}; {row['frequency']}, {row['period']}" in text


def test_json_has_every_table(run: Run) -> None:
    code, output, errors = run("datasets", "--json")
    assert (code, errors) == (0, "")
    assert list(json.loads(output)) == list(hr.datasets.list_datasets().index)
