"""The section on options: Greeks, grid and figure say what the recommendation holds."""

from itertools import chain
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.report.sections.options import options_section
from hedgeresearch.report.sections.regimes import regimes_section
from tests.recommendation.option_books import (
    advise_options,
    coin_option,
    coin_perpetual,
    dollar_option,
    linear_perpetual,
    option_market,
)
from tests.report.html_pages import Page, figures_of, numbers


@pytest.fixture(scope="module")
def advice() -> Any:
    call = dollar_option("C70", "call", 70e3, lot=0.1, maintenance_margin=0.1)
    put = dollar_option(maintenance_margin=0.1)
    return advise_options({put: -20}, [call, linear_perpetual()], option_market(), {"BTC": 2.0})


@pytest.fixture(scope="module")
def html(advice: Any) -> str:
    return hr.report.report_html(advice)


def test_options_follow_the_decision(html: str) -> None:
    page = Page(html)
    assert page.heads[:2] == ["What to do now", "Options"]
    assert page.heads.count("Options") == 1
    assert "not available" not in page.text.split("Stress")[0].split("Options")[1]
    assert "Short options require" in page.text
    assert "a day (theta of the options)" in page.text


def test_tables_are_those_of_the_recommendation(advice: Any) -> None:
    section = options_section(advice)
    options, exposure, grid = (table for _, table in section.tables)
    assert options.heads == ["", "P55", "C70"]
    rows = {row[0]: row[1:] for row in options.rows}
    assert rows["role"] == ["held", "hedge"]
    assert float(rows["trade, contracts"][1]) == advice.holdings["C70"]
    assert rows["theta per day, USD"][0] == f"{advice.options.options['theta']['P55']:,.1f}"
    assert exposure.heads[1:] == list(advice.options.exposure.index)
    assert grid.heads == ["price", "-25%", "unchanged", "+50%"]
    assert [row[0] for row in grid.rows][:4] == ["-30%", "-20%", "-10%", "unchanged"]
    profits = advice.options.grid.set_index(["price move", "volatility move"])["hedged"]
    cell = float(grid.rows[0][3].replace(",", ""))
    assert cell == pytest.approx(profits[-0.3, 0.5], rel=1e-3)
    assert grid.rows[3][2] == "0"


def test_figure_goes_through_the_grid(advice: Any, html: str) -> None:
    figure = figures_of(html)[0]
    lines = {trace["name"]: trace for trace in figure["data"]}
    assert set(lines) == {
        "unhedged",
        "hedged",
        "hedged, volatility -25%",
        "hedged, volatility +50%",
    }
    grid = advice.options.grid
    unchanged = grid[grid["volatility move"] == 0.0].set_index("price move")
    x = np.array(lines["hedged"]["x"], dtype=float)
    drawn = {name: numbers(trace["y"]) for name, trace in lines.items()}
    for move in (-0.3, 0.0, 0.2):
        at = int(np.argmin(np.abs(x - 100 * move)))
        for name in ("hedged", "unhedged"):
            assert drawn[name][at] == pytest.approx(unchanged[name][move], rel=1e-6, abs=1e-6)
    assert figure["layout"]["xaxis"]["title"]["text"] == "move of the price, %"


def test_stress_figure_leaves_out_other_volatilities(html: str) -> None:
    bars = []
    for figure in figures_of(html):
        bars += [trace for trace in figure["data"] if trace.get("orientation") == "h"]
    names = list(chain.from_iterable(trace["y"] for trace in bars))
    joined = [str(name).replace("<br>", " ") for name in names]
    assert any("implied volatility unchanged" in name for name in joined)
    assert not any("+50%" in name for name in joined)
    # the table has them
    assert "implied volatility +50%" in Page(html).text


def test_regimes_are_shown_behind_the_price_of_the_underlying() -> None:
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    market = option_market()
    found = advise_options({dollar_option(): -20}, linear_perpetual(), market, model=model)
    caption, figure = regimes_section(found).figures[0]
    assert caption.startswith("Price of BTC. Color: most probable regime")
    (line,) = [trace for trace in figure["data"] if trace.get("name") == "position"]
    assert numbers(line["y"])[-1] == market.price("BTC")


def test_a_book_in_coin_is_reported_in_coin() -> None:
    market = option_market("BTC")
    found = advise_options({coin_option(): -20}, coin_perpetual(quote="USD"), market)
    section = options_section(found)
    assert [row[0] for row in section.tables[0][1].rows][7] == "value, BTC"
    assert not section.points  # they are among the reasons
    page = Page(hr.report.report_html(found))
    assert page.text.count("premium-adjusted delta") == 1
    assert "Options" in Page(hr.report.report_html(found)).heads
