"""Hedge ratios that dynamic correlations of many pairs predict for some dates."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.pair.states import Q, advance_q

CENTER, SCALE, VARIANCE = range(6, 9)
SIZE = 9
"""Columns of a margin after its parameters (mu, omega, alpha, gamma, beta, nu): center and scale of
its returns, in whose units the parameters are, and the variance of the next date; and their
number."""


@kernel
def predict_pairs(
    assets, hedges, asset_margins, hedge_margins, states, is_known, corrected, ratios
):
    """Overwrite ``ratios`` (n_dates, n_assets, n_hedges) with those of pairs that are known.

    The ratio of a date is h_sf / h_ff of the covariance that the data before it predict.

    Parameters
    ----------
    assets, hedges : array (n_series, n_dates)
        Returns, one series after the other.
    asset_margins, hedge_margins : array (n_series, 9)
    states : array (n_assets, n_hedges, 11)
        See ``dcc.pair.states``; their Q moves on to the date after the last.
    is_known : array (n_assets, n_hedges) of bool
    corrected : bool
    ratios : array (n_dates, n_assets, n_hedges)
    """
    for s in range(assets.shape[0]):
        for f in range(hedges.shape[0]):
            if not is_known[s, f]:
                continue
            asset = asset_margins[s]
            hedge = hedge_margins[f]
            state = states[s, f]
            scale = asset[SCALE] / hedge[SCALE]
            h = asset[VARIANCE]
            k = hedge[VARIANCE]
            for t in range(assets.shape[1]):
                volatility = math.sqrt(h / k) * scale
                ratio = state[Q + 1] / math.sqrt(state[Q] * state[Q + 2]) * volatility
                ratios[t, s, f] = ratio if math.isfinite(ratio) else np.nan
                x = next_residual(asset, assets[s, t], h)
                y = next_residual(hedge, hedges[f, t], k)
                h = next_variance(asset, x, h)
                k = next_variance(hedge, y, k)
                advance_q(state, corrected, x, y)


@kernel
def next_residual(margin, value, h):
    """Return the standardized residual of a return."""
    center = margin[CENTER] + margin[0] * margin[SCALE]
    return (value - center) / (margin[SCALE] * math.sqrt(h))


@kernel
def next_variance(margin, z, h):
    """Return the variance of the next date, in the unit of the margin."""
    news = margin[2] + margin[3] if z < 0.0 else margin[2]
    return margin[1] + news * z * z * h + margin[4] * h
