"""What can go wrong, as exceptions and warnings a caller can handle."""

from __future__ import annotations

import inspect
import warnings


class HedgeResearchError(Exception):
    """Root of every error this package raises on purpose."""


class DataError(HedgeResearchError, ValueError):
    """Data or a setting that cannot be used; the message says what must hold, what came and what to do."""


class MissingDataError(DataError):
    """Data that the package may not contain and that could not be had; the message says where they are."""


class ConvergenceError(HedgeResearchError, RuntimeError):
    """An estimation that did not reach an optimum; the message says where it stopped and what to try."""


class HedgeResearchWarning(UserWarning):
    """Root of every warning this package issues."""


class ConvergenceWarning(HedgeResearchWarning):
    """An estimate to be read with care, such as one that lies on a bound."""


class DataWarning(HedgeResearchWarning):
    """Something that was done to the data on request and that the caller should see, such as dropped dates."""


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn at the line outside this package from which it was called."""
    frame, level = inspect.currentframe(), 1
    while (
        frame is not None
        and frame.f_globals.get("__name__", "").partition(".")[0] == __name__.partition(".")[0]
    ):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
