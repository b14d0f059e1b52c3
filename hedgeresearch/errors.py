"""Exceptions and warnings of the package."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class HedgeResearchError(Exception):
    """Base class of all errors that the package raises deliberately."""


class DataError(HedgeResearchError, ValueError):
    """Data or a setting cannot be used.

    The message says what must hold, what came and what to do.
    """


class MissingDataError(DataError):
    """Data that are not part of the package could not be obtained.

    The message says where they are.
    """


class ConvergenceError(HedgeResearchError, RuntimeError):
    """An estimation did not reach an optimum.

    The message says where it stopped and what to try.
    """


class CallError(HedgeResearchError, TypeError):
    """Arguments do not fit the signature of a function.

    The message says how it is called.
    """


class HedgeResearchWarning(UserWarning):
    """Base class of all warnings that the package issues."""


class ConvergenceWarning(HedgeResearchWarning):
    """An estimate must be read with care, for example because it lies on a bound."""


class DataWarning(HedgeResearchWarning):
    """Data look wrong, for example stale, or were changed on request, as by dropping dates."""


class RecordedWarning(NamedTuple):
    """A warning of the package that was recorded instead of shown.

    Examples
    --------
    >>> from hedgeresearch.errors import DataWarning, recorded_warnings, warn_caller
    >>> with recorded_warnings() as found:
    ...     warn_caller("prices are stale.", DataWarning)
    ...
    >>> found[0].message, found[0].category.__name__
    ('prices are stale.', 'DataWarning')
    """

    message: str
    category: type[Warning]


_record: ContextVar[list[RecordedWarning] | None] = ContextVar("_record", default=None)
_notes: ContextVar[tuple[list[RecordedWarning], ...]] = ContextVar("_notes", default=())


@contextmanager
def recorded_warnings() -> Iterator[list[RecordedWarning]]:
    """Record the warnings of the package in a block, in this thread, instead of showing them.

    The warning filters of the process stay as they are, so that other threads are not affected.

    Examples
    --------
    >>> from hedgeresearch.errors import DataWarning, recorded_warnings, warn_caller
    >>> with recorded_warnings() as found:
    ...     warn_caller("prices are stale.", DataWarning)
    ...
    >>> len(found)
    1
    """
    caught: list[RecordedWarning] = []
    token = _record.set(caught)
    outer_notes = _notes.set(())
    try:
        yield caught
    finally:
        _notes.reset(outer_notes)
        _record.reset(token)


@contextmanager
def noted_warnings() -> Iterator[list[RecordedWarning]]:
    """Note the warnings of the package in a block, in this thread; they are given as well.

    Warnings that :func:`recorded_warnings` keeps within the block are not noted.

    Examples
    --------
    >>> from hedgeresearch.errors import DataWarning, noted_warnings, recorded_warnings, warn_caller
    >>> with recorded_warnings(), noted_warnings() as noted:
    ...     warn_caller("prices are stale.", DataWarning)
    ...
    >>> len(noted)
    1
    """
    noted: list[RecordedWarning] = []
    token = _notes.set((*_notes.get(), noted))
    try:
        yield noted
    finally:
        _notes.reset(token)


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn at the line outside of this package from which the package was called.

    Examples
    --------
    >>> from hedgeresearch.errors import DataWarning, recorded_warnings, warn_caller
    >>> with recorded_warnings() as found:
    ...     warn_caller("prices are stale.", DataWarning)
    ...
    >>> found[0].message
    'prices are stale.'
    """
    for noted in _notes.get():
        noted.append(RecordedWarning(message, category))
    recorded = _record.get()
    if recorded is not None:
        recorded.append(RecordedWarning(message, category))
        return
    package = __name__.partition(".")[0]
    frame = inspect.currentframe()
    level = 1
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] != package:
            break
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level)
