"""Amounts of the page are in the currency of the account, as text of a user that is escaped."""

import json

import pytest

import hedgeresearch as hr
from hedgeresearch.report.report import report_html
from tests.report.html_pages import Page, figures_of
from tests.report.test_pages import pair


def page_in(currency: str | None) -> str:
    table = pair(300, "B", 0.01, 0.005, ("FUEL", "HO"))
    market = hr.Market(table, currency=currency)
    contract = hr.LinearContract("HO", 42_000, fee=0.0001, maintenance_margin=0.05)
    position = hr.Position(value=5e6, of="FUEL")
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    return report_html(hr.recommend(fit, position, contract, market))


@pytest.mark.long
def test_amounts_have_the_currency_of_the_account() -> None:
    plain = page_in(None)
    assert "cost, currency" in plain
    named = page_in("JPY")
    assert ", currency" not in Page(named).text
    for text in ("FUEL worth 5,000,000 JPY", "cost, JPY", "notional, JPY", "unhedged, JPY"):
        assert text in Page(named).text
    layouts = [json.dumps(figure["layout"]) for figure in figures_of(named)]
    assert any("profit, JPY" in layout for layout in layouts)
    assert not any(", currency" in layout for layout in layouts)


@pytest.mark.long
def test_a_currency_cannot_carry_markup() -> None:
    page = page_in("<script>alert(1)</script>")
    assert "<script>alert(1)" not in page
