"""A check for look-ahead of hedges of options: later quotes and moves must not change ratios."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.options.black import black_prices
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError, HedgeResearchError
from hedgeresearch.evaluation.causality import ROUNDING_TOLERANCE, SAMPLE_SHARE, CausalityCheck
from hedgeresearch.hedges.options.fit import OptionHedgeFit
from hedgeresearch.hedges.options.model import OptionHedgeModel, check_option_hedge
from hedgeresearch.options.panel.option_panel import OptionPanel, as_panel
from hedgeresearch.typing import Array

KINDS = ("volatility up", "volatility down", "future up", "future down")
FACTORS = {"up": 1.5, "down": 1.0 / 1.5}
MIN_DAYS = 10
"""Days of a panel that can be checked."""


@exported_by("hedgeresearch.evaluation")
def check_option_causality(
    model: OptionHedgeModel, panel: OptionPanel | pd.DataFrame, n_shocks: int = 5, seed: int = 0
) -> CausalityCheck:
    """Check that later quotes and moves change no ratio of a hedge of options.

    The ratio of a day may use its quotes and moves that ended by then. From each of some random
    days on, the moves of that day and all that follows are shocked: volatilities and futures are
    raised and lowered by half, with prices that fit them. Ratios up to and on that day must stay
    what they were, and must be the same if later days are not given.

    Parameters
    ----------
    model : a hedge of options
    panel : OptionPanel, or a table with its columns
    n_shocks : int, number of days that are tried, each with four shocks
    seed : int, of the days

    Raises
    ------
    DataError
        If the model is not a hedge of options, or the panel has fewer than ten days.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(n_dates=150, seed=1).panel
    >>> hr.evaluation.check_option_causality(hr.hedges.HullWhiteDelta(halflife=20), panel)
    CausalityCheck(HullWhiteDelta(halflife=20), causal: 20 shocks moved no value dated up to them)
    """
    check_option_hedge(model, "model")
    check_at_least(n_shocks, "n_shocks", 1)
    check_at_least(seed, "seed", 0)
    checked = as_panel(panel)
    n_days = checked.arrays.n_moved
    if n_days < MIN_DAYS:
        raise DataError(f"panel must have moves of at least {MIN_DAYS} days; got {n_days}.")
    split = int(SAMPLE_SHARE * n_days)
    fit = model.fit(checked.days(0, split))
    new = checked.days(split, n_days)
    path = fit.advance(new).ratios
    if not np.isfinite(path).all():
        raise DataError(f"ratios must be finite; those of {model!r} are not, without any shock.")
    generator = np.random.default_rng(seed)
    days = np.sort(generator.permutation(new.n_dates - 1)[:n_shocks])
    rows = []
    for position in days:
        for kind in KINDS:
            rows.append(_effect(fit, new, path, int(position), kind))
    columns = ["shock", "kind", "moved", "first moved", "largest move"]
    first = new.days(0, 1)
    alone = fit.advance(first).ratios
    return CausalityCheck(
        model,
        pd.DataFrame(rows, columns=columns).set_index("shock"),
        next_value_differs=bool(_moved(alone, path[: len(alone)]).any()),
        first_other_step=_first_other_day(fit, new, path),
        n_compared=new.n_dates,
        n_dates=new.n_dates,
    )


def shocked_panel(panel: OptionPanel, position: int, kind: str) -> OptionPanel:
    """Return the panel with other moves from a day on, and other quotes after it."""
    rows = panel.arrays
    what, _, direction = kind.partition(" ")
    factor = FACTORS[direction]
    table = panel.table.copy()
    after = rows.day_of_row > position
    moved = rows.day_of_row >= position
    step = min(1.0 / 252.0, float(rows.expiry.min()) / 2.0)
    for prefix, some, left in (("", after, rows.expiry), ("next_", moved, rows.expiry - step)):
        price = table[f"{prefix}price"].to_numpy(dtype=float).copy()
        forward = table[f"{prefix}forward"].to_numpy(dtype=float).copy()
        volatility = table[f"{prefix}volatility"].to_numpy(dtype=float).copy()
        changed = volatility if what == "volatility" else forward
        changed[some] *= factor
        quotes = [forward, rows.strike, left, volatility, rows.sign]
        undiscounted = np.ones(int(some.sum()))
        found = np.empty(int(some.sum()))
        black_prices(*(np.ascontiguousarray(one[some]) for one in quotes), undiscounted, found)
        price[some] = found
        table[f"{prefix}price"] = price
        table[f"{prefix}forward"] = forward
        table[f"{prefix}volatility"] = volatility
    return OptionPanel(table, min_expiry=0.0, delta_range=(0.0, 1.0))


def _effect(
    fit: OptionHedgeFit, new: OptionPanel, path: Array, position: int, kind: str
) -> tuple[Any, str, int, Any, float]:
    """Return a row of the table: the effect of a shock from a day on."""
    date = new.dates[position]
    try:
        values = fit.advance(shocked_panel(new, position, kind)).ratios
    except HedgeResearchError:
        return date, kind, 0, None, np.nan
    stop = new.arrays.starts[position + 1]
    moves = _moved(values[:stop], path[:stop])
    by_day = np.maximum.reduceat(moves, new.arrays.starts[: position + 1])
    moved = np.flatnonzero(by_day)
    first = new.dates[moved[0]] if len(moved) else None
    return date, kind, len(moved), first, float(moves.max())


def _first_other_day(fit: OptionHedgeFit, new: OptionPanel, path: Array) -> Any:
    """Return the first day whose ratios differ if later days are not given."""
    for t in range(new.n_dates):
        fit = fit.advance(new.days(t, t + 1))
        expected = path[new.arrays.starts[t] : new.arrays.starts[t + 1]]
        if _moved(fit.ratios, expected, np.abs(path).max()).any():
            return new.dates[t]
    return None


def _moved(values: Array, expected: Array, scale: float | None = None) -> Array:
    """Return the largest move of each row, zero where it may be rounding, (n_rows,)."""
    size = np.abs(values - expected).max(axis=1)
    size = np.where(np.isnan(size), np.inf, size)
    largest = np.abs(expected).max() if scale is None else scale
    return np.asarray(np.where(size > ROUNDING_TOLERANCE * largest, size, 0.0))
