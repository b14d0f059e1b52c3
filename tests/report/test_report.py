"""The page: its sections, tables and figures, and texts of users."""

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.report.report import report_html, write_report
from tests.report.html_pages import Page, figures_of, numbers

TITLES = [
    "What to do now",
    "Regimes",
    "Hedge ratio",
    "Effectiveness out of sample",
    "Stress",
    "Margin",
    "Carry",
    "Tails",
    "Method and references",
    "Data",
]
NASTY = "A&B <script>alert(1)</script>"


@pytest.fixture(scope="module")
def prices() -> pd.DataFrame:
    """Two assets and two hedges, calm and turbulent in turn; 400 dates."""
    rng = np.random.default_rng(5)
    scale = np.where(np.arange(400) // 80 % 2 == 0, 0.005, 0.02)
    common = rng.normal(size=400) * scale
    own = rng.normal(scale=0.004, size=(400, 3))
    values = 100.0 * np.exp(np.cumsum(common[:, None] + own, axis=0))
    return pd.DataFrame(
        values,
        pd.bdate_range("2020-01-01", periods=400, name="date"),
        ["spot", "future", "perpetual"],
    )


def advised(
    prices: pd.DataFrame,
    model: Any,
    *,
    with_backtest: bool = False,
    source: str = "a file",
    **settings: Any,
) -> hr.recommendation.Recommendation:
    """A recommendation with margin, carry, and regimes where the model has them."""
    asset, future, perpetual = prices.columns
    table = prices.assign(funding=0.0001)
    table.attrs = {"source": source}
    market = hr.Market(table, funding={perpetual: "funding"})
    margins = {"maintenance_margin": 0.05}
    instruments = [
        hr.LinearContract(future, 10, fee=0.0001, **margins),
        hr.LinearContract(perpetual, 1, funding="8-hourly", fee=0.0001),
    ]
    position = hr.Position({asset: 5000})
    returns = market.returns(position, instruments)
    backtest = (
        hr.walk_forward({"mine": model}, *returns, 250, 75, progress=False)
        if with_backtest
        else None
    )
    return hr.recommend(
        model.fit(*returns),
        position=position,
        instruments=instruments,
        market=market,
        backtest=backtest,
        **{"margin": hr.Margin({future: 50_000.0}), **settings},
    )


@pytest.fixture(scope="module")
def regimes(prices: pd.DataFrame) -> hr.recommendation.Recommendation:
    """A recommendation with two regimes and a backtest."""
    return advised(prices, hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)), with_backtest=True)


@pytest.fixture(scope="module")
def page(regimes: hr.recommendation.Recommendation) -> str:
    return report_html(regimes)


@pytest.mark.long
def test_settings_have_terms_and_backtest(
    page: str, regimes: hr.recommendation.Recommendation
) -> None:
    text = " ".join(Page(page).text.split())
    assert "fee 0.0001; maintenance margin 0.05; multiplier 10" in text
    assert f"{regimes.settings.backtest.n_refits} estimations of each model" in text
    assert "execution lag 0 observations" in text


@pytest.mark.long
def test_sections_and_sentences_are_in_order(
    page: str, regimes: hr.recommendation.Recommendation
) -> None:
    parsed = Page(page)
    assert parsed.heads == TITLES
    text = " ".join(parsed.text.split())
    place = text.index(TITLES[0])
    for sentence in (
        regimes.decision,
        *regimes.reasons,
        "Settings",
        regimes.to_dict()["data"]["sha256"],
    ):
        assert text.find(" ".join(sentence.split()), place) > place
        place = text.find(" ".join(sentence.split()), place)


def test_tables_have_the_numbers_of_the_recommendation(
    page: str, regimes: hr.recommendation.Recommendation
) -> None:
    tables = {table[0][0]: table for table in reversed(Page(page).tables) if table}
    by_head: dict[str, list[list[list[str]]]] = {}
    for table in Page(page).tables:
        by_head.setdefault(table[0][0], []).append(table)
    orders = by_head["instrument"][0]
    assert [row[:3] for row in orders[1:]] == [
        [row["instrument"], row["side"], f"{row['contracts']:,.0f}"]
        for _, row in regimes.orders.iterrows()
    ]
    held = by_head["instrument"][1]
    for row in held[1:]:
        assert row[1] == f"{regimes.summary['ratio'][row[0]]:.4f}"
        assert float(row[4].replace(",", "")) == pytest.approx(
            regimes.summary["new"][row[0]], rel=1e-3
        )
    assert [row[1] for row in tables["regime"][1:]] == [
        f"{100 * p:.1f}" for p in regimes.regimes["probability"]
    ]  # type: ignore[index]
    profits, volatilities = by_head["scenario"]
    stress = [*profits, *volatilities[1:]]
    assert profits[0][3] == "loss or gain removed, %"
    assert volatilities[0][3] == "volatility removed, %"
    ordered = regimes.stress.loc[[row[0] for row in stress[1:]]]
    assert len(ordered) == len(regimes.stress)
    assert all(row[0].startswith("volatility") for row in volatilities[1:])
    # numbers on the page have four digits
    found = [float(row[2].replace(",", "")) for row in stress[1:]]
    assert found == pytest.approx(ordered["hedged"].tolist(), rel=5e-4)
    assert len(tables["loss"]) == 3
    assert float(tables["loss"][1][3].replace(",", "")) == pytest.approx(
        regimes.tails.historical_value_at_risk * regimes.valuation.value, rel=5e-4
    )


def test_figures_have_the_numbers_of_the_recommendation(
    page: str, regimes: hr.recommendation.Recommendation
) -> None:
    value, ratio, effect, stress, past, histogram = figures_of(page)
    assert [one["name"] for one in figures_of(page)] == [f"figure-{n}" for n in range(1, 7)]
    table = regimes.problem.market.table
    assert numbers(value["data"][-1]["y"]) == pytest.approx(
        5000 * table["spot"].to_numpy()[1:], rel=1e-12
    )
    predicted = regimes.problem.fit.regimes.predicted  # type: ignore[union-attr]
    most_probable = predicted.to_numpy().argmax(axis=1)
    for figure in (value, ratio):
        assert (numbers(figure["data"][0]["y"]) == most_probable).all()
        assert figure["data"][0]["fill"] == "tozeroy"
    assert most_probable.any() and not most_probable.all()
    assert value["data"][-1]["x"][:2] == ["2020-01-02", "2020-01-03"]
    lines = [
        trace for trace in ratio["data"] if trace.get("yaxis") == "y2" and trace["mode"] == "lines"
    ]
    for line, name in zip(lines, regimes.problem.names, strict=True):
        assert line["name"] == name
        assert numbers(line["y"]) == pytest.approx(
            regimes.problem.fit.ratio[name].to_numpy(), rel=1e-12
        )
    points = [trace for trace in ratio["data"] if trace["mode"] == "markers"]
    for point, (_, row) in zip(points, regimes.confidence.ratios.iterrows(), strict=True):
        assert numbers(point["y"]) + numbers(point["error_y"]["array"]) == pytest.approx(
            row["upper"], rel=1e-12
        )
        assert numbers(point["y"]) - numbers(point["error_y"]["arrayminus"]) == pytest.approx(
            row["lower"], rel=1e-12
        )
    bars = effect["data"][0]
    mine = bars["y"].index("mine (recommended)")
    kept = regimes.confidence.out_of_sample
    assert kept is not None
    assert numbers(bars["x"])[mine] == pytest.approx(100 * kept.difference, rel=1e-12)
    assert numbers(bars["error_x"]["array"])[mine] == pytest.approx(
        100 * (kept.upper - kept.difference), rel=1e-9
    )
    assert len(bars["y"]) == 3
    profits = regimes.stress[~regimes.stress.index.str.startswith("volatility")]
    assert numbers(stress["data"][1]["x"]) == pytest.approx(profits["hedged"].to_numpy(), rel=1e-12)
    assert numbers(past["data"][1]["y"])[-1] == pytest.approx(
        5000 * table["spot"].iloc[-1] * regimes.past.sum(), rel=1e-9
    )
    assert numbers(histogram["data"][0]["y"]).sum() == 399
    assert numbers(histogram["data"][1]["y"]).sum() == 399
    for figure in (value, ratio, effect, stress, past, histogram):
        assert figure["layout"]["autosize"] and "width" not in figure["layout"]
        assert "currency" in json.dumps(figure["layout"]) or figure in (ratio, effect)


@pytest.mark.long
def test_intervals_have_the_confidence_of_the_settings(prices: pd.DataFrame) -> None:
    rec = advised(prices, hr.RollingOLSHedge(100), with_backtest=True, confidence=0.9)
    page = report_html(rec)
    ratio, effect, *_ = figures_of(page)
    bands = rec.problem.fit.bands(0.9)
    assert numbers(ratio["data"][0]["y"]) == pytest.approx(
        bands["future", "lower"].to_numpy(), nan_ok=True
    )
    backtest = rec.settings.backtest
    assert backtest is not None
    found = hr.evaluation.bootstrap_difference(
        hr.effectiveness, backtest.hedged_returns["ols"], backtest.hedged_returns["unhedged"],
        backtest.hedged_returns["unhedged"], confidence=0.9,
    )  # fmt: skip
    bars = effect["data"][0]
    assert numbers(bars["error_x"]["arrayminus"])[bars["y"].index("ols")] == pytest.approx(
        100 * (found.difference - found.lower), rel=1e-9
    )
    text = Page(page).text
    for text_part in (
        "Shaded: 90% interval of each date.",
        "with 90% intervals of the",
        "Next ratio with its 90% interval",
    ):
        assert text_part in text
    assert "gain at 95%, lower" in text
    margin = hr.Margin(probability=0.005)
    level = report_html(advised(prices, hr.RollingOLSHedge(100), confidence=0.975, margin=margin))
    for text_part in (
        "Shaded: 97.5% interval of each date.",
        "97.5%, by the delta method",
        "collateral needed for 0.5%",
    ):
        assert text_part in Page(level).text


def test_a_margin_horizon_may_be_a_time(prices: pd.DataFrame) -> None:
    margin = hr.Margin(horizon="30d")
    page = Page(report_html(advised(prices, hr.NaiveHedge(), margin=margin))).text
    assert "horizon 30d" in page
    # nothing is estimated, so that there is no method of the interval
    assert "none: the ratio is not estimated" in page


def test_marks_of_a_short_position_are_losses(prices: pd.DataFrame) -> None:
    market = hr.Market(prices)
    position = hr.Position({"spot": -5000})
    future = hr.LinearContract("future", 10)
    fit = hr.OLSHedge().fit(*market.returns(position, [future]))
    rec = hr.recommend(fit, position=position, instruments=[future], market=market)
    *_, past, histogram = figures_of(report_html(rec))
    value = -5000 * prices["spot"].iloc[-1]
    profits = rec.past.to_numpy() * value
    asset = prices["spot"].pct_change().to_numpy()[1:] * value
    assert numbers(past["data"][0]["y"]) == pytest.approx(np.cumsum(asset), rel=1e-9)
    assert numbers(past["data"][1]["y"]) == pytest.approx(np.cumsum(profits), rel=1e-9)
    historical, normal = (trace["x"][0] for trace in histogram["data"][-2:])
    # the 1 % quantile of profits, between the order statistics that are next to it
    ordered = np.sort(profits)
    assert ordered[2] <= historical <= ordered[5]
    z = 2.3263478740408408
    assert normal == pytest.approx(
        profits.mean() - z * profits.std(ddof=1), rel=0.02
    )  # whichever variance it takes
    assert normal < 0.0 and historical < 0.0


def test_many_instruments_are_rows(prices: pd.DataFrame) -> None:
    rng = np.random.default_rng(3)
    noise = np.exp(np.cumsum(rng.normal(scale=0.003, size=(400, 5)), axis=0))
    hedges = prices[["future"]].to_numpy() * noise
    names = [f"A_LONG_NAME_OF_INSTRUMENT_{number}" for number in range(5)]
    market = hr.Market(pd.DataFrame(hedges, prices.index, names).assign(spot=prices["spot"]))
    position = hr.Position({"spot": 5000})
    instruments = [hr.LinearContract(name, 1) for name in names]
    returns = market.returns(position, instruments)
    backtest = hr.walk_forward({}, *returns, 250, 75, progress=False)
    fit = hr.RollingOLSHedge(100).fit(*returns)
    rec = hr.recommend(
        fit, position=position, instruments=instruments, market=market, backtest=backtest
    )
    page = report_html(rec)
    tables = Page(page).tables
    turned = next(table for table in tables if table[0][0] == "model:")
    assert turned[0][1:] == ["naive", "ols"]
    assert [row[0] for row in turned[1:]] == [f"{name}, contracts" for name in names]
    by_model = rec.confidence.by_model
    assert by_model is not None
    assert float(turned[1][2].replace(",", "")) == pytest.approx(
        by_model.loc["ols", names[0]], rel=1e-3
    )
    ratio = figures_of(page)[0]["layout"]
    assert ratio["height"] > 300  # for a legend of several rows
    assert ratio["height"] - ratio["margin"]["t"] == 242


def test_plotly_accepts_every_setting(page: str) -> None:
    import plotly.graph_objects as go

    for figure in figures_of(page):
        go.Figure(figure["data"], figure["layout"])  # refuses what it does not know


@pytest.mark.long
def test_same_recommendation_gives_the_same_bytes(
    page: str, prices: pd.DataFrame, regimes: hr.recommendation.Recommendation
) -> None:
    again = report_html(advised(prices, regimes.problem.fit.model, with_backtest=True))
    assert again.encode() == page.encode()


def test_page_needs_no_network(page: str) -> None:
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert not re.search(r"""(src|href)\s*=|url\(|@import|<link|<iframe""", outside)
    assert "default-src 'none'" in page
    assert page.count("<script>/**") == 1  # plotly.js, once
    assert "(basic - minified)" in page
    assert len(page) < 1.5e6


def test_names_of_users_stay_text(prices: pd.DataFrame) -> None:
    named = prices.set_axis([NASTY, "x</script><b>", "y & <img src=x onerror=alert(1)>"], axis=1)
    text = report_html(
        advised(named, hr.RollingOLSHedge(100), source=f"see {NASTY} 'and' \"more\"")
    )
    parsed = Page(text)
    plain = Page(report_html(advised(prices, hr.RollingOLSHedge(100))))
    assert parsed.tags == plain.tags  # names bring no tag, and end no script
    assert f"Hedge of {NASTY}" in parsed.text
    assert f"see {NASTY} 'and' \"more\"" in parsed.text
    lines = [
        trace["name"]
        for trace in figures_of(text)[0]["data"]
        if trace.get("showlegend") is not False
    ]
    assert [html.unescape(name) for name in lines[:2]] == [
        "x</script><b>",
        "y & <img src=x onerror=alert(1)>",
    ]
    for name in lines:
        assert "<" not in name  # plotly reads tags in names


def test_hidden_characters_are_replaced(prices: pd.DataFrame) -> None:
    named = prices.set_axis(["go\u202eld", "fu\nture", "per\x07petual"], axis=1)
    text = report_html(advised(named, hr.RollingOLSHedge(100), source="a\u2066b"))
    for hidden in ("\u202e", "\u2066", "\x07", "fu\nture"):
        assert hidden not in re.sub(r"<script>.*?</script>", "", text, flags=re.S)
        assert hidden not in json.dumps(figures_of(text), ensure_ascii=False)
    for shown in ("Hedge of go\ufffdld", "fu ture", "per\ufffdpetual", "a\ufffdb"):
        assert shown in Page(text).text


def test_bands_are_shaded_where_the_model_has_them(prices: pd.DataFrame) -> None:
    rec = advised(prices, hr.RollingOLSHedge(100))
    text = report_html(rec)
    ratio, *_ = figures_of(text)
    bands = rec.problem.fit.bands(0.95)
    lower, upper = (trace for trace in ratio["data"][:2])
    assert numbers(lower["y"]) == pytest.approx(
        bands["future", "lower"].to_numpy(), rel=1e-12, nan_ok=True
    )
    assert numbers(upper["y"]) == pytest.approx(
        bands["future", "upper"].to_numpy(), rel=1e-12, nan_ok=True
    )
    assert "Shaded: 95% interval of each date." in Page(text).text
    for sentence in ("The model has no regimes.", "There is no backtest"):
        assert sentence in Page(text).text


def test_model_with_errors_of_its_next_ratio_has_no_bands(prices: pd.DataFrame) -> None:
    text = report_html(
        advised(prices, hr.MinimumVarianceHedge(hr.CCC())), ["it is late", "it is late"]
    )
    assert Page(text).text.count("Warning: it is late") == 1
    assert "Shaded: " not in text
    assert "MinimumVarianceHedge(CCC())" in Page(text).text
    sources = next(table for table in Page(text).tables if table[0][:2] == ["model", "source"])
    assert [row[0] for row in sources[1:]] == ["MinimumVarianceHedge", "CCC", "GARCH"]
    assert sources[2][1] == "Bollerslev 1990"


def test_no_orders_and_no_holdings_have_no_tables(prices: pd.DataFrame) -> None:
    rec = advised(prices, hr.OLSHedge())
    idle = hr.recommend(
        rec.problem.fit,
        position=rec.problem.position,
        instruments=rec.problem.instruments,
        market=rec.problem.market,
        holdings=rec.holdings.to_dict(),
    )
    parsed = Page(report_html(idle))
    assert all("side" not in table[0] for table in parsed.tables)
    none = hr.recommend(
        rec.problem.fit,
        position=rec.problem.position,
        instruments=rec.problem.instruments,
        market=rec.problem.market,
        limits=hr.Limits(gross=1.0),
    )
    text = Page(report_html(none)).text
    assert "No recommended hedge is held on margin." in text
    assert "No funding rates or basis are available for the recommended hedges." in text


@pytest.mark.long
def test_updated_recommendation_has_all_sections(regimes: hr.recommendation.Recommendation) -> None:
    market = regimes.problem.market
    bar = {name: market.price(name) for name in market.columns} | {
        "spot": market.price("spot") * 1.01
    }
    later = regimes.update(bar, market.last_date + pd.Timedelta(days=1))
    text = report_html(later)
    assert Page(text).heads == TITLES
    assert "lines+markers" in text  # a path of one date


def test_differences_and_periods_are_labeled(prices: pd.DataFrame) -> None:
    table = prices.set_axis(pd.period_range("1990-01", periods=400, freq="M", name="date"))
    market = hr.Market(table, rates={"spot": 2.0, "perpetual": "future"})
    position = hr.Position({"spot": 10, "perpetual": -3})
    future = hr.LinearContract("future", 1)
    fit = hr.RollingOLSHedge(60).fit(*market.returns(position, [future], "difference"))
    rec = hr.recommend(fit, position=position, instruments=[future], market=market)
    text = report_html(rec)
    assert (
        figures_of(text)[0]["layout"]["yaxis2"]["title"]["text"]
        == "hedge ratio, units sold per<br>unit held"
    )
    assert figures_of(text)[0]["data"][-2]["x"][0] == "1995-02-01"


def test_tails_of_differences_compare_the_same_kind_of_returns(prices: pd.DataFrame) -> None:
    table = prices - 90.0  # some prices are negative: simple returns do not exist
    table += 1.0 - table.iloc[-1].min()
    market = hr.Market(table)
    position = hr.Position({"spot": 10})
    future = hr.LinearContract("future", 1)
    fit = hr.OLSHedge().fit(*market.returns(position, future, "difference"))
    rec = hr.recommend(fit, position, future, market)
    *_, past, _ = figures_of(report_html(rec))
    assert (table <= 0.0).any(axis=None)
    changes = 10 * table["spot"].diff().to_numpy()[1:]
    assert numbers(past["data"][0]["y"]) == pytest.approx(np.cumsum(changes), rel=1e-9)


def test_write_report_writes_the_page_or_nothing(
    tmp_path: Path, regimes: hr.recommendation.Recommendation, page: str
) -> None:
    path = tmp_path / "report.html"
    write_report(regimes, path)
    assert path.read_bytes() == page.encode()
    write_report(regimes, str(path))
    assert path.read_bytes() == page.encode()
    with pytest.raises(
        hr.DataError, match="the report must be a file that can be written; .*absent"
    ):
        write_report(regimes, tmp_path / "absent" / "report.html")
    fit = regimes.problem.fit
    with pytest.raises(
        hr.DataError, match="a report must be of a Recommendation, a Backtest, a Not"
    ):
        write_report(fit, tmp_path / "other.html")  # type: ignore[arg-type]
    for name in ("report.txt", "report", "report.pdf"):
        with pytest.raises(hr.DataError, match=f"ends in .html, .* got '.*{name}'"):
            write_report(regimes, tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
