"""Ratios of a walk that rest on frozen prices are held; absurd ones are noted."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine.unsound import sample_deviations
from hedgeresearch.hedges.closed_form import Refit
from tests.evaluation.runs import walk

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
FIRST = 500
LAST = 566


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=900, seed=0).returns


@pytest.fixture(scope="module")
def frozen(returns: pd.DataFrame) -> pd.DataFrame:
    """The hedge does not move on rows 500 to 565."""
    table = returns.copy()
    table.iloc[FIRST:LAST, 1] = 0.0
    return table


@pytest.fixture(scope="module")
def backtest(frozen: pd.DataFrame) -> hr.evaluation.Backtest:
    return walk({"ewma": EWMA}, frozen, window=300, refit_every=50)


def ratio(backtest: hr.evaluation.Backtest, model: str = "ewma") -> pd.Series:
    return backtest.ratios[model, "hedge"]


def test_the_last_sound_ratio_is_held(backtest, returns, frozen) -> None:
    dates = returns.index
    held = ratio(backtest)[dates[FIRST + 6] : dates[LAST - 1]]
    assert held.nunique() == 1
    before = ratio(walk({"ewma": EWMA}, returns, window=300, refit_every=50))
    # zeros shrink variance and covariance alike, so that the ratio stays near its last sound value
    assert held.iloc[0] == pytest.approx(before[dates[FIRST]], rel=0.25)
    assert ratio(backtest).abs().max() < 3.0


def test_frozen_refits_are_counted_and_named(backtest, frozen) -> None:
    # the refits of rows 500 and 550 hedge rows at which the freeze is known
    assert backtest.failed_refits.to_dict() == {"naive": 2, "ols": 2, "ewma": 2}
    failed = backtest.notes[backtest.notes["failed"]]
    assert failed["note"].str.contains("'hedge' had not moved").all()
    assert failed["date"].iloc[0] == frozen.index[FIRST + 4]


def test_the_ratio_moves_again_some_rows_after_the_freeze(backtest, frozen) -> None:
    after = ratio(backtest)[frozen.index[600:]]
    assert after.nunique() == len(after)


def test_rows_before_the_freeze_is_known_are_unchanged(backtest, returns) -> None:
    whole = walk({"ewma": EWMA}, returns, window=300, refit_every=50)
    known = returns.index[FIRST]
    pd.testing.assert_series_equal(ratio(backtest)[:known], ratio(whole)[:known], check_exact=True)


def test_a_frozen_asset_holds_the_ratio_too(returns) -> None:
    table = returns.copy()
    table.iloc[FIRST:LAST, 0] = 0.0
    found = walk({"rolling": hr.RollingOLSHedge(60)}, table, window=300, refit_every=50)
    held = ratio(found, "rolling")[table.index[FIRST + 6] : table.index[LAST - 1]]
    assert held.nunique() == 1
    assert abs(held.iloc[0]) > 0.1


def test_moving_prices_are_never_held(returns) -> None:
    assert walk({"ewma": EWMA}, returns, window=300).failed_refits.sum() == 0


def test_absurd_ratios_are_noted(returns) -> None:
    table = returns.copy()
    table.iloc[400:420, 0] = 30.0 * table.iloc[400:420, 1]
    found = walk({"short": hr.RollingOLSHedge(10)}, table, window=300, refit_every=50)
    notes = found.notes[found.notes["model"] == "short"]
    assert notes["note"].str.contains("times as much").any()
    assert not notes["failed"].any()
    count = notes["note"].str.contains("times as much").sum()
    with pytest.warns(hr.errors.DataWarning, match=f"'short' has such ratios after {count} of 12"):
        hr.walk_forward(
            {"short": hr.RollingOLSHedge(10)},
            table["asset"],
            table[["hedge"]],
            window=300,
            refit_every=50,
            progress=False,
        )


def test_deviations_equal_those_of_each_sample(returns) -> None:
    refits = [Refit(0, 300, 300, 350), Refit(50, 350, 350, 400), Refit(0, 700, 800, 900)]
    values = returns.to_numpy()
    expected = [values[one.train_start : one.train_stop].std(axis=0) for one in refits]
    np.testing.assert_allclose(sample_deviations(values, refits), expected, rtol=1e-10)
