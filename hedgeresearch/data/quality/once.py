"""Checks once per call: what was checked at the door is not checked again inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_checked = ContextVar("the data of this call were checked", default=False)


@contextmanager
def data_checked() -> Iterator[None]:
    """Skip the checks of data and of answers in the fits made in this context.

    A model that is composed of others, a walk-forward run and a bootstrap check what they are given
    and then fit in this context, so that one problem is one warning. Threads do not share it.
    """
    token = _checked.set(True)
    try:
        yield
    finally:
        _checked.reset(token)


def were_data_checked() -> bool:
    """Return whether the data of this call were checked at an earlier door."""
    return _checked.get()
