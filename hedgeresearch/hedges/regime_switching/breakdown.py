r"""The regimes behind a hedge: their ratios, and how these add up to the next ratio.

.. math:: b = M^{-1} \Big(\sum_k p_k \Sigma^{ha}_k + B^{ha}\Big)
            = \sum_k W_k b_k + M^{-1} B^{ha}, \quad
          M = \sum_k p_k \Sigma^{hh}_k + B^{hh}, \quad W_k = M^{-1} p_k \Sigma^{hh}_k

with the ratios b_k of the regimes and B the covariance between their means. With one hedge W_k is a
number, the share of the regime in the hedge's variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.regimes.alignment import match_fits
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.mixture import mixture_covariance
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array

Weighting = Literal["mixture", "most_likely"]


@dataclass(frozen=True, eq=False)
class RegimeBreakdown:
    """The regimes behind a hedge, with their moments and ratios.

    Attributes
    ----------
    regimes : RegimeFit
    by_regime : DataFrame (k, n_hedges)
        Ratio of each regime.
    moments : Moments
        Means (k, 1 + n_hedges) and covariances (k, 1 + n_hedges, 1 + n_hedges) of asset and hedges
        in each regime.
    next_covariances : array (k, 1 + n_hedges, 1 + n_hedges)
        Covariances of the next date in each regime.
    weighting : {"mixture", "most_likely"}
        As in RegimeHedge.
    covariances : CovarianceFit or None
        Of the returns standardized by the regimes; None if covariances are constant within a
        regime.
    """

    regimes: RegimeFit
    by_regime: pd.DataFrame
    moments: Moments
    next_covariances: Array
    weighting: Weighting = "mixture"
    covariances: CovarianceFit | None = None

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates of the path of the regimes."""
        return self.regimes.dates

    def hedge_covariances(self) -> Array | None:
        """Return the hedges' covariance of each date, (n_dates, n_hedges, n_hedges).

        None where a covariance model describes what the regimes leave.
        """
        if self.covariances is not None:
            return None
        probabilities = self.regimes.predicted.to_numpy()
        if self.weighting == "most_likely":
            probabilities = np.eye(probabilities.shape[1])[probabilities.argmax(axis=1)]
        means, covariances = self.moments
        return mixture_covariance(probabilities, means[:, 1:], covariances[:, 1:, 1:])

    def decomposition(self) -> pd.DataFrame:
        """Return the next ratio as a sum over regimes.

        Returns
        -------
        DataFrame with a row for each regime and one "between means"; columns probability and, for
        each hedge, ratio, weight and contribution
        """
        probabilities = self.regimes.next_probabilities.to_numpy()
        if self.weighting == "most_likely":
            probabilities = np.eye(len(probabilities))[probabilities.argmax()]
        covariances = self.next_covariances
        mixture = mixture_covariance(probabilities[None], self.moments.means, covariances)[0]
        inverse = np.linalg.inv(mixture[1:, 1:])
        rows: list[tuple[Any, ...]] = []
        for p, covariance in zip(probabilities, covariances, strict=True):
            weight = inverse @ (p * covariance[1:, 1:])
            ratio = np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])
            rows.append((p, ratio, np.diag(weight), weight @ ratio))
        between = mixture - np.einsum("k,kij->ij", probabilities, covariances)
        no_ratio = np.full(len(inverse), np.nan)
        weight = np.diag(inverse @ between[1:, 1:])
        rows.append((np.nan, no_ratio, weight, inverse @ between[1:, 0]))
        index = pd.Index([*self.by_regime.index, "between means"], name="regime")
        table = {("probability", ""): [row[0] for row in rows]}
        for i, hedge in enumerate(self.by_regime.columns):
            for column, name in enumerate(("ratio", "weight", "contribution"), start=1):
                table[(name, hedge)] = [row[column][i] for row in rows]
        return pd.DataFrame(table, index=index)

    def explain_change(
        self, change: Array, previous: RegimeBreakdown | None = None
    ) -> pd.DataFrame:
        """Split a change of the next ratio into what probabilities and what parameters changed.

        Parameters
        ----------
        change : array (n_hedges,), since ``previous``
        previous : the breakdown of an earlier fit with as many regimes; by default only the
            probabilities were others, those predicted for the last date

        Returns
        -------
        DataFrame (3, n_hedges) with the rows probabilities, parameters and total
        """
        probabilities = self.regimes.next_probabilities.to_numpy()
        if previous is None:
            old_probabilities = self.regimes.predicted.to_numpy()[-1]
            old = Moments(self.moments.means, self.next_covariances)
        else:
            # a refit may number its regimes otherwise
            old = Moments(previous.moments.means, previous.next_covariances)
            order = match_fits(previous.regimes, self.regimes, previous.moments, self.moments)
            old_probabilities = previous.regimes.next_probabilities.to_numpy()[order]
            old = Moments(old.means[order], old.covariances[order])
        moved = self._ratio(probabilities, old) - self._ratio(old_probabilities, old)
        rows = {"probabilities": moved, "parameters": change - moved, "total": change}
        return pd.DataFrame(rows, index=pd.Index(list(self.by_regime.columns))).T

    def _ratio(self, probabilities: Array, moments: Moments) -> Array:
        if self.weighting == "most_likely":
            mixture = moments.covariances[probabilities.argmax()]
        else:
            mixture = mixture_covariance(probabilities[None], *moments)[0]
        return np.asarray(np.linalg.solve(mixture[1:, 1:], mixture[1:, 0]))
