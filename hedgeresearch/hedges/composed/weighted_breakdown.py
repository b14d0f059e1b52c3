r"""The regimes behind a weighted hedge: their ratios, and how these add up to the next ratio.

.. math:: b = \sum_k p_k b_k, \qquad b_k = \sum_m w_{k,m} b_m
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from hedgeresearch.regimes.alignment import match_fits
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class WeightedBreakdown:
    """The regimes behind a weighted hedge, with their ratios.

    Attributes
    ----------
    regimes : RegimeFit
    ratios : array (k, n_hedges)
        Ratio of each regime at the next date.
    hedges : Index (n_hedges,)
    moments : Moments
        Of asset and hedges in each regime, by which regimes of two fits are matched.
    covariances : None
        There is no covariance model within the regimes.
    """

    regimes: RegimeFit
    ratios: Array
    hedges: pd.Index[Any]
    moments: Moments
    covariances: ClassVar[None] = None

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates of the path of the regimes."""
        return self.regimes.dates

    @property
    def by_regime(self) -> pd.DataFrame:
        """Ratio of each regime at the next date, (k, n_hedges)."""
        return pd.DataFrame(self.ratios, index=self.regimes.regimes, columns=self.hedges)

    def hedge_covariances(self) -> Array | None:
        """Return None: covariances of the hedges are those of the members."""
        return None

    def decomposition(self) -> pd.DataFrame:
        """Return the next ratio as a sum over regimes.

        Returns
        -------
        DataFrame with a row for each regime; columns probability and, for each hedge, ratio, weight
        and contribution
        """
        probabilities = self.regimes.final_state.next_probabilities
        table = {("probability", ""): probabilities}
        for i, hedge in enumerate(self.hedges):
            table[("ratio", hedge)] = self.ratios[:, i]
            table[("weight", hedge)] = probabilities
            table[("contribution", hedge)] = probabilities * self.ratios[:, i]
        return pd.DataFrame(table, index=self.regimes.regimes)

    def explain_change(
        self, change: Array, previous: WeightedBreakdown | None = None
    ) -> pd.DataFrame:
        """Split a change of the next ratio into parts, (3, n_hedges).

        They are what the probabilities of the regimes changed, and what weights, members and their
        parameters did.

        Parameters
        ----------
        change : array (n_hedges,), since ``previous``
        previous : the breakdown of an earlier fit with as many regimes; by default the change is
            from the last date, the ratios of the regimes being those of the next one
        """
        probabilities = self.regimes.final_state.next_probabilities
        if previous is None:
            old_probabilities = self.regimes.predictions[-1]
            old_ratios = self.ratios
        else:
            # a refit may number its regimes otherwise
            order = match_fits(previous.regimes, self.regimes, previous.moments, self.moments)
            old_probabilities = previous.regimes.final_state.next_probabilities[order]
            old_ratios = previous.ratios[order]
        moved = np.asarray((probabilities - old_probabilities) @ old_ratios)
        rows = {"probabilities": moved, "parameters": change - moved, "total": change}
        return pd.DataFrame(rows, index=pd.Index(list(self.hedges))).T
