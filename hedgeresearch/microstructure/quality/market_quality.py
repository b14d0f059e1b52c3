r"""Market quality: signs of wash trading at a venue, compared with a venue that is trusted.

A venue is flagged where its first digits deviate from Benford's, or its round sizes are rarer, by
more than three standard errors of the difference. If trades of an honest market are as often round
as at the reference, with R_0 times the frequency of evenly spread sizes, and the others are evenly
spread, the roundness R of the venue shows their share of the trades:

.. math:: w = \frac{R_0 - R}{R_0 - 1}

after the roundness ratios of Cong, Li, Tang and Yang (2023), Management Science 69, who compare
volumes. Volume that is not real makes a venue look cheaper than it is: costs should come from the
depth of its book, and a cap on participation from the part of the volume that remains.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import line_and_table
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.quality.wash_trading import TradeSizes

STANDARD_ERRORS = 3.0
"""Number of standard errors by which a venue must differ from the reference to be flagged."""


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, repr=False)
class MarketQuality:
    """Signs of wash trading at a venue, each next to those of a reference venue.

    Parameters
    ----------
    venue : name of the venue
    sizes : TradeSizes of its trades
    reference_venue : name of a venue that is trusted, with the same instrument and step of a size
    reference : TradeSizes of its trades

    Raises
    ------
    DataError
        If a name is empty, both are the same, a measure is not one of ``trade_sizes``, or the steps
        of sizes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from hedgeresearch.microstructure import MarketQuality, Trade, trade_sizes
    >>> generator = np.random.default_rng(0)
    >>> honest = generator.lognormal(0.0, 1.5, 5_000).round(1) + 0.1
    >>> programs = generator.uniform(3.0, 9.0, 5_000).round(3)
    >>> measures = [
    ...     trade_sizes([Trade(0, 100.0, size, 1, None, 0) for size in sizes], 0.001)
    ...     for sizes in (np.concatenate([honest, programs]), honest)
    ... ]
    >>> quality = MarketQuality("THIN", measures[0], "BUSY", measures[1])
    >>> quality.flagged, round(quality.suspect_share, 2)
    (True, 0.5)
    >>> print(quality.reasons[1])
    round sizes are 50.5 times as frequent as among evenly spread ones in 10,000 trades, at BUSY
    100.0 times (5,000 trades): 50% of the trades may be those of programs
    >>> quality.summary.loc["roundness", ["THIN", "BUSY"]].round(1).tolist()
    [50.5, 100.0]
    >>> axes = quality.plot()
    """

    venue: str
    sizes: TradeSizes
    reference_venue: str
    reference: TradeSizes

    def __post_init__(self) -> None:
        for field, name in (("venue", self.venue), ("reference_venue", self.reference_venue)):
            if not isinstance(name, str) or not name:
                raise DataError(f"{field} must be a name; got {name!r}.")
        if self.venue == self.reference_venue:
            raise DataError(
                f"{self.venue!r} cannot be its own reference. Name a venue that is trusted."
            )
        for field, sizes in (("sizes", self.sizes), ("reference", self.reference)):
            if not isinstance(sizes, TradeSizes):
                raise DataError(f"{field} must be measures of trade_sizes(...); got {sizes!r}.")
        units = (self.sizes.base_unit, self.reference.base_unit)
        if not math.isclose(*units):
            raise DataError(
                f"Sizes in steps of {units[0]:g} at {self.venue} and of {units[1]:g} at "
                f"{self.reference_venue} cannot be compared: what is round differs. Choose a "
                "reference with the same instrument and step."
            )

    @property
    def flagged(self) -> bool:
        """True if first digits or roundness look worse than at the reference venue."""
        return bool(self.reasons)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Signs that are worse than at the reference venue, in words; empty if there are none."""
        found = []
        if self._distance("benford_mad") > STANDARD_ERRORS:
            found.append(
                f"first digits of its {self.sizes.n_trades:,} trades deviate from Benford's by "
                f"{self.sizes.benford_mad:.4f}, at {self.reference_venue} by "
                f"{self.reference.benford_mad:.4f} ({self.reference.n_trades:,} trades)"
            )
        if self._is_less_round:
            found.append(
                f"round sizes are {self.sizes.roundness:.1f} times as frequent as among evenly "
                f"spread ones in {self.sizes.n_trades:,} trades, at {self.reference_venue} "
                f"{self.reference.roundness:.1f} times ({self.reference.n_trades:,} trades): "
                f"{self.suspect_share:.0%} of the trades may be those of programs"
            )
        return tuple(found)

    @property
    def suspect_share(self) -> float:
        """Share of the trades that evenly spread sizes explain; 0.0 where roundness is usual.

        Their share of the volume can be larger or smaller.
        """
        honest = self.reference.roundness
        if not self._is_less_round or honest <= 1.0:
            return 0.0
        return min(max((honest - self.sizes.roundness) / (honest - 1.0), 0.0), 1.0)

    @property
    def summary(self) -> pd.DataFrame:
        """Each diagnostic at the venue and the reference, with sample sizes.

        ``standard errors`` is the difference in standard errors, positive where the venue looks
        worse; the exponent of the tail has none, because it does not count.
        """
        rows = {}
        for label, name in (("Benford deviation", "benford_mad"), ("roundness", "roundness")):
            distance = self._distance(name)
            rows[label] = [
                getattr(self.sizes, name),
                getattr(self.reference, name),
                distance,
                distance > STANDARD_ERRORS,
            ]
        rows["tail exponent (diagnostic)"] = [
            self.sizes.tail_exponent,
            self.reference.tail_exponent,
            np.nan,
            False,
        ]
        rows["number of trades"] = [self.sizes.n_trades, self.reference.n_trades, np.nan, False]
        columns = [self.venue, self.reference_venue, "standard errors", "flagged"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Draw how many standard errors worse the venue looks, and return the Axes.

        Parameters
        ----------
        ax : Axes; None draws on those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.
        """
        from hedgeresearch.plotting import plot_intervals

        distances = self.summary["standard errors"].dropna()
        ends = np.column_stack([distances - 1.0, distances + 1.0])
        axes = plot_intervals(
            distances,
            ends,
            reference=STANDARD_ERRORS,
            xlabel=f"worse than {self.reference_venue}, standard errors (flagged from 3)",
            note=self.venue,
            ax=ax,
        )
        return shown(axes, interactive=interactive)

    def __repr__(self) -> str:
        verdict = f"FLAGGED: {'; '.join(self.reasons)}" if self.flagged else "nothing flagged"
        return f"MarketQuality({self.venue} against {self.reference_venue}, {verdict})"

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)

    @property
    def _is_less_round(self) -> bool:
        return self._distance("roundness") > STANDARD_ERRORS

    def _distance(self, name: str) -> float:
        """Return by how many standard errors a measure looks worse than at the reference."""
        if name == "roundness":
            worse = self.reference.roundness - self.sizes.roundness
            error = np.hypot(self.sizes.roundness_error, self.reference.roundness_error)
        else:
            worse = self.sizes.benford_mad - self.reference.benford_mad
            error = np.hypot(self.sizes.benford_error, self.reference.benford_error)
        return float(worse / error) if error > 0.0 else float(np.sign(worse) * np.inf)
