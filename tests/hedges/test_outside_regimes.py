"""Bootstrap of regimes that are observed outside the returns, or given by labels and levels."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.bootstrap import bootstrap_ratios

N_DATES = 900


@pytest.fixture(scope="module")
def world():
    """Returns with ratios .5 and 1.1 in two given regimes, and an indicator of them."""
    generator = np.random.default_rng(3)
    dates = pd.bdate_range("2015-01-01", periods=N_DATES)
    wild = pd.Series(np.arange(N_DATES) // 60 % 3 == 1, dates, name="wild")
    hedge = 0.01 * generator.standard_normal(N_DATES) * np.where(wild, 2.0, 1.0)
    asset = hedge * np.where(wild, 1.1, 0.5) + 0.006 * generator.standard_normal(N_DATES)
    indicator = pd.Series(wild * 3.0 + generator.standard_normal(N_DATES), dates, name="index")
    return pd.DataFrame({"A": asset, "H": hedge}, dates), wild, indicator


def fit(model, returns):
    return model.fit(returns["A"], returns[["H"]])


def expected_error(returns, chosen):
    """Standard error of a regression on some dates with normal errors."""
    rows = returns[chosen]
    return 0.006 / (rows["H"].std() * np.sqrt(len(rows)))


def test_error_of_levels_is_that_of_a_regression(world):
    returns, wild, _ = world
    column = wild.astype(float).rename("level")
    model = hr.RegimeHedge(hr.ThresholdRegimes("level", levels=(0.5,)), observe=column)
    found = fit(model, returns)
    draws = bootstrap_ratios(found, 400, seed=1)
    now = wild.shift(fill_value=False) == bool(wild.iloc[-1])
    assert draws.std() == pytest.approx(expected_error(returns, now), rel=0.25)
    assert draws.mean() == pytest.approx(found.next_ratio["H"], abs=0.02)


def test_error_of_labels_includes_the_transition(world):
    returns, wild, _ = world
    found = fit(hr.RegimeHedge(hr.LabelledRegimes(wild)), returns)
    draws = bootstrap_ratios(found, 400, seed=1)
    error = expected_error(returns, wild == wild.iloc[-1])
    assert error < draws.std() < 2.5 * error
    lower, upper = found.conf_int(n_bootstrap=200).loc["H"]
    assert lower < found.next_ratio["H"] < upper


@pytest.mark.long
def test_dates_are_drawn_with_their_indicator(world):
    returns, _, indicator = world
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), observe=indicator)
    found = fit(model, returns[:800])
    lower, upper = found.conf_int(n_bootstrap=40).loc["H"]
    assert lower < found.next_ratio["H"] < upper
    assert 0.02 < upper - lower < 0.5
    later = found.extend(returns["A"][800:], returns[["H"]][800:])
    lower, upper = later.conf_int(n_bootstrap=40).loc["H"]
    assert lower < later.next_ratio["H"] < upper


def test_draws_follow_their_seed(world):
    returns, wild, _ = world
    found = fit(hr.RegimeHedge(hr.LabelledRegimes(wild)), returns)
    same = bootstrap_ratios(found, 5, seed=3)
    np.testing.assert_array_equal(same, bootstrap_ratios(found, 5, seed=3))
    assert (same != bootstrap_ratios(found, 5, seed=4)).all()


def test_what_cannot_be_drawn_says_what_to_do(world):
    returns, wild, _ = world
    labelled = hr.RegimeHedge(hr.LabelledRegimes(wild))
    with pytest.raises(hr.DataError, match="Ask the RegimeHedge itself for its interval"):
        fit(hr.ConstrainedHedge(labelled, lower=0.0), returns).conf_int(n_bootstrap=5)
    within = hr.RegimeHedge(hr.LabelledRegimes(wild), covariance_model=hr.EWMACovariance(0.97))
    with pytest.raises(hr.DataError, match="Leave out covariance_model"):
        fit(within, returns).conf_int(n_bootstrap=5)
