r"""A regime hedge taken apart.

.. math:: b = M^{-1} \Big(\sum_k p_k \Sigma^{ha}_k + B^{ha}\Big) = \sum_k W_k b_k + M^{-1} B^{ha}, \quad
          M = \sum_k p_k \Sigma^{hh}_k + B^{hh}, \quad W_k = M^{-1} p_k \Sigma^{hh}_k

with the ratios b_k of the regimes and B the covariance between their means. With one hedge W_k is a number, the share
of the regime in the hedge's variance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.regimes.alignment import nearest_regimes
from hedgeresearch.regimes.mixture import mixture_covariance
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from hedgeresearch.hedges.fit import HedgeFit


def decompose(fit: HedgeFit) -> pd.DataFrame:
    """Rows by regime and "between means"; columns probability, and ratio, weight, contribution for each hedge."""
    probabilities, means, covariances = _pieces(fit)
    if fit.model.combine == "most_likely":
        probabilities = np.eye(len(probabilities))[probabilities.argmax()]
    mixture = mixture_covariance(probabilities[None], means, covariances)[0]
    inverse = np.linalg.inv(mixture[1:, 1:])
    rows = []
    for p, covariance in zip(probabilities, covariances, strict=True):
        weight = inverse @ (p * covariance[1:, 1:])
        ratio = np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])
        rows.append((p, ratio, np.diag(weight), weight @ ratio))
    between = mixture - np.einsum("k,kij->ij", probabilities, covariances)
    rows.append(
        (
            np.nan,
            np.full(len(inverse), np.nan),
            np.diag(inverse @ between[1:, 1:]),
            inverse @ between[1:, 0],
        )
    )
    index = pd.Index([*range(len(probabilities)), "between means"], name="regime")
    table = {("probability", ""): [row[0] for row in rows]}
    for i, hedge in enumerate(fit.hedges):
        for column, name in enumerate(("ratio", "weight", "contribution"), start=1):
            table[(name, hedge)] = [row[column][i] for row in rows]
    return pd.DataFrame(table, index=index)


def explain_change(fit: HedgeFit, previous: HedgeFit | None) -> pd.DataFrame:
    """The change of the next ratio, split into what probabilities and what parameters did."""
    probabilities, means, covariances = _pieces(fit)
    if previous is None:
        before = fit.regimes.predicted.to_numpy()[-1] if fit.regimes is not None else probabilities
        old = (before, means, covariances)
        start = fit.ratio.to_numpy()[-1]
    else:
        old = _pieces(previous)
        start = previous.next_ratio.to_numpy()
        alike = type(previous.model) is type(fit.model) and previous.hedges == fit.hedges
        if not alike or len(old[0]) != len(probabilities):
            raise DataError(
                f"previous must be a {type(fit.model).__name__} with {fit.hedges} in {len(probabilities)} regimes; got "
                f"{previous!r}."
            )
        order = nearest_regimes(Moments(*old[1:]), Moments(means, covariances))
        old = (
            old[0][order],
            old[1][order],
            old[2][order],
        )  # a refit may number its regimes otherwise
    moved = _ratio(fit, probabilities, *old[1:]) - _ratio(fit, *old)
    total = fit.next_ratio.to_numpy() - start
    rows = {"probabilities": moved, "parameters": total - moved, "in all": total}
    return pd.DataFrame(rows, index=pd.Index(fit.hedges)).T


def _pieces(fit: HedgeFit) -> tuple[Array, Array, Array]:
    """Next probabilities (k,), means (k, n) and next covariances (k, n, n) of the regimes."""
    if fit.regimes is None or fit.regime_moments is None or fit.next_regime_covariances is None:
        raise DataError(f"the hedge must be a RegimeHedge with regimes; got {fit!r}.")
    return (
        fit.regimes.next_probabilities.to_numpy(),
        fit.regime_moments.means,
        fit.next_regime_covariances,
    )


def _ratio(fit: HedgeFit, probabilities: Array, means: Array, covariances: Array) -> Array:
    if fit.model.combine == "most_likely":
        mixture = covariances[probabilities.argmax()]
    else:
        mixture = mixture_covariance(probabilities[None], means, covariances)[0]
    return np.asarray(np.linalg.solve(mixture[1:, 1:], mixture[1:, 0]))
