"""Rules that decide when one futures contract is replaced by the next.

A rule decides which contract is held over (t-1, t] from what is known at the close of t-1: the
calendar, or volumes up to t-1. Carchano and Pardo (2009), Journal of Futures Markets 29, compare
such rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array, Indices


@exported_by("hedgeresearch.instruments")
@runtime_checkable
class RollRule(Protocol):
    """A rule that decides which contract is held.

    Examples
    --------
    >>> from hedgeresearch.instruments import RollBeforeExpiry, RollRule
    >>> isinstance(RollBeforeExpiry(5), RollRule)
    True
    """

    def held(self, contracts: pd.DataFrame, expiries: pd.Series[Any]) -> Indices:
        """Return the column of ``contracts`` held over each period, (n_dates - 1,).

        Columns never decrease; the number of columns means that no contract is left. ``expiries``
        are the last moments of the contracts: the end of the day for an expiry at midnight.
        """
        ...


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class RollBeforeExpiry:
    """Hold each contract until some business days before it expires.

    Parameters
    ----------
    days : int, business days (Monday to Friday, holidays included) counted back from the expiry;
        the last return of the contract is dated on that day or before it. 0 holds it to the end

    Examples
    --------
    >>> RollBeforeExpiry(days=5)
    RollBeforeExpiry(days=5)
    """

    days: int = 5

    def __post_init__(self) -> None:
        check_at_least(self.days, "days", 0)

    def held(self, contracts: pd.DataFrame, expiries: pd.Series[Any]) -> Indices:
        """Return the first contract in order whose last day has not passed.

        Examples
        --------
        >>> import pandas as pd
        >>> from hedgeresearch.instruments import RollBeforeExpiry
        >>> dates = pd.bdate_range("2024-03-11", periods=4)
        >>> contracts = pd.DataFrame({"H24": [1.0, 1.0, 1.0, None], "M24": 1.0}, dates)
        >>> expiries = pd.Series(pd.to_datetime(["2024-03-13", "2024-06-20"]), ["H24", "M24"])
        >>> RollBeforeExpiry(1).held(contracts, expiries)
        array([0, 1, 1])
        """
        last = pd.DatetimeIndex(expiries)
        if self.days:
            last = pd.DatetimeIndex([expiry - pd.offsets.BDay(self.days) for expiry in last])
        return last.searchsorted(contracts.index[1:], side="left")


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True, eq=False)
class RollOnVolume:
    """Hold each contract until the next one is traded more; the change takes effect a date later.

    A contract is also left when it expires, whatever its volume, and never returned to.

    Parameters
    ----------
    volumes : DataFrame (n_dates, n_contracts), volume or open interest on the dates of the prices,
        in the same columns; NaN counts as zero

    Raises
    ------
    DataError
        If a volume is negative or infinite.

    Examples
    --------
    >>> dates = pd.date_range("2024-03-01", periods=3)
    >>> RollOnVolume(pd.DataFrame({"H24": [9.0, 2.0, 1.0], "M24": [1.0, 8.0, 9.0]}, dates))
    RollOnVolume(2 contracts)
    """

    volumes: pd.DataFrame

    def __post_init__(self) -> None:
        volumes = check_frame(self.volumes, "volumes", allow_missing=True)
        negative = (volumes < 0.0).to_numpy()
        if negative.any():
            row, column = divmod(int(np.argmax(negative)), volumes.shape[1])
            raise DataError(
                f"volumes must not be negative; {volumes.columns[column]!r} has "
                f"{volumes.to_numpy()[row, column]:g} on {day(volumes.index[row])}. "
                "Pass NaN where it is not known."
            )
        object.__setattr__(self, "volumes", volumes)

    def __repr__(self) -> str:
        return f"RollOnVolume({self.volumes.shape[1]} contracts)"

    def held(self, contracts: pd.DataFrame, expiries: pd.Series[Any]) -> Indices:
        """Return the first contract in order that is alive and traded no less than the next.

        Examples
        --------
        >>> import pandas as pd
        >>> from hedgeresearch.instruments import RollOnVolume
        >>> dates = pd.date_range("2024-03-01", periods=3)
        >>> contracts = pd.DataFrame({"H24": 1.0, "M24": 1.0}, dates)
        >>> expiries = pd.Series(pd.to_datetime(["2024-03-13", "2024-06-20"]), ["H24", "M24"])
        >>> volume = pd.DataFrame({"H24": [9.0, 2.0, 1.0], "M24": [1.0, 8.0, 9.0]}, dates)
        >>> RollOnVolume(volume).held(contracts, expiries)
        array([0, 1])
        """
        same_columns = set(self.volumes.columns) == set(contracts.columns)
        if not same_columns or not self.volumes.index.equals(contracts.index):
            raise DataError(
                "volumes must have the dates and columns of contracts; got "
                f"{self.volumes.shape} from {day(self.volumes.index[0])} to "
                f"{day(self.volumes.index[-1])} for {contracts.shape}. Reindex them: "
                "volumes.reindex(index=contracts.index, columns=contracts.columns)."
            )
        volumes = self.volumes[list(contracts.columns)].fillna(0.0).to_numpy()
        alive = pd.DatetimeIndex(expiries).searchsorted(contracts.index[1:], side="left")
        return crossover(volumes, alive)


def crossover(volumes: Array, alive: Indices) -> Indices:
    """Return the columns held over each period, (n_dates - 1,), after volumes of the date before.

    Parameters
    ----------
    volumes : array (n_dates, n_contracts)
    alive : array (n_dates - 1,), first column that has not expired
    """
    held = np.empty(len(alive), dtype=np.intp)
    last = volumes.shape[1] - 1
    now = 0
    # row t - 1 of the volumes decides over (t - 1, t]
    for row, first in enumerate(alive):
        now = max(now, int(first))
        while now < last and volumes[row, now + 1] > volumes[row, now]:
            now += 1
        held[row] = now
    return held
