"""Dynamic equicorrelation: the DCC of two series, and its forecasts."""

import numpy as np
import pytest

import hedgeresearch as hr


def test_equicorrelation_of_two_series_is_dcc(percent_log_returns):
    sample = percent_log_returns.iloc[:1500]
    deco = hr.DECO().fit(sample)
    dcc = hr.DCC(correction="aielli").fit(sample)
    assert deco.log_likelihood == pytest.approx(dcc.log_likelihood, abs=1e-7)
    np.testing.assert_allclose(deco.path(), dcc.path(), rtol=1e-5)


@pytest.mark.long
def test_forecasts_revert_to_the_mean_of_the_target(ten_series):
    fit = hr.DECO().fit(ten_series)
    steps = fit.forecast(4)
    a, b = fit.parameters[["a", "b"]]
    rho = [h.iloc[0, 1] / np.sqrt(h.iloc[0, 0] * h.iloc[1, 1]) for _, h in steps.groupby("step")]
    target = fit.final_state.dcc.target
    scale = np.sqrt(np.diag(target))
    mean = (np.sum(target / np.outer(scale, scale)) - 10) / 90
    np.testing.assert_allclose(rho, mean + (a + b) ** np.arange(4) * (rho[0] - mean), rtol=1e-10)
