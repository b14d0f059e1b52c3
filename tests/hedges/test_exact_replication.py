"""An asset that is an exact combination of its hedges."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.regime_switching.markov_switching import MarkovSwitchingHedge


def test_exact_combination_is_replicated(simple_returns):
    hedges = simple_returns.iloc[:300]
    asset = (2.0 * hedges["NASDAQ"] - 0.5 * hedges["SP500"]).rename("basket")
    for model in (hr.MinimumVarianceHedge(hr.DCC()), hr.RegimeHedge(hr.GaussianHMM(2))):
        fit = model.fit(asset, hedges)
        np.testing.assert_allclose(fit.next_ratio, [2.0, -0.5], rtol=1e-9)
        assert fit.covariances is None
        assert fit.regimes is None


def test_dimson_ratio_of_an_exact_combination_is_exact():
    hedges = hr.data.simulate_dcc(n_dates=200, seed=4).returns.set_axis(["a", "b"], axis=1)
    basket = (2.0 * hedges["a"] - 0.5 * hedges["b"]).rename("basket")
    np.testing.assert_allclose(
        hr.DimsonHedge().fit(basket, hedges).next_ratio, [2.0, -0.5], rtol=1e-10
    )


SPLIT = 1500


@pytest.fixture(scope="module")
def truth():
    return hr.data.simulate_regimes(n_dates=3000, seed=1)


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_asset_hedges_itself_after_an_extension(truth):
    asset = truth.returns["asset"]
    itself = MarkovSwitchingHedge().fit(asset[:SPLIT], asset[:SPLIT].rename("itself"))
    assert itself.extend(asset[SPLIT:], asset[SPLIT:].rename("itself")).ratio[
        "itself"
    ].unique() == pytest.approx([1.0])
