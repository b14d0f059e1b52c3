r"""Hedged returns over a holding period, what trading costs, and losses.

A ratio is held for h dates. With a span from every date there are h staggered portfolios, each of
which trades on every h-th date:

.. math:: x_t = \sum_{j<h} r^a_{t+j} - b_t \sum_{j<h} r^h_{t+j}, \qquad
          \text{trade}_t = |b_t - b_{t-h}|

Losses: :math:`(x - \bar x)^2`; :math:`\min(x, 0)^2`; :math:`q + \max(-x - q, 0) / \alpha`, whose
mean is the CVaR for q the quantile of -x (Rockafellar and Uryasev 2000, Journal of Risk 2, theorem
1; its derivative with respect to q is zero there); and net of the cost c per notional traded,
:math:`\gamma / 2 \, (x - \bar x)^2 + c \, \text{trade}`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch.evaluation.comparison.losses import Loss, variance_loss
from hedgeresearch.reproductions.regime_study.protocol import BAND, RISK_AVERSION, TAIL
from hedgeresearch.typing import Array

LOSSES = ("variance", "semivariance", "CVaR", "net", "net, band")


class Spans(NamedTuple):
    """Spans of all models over a horizon.

    Attributes
    ----------
    unhedged : array (n_spans,), returns of the asset
    hedged : array (n_spans, n_models)
    banded : array (n_spans, n_models), hedged returns with the no-trade band
    trades, banded_trades : array (n_spans, n_models), notional traded at the start of each span
    horizon : int
    """

    unhedged: Array
    hedged: Array
    banded: Array
    trades: Array
    banded_trades: Array
    horizon: int


def spans_over(asset: Array, hedge: Array, ratios: Array, horizon: int) -> Spans:
    """Return the spans that begin on each date but the last ones.

    Parameters
    ----------
    asset, hedge : array (n_dates,), returns
    ratios : array (n_dates, n_models), of each date, made before it
    horizon : int
    """
    of_asset = sums_over(asset, horizon)
    of_hedge = sums_over(hedge, horizon)[:, None]
    targets = ratios[: len(of_asset)]
    held = within_band(targets, horizon, BAND)
    return Spans(
        unhedged=of_asset,
        hedged=of_asset[:, None] - targets * of_hedge,
        banded=of_asset[:, None] - held * of_hedge,
        trades=traded(targets, horizon),
        banded_trades=traded(held, horizon),
        horizon=horizon,
    )


def sums_over(returns: Array, horizon: int) -> Array:
    """Return overlapping sums of returns (n_dates,), (n_dates - horizon + 1,)."""
    total = np.concatenate([[0.0], returns.cumsum()])
    return np.asarray(total[horizon:] - total[:-horizon])


def traded(held: Array, horizon: int) -> Array:
    """Return what each span trades from the one before of the same portfolio, entering included."""
    before = np.zeros_like(held)
    before[horizon:] = held[:-horizon]
    return np.asarray(np.abs(held - before))


def within_band(targets: Array, horizon: int, half_width: float) -> Array:
    """Return ratios held with a no-trade band: trades go to its edge, (n_spans, n_models)."""
    held = targets.copy()
    for start in range(horizon, len(targets), horizon):
        stop = min(start + horizon, len(targets))
        before = held[start - horizon : stop - horizon]
        wanted = targets[start:stop]
        held[start:stop] = np.clip(before, wanted - half_width, wanted + half_width)
    return held


def losses_by_name(spans: Spans, cost: float) -> dict[str, Array]:
    """Return the losses of each model, (n_spans, n_models), the unhedged asset last.

    Parameters
    ----------
    spans : Spans
    cost : float, fraction of the notional traded
    """
    unhedged = spans.unhedged[:, None]
    returns = np.hstack([spans.hedged, unhedged])
    banded = np.hstack([spans.banded, unhedged])
    return {
        "variance": by_column(variance_loss, returns),
        "semivariance": np.minimum(returns, 0.0) ** 2,
        "CVaR": by_column(tail_loss, returns),
        "net": net_loss(returns, spans.trades, cost),
        "net, band": net_loss(banded, spans.banded_trades, cost),
    }


def by_column(loss: Loss, returns: Array) -> Array:
    """Return the losses of each column."""
    return np.column_stack([loss(column) for column in returns.T])


def tail_loss(returns: Array) -> Array:
    """Return losses (n_spans,) whose mean is the CVaR of returns."""
    quantile = float(np.quantile(-returns, 1.0 - TAIL))
    return np.asarray(quantile + np.maximum(-returns - quantile, 0.0) / TAIL)


def net_loss(returns: Array, trades: Array, cost: float) -> Array:
    """Return the mean-variance loss net of costs; the unhedged asset, last, trades nothing."""
    losses = 0.5 * RISK_AVERSION * by_column(variance_loss, returns)
    losses[:, :-1] += cost * trades
    return losses
