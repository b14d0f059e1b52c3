r"""The bootstrap of a static regression between cointegrated prices, whose estimate is neither normal nor centred.

.. math:: z^*_t, \Delta p^{h*}_t \; \text{in blocks}, \qquad p^{h*}_t = p^{h*}_{t-1} + \Delta p^{h*}_t, \qquad
          \hat\theta^* - \hat\theta = \Big( \sum_t \tilde p^{h*}_t \tilde p^{h*}_t{}' \Big)^{-1}
          \sum_t \tilde p^{h*}_t z^*_t

Source: Chang, Park and Song (2006), Journal of Econometrics 133, with stationary blocks (Politis and Romano 1994,
Journal of the American Statistical Association 89) where they use an autoregression. Spread and changes are drawn
together, so that what they know of one another stays, and centred. The result is the mean square about the estimate:
the regression's bias, which does not vanish beside its spread, is part of its error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.estimation.stationary_bootstrap import draw_rows
from hedgeresearch.typing import Array

N_DRAWS = 400
SEED = 0


@dataclass(frozen=True, eq=False)
class StaticBootstrap:
    """Errors of the constant and the coefficients of levels (n_dates, 1 + n_hedges), the asset first."""

    levels: Array

    def covariance(self) -> Array:
        """Mean square of the coefficients about the estimate, the constant first, (1 + n_hedges, 1 + n_hedges)."""
        away = static_draws(self.levels, N_DRAWS, SEED)
        return np.asarray(away.T @ away / len(away))


def static_draws(levels: Array, n_draws: int, seed: int) -> Array:
    """Estimate of each draw less the estimate of the data, the constant first, (n_draws, 1 + n_hedges)."""
    spread = least_squares(levels[:, 0], levels[:, 1:]).residuals[1:]
    changes = np.diff(levels[:, 1:], axis=0)
    pairs = np.column_stack([spread - spread.mean(), changes - changes.mean(axis=0)])
    draws = []
    for rows in draw_rows(len(pairs), _block_length(pairs), n_draws, seed):
        again = pairs[rows]
        # least squares is linear: the regression of the spread alone is what the estimate moves by
        draws.append(
            least_squares(again[:, 0], levels[0, 1:] + again[:, 1:].cumsum(axis=0)).coefficients
        )
    return np.array(draws)


def _block_length(pairs: Array) -> int:
    """The longest mean length that any of the columns asks for."""
    from arch.bootstrap import optimal_block_length

    return math.ceil(float(optimal_block_length(pairs / pairs.std(axis=0))["stationary"].max()))
