"""Option positions rolled to a constant delta and maturity, as series of returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import check_at_least, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.options.panel.moves import moves_of
from hedgeresearch.options.panel.option_panel import OptionPanel, as_panel
from hedgeresearch.options.panel.target import OptionTarget
from hedgeresearch.typing import Indices

FUTURE = "future"


@exported_by("hedgeresearch.options")
def roll_options(
    panel: OptionPanel | pd.DataFrame,
    targets: Mapping[str, OptionTarget],
    rolls: int | Sequence[Any] | pd.Index[Any] = 1,
    *,
    account: Literal["dollar", "coin"] = "dollar",
) -> pd.DataFrame:
    """Return the returns of rolled option positions and of the future, (n_dates, 1 + n_targets).

    On each roll day the option nearest to the target is bought at its price, and held to the next
    roll day. The return of a date is the change of its price since the date before over the price
    of the future then, f and F in (f[t] - f[t-1]) / F[t-1]: per unit of the underlying, so that a
    hedge ratio of these returns is a delta. Every hedge of returns, every regime model and
    ``walk_forward`` work on them, with one column as the asset and the others as hedges.

    Parameters
    ----------
    panel : OptionPanel, or a table with its columns
    targets : OptionTarget by name of the column
    rolls : int, days between rolls; or the dates of the rolls, the first date of the panel first
    account : {"dollar", "coin"}
        Currency of the returns; in coin, those of the inverse future are 1 - F[t-1] / F[t].

    Returns
    -------
    DataFrame by the date on which the moves ended, the targets first and "future" last: that of the
    expiry of the first target

    Raises
    ------
    DataError
        If a target has no option on a roll day, a contract is not quoted on every date until the
        next roll day or changes its strike, or rolls overlap.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(n_dates=500, seed=1).panel
    >>> target = hr.options.OptionTarget("call", delta=0.5, years=0.25)
    >>> returns = hr.options.roll_options(panel, {"call": target})
    >>> fit = hr.OLSHedge().fit(returns["call"], returns[["future"]])
    >>> fit.next_ratio.round(2).to_dict()
    {'future': 0.45}
    """
    checked = as_panel(panel)
    check_choice(account, "account", ("dollar", "coin"))
    _check_targets(targets)
    whole = checked.arrays
    rows = whole.days(0, whole.n_moved)
    if len(rows.dates) < 2:
        raise DataError(f"panel must have moves of two dates or more; got {len(rows.dates)}.")
    firsts = roll_days(rolls, rows.dates)
    moves = moves_of(rows, account)
    contracts = checked.table["contract"].to_numpy()[: rows.n_rows]
    held = {
        name: _held_rows(target.rows(rows)[firsts], firsts, contracts, rows)
        for name, target in targets.items()
    }
    columns = {name: moves.option[some] for name, some in held.items()}
    of_first = next(iter(held.values()))
    columns[FUTURE] = moves.future[of_first]
    return pd.DataFrame(columns, index=pd.Index(rows.next_dates, name="date"))


def roll_days(rolls: Any, dates: pd.Index[Any]) -> Indices:
    """Return the positions of the roll days among the dates, the first one included."""
    if isinstance(rolls, int | np.integer) and not isinstance(rolls, bool):
        check_at_least(rolls, "rolls", 1)
        return np.arange(0, len(dates), rolls)
    if isinstance(rolls, str) or not isinstance(rolls, Sequence | pd.Index | np.ndarray):
        raise DataError(f"rolls must be a number of days, or dates; got {rolls!r}.")
    wanted = pd.Index(rolls)
    positions = dates.get_indexer(wanted)
    if not len(wanted) or (positions < 0).any():
        unknown = wanted[positions < 0]
        found = day(unknown[0]) if len(unknown) else "none"
        raise DataError(f"rolls must be dates of the panel whose moves are known; got {found}.")
    if (np.diff(positions) <= 0).any():
        later = int(np.argmax(np.diff(positions) <= 0)) + 1
        raise DataError(
            "rolls must ascend, so that positions do not overlap; "
            f"{day(wanted[later])} comes after {day(wanted[later - 1])}."
        )
    if positions[0] != 0:
        raise DataError(
            f"the first roll must be the first date of the panel, {day(dates[0])}; got "
            f"{day(wanted[0])}. Leave out the dates before it."
        )
    return np.asarray(positions)


def _held_rows(chosen: Indices, firsts: Indices, contracts: Any, rows: PanelArrays) -> Indices:
    """Return the row that is held on each date, (n_dates,).

    Parameters
    ----------
    chosen, firsts : arrays (n_rolls,), rows that are bought, and positions of their dates
    contracts : array (n_rows,), names
    rows : PanelArrays
    """
    n_dates = len(rows.dates)
    held = np.empty(n_dates, dtype=np.int64)
    ends = np.append(firsts[1:], n_dates)
    for row, first, stop in zip(chosen, firsts, ends, strict=True):
        held[first] = row
        for t in range(first + 1, stop):
            held[t] = _same_contract(row, first, t, contracts, rows)
    return held


def _same_contract(row: int, first: int, t: int, contracts: Any, rows: PanelArrays) -> int:
    """Return the row on date ``t`` of the contract that is bought in a row of date ``first``."""
    name = contracts[row]
    start = rows.starts[t]
    same = np.flatnonzero(contracts[start : rows.starts[t + 1]] == name)
    if not len(same):
        raise DataError(
            f"{name!r}, bought on {day(rows.dates[first])}, has no mark on {day(rows.dates[t])}, "
            "before the next roll. Add the quote, or roll earlier."
        )
    found = int(start + same[0])
    if rows.strike[found] != rows.strike[row]:
        raise DataError(
            f"{name!r} must be one contract; bought on {day(rows.dates[first])} with the strike "
            f"{rows.strike[row]:g}, it has {rows.strike[found]:g} on {day(rows.dates[t])}. Give "
            "each contract a name of its own, or roll every day."
        )
    return found


def _check_targets(targets: Any) -> None:
    if not isinstance(targets, Mapping) or not targets:
        raise DataError(f"targets must be a dictionary of OptionTarget by name; got {targets!r}.")
    for name, target in targets.items():
        if not isinstance(name, str) or name == FUTURE or not isinstance(target, OptionTarget):
            raise DataError(
                f"targets must be OptionTargets with other names than {FUTURE!r}; got {target!r} "
                f"for {name!r}."
            )
