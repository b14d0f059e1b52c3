"""Filters that follow three thousand bars one by one, against one pass over all of them."""

import numpy as np
import pytest

import hedgeresearch as hr

TRUTH = hr.data.simulate_regimes(n_dates=3700, seed=5).returns
MODELS = {
    "random walk": hr.KalmanHedge(),
    "mean reverting": hr.KalmanHedge("mean_reverting"),
    "switching regression": hr.MarkovSwitchingHedge(n_starts=2),
    "hidden Markov": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "weighted moments": hr.RegimeHedge(hr.GaussianHMM(2, covariance="diagonal", n_starts=2)),
    "most likely": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), weighting="most_likely"),
    "switching autoregression": hr.RegimeHedge(hr.MarkovSwitching(order=1, n_starts=2)),
    "switching GARCH": hr.RegimeHedge(hr.MarkovSwitchingGARCH(n_starts=1)),
    "EWMA within regimes": hr.RegimeHedge(
        hr.GaussianHMM(2, n_starts=2), covariance_model=hr.EWMACovariance(0.97)
    ),
}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:the KalmanHedge estimate lies on a bound")
@pytest.mark.parametrize("name", MODELS)
def test_three_thousand_bars_are_one_batch(name):
    sample = TRUTH.iloc[:700]
    fit = MODELS[name].fit(sample["asset"], sample[["hedge"]])
    new = TRUTH.iloc[700:]
    batch = fit.extend(new["asset"], new[["hedge"]])
    values = new.to_numpy()
    step = fit
    ratios = []
    for i in range(len(new)):
        step = step.advance_array(values[i : i + 1], new.index[i : i + 1])
        ratios.append(step.arrays.ratio[0])
    np.testing.assert_allclose(ratios, batch.ratio, rtol=1e-9)
    np.testing.assert_allclose(step.next_ratio, batch.next_ratio, rtol=1e-9)
    np.testing.assert_allclose(step.next_covariance, batch.next_covariance, rtol=1e-9)
    assert step.last_date == new.index[-1]
