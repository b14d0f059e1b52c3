"""The sections on pools, loans and their margin say what the recommendation holds."""

from typing import Any

import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation import Oracles
from hedgeresearch.report.sections.carry import carry_section
from hedgeresearch.report.sections.margin import margin_section
from hedgeresearch.report.sections.onchain import onchain_section
from hedgeresearch.report.sections.regimes import regimes_section
from tests.recommendation.pool_positions import (
    PRICE,
    advise,
    loan,
    market,
    oracle,
    perpetual,
    pool,
)
from tests.report.html_pages import Page, figures_of, numbers


@pytest.fixture(scope="module")
def advice() -> Any:
    position = hr.Position({"WETH": -1.0}, onchain=[pool(fee_rate=0.2), loan()])
    return advise(
        position,
        perpetual(maintenance_margin=0.01),
        market(oracles=Oracles({"WETH": oracle(1_990.0)})),
        margin=hr.Margin({"PERP": 4_000.0}, horizon=20),
    )


@pytest.fixture(scope="module")
def html(advice: Any) -> str:
    return hr.report.report_html(advice)


def test_pools_follow_the_decision(html: str) -> None:
    page = Page(html)
    assert page.heads[:2] == ["What to do now", "Pools and loans"]
    assert "not available" not in page.text.split("Regimes")[0].split("Pools and loans")[1]
    assert page.text.count("sells 0.1118 WETH (gamma)") == 1


def test_tables_are_those_of_the_recommendation(advice: Any) -> None:
    positions, exposure, profits = (table for _, table in onchain_section(advice).tables)
    assert positions.heads == ["", "pool of WETH and USDC", "loan against WETH"]
    rows = {row[0]: row[1:] for row in positions.rows}
    assert rows["value, USD"] == ["10,713", "8,000"]
    assert rows["in range"] == ["yes", ""]
    assert [row[0] for row in exposure.rows][-2:] == ["hedges", "all"]
    heads = ["move", "value, USD", "position, USD", "hedges, USD", "sum, USD", "liquidated"]
    assert profits.heads == heads
    cells = {row[0]: row[1:] for row in profits.rows}
    grid = advice.onchain.grid.set_index("price move")
    for name, move in (("-10%", -0.1), ("+10%", 0.1)):
        shown = [float(cell.replace(",", "")) for cell in cells[name][:4]]
        expected = grid.loc[move, ["value", "unhedged", "hedges", "hedged"]].tolist()
        assert shown == pytest.approx(expected, rel=1e-3)
    assert cells["unchanged"][1:] == ["0", "0", "0", ""]
    assert cells["-30%"][-1] == "loan against WETH"


def test_figure_goes_through_the_grid(advice: Any, html: str) -> None:
    figure = figures_of(html)[0]
    lines = {trace["name"]: trace for trace in figure["data"]}
    assert set(lines) == {"unhedged", "hedges", "hedged"}
    grid = advice.onchain.grid.set_index("price move")
    x = numbers(lines["hedged"]["x"])
    for move in (-0.3, -0.1, 0.2):
        at = min(range(len(x)), key=lambda i: abs(x[i] - 100 * move))
        for name in ("unhedged", "hedged"):
            shown = numbers(lines[name]["y"])[at]
            assert shown == pytest.approx(grid.loc[move, name], rel=1e-6)
    assert figure["layout"]["xaxis"]["title"]["text"] == "move of WETH, %"


def test_the_section_on_margin_has_both_liquidations(advice: Any) -> None:
    section = margin_section(advice)
    loans, joint, hedges = (table for _, table in section.tables)
    rows = {row[0]: row[1] for row in loans.rows}
    found = advice.onchain.loans.iloc[0]
    assert rows["price now, USD"] == "1,990"
    assert rows["liquidation price, USD"] == f"{12_000 / 8.25:,.0f}"
    assert rows["repayment for 1%"] == f"{found['repayment']:,.1f} USDC"
    assert rows["or position for 1%"].endswith("WETH short")
    assert [row[0] for row in joint.rows][-1] == "a loan and a hedge"
    assert hedges.heads == ["", "PERP"]
    assert any("health factor" in text for text in section.points)
    assert "by its oracle" in " ".join(section.points)


def test_the_section_on_carry_adds_up(advice: Any) -> None:
    (_, yearly), (_, hedges) = carry_section(advice).tables
    cells = {row[0]: row[1] for row in yearly.rows}
    assert cells["fees of the pools"] == f"{0.2 * pool().value(PRICE):,.0f}"
    values = [float(cell.replace(",", "")) for cell in cells.values()]
    assert values[-1] == pytest.approx(sum(values[:-1]), abs=3.0)
    assert hedges.rows[0][0] == "PERP"
    no_pool = advise(loan())
    assert len(carry_section(no_pool).tables) == 1


def test_regimes_are_shown_behind_the_price_of_the_token() -> None:
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    caption, figure = regimes_section(advise(pool(), model=model)).figures[0]
    assert caption.startswith("Price of WETH. Color: most probable regime")
    (line,) = [trace for trace in figure["data"] if trace.get("name") == "position"]
    assert numbers(line["y"])[-1] == PRICE


def test_a_position_out_of_range_has_a_page() -> None:
    found = advise(pool(1_000.0, 1_500.0), holdings={"PERP": -50})
    page = Page(hr.report.report_html(found))
    assert "is out of range at a price of 2,000 USDC" in page.text
    assert "Traceback" not in page.text


def test_a_position_without_pools_has_no_section() -> None:
    found = advise(hr.Position({"WETH": 1.0}))
    assert "Pools and loans" not in Page(hr.report.report_html(found)).heads
    assert onchain_section(found).texts == ("The position has no pools or loans.",)
