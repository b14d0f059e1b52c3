"""Pools, loans and oracles in a book: the example, contracts' own numbers, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.cli.book.book import recommend_for_book
from hedgeresearch.cli.book.pool_prices import simulated_prices
from hedgeresearch.onchain import LoanPosition, PoolPosition, Token
from tests.report.html_pages import Page

Run = Callable[..., tuple[int, str, str]]
Change = Callable[[Path, str, str], Path]
DOCS = Path(hr.__file__).parents[1] / "docs"
RANGE = """\
      - value: 50000             # in the quote token; or liquidity: 5000, in whole tokens
        lower: 1600
        upper: 2500
"""
DECIMALS = "    decimals: {WETH: 18, USDC: 6}\n"


@pytest.fixture
def example(run: Run, tmp_path: Path) -> Path:
    """The book of a liquidity provider, as it is written, with its prices."""
    path = tmp_path / "lp.yaml"
    code, _, errors = run("init", path, "--pool")
    assert (code, errors) == (0, "")
    return path


def test_the_docs_have_what_is_written(example: Path) -> None:
    assert (DOCS / "pool_book.yaml").read_text(encoding="utf-8") == example.read_text()
    prices = (example.parent / "pool_prices.csv").read_text()
    assert (DOCS / "pool_prices.csv").read_text(encoding="utf-8") == prices
    table = pd.read_csv(example.parent / "pool_prices.csv", index_col=0, parse_dates=True)
    pd.testing.assert_frame_equal(table, simulated_prices(), check_freq=False)


@pytest.mark.long
def test_example_is_the_recommendation_of_the_library(
    run: Run, example: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    code, output, errors = run("recommend", "--position", example, "--report", page, "--json")
    assert (code, errors) == (0, "")
    record = json.loads(output)
    part = record["onchain"]
    assert part["positions"]["pool of WETH and USDC"]["value"] == pytest.approx(50_000.0)
    assert part["loans"]["loan against WETH"]["price"] == 2_011.5
    assert record["orders"][0]["instrument"] == "ETH_PERP"
    read = Page(page.read_text(encoding="utf-8"))
    assert read.heads[:2] == ["What to do now", "Pools and loans"]
    pool = PoolPosition.of_value(50_000.0, 2_000.0, 1_600.0, 2_500.0, "WETH", "USDC")
    delta = pool.delta(2_000.0) + 20.0
    assert record["position"]["net_value"] == pytest.approx(2_000.0 * delta)
    assert record["position"]["units"] == {}


def test_example_prints_what_is_held(run: Run, example: Path) -> None:
    code, output, errors = run("recommend", "--position", example)
    assert (code, errors) == (0, "")
    assert max(map(len, output.splitlines())) <= 80
    text = " ".join(output.split())
    # heads, each from its last line up: 'fees a year', 'WETH held', 'profit of both'
    assert "kind the pool range value per 1% year held pool of" in text
    assert "token move value the position the hedges of both liquidated WETH" in text
    assert "pool of WETH and USDC pool 2,000 yes 50,000" in text
    assert "WETH -10% 56,876 -7,124" in text
    assert "The loan against WETH has a health factor of 1.277" in text
    assert "by its oracle" in text


def test_contracts_are_read_in_their_own_numbers(example: Path, changed: Change) -> None:
    changed(
        example,
        RANGE,
        "      - liquidity: 1000000000000000\n        ticks: [-203220, -198120]\n"
        "      - liquidity: 2000000000000000\n        ticks: [-202000, -199000]\n",
    )
    changed(
        example, "    price: 2000 ", "    decimals: {WETH: 18, USDC: 6}\n    first_token: WETH #"
    )
    found = recommend_for_book(example).problem.position
    (pool,) = [one for one in found.onchain if isinstance(one, PoolPosition)]
    tokens = (Token("WETH", 18), Token("USDC", 6))
    expected = PoolPosition.at_ticks(10**15, (-203_220, -198_120), tokens, base="WETH")
    assert pool.ranges[0] == expected.ranges[0]
    assert len(pool.ranges) == 2
    assert pool.fee_rate == 0.25


def test_the_order_of_the_contract_is_stated(example: Path, changed: Change) -> None:
    changed(
        example, RANGE, "      - liquidity: 1000000000000000\n        ticks: [198120, 203220]\n"
    )
    changed(
        example, "    price: 2000 ", "    decimals: {WETH: 18, USDC: 6}\n    first_token: USDC #"
    )
    found = recommend_for_book(example).problem.position
    (pool,) = [one for one in found.onchain if isinstance(one, PoolPosition)]
    assert pool.ranges[0].lower == pytest.approx(1_495.0, abs=1.0)
    assert pool.base == "WETH"


def test_units_and_several_pools_are_added(example: Path, changed: Change) -> None:
    changed(example, "\nloans:\n", "\nposition:\n  WETH: -5\n\nloans:\n")
    found = recommend_for_book(example)
    assert found.onchain is not None
    assert found.onchain.exposure.loc["units held", "WETH"] == -5.0
    loans = [one for one in found.problem.position.onchain if isinstance(one, LoanPosition)]
    assert dict(loans[0].debt) == {"USDC": 26_000.0}


def test_the_token_itself_may_hedge(example: Path, changed: Change) -> None:
    text = example.read_text()
    start = text.index("  - type: linear")
    end = text.index("model: ols")
    spot = "  - {type: spot, name: WETH, lot: 0.001, fee: 0.001}\n\n"
    text = text[:start] + spot + text[end:]
    text = text.replace("  funding:\n    ETH_PERP: FUNDING            # share", "  # share")
    text = text.replace("  collateral:\n    ETH_PERP: 30000\n", "")
    example.write_text(text)
    found = recommend_for_book(example)
    assert found.plan.holdings[0] < 0.0


def test_a_raw_answer_is_a_price(example: Path, changed: Change) -> None:
    changed(example, "      price: 2011.5\n", "      answer: 201150000000\n      decimals: 8\n")
    found = recommend_for_book(example)
    assert found.onchain is not None
    assert found.onchain.loans is not None
    assert found.onchain.loans["price"].tolist() == [2_011.5]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2026-05-15 23:40+00:00", "2026-05-15 20:40+00:00", "updated 12000 s ago, its heartbeat"),
        ("2026-05-15 23:40+00:00", "2026-05-15 23:40", "updated_at must be a time with a zone"),
        ("      price: 2011.5\n", "", "either 'price' or 'answer'"),
        ("      price: 2011.5\n", "      answer: 201150000000\n", "must have the 'decimals'"),
        ("      price: 2011.5\n", "      price: -1\n", "not a positive price"),
        ("    WETH:\n      price", "    ETH:\n      price", "must be of a token of the pools"),
        ("  - base: WETH", "  - base: ETH", "'ETH'"),
        ("    quote: USDC\n", "    quote: WETH\n", "different tokens"),
        ("    fee_rate: 0.25", "    fee_rate: -0.25", "fee_rate must not be negative"),
        ("    price: 2000 ", "    # ", "must have the field 'price'"),
        ("        lower: 1600", "        lower: 2600", "0 <= lower < upper"),
        ("      - value: 50000", "      - valu: 50000", "is not a field"),
        ("        upper: 2500\n", "        lower: 2500\n", "must have each name once"),
        (RANGE, "      []\n", "must list at least one range"),
        ("threshold: 0.825", "threshold: 82.5", "threshold of WETH"),
        ("        amount: 20\n", "", "must have the field 'amount'"),
        ("      USDC: 26000", "      USDC: 0", "debt of USDC"),
        ("      USDC: 26000", "      WBTC: 1", "'WBTC'"),
        ("  currency: USD ", "  currency: EUR ", "'USDC'"),
        ("model: ols", "model: ols\ndelta: forward", "delta must belong to options"),
    ],
)
def test_bad_pools_and_loans_are_refused(
    example: Path, changed: Change, old: str, new: str, message: str
) -> None:
    changed(example, old, new)
    with pytest.raises(hr.DataError, match=message) as caught:
        recommend_for_book(example)
    assert str(caught.value).startswith("lp.yaml, line ")


def test_ticks_need_decimals_and_an_order(example: Path, changed: Change) -> None:
    changed(example, RANGE, "      - liquidity: 1000000000000000\n        ticks: [-60, 60]\n")
    with pytest.raises(hr.DataError, match="must have the fields 'decimals' of both tokens"):
        recommend_for_book(example)
    changed(example, "    price: 2000 ", "    decimals: {WETH: 18}\n    first_token: WETH #")
    with pytest.raises(hr.DataError, match="must have those of 'USDC'"):
        recommend_for_book(example)
    changed(example, "    first_token: WETH #", "    first_token: DAI #")
    with pytest.raises(hr.DataError, match="must be one of WETH, USDC"):
        recommend_for_book(example)


def test_files_that_are_there_are_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pool_prices.csv").write_text("mine")
    code, _, errors = run("init", tmp_path / "lp.yaml", "--pool")
    assert code != 0
    assert "pool_prices.csv exists" in " ".join(errors.split())
    assert (tmp_path / "pool_prices.csv").read_text() == "mine"
    assert not (tmp_path / "lp.yaml").exists()


def test_a_close_factor_is_that_of_the_protocol(example: Path, changed: Change) -> None:
    (before,) = recommend_for_book(example).problem.onchain.loans.values()
    assert before.close_factor == 0.5
    changed(example, "close_factor: 0.5 ", "close_factor: 1.0 ")
    found = recommend_for_book(example)
    (loan,) = found.problem.onchain.loans.values()
    assert loan.close_factor == 1.0
    assert any("at most 100% of the debt at a time" in text for text in found.reasons)
    changed(example, "close_factor: 1.0 ", "close_factor: 50 ")
    with pytest.raises(hr.DataError, match="close_factor must be a share of the debt, at most 1"):
        recommend_for_book(example)
