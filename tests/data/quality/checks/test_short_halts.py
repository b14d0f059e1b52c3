"""Runs of a few rows on which one series does not move while another moves."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality.checks.stale import (
    MIN_SHORT_RUN,
    MOST_BY_CHANCE,
    short_halts,
)
from tests.data.quality.cases import kinds, pair, prices


def runs_of(standing):
    """Return the runs of True, as (first row, length), one row after the other."""
    runs = []
    length = 0
    for t, still in enumerate([*standing, False]):
        if still:
            length += 1
        elif length:
            runs.append((t - length, length))
            length = 0
    return runs


def halts_by_definition(standing):
    """Return the runs that the rule finds, from its words."""
    runs = runs_of(standing)
    found = []
    for start, length in runs:
        outside = [still for t, still in enumerate(standing) if not start <= t < start + length]
        rate = (sum(outside) + 1.0) / (len(outside) + 2.0)
        is_rare = len(standing) * rate ** (length - 1) < MOST_BY_CHANCE
        # a length below which there is a gap by a factor of two, and above which are only halts
        gaps = []
        for least in range(MIN_SHORT_RUN, length + 1):
            shorter = [other for _, other in runs if other < least]
            longer = [other for _, other in runs if other >= least]
            gaps.append(min(longer) > 2 * max(shorter, default=0))
        if length >= MIN_SHORT_RUN and is_rare and any(gaps):
            found.append([start, length])
    return found


@pytest.mark.parametrize("share", [0.0, 0.002, 0.01, 0.03, 0.1, 0.3])
def test_short_halts_are_those_of_the_definition(share):
    rng = np.random.default_rng(0)
    n_found = 0
    for _ in range(60):
        standing = rng.random(int(rng.integers(20, 900))) < share
        for _ in range(int(rng.integers(0, 3))):
            start = int(rng.integers(0, len(standing) - 9))
            standing[start : start + int(rng.integers(3, 10))] = True
        expected = halts_by_definition(standing.tolist())
        assert short_halts(standing).tolist() == expected
        n_found += len(expected)
    assert n_found > 20 or share > 0.02


def test_runs_by_chance_are_rarer_than_the_limit():
    """Draws of independent zeros: the expected number of runs found is a bound for all shares."""
    rng = np.random.default_rng(1)
    n_found = 0
    for share in (0.02, 0.05, 0.1, 0.2, 0.4):
        for row in rng.random((400, 500)) < share:
            n_found += len(short_halts(row))
    assert n_found == 0  # 2,000 samples; one in 10,000 is the limit


@pytest.mark.parametrize("length", [5, 6, 7, 8])
@pytest.mark.parametrize("start", [1, 400, 880])
def test_a_stale_week_within_daily_prices_is_found(length, start):
    table = prices(900)
    table.iloc[start : start + length, 1] = table.iloc[start, 1]
    (problem,) = hr.check(table).problems
    assert (problem.kind, problem.columns, problem.severity) == ("stale", ("hedge",), "warn")
    assert problem.size == length - 1
    assert problem.dates == (table.index[start + 1], table.index[start + length - 1])
    assert "did not move" in problem.message


def test_two_stale_weeks_are_found_with_the_longest_named():
    table = prices(900)
    table.iloc[200:206, 0] = table.iloc[200, 0]
    table.iloc[500:507, 0] = table.iloc[500, 0]
    (problem,) = hr.check(table).problems
    assert problem.dates == (table.index[501], table.index[506])
    assert "on 6 rows while others moved (the longest of 2 such runs)" in problem.message


def test_a_fit_warns_of_a_stale_week():
    returns = pair(900)
    returns.iloc[300:305, 1] = 0.0
    with pytest.warns(hr.errors.DataWarning, match="'hedge' did not move on 5 rows while others"):
        hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])


def test_a_week_on_which_all_stand_still_is_a_holiday():
    returns = pair(900)
    returns.iloc[300:305] = 0.0
    assert kinds(returns) == []


def test_one_series_alone_may_stand_still_for_a_week():
    returns = pair(900)[["asset"]]
    returns.iloc[300:305] = 0.0
    assert kinds(returns) == []


def rounded(seed, price, volatility, tick=0.01, n_dates=750):
    """Return prices on a tick, of calm and of wild times."""
    rng = np.random.default_rng(seed)
    calm = np.repeat(np.exp(0.5 * rng.standard_normal(n_dates // 50)), 50)
    moves = volatility * calm[:, None] * rng.standard_t(5, (n_dates, 2))
    moves[:, 0] += moves[:, 1]
    levels = np.round(price * np.exp(moves.cumsum(axis=0)) / tick) * tick
    return pd.DataFrame(levels, pd.bdate_range("2015-01-05", periods=n_dates), ["asset", "hedge"])


@pytest.mark.long
@pytest.mark.parametrize("price", [2.0, 5.0, 20.0, 80.0])
@pytest.mark.parametrize("volatility", [0.002, 0.005, 0.01])
def test_prices_on_a_tick_have_no_stale_weeks(price, volatility):
    for seed in range(40):
        found = hr.check(rounded(seed, price, volatility), "prices").problems
        assert not [one for one in found if "while others moved" in one.message]


def test_an_asset_that_trades_in_bursts_is_not_accused():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        returns = pair(1000, seed)
        quiet = np.zeros(1000, dtype=bool)
        for start in rng.integers(0, 990, 25):
            quiet[start : start + int(rng.geometric(0.3))] = True
        returns.loc[quiet, "asset"] = 0.0
        found = hr.check(returns).problems
        assert not [one for one in found if "while others moved" in one.message], seed
