"""Texts that label rows or columns, of which pandas makes an index once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pandas as pd


def labels(names: Iterable[str]) -> pd.Index[str]:
    """Return an index of texts; its name can be changed without changing that of others."""
    return _made_once(tuple(names)).view()


@lru_cache(maxsize=512)
def _made_once(names: tuple[str, ...]) -> pd.Index[str]:
    return pd.Index(list(names))
