"""What a user gives by name: a dictionary, or a Series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError

LONGEST = 80
"""Characters up to which a value is shown in a message."""


def as_mapping(value: Any, name: str, example: str) -> dict[Any, Any]:
    """What is given by name, as a dictionary; nothing for None.

    Raises
    ------
    DataError
        If it is neither a mapping nor a Series with different names.
    """
    if isinstance(value, pd.Series) and value.index.is_unique:
        return dict(value)
    if value is not None and not isinstance(value, Mapping):
        raise DataError(
            f"{name} must map names to values, each name once, such as {example}; got {shown(value)}."
        )
    return dict(value or {})


def shown(value: Any) -> str:
    """A value in a message: in full where it is short, else what it is."""
    text = "" if isinstance(value, pd.DataFrame | pd.Series | np.ndarray) else repr(value)
    return text if text and len(text) <= LONGEST else f"a {type(value).__name__}"
