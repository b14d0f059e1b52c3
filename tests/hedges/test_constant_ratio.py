"""Fits of constant ratios, as models of one's own return them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import (
    HedgeTraits,
    advance_constant_ratio,
    constant_ratio_fit,
    join_returns,
)


@dataclass(frozen=True)
class HalfHedge:
    """A ratio of one half for every hedge."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset, hedges):
        returns, kind = join_returns(asset, hedges)
        return constant_ratio_fit(self, returns, np.full(hedges.shape[1], 0.5), kind)

    def advance(self, fit, returns):
        return advance_constant_ratio(fit, returns)


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=120, n_series=3, seed=3).returns


def test_constant_ratio_holds_on_all_dates(returns):
    fit = HalfHedge().fit(returns["asset"], returns[["hedge", "hedge2"]])
    assert fit.ratio.index.equals(returns.index)
    assert (fit.ratio == 0.5).all(axis=None)
    assert fit.next_ratio.tolist() == [0.5, 0.5]
    np.testing.assert_allclose(fit.next_covariance, returns.cov(), rtol=1e-12)
    assert fit.summary["estimate"].tolist() == [0.5, 0.5]


def test_extension_keeps_the_constant_ratio(returns):
    fit = HalfHedge().fit(returns["asset"].iloc[:80], returns[["hedge"]].iloc[:80])
    later = fit.extend(returns["asset"].iloc[80:], returns[["hedge"]].iloc[80:])
    assert later.ratio.index.equals(returns.index[80:])
    assert (later.ratio == 0.5).all(axis=None)
    assert later.sample_end == returns.index[79]


def test_model_of_ones_own_is_walked_forward(returns):
    backtest = hr.walk_forward(
        {"half": HalfHedge()}, returns["asset"], returns[["hedge"]], 60, 20, progress=False
    )
    assert (backtest.ratios["half"] == 0.5).all(axis=None)
