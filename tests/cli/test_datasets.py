"""``hedgeresearch datasets``."""

from collections.abc import Callable

from hedgeresearch import datasets

Run = Callable[..., tuple[int, str, str]]


def test_every_table_is_listed(run: Run) -> None:
    code, output, errors = run("datasets")
    assert (code, errors) == (0, "")
    assert [line.split()[0] for line in output.splitlines()] == list(datasets.list_datasets().index)
    assert len(output.splitlines()) == 8
