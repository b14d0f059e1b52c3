"""Standard errors of the hedge ratios of the regimes, by the delta method."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes import regime_ratio_errors


@pytest.mark.long
def test_errors_follow_from_the_covariances(two_regimes):
    errors = regime_ratio_errors(two_regimes, "NASDAQ", ["SP500"])
    assert errors.shape == (2, 1)
    sampling = two_regimes.estimates.covariance
    for k in range(2):
        names = [f"cov SP500 NASDAQ [{k}]", f"cov SP500 SP500 [{k}]"]
        top, bottom = two_regimes.parameters[names]
        slope = np.array([1 / bottom, -top / bottom**2])
        expected = np.sqrt(slope @ sampling.loc[names, names] @ slope)
        assert errors.loc[k, "SP500"] == pytest.approx(expected, rel=1e-10)


@pytest.mark.long
def test_unknown_series_and_other_models_are_refused(two_regimes, percent_log_returns):
    with pytest.raises(hr.DataError, match="different series"):
        regime_ratio_errors(two_regimes, "NASDAQ", ["GOLD"])
    diagonal = hr.GaussianHMM(2, covariance="diagonal", n_starts=1)
    with pytest.raises(hr.DataError, match="fit must contain the covariances of all series"):
        regime_ratio_errors(diagonal.fit(percent_log_returns), "NASDAQ", ["SP500"])
