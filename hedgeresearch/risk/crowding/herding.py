r"""Herding: whether those who trade are on the same side more often than by chance.

Lakonishok, Shleifer and Vishny (1992), Journal of Financial Economics 32, section 3: of the N
traders that change their position in instrument i in period t, the share p_it buys. With p_t the
share of purchases over the whole period,

.. math:: H_{it} = |p_{it} - p_t| - E|p_{it} - p_t|

where the expectation is that of independent traders who buy with probability p_t: a binomial
number of N. Herding of .02 means that 2% more of the traders than by chance are on one side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._shown_table import line_and_table
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

COLUMNS = ("trader", "instrument", "change")


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True, eq=False, repr=False)
class Herding:
    """Herding of each instrument in each period, and its mean.

    Attributes
    ----------
    table : DataFrame by (period, instrument)
        Columns buyers, sellers; share, of buyers; expected, the share in the period; herding.
    n_left_out : number of instruments and periods with fewer traders than ``min_traders``
    source, limits : where the measure is from, and what it does not show

    Examples
    --------
    >>> from hedgeresearch.risk import measure_herding
    >>> import pandas as pd
    >>> rows = [(t, name, 1.0) for t in range(6) for name in "AB"]
    >>> rows += [(t, "C", -1.0) for t in range(6)] + [(0, "D", 1.0), (1, "D", -1.0)]
    >>> changes = pd.DataFrame(rows, columns=["trader", "instrument", "change"])
    >>> found = measure_herding(changes.set_axis(["2026Q1"] * len(changes), axis=0))
    >>> round(found.mean, 3), round(found.standard_error, 3)
    (0.297, 0.1)
    >>> found.by_side.round(3)
    buying     0.197
    selling    0.497
    Name: herding, dtype: float64
    """

    table: pd.DataFrame
    n_left_out: int
    source: str = "Lakonishok, Shleifer and Vishny (1992), Journal of Financial Economics 32"
    limits: str = (
        "It shows traders on one side, not why: common news, benchmarks and index changes look "
        "like imitation. It knows numbers of traders, not sizes, and only those in the table. The "
        "standard error takes instruments and periods as independent."
    )

    def __repr__(self) -> str:
        return f"Herding({self.mean:.4f}, standard error {self.standard_error:.4f})"

    def _repr_html_(self) -> str:
        return line_and_table(self, self.by_side)

    @property
    def mean(self) -> float:
        """Mean herding; zero for independent traders."""
        return float(self.table["herding"].mean())

    @property
    def standard_error(self) -> float:
        """Standard error of the mean; NaN for one cell."""
        return float(self.table["herding"].std(ddof=1) / math.sqrt(len(self.table)))

    @property
    def by_side(self) -> pd.Series[float]:
        """Mean herding of what more traders buy than expected, and of what more sell."""
        bought = self.table["share"] > self.table["expected"]
        sold = self.table["share"] < self.table["expected"]
        means = {
            "buying": self.table.loc[bought, "herding"].mean(),
            "selling": self.table.loc[sold, "herding"].mean(),
        }
        return pd.Series(means, name="herding")


@exported_by("hedgeresearch.risk")
def measure_herding(changes: pd.DataFrame, min_traders: int = 5) -> Herding:
    """Return how much more often than by chance traders are on the same side.

    Parameters
    ----------
    changes : DataFrame by period, with the columns trader, instrument and change of position;
        several changes of a trader in a period add up, and those without a net change do not count
    min_traders : int >= 2, number of traders that an instrument needs in a period

    Returns
    -------
    Herding

    Raises
    ------
    DataError
        If a column is missing, a change is not a number, or no instrument has enough traders.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(t, name, 1.0) for t in range(6) for name in "AB"]
    >>> rows += [(t, "C", -1.0) for t in range(6)] + [(0, "D", 1.0), (1, "D", -1.0)]
    >>> changes = pd.DataFrame(rows, columns=["trader", "instrument", "change"])
    >>> found = measure_herding(changes.set_axis(["2026Q1"] * len(changes), axis=0))
    >>> round(found.mean, 3), found.n_left_out
    (0.297, 1)
    """
    check_at_least(min_traders, "min_traders", 2)
    if not isinstance(changes, pd.DataFrame) or not set(COLUMNS) <= set(changes.columns):
        raise DataError(
            "changes must be a DataFrame by period with the columns trader, instrument and change."
        )
    values = changes["change"].to_numpy(dtype=float)
    if not np.isfinite(values).all():
        raise DataError("change of each row must be a finite number; use 0.0 for none.")
    table = _numbers_of_traders(changes, values)
    totals = table.groupby(level="period").sum()
    expected = totals["buyers"] / totals.sum(axis=1)
    enough = table.sum(axis=1) >= min_traders
    if not enough.any():
        raise DataError(
            f"an instrument must have at least {min_traders} traders in a period; the largest "
            f"number is {table.sum(axis=1).max():.0f}. Pass longer periods, or lower min_traders."
        )
    kept = table[enough].copy()
    n = kept.sum(axis=1).to_numpy()
    kept["share"] = kept["buyers"] / n
    kept["expected"] = expected.reindex(kept.index.get_level_values("period")).to_numpy()
    chance = expected_distance(n, kept["expected"].to_numpy())
    kept["herding"] = (kept["share"] - kept["expected"]).abs() - chance
    return Herding(kept, int((~enough).sum()))


def expected_distance(n_traders: Array, probability: Array) -> Array:
    """Return E|B/n - p| of binomial numbers B, of each n and p, (n_cells,)."""
    from scipy.stats import binom

    distances = np.empty(len(n_traders))
    for i, (n, p) in enumerate(zip(n_traders, probability, strict=True)):
        counts = np.arange(int(n) + 1)
        distances[i] = binom.pmf(counts, int(n), p) @ np.abs(counts / n - p)
    return distances


def _numbers_of_traders(changes: pd.DataFrame, values: Array) -> pd.DataFrame:
    """Return the numbers of buyers and sellers by period and instrument, those without left out."""
    keys = {
        "period": changes.index,
        "instrument": changes["instrument"].to_numpy(),
        "trader": changes["trader"].to_numpy(),
    }
    net = pd.DataFrame({**keys, "net": values}).groupby(list(keys))["net"].sum()
    traders = pd.DataFrame({"buyers": net > 0.0, "sellers": net < 0.0}).astype(int)
    table = traders.groupby(level=["period", "instrument"]).sum()
    return table[table.sum(axis=1) > 0]
