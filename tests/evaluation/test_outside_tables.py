"""Outside data are found in what functions and objects hold, or the check says what is missing."""

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
VIX = hr.load("vix")["VIX"]


@pytest.fixture(scope="module")
def recent():
    return hr.returns(hr.load("nasdaq_sp500")).loc["2016":]


@dataclass(frozen=True)
class Rule:
    """A ratio of one, plus a part of what a setting gives for the new dates.

    The first ratio is one, so that extensions date by date differ, too.
    """

    read: Any
    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset, hedges):
        return replace(hr.NaiveHedge().fit(asset, hedges), model=self)

    def advance(self, fit, returns):
        path = 1.0 + 0.01 * np.asarray(self.read(returns), dtype=float)
        path[0] = 1.0
        return replace(fit, ratio=pd.DataFrame(path[:, None], returns.index, fit.hedges))


class Reader:
    """A callable object that reads a global table, of today or of tomorrow."""

    def __init__(self, lag: int) -> None:
        self.lag = lag

    def __call__(self, returns: pd.DataFrame) -> pd.Series:
        return VIX.shift(self.lag).reindex(returns.index)


class Holder:
    """A plain object with a container of tables."""

    def __init__(self, table: pd.Series) -> None:
        self.tables = {"index": [table]}


def honest_and_peeking(values: Any) -> Callable[[pd.DataFrame], Any]:
    """Use an honest table, and the values of the whole history by position."""
    dates = hr.returns(hr.load("nasdaq_sp500")).loc["2016":].index

    def read(returns: pd.DataFrame) -> Any:
        rows = dates.get_indexer(returns.index)
        tomorrow = np.asarray(values)[np.minimum(rows + 1, len(dates) - 1)]
        return VIX.shift(1).reindex(returns.index).to_numpy() + tomorrow

    return read


def of_holder(holder: Holder, lag: int) -> Callable[[pd.DataFrame], Any]:
    return lambda returns: holder.tables["index"][0].shift(lag).reindex(returns.index)


def values_of(recent: pd.DataFrame) -> Any:
    return VIX.reindex(recent.index).to_numpy()


@pytest.mark.long
def test_readers_of_tomorrow_are_caught(recent):
    by_date = VIX.to_dict()
    next_of = dict(zip(recent.index[:-1], recent.index[1:], strict=True))

    def by_key(returns: pd.DataFrame) -> Any:
        return [by_date[next_of.get(date, date)] for date in returns.index]

    values = values_of(recent)
    for read in (
        Reader(-1),
        honest_and_peeking(values),
        honest_and_peeking(values.tolist()),
        by_key,
    ):
        check = check_causality(Rule(read), recent)
        assert "NOT causal: a shock to outside data on" in repr(check), read
    # a plain object is searched, and what its methods do is not known
    assert not check_causality(Rule(of_holder(Holder(VIX), -1)), recent).passed


@pytest.mark.long
def test_honest_readers_pass_and_only_what_is_unknown_is_said(recent):
    check = check_causality(Rule(Reader(1)), recent)
    assert not check.table["moved"].any()
    assert not check.unshocked, check
    assert check.table["kind"].str.startswith("outside").sum() == 6
    other = values_of(recent)[5:]  # an array on dates that cannot be known

    def read(returns: pd.DataFrame) -> Any:
        return VIX.shift(1).reindex(returns.index).to_numpy() + other[3]

    check = check_causality(Rule(read), recent)
    assert not check.table["moved"].any()
    assert check.table["kind"].str.startswith("outside").any()
    assert check.unshocked

    def reads(returns: pd.DataFrame) -> Any:
        return hr.load("vix")["VIX"].shift(-1).reindex(returns.index).ffill()

    assert check_causality(Rule(reads), recent).unshocked


@pytest.mark.long
@pytest.mark.parametrize(
    "dated",
    [
        lambda table: table.tz_localize("America/New_York"),
        lambda table: table.to_period("D"),
        lambda table: table.set_axis(table.index.date),
        lambda table: table.iloc[::-1],
    ],
    ids=["time zone", "periods", "objects", "descending"],
)
@pytest.mark.parametrize("lag", [1, -1])
def test_tables_dated_in_other_ways_are_shocked(dated, lag, recent):
    table = dated(VIX)
    dates = VIX.index
    order = -1 if table.index[0] > table.index[-1] else 1

    def read(returns: pd.DataFrame) -> Any:
        wanted = dates.get_indexer(returns.index) - lag
        return table.to_numpy()[::order][np.minimum(wanted, len(table) - 1)]

    model = Rule(read)
    check = check_causality(model, recent)
    assert check.table["kind"].str.startswith("outside").any()
    assert check.table["moved"].any() == (lag == -1), check


@pytest.mark.long
def test_tables_that_cannot_be_located_are_said(recent):
    numbered = VIX.reset_index(drop=True)
    model = hr.RegimeHedge(REGIMES, observe=lambda returns: returns.abs() * numbered.iloc[3])
    check = check_causality(model, recent)
    assert check.unshocked
    assert "or whose dates were not found, were NOT shocked" in repr(check)
    aware = recent.tz_localize("UTC")
    model = hr.RegimeHedge(hr.LabelledRegimes((VIX > 15.0).tz_localize("UTC")))
    check = check_causality(model, aware)
    assert check.passed
    assert not check.unshocked
