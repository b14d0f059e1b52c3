r"""Normal equations of the volatility response, summed by day.

With y and x the moves of an option and of the future (see ``options.panel.moves``), h Black's
ratio, delta his forward delta and p the probabilities of the regimes,

.. math:: y - h x = \sum_k p_k \, g x \, (1, \delta, \delta^2) c_k + \text{error}, \qquad
          g = \frac{\text{vega}}{F \sqrt T}

for calls and for puts apart: least squares of Black's error on the regressors of Hull and White
(2017), Journal of Banking and Finance 82, both divided by F, with regressors weighted by the
probabilities. The sums of products on each day are all that an estimate needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.options.panel.moves import Account, black_ratio, moves_of
from hedgeresearch.typing import Array

N_POWERS = 3
"""Powers of the delta: 1, delta and delta^2."""
SIGNS = {"call": 1.0, "put": -1.0}


@dataclass(frozen=True, eq=False)
class DailySums:
    """Sums of products of the options of one kind on each day.

    Attributes
    ----------
    gram : array (n_days, 3, 3), of the regressors
    moment : array (n_days, 3), of the regressors and Black's error
    squares : array (n_days,), of Black's error
    """

    gram: Array
    moment: Array
    squares: Array

    def by_regime(self, probabilities: Array) -> tuple[Array, Array]:
        """Return gram (n_days, 3 k, 3 k) and moment (n_days, 3 k) of weighted regressors."""
        n_days, k = probabilities.shape
        if k == 1:
            return self.gram, self.moment
        pairs = probabilities[:, :, None] * probabilities[:, None, :]
        gram = np.einsum("tkl,tij->tkilj", pairs, self.gram)
        moment = probabilities[:, :, None] * self.moment[:, None, :]
        size = N_POWERS * k
        return gram.reshape(n_days, size, size), moment.reshape(n_days, size)


def powers_of_delta(rows: PanelArrays) -> Array:
    """Return 1, delta and delta^2 of each row, (n_rows, 3)."""
    return np.column_stack([np.ones(rows.n_rows), rows.delta, rows.delta**2])


def exposure(rows: PanelArrays) -> Array:
    """Return vega / (F root T) of each row, (n_rows,)."""
    return np.asarray(rows.vega / (rows.forward * np.sqrt(rows.expiry)))


def daily_sums(rows: PanelArrays, account: Account) -> dict[str, DailySums]:
    """Return the sums of each kind of option that has rows, over known moves."""
    moves = moves_of(rows, account)
    error = moves.option - black_ratio(rows, account) * moves.future
    scale = exposure(rows) * moves.future
    powers = np.stack([scale, scale * rows.delta, scale * rows.delta**2])
    sums = {}
    for kind, sign in SIGNS.items():
        chosen = rows.sign == sign
        if not chosen.any():
            continue
        mask = chosen.astype(float)
        sums[kind] = _sums(rows, powers * mask, error * mask)
    return sums


def _sums(rows: PanelArrays, powers: Array, error: Array) -> DailySums:
    """Return the sums of products of regressors (3, n_rows) and errors (n_rows,) on each day."""
    gram = np.empty((len(rows.dates), N_POWERS, N_POWERS))
    moment = np.empty((len(rows.dates), N_POWERS))
    for i in range(N_POWERS):
        for j in range(i, N_POWERS):
            gram[:, i, j] = rows.sums(powers[i] * powers[j])
            gram[:, j, i] = gram[:, i, j]
        moment[:, i] = rows.sums(powers[i] * error)
    return DailySums(gram, moment, rows.sums(error**2))


@dataclass(frozen=True, eq=False)
class Equations:
    """Sums over days that coefficients are solved from, with weights that may fade.

    Attributes
    ----------
    gram : array (m, m)
    moment : array (m,)
    scores : array (m, m), sum of outer products of the scores of days, their weights squared
    """

    gram: Array
    moment: Array
    scores: Array

    @cached_property
    def coefficients(self) -> Array:
        """Least squares, (m,)."""
        return np.asarray(solved(self.gram[None], self.moment[None])[0])

    @cached_property
    def covariance(self) -> Array:
        """Sampling covariance of the coefficients, robust and clustered by day, (m, m)."""
        inverse = np.linalg.pinv(self.gram, hermitian=True)
        return np.asarray(inverse @ self.scores @ inverse)


def solved(gram: Array, moment: Array) -> Array:
    """Return least squares of several sums, (n, m); those of least norm where it is singular."""
    try:
        return np.asarray(np.linalg.solve(gram, moment[..., None])[..., 0])
    except np.linalg.LinAlgError:
        inverse = np.linalg.pinv(gram, hermitian=True)
        return np.asarray((inverse @ moment[..., None])[..., 0])


def pooled_equations(gram: Array, moment: Array) -> Equations:
    """Return the sums over all days, each with the same weight, its score at the estimate."""
    total = gram.sum(axis=0)
    coefficients = solved(total[None], moment.sum(axis=0)[None])[0]
    scores = moment - gram @ coefficients
    return Equations(total, moment.sum(axis=0), scores.T @ scores)


def faded_path(
    gram: Array, moment: Array, decay: float, start: Equations | None, min_days: int
) -> tuple[Array, Equations]:
    """Return the coefficients before each day and after the last, and the sums after the last.

    The score of a day is that at the coefficients before it.

    Parameters
    ----------
    gram, moment : arrays (n_days, m, m) and (n_days, m), of known moves
    decay : float, weight of a day relative to the next
    start : Equations before the first day; None for none
    min_days : int, days before which coefficients are zero, if there is no start

    Returns
    -------
    array (n_days + 1, m), and Equations
    """
    n_days, m = moment.shape
    path = np.zeros((n_days + 1, m))
    grams = np.zeros((n_days + 1, m, m))
    moments = np.zeros((n_days + 1, m))
    before = start or Equations(np.zeros((m, m)), np.zeros(m), np.zeros((m, m)))
    grams[0] = before.gram
    moments[0] = before.moment
    if start is not None:
        path[0] = start.coefficients
    for t in range(n_days):
        grams[t + 1] = decay * grams[t] + gram[t]
        moments[t + 1] = decay * moments[t] + moment[t]
    first = 1 if start is not None else min_days
    path[first:] = solved(grams[first:], moments[first:])
    residual = moment - (gram @ path[:-1, :, None])[..., 0]
    faded = decay ** np.arange(n_days - 1, -1, -1.0)
    weighted = residual * faded[:, None]
    total = decay ** (2 * n_days) * before.scores + weighted.T @ weighted
    return path, Equations(grams[-1], moments[-1], total)
