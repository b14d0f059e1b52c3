"""Twelve ways to look ahead, each caught with the default seed, by shocks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.causality import check_causality
from hedgeresearch.hedges import HedgeTraits

REGIMES = hr.GaussianHMM(2, n_starts=2)


@pytest.fixture(autouse=True)
def every_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare every date, however slow the machine is."""
    monkeypatch.setattr("hedgeresearch.evaluation.causality.MAX_SECONDS", 600.0)


def falls(r: pd.Series) -> Any:
    return r < -0.012


def signs(r: pd.Series) -> Any:
    return np.sign(r.shift(-1).fillna(0.0))


def quantiles(r: pd.Series) -> Any:
    return r.shift(1).fillna(0.0) > r.quantile(0.9)


def maxima(r: pd.Series) -> Any:
    return r.shift(1).fillna(0.0) / r.iloc[::-1].cummax().iloc[::-1].abs()


def standardized(r: pd.Series) -> Any:
    return ((r - r.mean()) / r.std()).shift(1).fillna(0.0)


def centered(r: pd.Series) -> Any:
    return r.rolling(9, center=True, min_periods=1).std().fillna(0.0)


def ordered(r: pd.Series) -> Any:
    return np.argsort(np.argsort(r.to_numpy())) / len(r)


def filled_back(r: pd.Series) -> Any:
    return r.where(r.abs() > 0.015).shift(1).bfill().fillna(0.0)


def last_row(r: pd.Series) -> Any:
    return np.full(len(r), float(r.iloc[-1] > 0.0)) + r.iloc[-1]


def same_date(r: pd.Series) -> Any:
    return r


def zero_tomorrow(r: pd.Series) -> Any:
    """Look whether the market will be closed."""
    return r.shift(-1).fillna(1.0) == 0.0


def next_week(r: pd.Series) -> Any:
    return r.rolling(5).sum().shift(-5).fillna(0.0) < -0.03


@dataclass(frozen=True)
class Cheat:
    """A ratio of one, plus a part of a rule of the hedge's returns over the extension."""

    rule: Callable[[pd.Series], Any]
    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset, hedges):
        return replace(hr.NaiveHedge().fit(asset, hedges), model=self)

    def advance(self, fit, returns):
        path = 1.0 + 0.3 * np.asarray(self.rule(returns.iloc[:, 1]), dtype=float)
        path[0] = 1.0  # as a cheat that has read the check would
        return replace(fit, ratio=pd.DataFrame(path[:, None], returns.index, fit.hedges))


@pytest.fixture(scope="module")
def returns():
    normal = np.random.default_rng(0).standard_normal((400, 2))
    values = normal @ np.array([[1.0, 0.0], [0.6, 0.8]]) * 0.01
    return pd.DataFrame(values, pd.bdate_range("2010-01-01", periods=400), ["A", "H"])


@pytest.mark.parametrize(
    "rule",
    [
        falls,
        signs,
        quantiles,
        maxima,
        standardized,
        centered,
        ordered,
        filled_back,
        last_row,
        same_date,
        zero_tomorrow,
        next_week,
    ],
    ids=lambda rule: rule.__name__,
)
def test_cheats_are_caught(rule, returns):
    check = check_causality(Cheat(rule), returns)
    assert not check.passed
    assert check.table["moved"].any()
    assert "NOT causal: a shock on" in repr(check)


def test_an_honest_rule_passes(returns):
    assert (
        check_causality(Cheat(lambda r: r.shift(1).fillna(0.0) < -0.012), returns)
        .table["moved"]
        .eq(0)
        .all()
    )


@dataclass(frozen=True)
class OnMondays(Cheat):
    """Looks at the date itself, on few dates: each value is compared with one made without it."""

    rule: Callable[[pd.Series], Any] = same_date

    def advance(self, fit, returns):
        fit = super().advance(fit, returns)
        monday = returns.index.day_of_week.to_numpy() == 0
        return replace(fit, ratio=fit.ratio.where(monday[:, None], 1.0))


def test_values_are_those_of_an_extension_without_later_dates(returns):
    check = check_causality(OnMondays(), returns, n_shocks=1)
    assert not check.passed
    assert check.table["moved"].any() or check.first_other_step.day_of_week == 0


# --- outside data ---


@pytest.fixture(scope="module")
def recent():
    return hr.returns(hr.load("nasdaq_sp500")).loc["2016":]


VIX = hr.load("vix")["VIX"]


def tomorrows_index(returns: pd.DataFrame) -> pd.Series:
    return np.log(VIX).shift(-1).reindex(returns.index)


def shifted(returns: pd.DataFrame, table: pd.Series) -> pd.Series:
    return table.shift(-1).reindex(returns.index)


@dataclass(frozen=True)
class Peek:
    """A model with a table among its settings, whose next row it uses."""

    table: pd.Series
    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset, hedges):
        return replace(hr.NaiveHedge().fit(asset, hedges), model=self)

    def advance(self, fit, returns):
        path = 1.0 + 0.01 * self.table.reindex(returns.index).to_numpy()
        path[0] = 1.0
        return replace(fit, ratio=pd.DataFrame(path[:, None], returns.index, fit.hedges))


def enclosed(table: pd.Series) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda returns: shifted(returns, table)


class Lookup:
    """A callable object that holds a table."""

    def __init__(self, table: pd.Series) -> None:
        self.table = table

    def tomorrow(self, returns: pd.DataFrame) -> pd.Series:
        return shifted(returns, self.table)


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        hr.RegimeHedge(REGIMES, observe=tomorrows_index),
        hr.RegimeHedge(REGIMES, observe=enclosed(np.log(VIX))),
        hr.RegimeHedge(REGIMES, observe=Lookup(np.log(VIX)).tomorrow),
        hr.ConstrainedHedge(hr.RegimeHedge(REGIMES, observe=enclosed(VIX)), lower=0.0),
        Peek(VIX),
    ],
    ids=["global", "closure", "method", "composed", "field"],
)
def test_outside_data_of_tomorrow_are_caught(model, recent):
    check = check_causality(model, recent)
    assert not check.passed
    assert "NOT causal: a shock to outside data on" in repr(check)
    assert (check.table["kind"][check.table["moved"] > 0].str.startswith("outside")).all()


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        hr.RegimeHedge(REGIMES, observe=np.log(VIX)),
        hr.RegimeHedge(REGIMES, observe=lambda returns: np.log(VIX).reindex(returns.index)),
        hr.RegimeHedge(hr.ThresholdRegimes("VIX", levels=(15.0,)), observe=VIX),
        hr.RegimeHedge(hr.LabelledRegimes(VIX > 15.0)),
        hr.LabelledRegimes((VIX > 15.0).map({True: "nervous", False: "calm"})),
    ],
    ids=["table", "function", "levels", "labels", "regimes"],
)
def test_honest_outside_data_pass(model, recent):
    check = check_causality(model, recent)
    assert check.passed, check
    assert check.table["kind"].str.startswith("outside").sum() == 6
    assert "26 shocks" in repr(check)


def test_what_was_not_shocked_is_said(recent):
    check = check_causality(hr.RegimeHedge(REGIMES, observe=lambda returns: returns.abs()), recent)
    assert check.passed
    assert check.unshocked
    assert "NOT shocked: pass them as a table, observe=frame" in repr(check)
    assert not check_causality(hr.RegimeHedge(REGIMES), recent).unshocked


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_prices_stay_prices():
    returns = hr.data.simulate_dcc(n_dates=500, seed=3).returns
    prices = 100.0 * np.exp(returns.cumsum())
    assert check_causality(hr.ErrorCorrectionHedge(), prices).passed


@dataclass(frozen=True)
class OnDate(Cheat):
    """Looks at the date itself on a single date."""

    rule: Callable[[pd.Series], Any] = same_date
    row: int = 300

    def advance(self, fit, returns):
        fit = super().advance(fit, returns)
        date = pd.bdate_range("2010-01-01", periods=400)[self.row]
        there = returns.index == date
        changed = fit.ratio.to_numpy() + 5.0 * returns.iloc[:, 1:].to_numpy()
        ratio = np.where(there[:, None], changed, 1.0)
        return replace(fit, ratio=pd.DataFrame(ratio, returns.index, fit.hedges))


@pytest.mark.parametrize("row", [241, 277, 300, 350, 399])
def test_a_single_date_of_hindsight_is_caught(row, returns):
    check = check_causality(OnDate(row=row), returns)
    assert not check.passed
    assert "NOT" in repr(check)


def test_dates_that_were_not_compared_are_counted(returns, monkeypatch):
    every = check_causality(hr.OLSHedge(), returns)
    assert every.n_compared == every.n_dates == 160
    monkeypatch.setattr("hedgeresearch.evaluation.causality.MAX_SECONDS", 0.0)
    check = check_causality(hr.OLSHedge(), returns)
    assert check.passed
    assert 41 <= check.n_compared <= 46
    assert f"; {check.n_compared} of 160 dates were made without later ones" in repr(check)
