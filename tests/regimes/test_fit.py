"""Tables of a fit, and how they belong together."""

import numpy as np
import pytest

import hedgeresearch as hr


@pytest.mark.long
def test_probabilities_belong_together(two_regimes):
    fit = two_regimes
    assert fit.predicted.shape == fit.filtered.shape == fit.smoothed.shape == (5030, 2)
    transition = fit.transition.to_numpy()
    np.testing.assert_allclose(fit.predicted.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(
        fit.predicted.iloc[1:], fit.filtered.iloc[:-1] @ transition, atol=1e-12
    )
    np.testing.assert_allclose(
        fit.next_probabilities, fit.filtered.iloc[-1] @ transition, atol=1e-12
    )
    np.testing.assert_allclose(fit.smoothed.iloc[-1], fit.filtered.iloc[-1], atol=1e-12)


def test_summary_describes_the_regimes(two_regimes):
    fit = two_regimes
    durations = 1 / (1 - np.diag(fit.transition))
    assert fit.expected_durations.tolist() == pytest.approx(durations.tolist())
    assert fit.n_regimes == 2
    assert repr(fit) == "RegimeFit(GaussianHMM(2), 5030 dates to 2018-12-31)"
    assert fit.summary.loc[0, "volatility NASDAQ"] < fit.summary.loc[1, "volatility NASDAQ"]


def test_forecast_follows_the_transition(two_regimes):
    forecast = two_regimes.forecast(40)
    expected = two_regimes.next_probabilities.to_numpy()
    for step in range(1, 41):
        np.testing.assert_allclose(forecast.loc[step], expected, rtol=1e-12)
        expected = expected @ two_regimes.transition.to_numpy()
    with pytest.raises(hr.DataError, match="horizon must be a whole number of rows of at least 1"):
        two_regimes.forecast(0)


def test_plot_says_what_it_shows(two_regimes, percent_log_returns):
    fit = two_regimes
    assert fit.plot().get_ylabel() == "predicted probability"
    assert fit.plot(hindsight=True).get_ylabel() == "smoothed probability"
    line = percent_log_returns["NASDAQ"].cumsum().rename("level")
    assert fit.plot(line=line).get_ylabel() == "level"
    with pytest.raises(
        hr.DataError, match="line must contain every date of the path; 30 are missing"
    ):
        fit.plot(line=line.iloc[30:])


def test_bad_extensions_are_refused(two_regimes, percent_log_returns):
    with pytest.raises(hr.DataError, match="must start after"):
        two_regimes.extend(percent_log_returns)
    later = percent_log_returns.set_axis(percent_log_returns.index + np.timedelta64(10000, "D"))
    with pytest.raises(hr.DataError, match="must have the columns"):
        two_regimes.extend(later[["NASDAQ"]])
    with pytest.raises(hr.DataError, match="has a gap"):
        two_regimes.extend(later.replace(later.iloc[50, 0], np.nan))


def test_forecasts_end(two_regimes):
    with pytest.raises(hr.DataError, match="horizon must be at most 100,000 rows; got 1,000,000,0"):
        two_regimes.forecast(10**9)
