"""Result of the estimation of a volatility response: its curve over deltas, and what it gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.typing import Array

DELTAS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Sizes of the deltas at which the curve is reported by default."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True, eq=False, repr=False)
class VolatilityResponse:
    """Estimated response of volatility to the future, as a curve over deltas, and its gain.

    The coefficients of the curve are collinear, so that their signs mean nothing: read the curve.

    Attributes
    ----------
    gains : DataFrame (kinds, 1 or more), share of the squares of Black's errors that is removed in
        the estimation sample: of all moves, and of those of each regime, weighted by its predicted
        probability
    n_days : int, days in the estimation
    coefficients : dict of array (k, 3) by kind, private
    covariances : dict of array (3 k, 3 k) by kind, private
    regimes : names of the regimes; (None,) without regimes

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(120, kinds=("put",), seed=2).panel
    >>> response = hr.hedges.HullWhiteDelta().fit(panel).detail
    >>> response
    VolatilityResponse(120 days, gain in sample: puts 0.115)
    >>> response.curve((-0.25, -0.5)).round(3)
                response  standard error
    kind delta
    put  0.25     -0.115           0.027
         0.50     -0.133           0.026
    >>> response.summary.round(3)
                response  standard error
    kind delta
    put  -0.1     -0.104           0.028
         -0.3     -0.106           0.028
         -0.5     -0.113           0.028
         -0.7     -0.126           0.028
         -0.9     -0.145           0.028
    """

    gains: pd.DataFrame
    n_days: int
    coefficients: dict[str, Array]
    covariances: dict[str, Array]
    regimes: tuple[Any, ...] = (None,)

    def __repr__(self) -> str:
        gains = ", ".join(f"{kind}s {gain:.3f}" for kind, gain in self.gains["all"].items())
        return f"VolatilityResponse({self.n_days} days, gain in sample: {gains})"

    def curve(self, deltas: Sequence[float] = DELTAS) -> pd.DataFrame:
        """Return the curve with its standard errors, rows by kind, regime and delta.

        The response is the change of the option's volatility times the root of its years to expiry,
        for a return of the future of one. The ratio is Black's plus vega / (F root T) times it.
        Standard errors are clustered by day; regimes are taken as given.

        Parameters
        ----------
        deltas : sequence of float, sizes of the deltas
        """
        rows: list[tuple[Any, ...]] = []
        size = np.asarray(deltas, dtype=float)
        for kind, coefficients in self.coefficients.items():
            sign = 1.0 if kind == "call" else -1.0
            powers = np.column_stack([np.ones(len(size)), sign * size, size**2])
            for k, regime in enumerate(self.regimes):
                part = slice(3 * k, 3 * k + 3)
                covariance = self.covariances[kind][part, part]
                errors = np.sqrt(np.einsum("di,ij,dj->d", powers, covariance, powers))
                responses: Array = powers @ coefficients[k]
                for i in range(len(size)):
                    rows.append((kind, regime, sign * size[i], responses[i], errors[i]))
        names = ["kind", "regime", "delta", "response", "standard error"]
        table = pd.DataFrame(rows, columns=names)
        if self.regimes == (None,):
            return table.drop(columns="regime").set_index(["kind", "delta"])
        return table.set_index(["kind", "regime", "delta"])

    @property
    def summary(self) -> pd.DataFrame:
        """The curve at five deltas, see ``curve``."""
        return self.curve()


def gains_of(
    squares: dict[str, Array],
    remaining: dict[str, Array],
    probabilities: Array,
    names: Sequence[Any],
) -> pd.DataFrame:
    """Return the share of squares that is removed, of all days and by regime, (kinds, ...).

    Parameters
    ----------
    squares, remaining : dict of array (n_days,) by kind, sums of squared errors of Black and of the
        hedge
    probabilities : array (n_days, k)
    names : of the regimes
    """
    rows = {}
    for kind, before in squares.items():
        after = remaining[kind]
        row = {"all": float(1.0 - after.sum() / before.sum())}
        if len(names) > 1:
            for k, name in enumerate(names):
                weight = probabilities[:, k]
                row[f"regime {name}"] = float(1.0 - (weight @ after) / (weight @ before))
        rows[kind] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")
