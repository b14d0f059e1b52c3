"""Series that are broken in one way each: named with column, dates and size."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality.checks.gaps import find_gaps
from hedgeresearch.data.quality.checks.levels import find_levels
from hedgeresearch.data.quality.checks.outliers import find_outliers
from hedgeresearch.data.quality.checks.stale import find_stale, frozen_before
from hedgeresearch.data.quality.checks.units import find_percent
from hedgeresearch.data.quality.families import OF_HEDGES, find_problems
from hedgeresearch.data.quality.first_look import needs_a_closer_look
from hedgeresearch.data.quality.statistics import Changes
from tests.data.quality.cases import kinds, pair, prices


def the_problem(data, kind=None):
    """Return the only problem of some data."""
    (problem,) = hr.check(data, kind).problems
    return problem


# --- levels and units ---


def vix_level(n_dates=1000):
    rng = np.random.default_rng(0)
    level = np.zeros(n_dates)
    for t in range(1, n_dates):
        level[t] = 0.95 * level[t - 1] + 0.07 * rng.standard_normal()
    return 15.0 * np.exp(level)


def test_prices_given_as_returns_are_refused():
    problem = the_problem(prices(), "simple")
    assert (problem.kind, problem.severity) == ("levels", "refuse")
    assert problem.columns == ("asset", "hedge")


def test_an_index_level_among_returns_is_refused():
    problem = the_problem(pair().assign(vix=vix_level()))
    assert (problem.kind, problem.severity, problem.columns) == ("levels", "refuse", ("vix",))


def test_few_prices_are_levels_too():
    assert the_problem(prices(10), "simple").kind == "levels"


def test_a_price_that_was_negative_once_is_a_level():
    table = prices()
    table.iloc[300, 0] = -37.6
    levels = [one for one in hr.check(table, "simple").problems if one.kind == "levels"]
    assert levels[0].severity == "refuse"
    assert hr.check(table).kind == "prices"


def test_added_up_returns_are_warned_of():
    summed = pair()
    summed["asset"] = summed["asset"].cumsum()
    problem = the_problem(summed)
    assert (problem.kind, problem.severity, problem.columns) == ("levels", "warn", ("asset",))


def test_per_cent_are_told_from_fractions():
    problem = the_problem(100.0 * pair())
    assert problem.kind == "percent"
    assert problem.columns == ("asset", "hedge")
    mixed = the_problem(pair() * [100.0, 1.0])
    assert mixed.columns == ("asset",)
    assert "one unit" in mixed.message


@pytest.mark.parametrize(
    ("freq", "volatility"), [("B", 0.005), ("W-FRI", 0.01), ("MS", 0.03), ("min", 0.0005)]
)
def test_per_cent_are_found_at_every_frequency(freq, volatility):
    table = pair(freq=freq) * volatility / 0.01
    assert hr.check(table).problems == ()
    assert the_problem(100.0 * table).kind == "percent"


@pytest.mark.parametrize("row", [500, 537, 930])
@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_a_unit_that_changes_within_is_dated(row, factor):
    table = pair()
    table.iloc[row:, 1] *= factor
    problem = the_problem(table)
    assert (problem.kind, problem.columns) == ("unit change", ("hedge",))
    assert problem.size == pytest.approx(100.0, rel=0.4)
    assert abs(table.index.get_loc(problem.dates[0]) - row) <= 3
    with pytest.warns(hr.errors.DataWarning, match="should have one unit"):
        hr.OLSHedge().fit(table["asset"], table[["hedge"]])


def test_differences_of_prices_have_any_unit():
    table = 100.0 * pair()
    assert hr.check(table, "difference").problems == ()
    table.attrs["returns"] = "difference"
    assert hr.check(table).problems == ()


# --- stale series ---


@pytest.mark.parametrize("length", [6, 20, 66])
def test_a_series_that_ends_in_zeros_is_stale(length):
    table = pair()
    table.iloc[-length:, 1] = 0.0
    problem = the_problem(table)
    assert (problem.kind, problem.columns, problem.size) == ("stale", ("hedge",), length)
    assert problem.dates == (table.index[-length], table.index[-1])


def test_a_series_that_repeats_its_last_return_is_stale():
    table = pair()
    table.iloc[-30:, 0] = 0.004
    assert the_problem(table).size == 30


def test_a_halt_within_the_sample_is_stale():
    table = pair()
    table.iloc[400:450, 0] = 0.0
    problem = the_problem(table)
    assert problem.dates == (table.index[400], table.index[449])


def test_a_halt_of_months_in_twenty_years_is_stale():
    table = pair(5000)
    table.iloc[2000:2149, 1] = 0.0
    problem = the_problem(table)
    assert (problem.kind, problem.columns, problem.size) == ("stale", ("hedge",), 149)
    assert problem.dates == (table.index[2000], table.index[2148])


def test_many_scattered_zeros_are_stale():
    table = pair()
    table["asset"] *= np.random.default_rng(0).random(len(table)) > 0.5
    problem = the_problem(table)
    assert problem.kind == "stale"
    assert problem.size == pytest.approx(0.5, abs=0.05)


def test_prices_carried_forward_are_stale():
    table = prices()
    table.iloc[-40:, 1] = table.iloc[-40, 1]
    assert the_problem(table).size == 39


def test_minute_bars_that_stop_are_stale():
    rng = np.random.default_rng(0)
    dates = pd.date_range("2024-01-01", periods=5000, freq="min")
    returns = 0.0005 * rng.standard_normal((5000, 2)) * (rng.random((5000, 2)) > 0.5)
    table = pd.DataFrame(returns, dates, ["asset", "hedge"])
    assert hr.check(table).problems == ()
    table.iloc[-200:, 1] = 0.0
    assert the_problem(table).columns == ("hedge",)


def test_a_freeze_is_known_after_a_few_rows_only():
    values = pair().to_numpy().copy()
    values[500:560, 1] = 0.0
    frozen = frozen_before(values)
    first = int(np.argmax(frozen[:, 1]))
    assert 503 < first < 507
    assert not frozen[:first].any()
    assert not frozen[561:].any()


# --- wrong prices ---


@pytest.mark.parametrize("factor", [10.0, 100.0, 0.01, 0.1, 1.5])
def test_bad_ticks_are_named_with_their_date(factor):
    table = prices()
    table.iloc[300, 1] *= factor
    problem = the_problem(table)
    assert (problem.kind, problem.columns) == ("bad tick", ("hedge",))
    assert problem.dates == (table.index[300],)
    in_returns = the_problem(hr.returns(table))
    assert (in_returns.kind, in_returns.dates) == ("bad tick", (table.index[300],))


def test_several_bad_ticks_are_one_problem():
    table = prices()
    table.iloc[[100, 300, 700], 0] *= 10.0
    assert the_problem(table).dates == tuple(table.index[[100, 300, 700]])


@pytest.mark.parametrize("ratio", [2.0, 3.0, 4.0, 10.0, 0.1])
def test_splits_are_named_with_their_ratio(ratio):
    table = prices()
    table.iloc[600:, 0] /= ratio
    problem = the_problem(table)
    assert (problem.kind, problem.columns) == ("split", ("asset",))
    assert problem.size == pytest.approx(max(ratio, 1.0 / ratio))
    assert problem.dates == (table.index[600],)


def test_two_splits_are_one_problem():
    table = prices()
    table.iloc[200:, 0] /= 2.0
    table.iloc[600:, 0] /= 4.0
    assert the_problem(table).dates == tuple(table.index[[200, 600]])


def test_a_date_that_holds_the_variance_is_named():
    table = pair()
    table.iloc[500, 0] = 8.7
    problem = the_problem(table)
    assert problem.kind in ("one date", "split")
    table.iloc[500, 0] = 0.7
    problem = the_problem(table)
    assert problem.kind == "one date"
    assert problem.size > 0.5


def test_a_wrong_difference_is_a_bad_tick():
    table = 100.0 * (1.0 + pair()).cumprod()
    table.iloc[300, 0] += 60.0
    differences = hr.returns(table, kind="difference")
    assert the_problem(differences).dates == (table.index[300],)


# --- dates ---


def test_a_missing_stretch_is_a_gap():
    table = pair().drop(pair().index[300:340])
    problem = the_problem(table)
    assert problem.kind == "gap"
    assert problem.dates == (pair().index[299], pair().index[340])


def test_missing_weekdays_are_counted():
    table = pair()[np.random.default_rng(0).random(1000) > 0.25]
    problem = the_problem(table)
    assert problem.kind == "gap"
    assert problem.size == pytest.approx(0.25, abs=0.03)


# --- hedges ---


def test_twins_are_nearly_one_instrument():
    table = pair()
    table["twin"] = table["hedge"] + 1e-5 * np.random.default_rng(1).standard_normal(1000)
    problem = the_problem(table)
    assert (problem.kind, problem.columns) == ("same instrument", ("hedge", "twin"))
    correlation = table[["hedge", "twin"]].corr().to_numpy()
    assert problem.size == pytest.approx(np.linalg.cond(correlation), rel=1e-6)
    assert "ConstrainedHedge" in problem.remedy


def test_a_sum_of_others_is_nearly_one_of_them():
    table = pair()
    rng = np.random.default_rng(1)
    table["other"] = 0.01 * rng.standard_normal(1000)
    table["basket"] = table["hedge"] + table["other"] + 1e-5 * rng.standard_normal(1000)
    assert set(the_problem(table).columns) == {"hedge", "other", "basket"}


def test_the_asset_among_the_hedges_is_named():
    table = pair()
    table["copy"] = -2.0 * table["asset"]
    problem = the_problem(table)
    assert (problem.kind, problem.columns) == ("asset itself", ("asset", "copy"))
    assert problem.size == pytest.approx(-1.0)


# --- all of them ---


def broken():
    """Return tables with one problem each."""
    clean = pair()
    rows = np.arange(1000)[:, None]
    changes = {
        "level": clean.assign(asset=prices()["asset"]),
        "summed": clean.assign(asset=clean["asset"].cumsum()),
        "percent": 100.0 * clean,
        "mixed": clean * [1.0, 100.0],
        "stale": clean * (rows < 990),
        "halt": clean * ((rows < 500) | (rows > 600)),
        "zeros": clean.where(np.random.default_rng(0).random((1000, 2)) > 0.4, 0.0),
        "gap": clean.drop(clean.index[300:340]),
    }
    for name, factor in (("tick", 10.0), ("small tick", 1.4)):
        table = prices()
        table.iloc[300, 0] *= factor
        changes[name] = hr.returns(table)
    table = clean.copy()
    table.iloc[500, 0] = 0.5
    changes["date"] = table
    return changes


@pytest.mark.parametrize("name", broken())
def test_the_first_look_misses_nothing(name):
    table = broken()[name]
    changes = Changes(table.to_numpy(), table.index, list(table.columns), None)
    families = (find_levels, find_percent, find_stale, find_outliers, find_gaps)
    assert any(find(changes) for find in families)
    assert needs_a_closer_look(changes)
    assert find_problems(changes, OF_HEDGES)


def test_the_first_look_spares_clean_data():
    for seed in range(20):
        table = pair(seed=seed)
        assert not needs_a_closer_look(Changes(table.to_numpy(), table.index, ["a", "b"], None))


def test_clean_pairs_have_no_kinds():
    assert kinds(pair()) == []
