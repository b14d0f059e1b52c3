"""Last bars with a price of a wrong unit, or far beyond the sample, by planted moves."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.recommendation import Recommendation
from tests.recommendation.option_books import (
    DAY,
    LAST,
    advise_options,
    coin_table,
    dollar_option,
    linear_perpetual,
    option_market,
)

N_DATES = 300
VOLATILITY = 0.01
DATES = pd.bdate_range("2019-01-01", periods=N_DATES + 1)
FUTURE = hr.LinearContract("F", 50, lot=1)
HELD = hr.Position({"A": 1_000.0})


def prices(seed: int = 0, volatility: float = VOLATILITY) -> pd.DataFrame:
    """An asset and a future that follows it, with tails of a t with four degrees of freedom."""
    rng = np.random.default_rng(seed)
    steps = volatility * rng.standard_t(4.0, N_DATES + 1)
    noise = 0.2 * volatility * rng.standard_normal(N_DATES + 1)
    paths = {"A": 100.0 * np.exp(steps.cumsum()), "F": 50.0 * np.exp((steps + noise).cumsum())}
    return pd.DataFrame(paths, DATES)


def advice(table: pd.DataFrame, kind: Any = "simple") -> Recommendation:
    market = hr.Market(table.iloc[:-1])
    fit = hr.OLSHedge().fit(*market.returns(HELD, FUTURE, kind))
    return hr.recommend(fit, HELD, FUTURE, market)


def moved(table: pd.DataFrame, factor: float, column: str = "A") -> pd.Series:
    """The last bar, a column at a multiple of its last price."""
    bar = table.iloc[-1].copy()
    bar[column] = factor * table[column].iloc[-2]
    return bar


@pytest.mark.parametrize("column", ["A", "F"])
@pytest.mark.parametrize("power", [-3, -2, -1, 1, 2, 3])
def test_a_wrong_decimal_point_gives_no_order(column: str, power: int) -> None:
    table = prices()
    bar = table.iloc[-1].copy()
    bar[column] *= 10.0**power
    verb = "Divide" if power > 0 else "Multiply"
    words = f"{column!r} moves by .*{verb} it by {10 ** abs(power):,}; if it is right"
    with pytest.raises(DataError, match=words):
        advice(table).update(bar, DATES[-1])


@pytest.mark.parametrize("factor", [0.88, 0.795, 1.2, 0.5, 0.03, 2.0])
def test_a_crash_passes_with_a_warning(factor: float) -> None:
    """March 2020, October 1987, a rise, a half, a collapse, and a split of one for two."""
    table = prices()
    bar = table.iloc[-1].copy()
    bar["A"] = factor * table["A"].iloc[-2]
    bar["F"] = factor * table["F"].iloc[-2]
    with pytest.warns(DataWarning, match="the new bar should be right; '[AF]' moves by") as found:
        later = advice(table).update(bar, DATES[-1])
    assert len(found) == 2
    texts = [text for text in later.reasons if "Look it up before you trade" in text]
    assert texts and texts[0].startswith("Warning: ")


def test_ordinary_bars_pass_without_a_word() -> None:
    for seed in range(30):
        table = prices(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("error", DataWarning)
            later = advice(table).update(table.iloc[-1], DATES[-1])
        assert later.assessment.odd_moves == ()


def test_a_price_that_comes_back_from_a_wrong_one_passes() -> None:
    table = prices()
    table.loc[DATES[-2], "A"] *= 100.0
    market = hr.Market(table.iloc[:-2])
    fit = hr.OLSHedge().fit(*market.returns(HELD, FUTURE))
    longer = hr.Market(table.iloc[:-1])
    extended = fit.extend(*[part.iloc[-1:] for part in longer.returns(HELD, FUTURE)])
    with pytest.warns(DataWarning, match="the last prices should be right; 'A' moves by"):
        wrong = hr.recommend(extended, HELD, FUTURE, longer)
    assert any("Divide it by 100, if it is wrong." in text for text in wrong.reasons)
    assert wrong.update(table.iloc[-1], DATES[-1]).assessment.odd_moves == ()


def test_a_market_of_wide_moves_has_wider_limits() -> None:
    """A factor of ten is twelve deviations of no less than a fifth."""
    table = prices(volatility=0.3)
    with pytest.warns(DataWarning, match="as in per cent"):
        found = advice(table)
    assert found.update(moved(table, 10.0), DATES[-1]).assessment.odd_moves == ()


def test_prices_near_zero_are_judged_by_their_differences() -> None:
    """A spread of cents that becomes half a dollar is ordinary; one of 10 that becomes 1000 not."""
    rng = np.random.default_rng(1)
    steps = 0.3 * rng.standard_normal(N_DATES + 1)
    spread = 2.0 + steps.cumsum() - np.linspace(0.0, steps.sum(), N_DATES + 1)
    table = pd.DataFrame({"A": spread, "F": spread + 0.05 * rng.standard_normal(N_DATES + 1)})
    table.index = DATES
    table.loc[DATES[5], "A"] = -0.4
    for price in (0.05, 0.6, -1.0):
        table.loc[DATES[-2], "A"] = price
        later = advice(table, "difference").update(moved(table, 0.5 / price), DATES[-1])
        assert later.assessment.odd_moves == ()
    table.loc[DATES[-2], "A"] = 2.1
    with pytest.raises(DataError, match="Divide it by 100"):
        advice(table, "difference").update(moved(table, 100.0), DATES[-1])


def test_a_fall_below_zero_passes_with_a_warning() -> None:
    """As that of oil in April 2020, from 18 to -38."""
    rng = np.random.default_rng(2)
    table = pd.DataFrame(18.0 + rng.standard_normal((N_DATES + 1, 2)), DATES, ["A", "F"])
    bar = pd.Series({"A": -38.0, "F": -37.0}, name=DATES[-1])
    with pytest.warns(DataWarning, match="moves from 1.* to -3.* typical deviations"):
        later = advice(table, "difference").update(bar)
    assert np.isfinite(later.plan.holdings).all()


def test_rates_count_and_columns_of_nothing_do_not() -> None:
    table = prices().assign(EUR=1.1, VOLUME=1e6)
    table["EUR"] *= np.exp(0.003 * np.random.default_rng(3).standard_normal(len(table)).cumsum())
    market = hr.Market(table.iloc[:-1], rates={"F": "EUR"})
    fit = hr.OLSHedge().fit(*market.returns(HELD, FUTURE))
    found = hr.recommend(fit, HELD, FUTURE, market)
    assert found.update(moved(table, 100.0, "VOLUME"), DATES[-1]).assessment.odd_moves == ()
    with pytest.raises(DataError, match="'EUR' moves by"):
        found.update(moved(table, 100.0, "EUR"), DATES[-1])


def test_a_peg_that_breaks_is_a_warning() -> None:
    table = prices().assign(A=1.0)
    table.loc[DATES[3], "A"] = 1.0001
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        found = advice(table)
    with pytest.warns(DataWarning, match="'A' moves by -13%"):
        found.update(moved(table, 0.87), DATES[-1])


def test_an_implied_volatility_is_looked_at_like_a_price() -> None:
    """A tenth of it would close the hedge of a short put without a word."""
    found = advise_options({dollar_option(): -20.0}, linear_perpetual(), option_market())
    bar = coin_table().iloc[-1].to_dict()
    with pytest.raises(DataError, match="'IV' moves by -90%.*Multiply it by 10"):
        found.update(bar | {"IV": 0.1 * bar["IV"]}, LAST + DAY)
    with pytest.warns(DataWarning, match="'IV' moves by [+]50%"):
        found.update(bar | {"IV": 1.5 * bar["IV"]}, LAST + DAY)


def test_funding_of_a_hundred_times_the_usual_is_a_warning() -> None:
    table = prices()
    table["FUND"] = 1e-4 + 2e-5 * np.random.default_rng(6).standard_normal(len(table))
    market = hr.Market(table.iloc[:-1], funding={"F": "FUND"})
    perpetual = hr.LinearContract("F", 50, lot=1, funding="continuous")
    fit = hr.OLSHedge().fit(*market.returns(HELD, perpetual))
    found = hr.recommend(fit, HELD, perpetual, market)
    with pytest.warns(DataWarning, match="'FUND' moves by .*Look it up before you trade"):
        later = found.update(moved(table, 100.0, "FUND"), DATES[-1])
    assert [one.column for one in later.assessment.odd_moves] == ["FUND"]


def test_funding_that_moved_as_far_before_is_no_warning() -> None:
    """A hundred times the usual is near a power of ten, which is no wrong unit of funding."""
    table = prices()
    table["FUND"] = 1e-4 + 2e-5 * np.random.default_rng(6).standard_normal(len(table))
    table.loc[DATES[100], "FUND"] = 0.05
    market = hr.Market(table.iloc[:-1], funding={"F": "FUND"})
    perpetual = hr.LinearContract("F", 50, lot=1, funding="continuous")
    fit = hr.OLSHedge().fit(*market.returns(HELD, perpetual))
    found = hr.recommend(fit, HELD, perpetual, market)
    assert found.update(moved(table, 100.0, "FUND"), DATES[-1]).assessment.odd_moves == ()
