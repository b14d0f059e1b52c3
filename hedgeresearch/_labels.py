"""Texts that label rows or columns, of which pandas makes an index once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pandas as pd


def labels(names: Iterable[str]) -> pd.Index[str]:
    """Return an index of texts; its name can be changed without changing that of others."""
    return _made_once(tuple(names)).view()


def without_first(columns: pd.Index[Any]) -> pd.Index[Any]:
    """Return an index without its first label, which takes pandas longer than many an estimate."""
    names = columns.tolist()[1:]
    rest = labels(names) if type(columns) is pd.Index and columns.name is None else None
    return rest if rest is not None and rest.dtype == columns.dtype else columns[1:]


@lru_cache(maxsize=512)
def _made_once(names: tuple[str, ...]) -> pd.Index[str]:
    return pd.Index(list(names))
