"""Pairs of the study: their number, dates, and what is known about them."""

import numpy as np
import pytest

from hedgeresearch.reproductions.regime_study.confirmation_pairs import (
    confirmation_pairs,
    crypto_pairs,
)
from hedgeresearch.reproductions.regime_study.development_pairs import (
    development_pairs,
    simulated_pairs,
)


@pytest.mark.long
def test_simulated_pairs_know_their_regimes():
    pairs = {pair.name: pair for pair in simulated_pairs()}
    assert len(pairs) == 22
    pair = pairs["regimes, difference 0.4, persistence 0.93, 1"]
    covariances, shares, transition = pair.truth
    assert np.trace(transition) - 1.0 == pytest.approx(0.93)
    assert shares == pytest.approx([5.0 / 7.0, 2.0 / 7.0])
    ratios = covariances[:, 0, 1] / covariances[:, 1, 1]
    assert ratios == pytest.approx([0.95, 0.55])
    expected = np.einsum("k,kij->ij", shares, covariances)
    assert np.cov(pair.returns.to_numpy().T) == pytest.approx(expected, rel=0.15)
    assert pairs["constant, 0"].truth is None


def test_development_pairs_are_those_of_the_protocol(data_dir):
    pytest.importorskip("rdata")
    pairs = development_pairs()
    assert [pair.market.name for pair in pairs].count("clean energy") == 12
    assert len({pair.name for pair in pairs}) == len(pairs) == 16


@pytest.mark.long
def test_confirmation_pairs_are_those_of_the_protocol(data_dir):
    pytest.importorskip("rdata")
    pairs = confirmation_pairs()
    assert len({pair.name for pair in pairs}) == len(pairs) == 111
    names = [pair.market.name for pair in pairs]
    numbers = [names.count(name) for name in dict.fromkeys(names)]
    assert numbers == [12, 30, 4, 1, 45, 19]
    for pair in pairs:
        assert not pair.returns.isna().any(axis=None)
        assert len(pair.returns) - max(pair.market.windows) >= 120
    # The index of the others leaves the stock out.
    alcoa = next(pair for pair in pairs if pair.name == "AA by the others")
    express = next(pair for pair in pairs if pair.name == "AXP by the others")
    difference = 29 * (alcoa.hedges - express.hedges)["the others"]
    assert difference.to_numpy() == pytest.approx((express.asset - alcoa.asset).to_numpy())


@pytest.mark.long
def test_perpetuals_pay_their_funding(data_dir):
    import hedgeresearch as hr

    table = hr.load("binance_8h")
    pairs = {pair.name: pair for pair in crypto_pairs()}
    earned = pairs["ETH by BTC_USDT_PERP"].hedges["BTC_USDT_PERP"].iloc[0]
    first = table.iloc[:2]
    price = first["BTC_USDT_PERP"]
    funding = first["BTC_USDT_PERP_FUNDING"].iloc[1]
    assert earned == pytest.approx(price.iloc[1] / price.iloc[0] - 1.0 - funding)
