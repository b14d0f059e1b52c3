"""The study of regimes: parts of it again, its page, and, slowly, the whole."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

import hedgeresearch as hr
from hedgeresearch.reproductions import recorded_table
from hedgeresearch.reproductions.papers.when_regimes_help import Shown, draw
from hedgeresearch.reproductions.regime_study.confirmation_pairs import CURRENCIES, currencies
from hedgeresearch.reproductions.regime_study.development_pairs import (
    STOCKS,
    returns_of,
    with_regimes,
)
from hedgeresearch.reproductions.regime_study.entrants import SAME_WITHOUT
from hedgeresearch.reproductions.regime_study.findings import (
    INDEX,
    closes_table,
    failures_table,
    points_of,
)
from hedgeresearch.reproductions.regime_study.pair import pair_of
from hedgeresearch.reproductions.regime_study.study import Run, study_pairs

DOCS = Path(__file__).parents[3] / "docs"
TOLERANCE = 1e-5
"""Difference of shares that another processor may make."""


@pytest.fixture(scope="module")
def page_writer():
    spec = importlib.util.spec_from_file_location("page_writer", DOCS / "when_regimes_help.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def flagship(page_writer):
    return page_writer.flagship()


def test_the_page_has_the_tables_that_are_recorded(page_writer):
    page = (DOCS / "when_regimes_help.md").read_text(encoding="utf-8")
    assert page_writer.with_tables(page) == page


def test_recorded_tables_hold_every_pair():
    points = recorded_table("points")
    numbers = points.reset_index().groupby("role")["pair"].nunique()
    assert numbers.to_dict() == {"development": 16, "simulated": 22, "confirmation": 111}
    assert recorded_table("criteria")["pairs"].tolist() == [111, 111, 110]
    with pytest.raises(hr.DataError, match="name must be one of 'selection'"):
        recorded_table("all")


def test_closes_and_failures_are_of_every_pair():
    closes = recorded_table("closes")
    assert closes["pairs"].sum() == 149
    assert closes.index[closes["closes differ"] > 0].tolist() == ["clean energy"]
    failures = recorded_table("failures")
    assert (failures["failed refits"] >= failures["walks with failures"]).all()
    assert (failures["walks with failures"] <= failures["walks"]).all()
    simple = ["naive", "ols", "EWMA", "rolling OLS", "decays stacked", "DCC", "Kalman"]
    assert not failures.index.get_level_values("model").isin(simple).any()


def test_closes_and_failures_are_counted_by_market():
    walks = pd.DataFrame(
        [
            ("a", "p", 500, 1, "naive", 0, True),
            ("a", "p", 500, 1, "regimes", 2, True),
            ("a", "p", 500, 5, "regimes", 2, True),
            ("a", "p", 1000, 1, "regimes", 0, False),
            ("b", "q", 500, 1, "regimes", 1, False),
        ],
        columns=["market", "pair", "window", "horizon", "model", "failed refits", "closes differ"],
    )
    study: Any = SimpleNamespace(walks=walks)
    empty: Any = SimpleNamespace(walks=walks.iloc[:0])
    closes = closes_table(empty, study)
    assert closes["pairs"].to_dict() == {"a": 1, "b": 1}
    assert closes["closes differ"].to_dict() == {"a": 1, "b": 0}
    failures = failures_table(study)
    assert failures.index.tolist() == [("a", "regimes"), ("b", "regimes")]
    assert failures.loc[("a", "regimes")].tolist() == [2, 1, 2]


def test_the_figure_draws_the_recorded_tables(flagship):
    figure = Figure()
    draw(figure, Shown.of({name: recorded_table(name) for name in INDEX}, flagship))
    assert len(figure.axes) == 2


@pytest.mark.long
def test_gains_of_development_pairs_are_those_recorded(flagship):
    stocks = returns_of(hr.load("nasdaq_sp500"))
    pairs = [pair_of(STOCKS, stocks["SP500"], stocks["NASDAQ"]), with_regimes(0.4, 0.93, 0)]
    names = {"EWMA", "regimes", flagship, SAME_WITHOUT[flagship]}
    found = study_pairs(pairs, Run(models=tuple(names), n_jobs=1))
    ours = points_of(found, pairs, flagship)
    known = recorded_table("points").loc[ours.index]
    for name in ("regimes", "flagship", "potential", "persistence"):
        assert ours[name].to_numpy() == pytest.approx(known[name].to_numpy(), abs=TOLERANCE)


@pytest.mark.long
def test_shares_of_a_confirmation_pair_are_those_recorded(data_dir, flagship):
    pytest.importorskip("rdata")
    rates = currencies()
    pairs = [pair_of(CURRENCIES, rates["GBP"], rates["JPY"])]
    names = tuple({"EWMA", "DCC", flagship})
    found = study_pairs(pairs, Run(flagship, models=names, n_jobs=1))
    rows = found.losses.query(f"loss == 'variance' and model == '{flagship}' and window == 1000")
    ours = rows.set_index(["pair", "horizon"])
    known = recorded_table("flagship").loc[ours.index]
    for name in ("removed", "t, naive", "t, ols"):
        assert ours[name].to_numpy() == pytest.approx(known[name].to_numpy(), abs=TOLERANCE)


@pytest.mark.slow
def test_the_whole_study_is_the_one_recorded(data_dir, tmp_path):
    pytest.importorskip("rdata")
    result = hr.reproduce("when_regimes_help", checkpoint=tmp_path)
    outside = [number for number in result.compared if not number.is_within]
    assert outside == []
    for name, table in result.tables.items():
        assert table.index.equals(recorded_table(name).index), name
