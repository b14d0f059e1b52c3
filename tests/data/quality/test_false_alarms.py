"""Clean series of many kinds, none of which may be called wrong."""

import warnings

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality.checks.unit_changes import find_unit_changes
from hedgeresearch.data.quality.statistics import Changes
from tests.data.quality.cases import pair

N = 1500


def dated(values, freq="B", start="2012-01-02"):
    """Return a table of the asset and a hedge, with business dates by default."""
    dates = pd.date_range(start, periods=len(values), freq=freq)
    return pd.DataFrame(values, dates, ["asset", "hedge"])


def mixed(innovations, rho=0.7):
    """Return two correlated series from independent ones (n_dates, 2)."""
    first, second = innovations.T
    return np.column_stack([rho * first + np.sqrt(1 - rho**2) * second, first])


def bundled(name, kind):
    table = hr.load(name)
    return hr.returns(table, kind=kind)


def factors():
    return hr.load("french_factors") / 100.0


def gdp():
    return hr.load("hamilton_gnp") / 100.0


def dcc(seed):
    return hr.data.simulate_dcc(n_dates=N, seed=seed).returns


def regimes(seed):
    return hr.data.simulate_regimes(n_dates=N, seed=seed).returns


def student(seed):
    return dated(mixed(0.01 * np.random.default_rng(seed).standard_t(3, (N, 2))))


def laplace(seed):
    return dated(mixed(0.01 * np.random.default_rng(seed).laplace(size=(N, 2))))


def skewed(seed):
    draws = np.random.default_rng(seed).gamma(2.0, size=(N, 2)) - 2.0
    return dated(mixed(-0.01 * draws))


def garch(seed):
    """Return two series of one volatility, close to integrated."""
    rng = np.random.default_rng(seed)
    variance = np.full(2, 1e-4)
    rows = []
    for _ in range(N):
        row = np.sqrt(variance) * rng.standard_t(6, 2) * np.sqrt(4 / 6)
        rows.append(row)
        variance = 1e-6 + 0.09 * row**2 + 0.90 * variance
    return dated(mixed(np.array(rows)))


def turbulent(seed):
    """Return calm returns with short stretches of eight times their volatility."""
    rng = np.random.default_rng(seed)
    state = np.repeat(rng.random(N // 25) < 0.1, 25)
    return dated(mixed(0.005 * rng.standard_normal((N, 2)) * np.where(state, 8.0, 1.0)[:, None]))


def monthly(seed):
    draws = 0.05 * np.random.default_rng(seed).standard_normal((73, 2)) + 0.008
    return dated(mixed(draws), freq="MS")


def weekly(seed):
    return dated(mixed(0.02 * np.random.default_rng(seed).standard_t(5, (520, 2))), freq="W-FRI")


def yearly(seed):
    return dated(mixed(0.2 * np.random.default_rng(seed).standard_normal((40, 2))), freq="YS")


def short(seed):
    return dated(mixed(0.01 * np.random.default_rng(seed).standard_normal((12, 2))))


def minutes(seed):
    """Return minute bars of prices on a tick, with few moves at night."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2024-01-01", periods=6000, freq="min")
    night = (dates.hour < 7)[:, None]
    moves = rng.standard_normal((6000, 2)) * np.where(night, 0.00005, 0.0004)
    levels = 100.0 * np.exp(mixed(moves).cumsum(axis=0))
    table = pd.DataFrame(np.round(levels / 0.05) * 0.05, dates, ["asset", "hedge"])
    return hr.returns(table)


def stock_minutes(seed):
    """Return minute bars of trading hours only."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2024-01-02", periods=12)
    sessions = [
        pd.date_range(day + pd.Timedelta("9h30min"), periods=390, freq="min") for day in days
    ]
    dates = sessions[0].append(sessions[1:])
    moves = mixed(0.0005 * rng.standard_t(4, (len(dates), 2)))
    return pd.DataFrame(moves, dates, ["asset", "hedge"])


def eight_hours(seed):
    return dated(mixed(0.02 * np.random.default_rng(seed).standard_t(4, (N, 2))), freq="8h")


def yields(seed):
    """Return differences of yields in per cent, rounded to a hundredth."""
    draws = mixed(0.05 * np.random.default_rng(seed).standard_normal((N, 2)))
    return hr.returns(dated(np.round(3.0 + draws.cumsum(axis=0), 2)), kind="difference")


def policy(seed):
    """Return differences of a rate that is set, and of a market rate."""
    rng = np.random.default_rng(seed)
    steps = 0.25 * rng.choice([-1, 0, 1], N, p=[0.3, 0.4, 0.3])
    market = 0.04 * rng.standard_normal(N) + 0.3 * steps
    return hr.returns(dated(np.column_stack([steps, market]).cumsum(axis=0)), kind="difference")


def spreads(seed):
    """Return differences of prices of both signs, of some dollars a day."""
    rng = np.random.default_rng(seed)
    levels = mixed(2.0 * rng.standard_t(4, (N, 2))).cumsum(axis=0)
    return hr.returns(dated(levels), kind="difference")


def log_returns(seed):
    return hr.returns(100.0 * (1.0 + pair(N, seed)).cumprod(), kind="log")


def illiquid(seed):
    """Return daily returns of which one in six is zero."""
    table = pair(N, seed)
    table["asset"] *= np.random.default_rng(seed).random(N) > 1 / 6
    return table


def holidays(seed):
    """Return daily returns without the holidays of two countries."""
    rng = np.random.default_rng(seed)
    return pair(N, seed)[rng.random(N) > 0.07]


def small_bonds(seed):
    """Return a stock and a money market that moves a hundredth as much."""
    return pair(N, seed) * [1.0, 0.01]


def rows_only(seed):
    return pair(N, seed).reset_index(drop=True)


def overlapping(seed):
    """Return returns over 20 days on each day."""
    return pair(N, seed).rolling(20).sum().dropna()


CLEAN = {
    "nasdaq": lambda: bundled("nasdaq_sp500", "simple"),
    "nasdaq, log": lambda: bundled("nasdaq_sp500", "log"),
    "nasdaq, difference": lambda: bundled("nasdaq_sp500", "difference"),
    "oil": lambda: bundled("brent_wti", "simple"),
    "oil, difference": lambda: bundled("brent_wti", "difference"),
    "wti": lambda: bundled("wti", "simple"),
    "vix": lambda: bundled("vix", "log"),
    "vix, difference": lambda: bundled("vix", "difference"),
    "credit": lambda: bundled("credit_yields", "difference"),
    "factors": factors,
    "gdp": gdp,
    "dcc": lambda: dcc(0),
    "dcc, other": lambda: dcc(1),
    "regimes": lambda: regimes(0),
    "regimes, other": lambda: regimes(1),
    "student": lambda: student(0),
    "student, other": lambda: student(1),
    "laplace": lambda: laplace(0),
    "skewed": lambda: skewed(0),
    "garch": lambda: garch(0),
    "garch, other": lambda: garch(1),
    "turbulent": lambda: turbulent(0),
    "turbulent, other": lambda: turbulent(1),
    "monthly": lambda: monthly(0),
    "weekly": lambda: weekly(0),
    "yearly": lambda: yearly(0),
    "short": lambda: short(0),
    "minutes": lambda: minutes(0),
    "minutes, other": lambda: minutes(1),
    "stock minutes": lambda: stock_minutes(0),
    "eight hours": lambda: eight_hours(0),
    "yields": lambda: yields(0),
    "policy rate": lambda: policy(0),
    "spreads": lambda: spreads(0),
    "log returns": lambda: log_returns(0),
    "illiquid": lambda: illiquid(0),
    "holidays": lambda: holidays(0),
    "money market": lambda: small_bonds(0),
    "row numbers": lambda: rows_only(0),
    "overlapping": lambda: overlapping(0),
}


def test_forty_clean_series_are_tried():
    assert len(CLEAN) == 40


@pytest.mark.parametrize("name", CLEAN)
def test_clean_series_have_no_problems(name):
    report = hr.check(CLEAN[name]())
    kinds = [one.kind for one in report.problems]
    # returns that overlap lead each other by construction: fits of them know their horizon
    assert kinds == (["closes"] if name == "overlapping" and kinds else [])


@pytest.mark.parametrize("name", [name for name in CLEAN if name not in ("factors", "overlapping")])
def test_fits_of_clean_series_do_not_warn(name):
    returns = CLEAN[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("error", hr.errors.DataWarning)
        if returns.shape[1] == 1:
            hr.GaussianHMM(2, n_starts=1).fit(returns)
        else:
            fit = hr.OLSHedge().fit(returns.iloc[:, 0], returns.iloc[:, 1:2])
            if fit.returns_kind != "difference":
                hr.hedge_notional(fit, 1e6)


def test_prices_on_a_coarse_tick_are_not_stale():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        pegged = np.round(3.0 + np.cumsum(0.006 * rng.standard_normal(500)), 2)
        table = dated(np.column_stack([pegged, np.exp(0.01 * rng.standard_normal(500).cumsum())]))
        assert hr.check(table).problems == ()


@pytest.mark.long
def test_false_alarms_of_heavy_tails_are_rare():
    """No simulated kind may raise more than one alarm in a hundred samples."""
    for simulate in (student, garch, turbulent, laplace, weekly, monthly, eight_hours):
        alarms = sum(bool(hr.check(simulate(seed)).problems) for seed in range(100))
        assert alarms <= 1, simulate.__name__


@pytest.mark.parametrize("n_dates", [60, 100, 150])
def test_short_normal_samples_have_one_unit(n_dates: int) -> None:
    """The median of few moves is uncertain: blocks of six differ by a factor of 20 by chance."""
    for seed in range(300):
        values = np.random.default_rng(seed).standard_normal((n_dates, 1))
        changes = Changes(0.01 * values, pd.RangeIndex(n_dates), ["x"], None)
        assert find_unit_changes(changes) == []
