"""Page of a surface: what it shows is what the fit says."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.options import SVI, OptionChain, SurfaceFit, skew, variance_index
from hedgeresearch.report import report_html
from tests.report.html_pages import Page

MOMENT = pd.Timestamp("2024-06-03 08:00", tz="UTC")


def chain_of(volatility: Callable[[np.ndarray], np.ndarray], days: list[int]) -> OptionChain:
    strikes = np.exp(np.linspace(-0.5, 0.5, 41))
    frames = [
        pd.DataFrame(
            {
                "expiry": MOMENT + pd.Timedelta(days=number),
                "strike": 100.0 * strikes,
                "forward": 100.0,
                "volatility": volatility(np.log(strikes)),
            }
        )
        for number in days
    ]
    return OptionChain.from_volatilities(pd.concat(frames), MOMENT, underlying="<b>COIN</b>")


@pytest.fixture(scope="module")
def fit() -> SurfaceFit:
    return SVI().fit(chain_of(lambda k: np.sqrt(0.3 - 0.2 * k + k**2), [25, 60]))


def test_tables_hold_the_shape_and_the_index(fit: SurfaceFit) -> None:
    page = Page(report_html(fit, ["quotes look stale"]))
    shape = skew(fit)
    cells = [f"{100.0 * value:.2f}" for value in shape["risk_reversal"]]
    assert [row[2] for row in page.tables[0][1:]] == cells
    index = variance_index(fit.chain, 30.0).index
    assert f"without a model: {index:.2f}% a year, a volatility." in page.text
    assert "Warning: quotes look stale" in page.text
    assert "Nothing was found." in page.text
    assert page.heads == [
        "The smiles say",
        "Smiles and quotes",
        "Quality of the fit",
        "Arbitrage",
        "Variance index",
        "Forwards",
        "Quotes that were not used",
        "Method",
    ]


def test_a_page_has_the_same_bytes_and_no_tags_of_names(fit: SurfaceFit) -> None:
    text = report_html(fit)
    assert text == report_html(fit)
    assert "<b>COIN" not in text.split("<body>")[1]


def test_arbitrage_is_a_warning_at_the_top() -> None:
    # total variance falls with time
    chain = chain_of(lambda k: np.sqrt(0.3 - 0.2 * k + k**2), [25, 60])
    table = chain.table.copy()
    early = table["expiry"] == chain.expiries[0]
    dear = chain_of(lambda k: np.sqrt(1.2 - 0.2 * k + k**2), [25]).table
    table.loc[early, ["bid", "ask"]] = dear[["bid", "ask"]].to_numpy()
    fit = SVI(arbitrage="allowed").fit(OptionChain(table, MOMENT))
    page = Page(report_html(fit))
    assert "Warning: 2024-08-02 08:00 UTC: total variance near" in page.text
    assert "The surface has arbitrage." in page.text


def test_an_index_that_cannot_be_computed_says_why() -> None:
    chain = chain_of(lambda k: np.sqrt(0.3 - 0.2 * k + k**2), [60])
    table = chain.table[(chain.table["strike"] > 99.0) | (chain.table["kind"] == "put")]
    calls_only = table[(table["kind"] == "call") | (table["strike"] < 99.0)]
    fit = SVI().fit(OptionChain(calls_only, MOMENT))
    page = Page(report_html(fit))
    assert "Variance index not available:" in page.text
