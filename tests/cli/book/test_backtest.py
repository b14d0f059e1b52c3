"""Backtests of a book."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.cli.book.book import recommend_for_book

Change = Callable[[Path, str, str], Path]


@pytest.mark.long
def test_backtest_has_the_costs_of_the_instruments(book: Path, changed: Change) -> None:
    models = "[ewma, naive, {rolling: {window: 60}}]"
    backtest = f"backtest: {{window: expanding, refit_every: 50, models: {models}}}\n"
    book.write_text(book.read_text() + backtest)
    changed(book, "expanding", "200")
    study = recommend_for_book(book).settings.backtest
    assert study is not None
    assert set(study.models) == {"naive", "ols", "ewma", "rolling"}
    assert study.models["rolling"] == hr.RollingOLSHedge(60)
    assert len(study.hedged_returns) == 99
    assert study.costs["ols"].iloc[0] == pytest.approx(
        0.0005 * abs(study.ratio("ols")["COIN_PERP"].iloc[0]), rel=1e-9
    )


def test_models_of_the_same_name_get_distinct_names(book: Path) -> None:
    models = (
        "[{rolling: {window: 60}}, {rolling: {window: 90}}, {rolling: {window: 60}}, ols, ewma]"
    )
    book.write_text(
        book.read_text() + f"backtest: {{window: 200, refit_every: 50, models: {models}}}\n"
    )
    study = recommend_for_book(book).settings.backtest
    assert study is not None
    assert study.seed == 3
    assert study.models == {
        "naive": hr.NaiveHedge(),
        "ols": hr.OLSHedge(),
        "RollingOLSHedge(60)": hr.RollingOLSHedge(60),
        "RollingOLSHedge(90)": hr.RollingOLSHedge(90),
        "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance()),
    }


def test_ols_with_other_settings_is_backtested(book: Path, changed: Change) -> None:
    book.write_text(book.read_text() + "backtest: {window: 200, refit_every: 50}\n")
    changed(book, "model: ols", "model: {ols: {hac_lags: 3}}")
    found = recommend_for_book(book)
    study = found.settings.backtest
    assert study is not None
    assert study.models["OLSHedge(hac_lags=3)"] == found.problem.fit.model
    assert found.confidence.out_of_sample is not None


def test_backtest_of_differences_has_no_costs(tmp_path: Path, coin_prices: pd.DataFrame) -> None:
    coin_prices.to_csv(tmp_path / "prices.csv")
    path = tmp_path / "book.yaml"
    path.write_text(
        "data: {file: prices.csv}\nposition: {COIN: -10}\nmodel: ols\nreturns: difference\n"
        "instruments: [{type: linear, name: OTHER, multiplier: 1, fee: 0.001}]\n"
        "backtest: {window: 200, refit_every: 50}\n"
    )
    study = recommend_for_book(path).settings.backtest
    assert study is not None
    assert not study.costs.any(axis=None)


def test_backtest_may_have_a_horizon_and_a_lag(book: Path) -> None:
    backtest = "backtest: {window: 200, refit_every: 50, horizon: 1w, execution_lag: 1}\n"
    book.write_text(book.read_text() + backtest)
    study = recommend_for_book(book).settings.backtest
    assert study is not None
    assert study.evaluation == "over 21 bars (7 days), execution lag 1"


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("horizon: 1000000000", "horizon must be less than half of the"),
        ("horizon: soon", "horizon must be a positive time with its unit"),
        ("horizon: '5'", "horizon must be a number; YAML reads '5' as text"),
        ("horizon: [5]", "horizon must be a whole number; got a list"),
        ("execution_lag: -1", "execution_lag must be a whole number of at least 0; got -1"),
    ],
)
def test_a_bad_schedule_is_refused_with_its_line(book: Path, field: str, message: str) -> None:
    book.write_text(book.read_text() + f"backtest:\n  window: 200\n  {field}\n")
    with pytest.raises(hr.DataError, match=f"line 32.*{message}"):
        recommend_for_book(book)


def test_best_chooses_among_all_models_of_a_tournament(book: Path, changed: Change) -> None:
    book.write_text(book.read_text() + "backtest: {window: 200, refit_every: 100}\n")
    changed(book, "model: ols", "model: best")
    study = recommend_for_book(book).settings.backtest
    assert study is not None
    assert set(study.models) == {"naive", "ols", "ewma"}  # a window of 200 is short for the others


def test_best_chooses_among_the_models_that_are_named(book: Path, changed: Change) -> None:
    backtest = "backtest: {window: 200, refit_every: 100, models: [{rolling: {window: 60}}]}\n"
    book.write_text(book.read_text() + backtest)
    changed(book, "model: ols", "model: best")
    study = recommend_for_book(book).settings.backtest
    assert study is not None
    assert set(study.models) == {"naive", "ols", "rolling"}
