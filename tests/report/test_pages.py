"""Pages of odd inputs, backtests and hedges in currency: what is missing is named in its place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.report.figures import ratio_limits
from hedgeresearch.report.report import report_html
from hedgeresearch.report.thinning import thinning_note
from tests.report.html_pages import Page, figures_of, numbers
from tests.report.test_report import TITLES

Advice = hr.recommendation.Recommendation


def recommended(
    table: pd.DataFrame, model: Any, units: float, contract: Any, kind: str = "simple", **more: Any
) -> Advice:
    """A recommendation for the first column of a table, hedged with the second."""
    market = hr.Market(table)
    position = hr.Position({table.columns[0]: units})
    returns = market.returns(position, [contract], kind)
    return hr.recommend(
        model.fit(*returns), position=position, instruments=[contract], market=market, **more
    )


def pair(n_dates: int, freq: str, scale: float, basis: float, names: tuple[str, str]) -> Any:
    """Prices of an asset and of a hedge that moves closely with it."""
    rng = np.random.default_rng(0)
    spot = 100.0 * np.exp(np.cumsum(rng.standard_normal(n_dates) * scale))
    future = spot * np.exp(np.cumsum(basis * rng.standard_normal(n_dates)))
    dates = pd.date_range("2018-01-01", periods=n_dates, freq=freq)
    return pd.DataFrame({names[0]: spot, names[1]: future}, dates)


def negative_past_price() -> Advice:
    rng = np.random.default_rng(0)
    spot = 50.0 + np.cumsum(rng.standard_normal(500) * 0.3)
    spot[300] = -37.6
    table = pd.DataFrame(
        {"OIL": spot, "CL": spot + rng.standard_normal(500) * 0.05},
        pd.bdate_range("2019-01-01", periods=500),
    )
    return recommended(table, hr.OLSHedge(), 1e5, hr.LinearContract("CL", 1000), "difference")


def six_years_of_months() -> Advice:
    table = pair(73, "MS", 0.05, 0.02, ("FUEL", "HO"))
    return recommended(table, hr.OLSHedge(), 2e6, hr.LinearContract("HO", 42_000))


def threshold_regimes() -> Advice:
    table = pair(600, "B", 0.01, 0.005, ("FUEL", "HO"))
    model = hr.RegimeHedge(hr.ThresholdRegimes())
    return recommended(table, model, 2e6, hr.LinearContract("HO", 42_000))


def one_year_of_months_with_margin() -> Advice:
    table = pair(14, "MS", 0.05, 0.02, ("FUEL", "HO"))
    contract = hr.LinearContract("HO", 42_000, maintenance_margin=0.05)
    return recommended(table, hr.OLSHedge(), -2e6, contract)


def nothing_to_hold() -> Advice:
    table = pair(300, "B", 0.01, 0.005, ("FUEL", "HO"))
    contract = hr.LinearContract("HO", 42_000, lot=1)
    return recommended(table, hr.OLSHedge(), 10.0, contract)


def prices_of_a_model_of_prices() -> Advice:
    table = pair(400, "B", 0.01, 0.005, ("FUEL", "HO"))
    market = hr.Market(table)
    contract = hr.LinearContract("HO", 42_000)
    fit = hr.ErrorCorrectionHedge().fit(table["FUEL"], table[["HO"]])
    return hr.recommend(fit, hr.Position({"FUEL": 2e6}), [contract], market)


ODD: dict[str, tuple[Callable[[], Advice], tuple[str, ...]]] = {
    "a negative past price": (negative_past_price, ()),
    "73 months": (six_years_of_months, ("Tail risk not available: ", "at least 80")),
    "threshold regimes": (threshold_regimes, ()),
    "14 months": (one_year_of_months_with_margin, ("not available: ",)),
    "nothing held": (nothing_to_hold, ("No recommended hedge is held on margin.",)),
    "a model of prices": (prices_of_a_model_of_prices, ()),
}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
@pytest.mark.parametrize("name", list(ODD))
def test_page_has_every_section_of_odd_inputs(name: str) -> None:
    make, sentences = ODD[name]
    page = Page(report_html(make()))
    assert page.heads == TITLES
    for sentence in sentences:
        assert sentence in page.text
    assert "nan" not in page.text.lower().split()


def test_months_show_all_but_the_tails() -> None:
    advice = six_years_of_months()
    text = report_html(advice)
    past, histogram = figures_of(text)[-2:]
    assert numbers(past["data"][1]["y"])[-1] == pytest.approx(
        advice.past.sum() * advice.valuation.value
    )
    assert len(histogram["data"]) == 2  # no value at risk to mark


def test_refused_intervals_leave_the_path_of_the_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    table = pair(300, "B", 0.01, 0.005, ("FUEL", "HO"))
    model = hr.MinimumVarianceHedge(hr.EWMACovariance())
    advice = recommended(table, model, 2e6, hr.LinearContract("HO", 42_000))

    def refuse(*_: Any, **__: Any) -> None:
        raise hr.errors.ConvergenceError("it failed on 14 of 50 draws. Use more dates.")

    monkeypatch.setattr(hr.hedges.HedgeFit, "conf_int", refuse)
    text = report_html(advice)
    page = Page(text)
    assert page.heads == TITLES
    assert "it failed on 14 of 50 draws." in page.text
    assert any("ratio of each date" in caption for caption in text.split("<figcaption>"))
    (table,) = [table for table in page.tables if table[0] == ["instrument", "ratio", "contracts"]]
    assert table[1][:2] == ["HO", f"{advice.summary['ratio']['HO']:.4f}"]


def test_constant_ratio_has_no_path() -> None:
    text = report_html(six_years_of_months())
    assert "The ratio is the same on every date of 2018-02-01 to 2024-01-01 (in sample)" in text
    assert "Hedge ratio of each date" not in text


@pytest.mark.parametrize("width", [0.001, 0.05])
def test_axis_of_a_steady_ratio_spans_two_fifths_of_it(width: float) -> None:
    steady = pd.DataFrame({"H": 1.165 + width * np.sin(np.arange(100.0))})
    low, high = ratio_limits(steady, None, None)
    assert (high - low) == pytest.approx(1.1 * 0.4 * float(steady.max().iloc[0]), rel=1e-12)
    assert low < float(steady.min().iloc[0]) and high > float(steady.max().iloc[0])


def test_axis_leaves_out_the_wide_start_of_a_filter() -> None:
    ratio = pd.DataFrame({"H": np.full(1000, 1.0)})
    half = np.r_[np.full(5, 80.0), np.full(995, 0.5)]
    columns = pd.MultiIndex.from_product([["H"], ["lower", "upper"]])
    bands = pd.DataFrame(np.column_stack([1.0 - half, 1.0 + half]), columns=columns)
    low, high = ratio_limits(ratio, bands, None)
    assert (low, high) == pytest.approx((0.45, 1.55), abs=1e-9)


def test_long_series_are_drawn_from_the_first_date_on() -> None:
    table = pair(30_000, "min", 1e-3, 5e-4, ("ETH", "PERP"))
    model = hr.MinimumVarianceHedge(hr.EWMACovariance())
    advice = recommended(table, model, 300.0, hr.LinearContract("PERP", 1, lot=0.001))
    text = report_html(advice)
    ratio = next(one for one in figures_of(text) if "hedge ratio" in str(one["layout"]))
    past = figures_of(text)[-2]
    for figure, values in ((ratio, advice.problem.fit.ratio), (past, advice.past)):
        line = next(one for one in figure["data"] if one.get("mode") == "lines")
        assert [line["x"][0], line["x"][-1]] == [str(values.index[0]), str(values.index[-1])]
        assert 2_000 < len(line["x"]) <= 5_100
    assert "Drawn: the lowest and the highest of every 24 of 29,999 observations." in text
    assert thinning_note(*advice.problem.fit.ratio.shape) in text
    profits = (advice.past * advice.valuation.value).cumsum().to_numpy()
    drawn = numbers(past["data"][1]["y"])
    # single precision, in a page of 30,000 observations that is still sent by mail
    assert drawn.dtype == np.float32
    assert len(text) < 1.5e6
    assert (drawn.min(), drawn.max()) == pytest.approx((profits.min(), profits.max()))


@pytest.fixture(scope="module")
def backtest() -> hr.evaluation.Backtest:
    returns = hr.returns(hr.load("nasdaq_sp500")).iloc[:2500]
    models = {"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance())}
    return hr.walk_forward(models, returns["NASDAQ"], returns[["SP500"]], 1000, 250, progress=False)


def test_backtest_has_a_page(backtest: hr.evaluation.Backtest) -> None:
    text = report_html(backtest, ["a note"])
    page = Page(text)
    assert page.heads == [
        "Which hedge is better",
        "Effectiveness out of sample",
        "Hedge ratios",
        "When it worked",
        "Risk and cost",
        "Tests",
        "Method and references",
        "Data",
    ]
    comparison = backtest.compare()
    for sentence in (comparison.conclusion, *comparison.sentences, "Warning: a note"):
        assert sentence in page.text
    effect, ratio, saved = figures_of(text)
    assert numbers(effect["data"][0]["x"]) == pytest.approx(
        100.0 * backtest.summary["effectiveness"].iloc[1:].to_numpy()
    )
    lines = {line["name"]: numbers(line["y"]) for line in ratio["data"]}
    for name in backtest.models:
        assert lines[name] == pytest.approx(backtest.ratio(name)["SP500"].to_numpy())
    gains = {line["name"]: numbers(line["y"])[-1] for line in saved["data"]}
    assert gains["ewma"] == pytest.approx(100.0 * backtest.summary["gain on ols"]["ewma"])
    assert report_html(backtest, ["a note"]) == text


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
def test_backtest_of_few_dates_says_what_is_missing() -> None:
    returns = hr.data.simulate_dcc(n_dates=60, seed=0).returns
    found = hr.walk_forward(
        {"kalman": hr.KalmanHedge()}, returns["asset"], returns[["hedge"]], 45, 5, progress=False
    )
    page = Page(report_html(found))
    assert len(page.heads) == 8
    assert "not available: " in page.text


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
def test_backtest_of_two_closes_is_judged_over_five_days() -> None:
    rng = np.random.default_rng(4)
    hours = 0.007 * rng.standard_normal((1001, 2))
    dates = pd.bdate_range("2010-01-01", periods=1000)
    tokyo = 0.9 * (hours[1:, 0] + hours[:-1, 1]) + 0.005 * rng.standard_normal(1000)
    ny = pd.DataFrame({"ny": hours[1:].sum(axis=1)}, dates)
    models = {"dimson": hr.DimsonHedge(lags=1, leads=0)}
    asset = pd.Series(tokyo, dates, name="tokyo")
    found = hr.walk_forward(models, asset, ny, 400, 200, progress=False)
    page = Page(report_html(found))
    assert "Closes are not simultaneous: tokyo follows ny" in page.text
    assert "over 5 business days, execution lag 0" in page.text
    assert "dimson is better" in page.text
    assert "dimson is worse" not in page.text


def test_hedge_in_currency_has_a_page() -> None:
    returns = hr.data.simulate_regimes(n_dates=600, seed=1).returns
    fit = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)).fit(returns.iloc[:, 0], returns.iloc[:, 1:])
    hedge = hr.hedge_notional(fit, -250_000)
    text = report_html(hedge, ["a note"])
    page = Page(text)
    assert page.heads[0] == "What to do now"
    for sentence in (
        hedge.decision,
        *hedge.reasons,
        "Warning: a note",
        "Hedge of -250,000 in asset",
    ):
        assert sentence in page.text
    effect, ratio = figures_of(text)
    path, latest = (numbers(trace["y"]) for trace in ratio["data"][-2:])
    assert path == pytest.approx(fit.ratio.iloc[:, 0].to_numpy())
    assert latest == pytest.approx(fit.next_ratio.to_numpy())
    assert numbers(effect["data"][0]["x"]) == pytest.approx(
        [hedge.volatility_before, hedge.volatility_after]
    )
    regimes = next(table for table in page.tables if table[0][0] == "regime")
    assert [row[2] for row in regimes[1:]] == [f"{x:.4f}" for x in fit.by_regime.iloc[:, 0]]


def test_needed_collateral_stands_out() -> None:
    table = pair(400, "B", 0.01, 0.005, ("FUEL", "HO"))
    contract = hr.LinearContract("HO", 42_000, maintenance_margin=0.05)
    advice = recommended(table, hr.OLSHedge(), 2e6, contract)
    text = report_html(advice)
    needed = advice.margin["needed"]["HO"]  # type: ignore[index]
    row = text.split('<tr class="needed">')[1].split("</tr>")[0]
    assert "collateral needed for 1%" in row
    assert f"{needed:,.0f}" in row


def test_unknown_margin_has_no_table_of_dashes() -> None:
    page = Page(report_html(six_years_of_months()))
    assert not [table for table in page.tables if table[1][0] == "collateral given"]
    assert "its maintenance margin was not given." in page.text
