"""Returns over a holding period, trades, the no-trade band, and losses."""

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.metrics.risk_measures import expected_shortfall, semivariance
from hedgeresearch.reproductions.regime_study.spans import (
    LOSSES,
    losses_by_name,
    spans_over,
    tail_loss,
    within_band,
)

N_DATES = 60


def dated(returns):
    return pd.Series(returns, pd.bdate_range("2000-01-03", periods=len(returns)))


@pytest.fixture(scope="module")
def data():
    generator = np.random.default_rng(0)
    asset, hedge = generator.standard_normal((2, N_DATES)) / 100.0
    ratios = 1.0 + generator.standard_normal((N_DATES, 3)).cumsum(axis=0) / 20.0
    return asset, hedge, ratios


@pytest.mark.parametrize("horizon", [1, 5])
def test_each_ratio_is_held_over_its_span(data, horizon):
    asset, hedge, ratios = data
    spans = spans_over(asset, hedge, ratios, horizon)
    assert len(spans.unhedged) == N_DATES - horizon + 1
    for t in (0, 7, N_DATES - horizon):
        span = slice(t, t + horizon)
        expected = asset[span].sum() - ratios[t] * hedge[span].sum()
        assert spans.hedged[t] == pytest.approx(expected)
        assert spans.unhedged[t] == pytest.approx(asset[span].sum())


@pytest.mark.parametrize("horizon", [1, 5])
def test_bands_and_trades_equal_a_portfolio_by_hand(data, horizon):
    asset, hedge, ratios = data
    spans = spans_over(asset, hedge, ratios, horizon)
    n_spans = len(spans.unhedged)
    for first in range(horizon):  # one of the staggered portfolios
        held = 0.0
        before = 0.0
        for t in range(first, n_spans, horizon):
            target = ratios[t, 0]
            assert spans.trades[t, 0] == pytest.approx(abs(target - before))
            new = target if t < horizon else min(max(held, target - 0.05), target + 0.05)
            assert spans.banded_trades[t, 0] == pytest.approx(abs(new - held))
            of_hedge = hedge[t : t + horizon].sum()
            assert spans.banded[t, 0] == pytest.approx(spans.unhedged[t] - new * of_hedge)
            held = new
            before = target


def test_a_band_of_zero_width_follows_every_change(data):
    ratios = data[2]
    assert within_band(ratios, 1, 0.0) == pytest.approx(ratios)
    still = within_band(ratios, 1, 100.0)
    assert (still == ratios[0]).all()


def test_mean_losses_are_the_measures(data):
    spans = spans_over(*data, 1)
    losses = losses_by_name(spans, cost=0.001)
    assert tuple(losses) == LOSSES
    hedged = spans.hedged[:, 1]
    assert losses["variance"][:, 1].mean() == pytest.approx(hedged.var())
    assert losses["variance"][:, -1].mean() == pytest.approx(spans.unhedged.var())
    assert losses["semivariance"][:, 1].mean() == pytest.approx(semivariance(dated(hedged)))
    net = 2.5 * hedged.var() + 0.001 * spans.trades[:, 1].mean()
    assert losses["net"][:, 1].mean() == pytest.approx(net)
    assert losses["net"][:, -1].mean() == pytest.approx(2.5 * spans.unhedged.var())
    assert losses["net, band"][:, 1].mean() < losses["net"][:, 1].mean()


def test_tail_loss_has_the_mean_of_the_expected_shortfall():
    returns = np.random.default_rng(1).standard_t(4, 2000)
    worst = np.sort(-returns)[-100:]  # 5 % of 2000
    assert tail_loss(returns).mean() == pytest.approx(worst.mean(), rel=2e-3)
    assert tail_loss(returns).mean() == pytest.approx(expected_shortfall(dated(returns)), rel=2e-3)
