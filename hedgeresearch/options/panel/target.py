"""An option that is looked for on each date of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.typing import Indices


@exported_by("hedgeresearch.options")
@dataclass(frozen=True)
class OptionTarget:
    """The option of a panel that is nearest to a delta and a time to expiry, on each date.

    Parameters
    ----------
    kind : {"call", "put"}
    delta : float
        Size of Black's forward delta.
    years : float
        Years to expiry; the nearest expiry counts first, then the nearest delta.

    Raises
    ------
    DataError
        If a setting is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> str(hr.options.OptionTarget("put", delta=0.25, years=0.25))
    'put 0.25 0.25y'
    """

    kind: Literal["call", "put"] = "call"
    delta: float = 0.5
    years: float = 0.25

    def __post_init__(self) -> None:
        check_choice(self.kind, "kind", ("call", "put"))
        check_between(self.delta, "delta", 0.0, 1.0)
        check_between(self.years, "years", 0.0, 100.0)

    def __str__(self) -> str:
        return f"{self.kind} {self.delta:g} {self.years:g}y"

    def rows(self, rows: PanelArrays) -> Indices:
        """Return the row of the option on each date, (n_dates,).

        Raises
        ------
        DataError
            If a date has no option of the kind.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> panel = hr.options.simulate_smiles(20, kinds=("put",), seed=1).panel
        >>> len(hr.options.OptionTarget("put", delta=0.5, years=0.25).rows(panel.arrays))
        20
        """
        other_kind = rows.sign != (1.0 if self.kind == "call" else -1.0)
        years = np.abs(rows.expiry - self.years)
        delta = np.abs(np.abs(rows.delta) - self.delta)
        order = np.lexsort((delta, years, other_kind, rows.day_of_row))
        chosen = order[rows.starts[:-1]]
        if other_kind[chosen].any():
            first = int(other_kind[chosen].argmax())
            raise DataError(
                f"every date must have a {self.kind}; {day(rows.dates[first])} has none. Add its "
                "rows, or use the other kind."
            )
        return chosen
