"""Asset and hedges joined to one table that a hedge can be estimated from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.asset_and_hedges import (
    join_asset_and_hedges,
    refuse_returns_for_prices,
    returns_kind,
)
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import check_returns
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.synchronicity import warn_unless_simultaneous


def join_returns(
    asset: Any, hedges: Any, *, simultaneous_required: bool = True
) -> tuple[pd.DataFrame, str | None]:
    """A joined frame from which a hedge can be estimated, and the kind of its returns where ``hr.returns`` noted it.

    None constant or collinear, more dates than regression parameters; warns of closes that do not look simultaneous.
    """
    kind = returns_kind(asset, hedges)
    joined = join_asset_and_hedges(asset, hedges)
    joined = check_returns(joined, "asset and hedges", minimum_rows=joined.shape[1] + 2)
    check_independent(
        np.atleast_2d(np.cov(joined.to_numpy()[:, 1:], rowvar=False)),
        list(map(str, joined.columns[1:])),
        "hedges",
    )
    # returns over a horizon may overlap, so that they lead one another of themselves
    if simultaneous_required and getattr(asset, "attrs", {}).get("horizon", 1) == 1:
        warn_unless_simultaneous(joined)
    return joined, kind


def join_prices(asset: Any, hedges: Any, kind: str) -> pd.DataFrame:
    """Joined prices whose returns of a kind ("log" or "difference") a hedge can be estimated from, the asset first."""
    refuse_returns_for_prices(returns_kind(asset, hedges))
    joined = join_asset_and_hedges(asset, hedges)
    joined = check_returns(joined, "asset and hedges", minimum_rows=joined.shape[1] + 3)
    low = joined.min()
    if kind == "log" and not (low > 0.0).all():
        raise DataError(
            f"prices must be positive for log returns; column {low.idxmin()!r} goes down to {low.min():g}. Give "
            "prices, not returns, or use kind='difference' for prices that can be zero or negative."
        )
    levels = np.log(joined.to_numpy()) if kind == "log" else joined.to_numpy()
    changes = pd.DataFrame(np.diff(levels, axis=0), joined.index[1:], joined.columns)
    check_returns(changes, "the returns of asset and hedges", minimum_rows=1)
    check_independent(
        changes.iloc[:, 1:].cov().to_numpy(), list(map(str, joined.columns[1:])), "hedges"
    )
    return joined
