"""Check of arguments that are given by name, as a dictionary or a Series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError

MAX_PREVIEW_LENGTH = 80
"""Number of characters up to which a value is shown in a message."""


def as_mapping(value: Any, name: str, example: str) -> dict[Any, Any]:
    """Return an argument given by name as a dictionary, an empty one for None.

    Raises
    ------
    DataError
        If it is neither a mapping nor a Series with unique names.
    """
    if value is None:
        return {}
    if isinstance(value, pd.Series) and value.index.is_unique:
        return dict(value)
    if not isinstance(value, Mapping):
        raise DataError(
            f"{name} must map names to values, each name once, such as {example}; "
            f"got {preview(value)}."
        )
    return dict(value)


def preview(value: Any) -> str:
    """Return a value as text for a message: in full if it is short, else its type."""
    if isinstance(value, pd.DataFrame | pd.Series | np.ndarray):
        return f"a {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= MAX_PREVIEW_LENGTH else f"a {type(value).__name__}"
