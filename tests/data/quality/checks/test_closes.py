"""The warning of closes that are not simultaneous."""

import warnings

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality.checks.closes import find_other_closes
from hedgeresearch.data.quality.statistics import Changes
from tests.hedges.fitting import split


def early_close(n_dates=1000, seed=0, noise=0.4):
    """Return an asset of ratio .9 with a third of each move of the hedge on the next date."""
    rng = np.random.default_rng(seed)
    move = rng.normal(size=n_dates + 1)
    asset = 0.6 * move[1:] + 0.3 * move[:-1] + noise * rng.normal(size=n_dates)
    dates = pd.bdate_range("2000-01-03", periods=n_dates)
    return 0.01 * pd.DataFrame({"asset": asset, "hedge": move[1:]}, dates)


def alarms(frames):
    count = 0
    for frame in frames:
        changes = Changes(frame.to_numpy(), frame.index, list(frame.columns), None)
        count += bool(find_other_closes(changes))
    return count


def test_early_closes_are_detected():
    assert alarms(early_close(500, seed) for seed in range(100)) >= 97
    assert alarms(early_close(99, seed) for seed in range(20)) == 0


def test_rows_within_a_day_have_prices_instead_of_closes():
    days = early_close()
    assert "closes of asset" in hr.check(days).problems[0].message
    seconds = pd.date_range("2026-03-02 12:00", periods=len(days), freq="s", tz="UTC")
    (problem,) = hr.check(0.01 * days.set_axis(seconds)).problems
    assert problem.kind == "closes"
    assert "prices of asset and hedges should be simultaneous" in problem.message
    assert "on the previous row" in problem.message
    assert "date" not in problem.message


def test_bundled_data_cause_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hr.OLSHedge().fit(*split(hr.returns(hr.load("nasdaq_sp500"))))
        hr.OLSHedge().fit(*split(hr.returns(hr.load("brent_wti"))))


def test_common_autocorrelation_is_no_lead():
    """Averages over time, and bounces between bid and ask, correlate consecutive dates."""
    rng = np.random.default_rng(0)
    noise = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], size=1001)
    averaged = pd.DataFrame(noise[1:] + noise[:-1], columns=["asset", "hedge"])
    assert alarms([averaged]) == 0
    bounce = rng.normal(scale=0.3, size=(1001, 2))
    assert (
        alarms([pd.DataFrame(noise[1:] + np.diff(bounce, axis=0), columns=["asset", "hedge"])]) == 0
    )


@pytest.mark.parametrize("n_dates", [250, 1000])
def test_a_basis_that_reverts_is_no_lead(n_dates):
    frames = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        spot = 0.01 * rng.standard_normal(n_dates).cumsum()
        future = spot + 0.005 * rng.standard_normal(n_dates)
        frames.append(pd.DataFrame({"asset": spot, "hedge": future}).diff().iloc[1:])
    assert alarms(frames) <= 1


def test_tokyo_after_new_york_is_a_lead():
    frames = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        new_york, tokyo = rng.standard_normal((2, 501))
        later = 0.2 * new_york[1:] + 0.5 * new_york[:-1] + 0.84 * tokyo[1:]
        frames.append(pd.DataFrame({"asset": later, "hedge": new_york[1:]}))
    assert alarms(frames) >= 97


def test_outlier_is_no_lead():
    """A single jump decides what its next date seems to follow; White's errors take it as exact."""
    frames = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], size=500),
            columns=["asset", "hedge"],
        )
        frame.iloc[[150, 250, 400], seed % 2] += 40.0
        frames.append(frame)
    assert alarms(frames) == 0


def test_uncorrelated_hedge_causes_no_warning():
    """Squares follow falls (leverage), and have next to nothing to do with the same date."""
    returns = hr.returns(hr.load("nasdaq_sp500"))
    assert alarms([returns.assign(SP500=returns["NASDAQ"] ** 2)]) == 0


def test_models_for_early_closes_do_not_warn():
    frame = early_close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hr.DimsonHedge().fit(*split(frame))
        hr.HorizonHedge(hr.OLSHedge(), 5).fit(*split(frame))
    with pytest.warns(hr.errors.DataWarning, match="horizon of 5 or more"):
        hr.HorizonHedge(hr.OLSHedge(), 2).fit(*split(frame))


@pytest.mark.slow
@pytest.mark.parametrize("n_dates", [250, 500, 1000])
def test_false_alarms_are_rare(n_dates):
    simulated = (
        hr.data.simulate_dcc(n_dates=n_dates, n_series=3, correlation=0.6, seed=seed).returns
        for seed in range(1000)
    )
    assert alarms(simulated) < 5
    student = (
        pd.DataFrame(np.random.default_rng(s).standard_t(3, (n_dates, 3)) @ MIXED)
        for s in range(1000)
    )
    assert alarms(student) < 5


MIXED = np.linalg.cholesky(0.5 + 0.5 * np.eye(3)).T
