"""Option positions rolled to constant delta and maturity."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.options import (
    OptionPanel,
    OptionTarget,
    black_price,
    roll_options,
    simulate_smiles,
)

DATES = pd.bdate_range("2024-01-02", periods=8)
FORWARD = np.array([100.0, 101.0, 99.0, 102.0, 103.0, 101.0, 100.0, 104.0])


def quotes() -> pd.DataFrame:
    """Calls of five strikes and one expiry on eight dates."""
    rows = []
    for t, date in enumerate(DATES):
        for strike in (95.0, 98.0, 100.0, 102.0, 105.0):
            years = (90 - t) / 365
            price = black_price(FORWARD[t], strike, years, 0.2)
            rows.append((date, f"C{strike:g}", "call", strike, years, FORWARD[t], 0.2, price))
    columns = ["date", "contract", "kind", "strike", "expiry", "forward", "volatility", "price"]
    return pd.DataFrame(rows, columns=columns)


def test_position_is_held_from_roll_to_roll() -> None:
    table = quotes()
    panel = OptionPanel.from_quotes(table)
    returns = roll_options(panel, {"call": OptionTarget("call", 0.52, 0.25)}, rolls=3)
    prices = table.pivot_table(index="date", columns="contract", values="price")
    held = ["C100"] * 3 + ["C102"] * 3 + ["C100"]
    chosen = {0: "C100", 3: "C102", 6: "C100"}
    for first, name in chosen.items():
        # the strike nearest to the target on the roll day
        deltas = panel.days(first, first + 1).arrays.delta
        strikes = panel.days(first, first + 1).table["contract"]
        assert strikes.iloc[int(np.abs(deltas - 0.52).argmin())] == name
    for t, name in enumerate(held):
        change = prices[name].iloc[t + 1] - prices[name].iloc[t]
        assert returns["call"].iloc[t] == pytest.approx(change / FORWARD[t], rel=1e-12)
    np.testing.assert_allclose(returns["future"], FORWARD[1:] / FORWARD[:-1] - 1)
    assert returns.index.equals(pd.DatetimeIndex(DATES[1:], name="date"))
    same = roll_options(panel, {"call": OptionTarget("call", 0.52, 0.25)}, DATES[[0, 3, 6]])
    assert same.equals(returns)


def test_returns_in_coin_are_those_of_coin_prices() -> None:
    panel = OptionPanel.from_quotes(quotes())
    target = OptionTarget("call", 0.5, 0.25)
    coin = roll_options(panel, {"call": target}, account="coin")
    table = panel.table.iloc[target.rows(panel.arrays)[:-1]]
    expected = table["next_price"] / table["next_forward"] - table["price"] / table["forward"]
    np.testing.assert_allclose(coin["call"], expected, rtol=1e-12)
    np.testing.assert_allclose(coin["future"], 1 - FORWARD[:-1] / FORWARD[1:])


def test_regression_of_a_position_is_its_delta() -> None:
    smiles = simulate_smiles(1500, rho=0.0, smile="flat", days=(63,), deltas=(0.4,), seed=1)
    returns = roll_options(smiles.panel, {"call": OptionTarget(delta=0.4)})
    fit = hr.OLSHedge().fit(returns["call"], returns[["future"]])
    assert fit.next_ratio["future"] == pytest.approx(0.4, abs=3 * fit.standard_errors["future"])


def test_hedges_and_backtests_of_returns_work_on_positions() -> None:
    smiles = simulate_smiles(700, kinds=("put",), days=(63, 126), seed=2)
    targets = {
        "put": OptionTarget("put", 0.4, 0.25),
        "hedge option": OptionTarget("put", 0.5, 0.5),
    }
    returns = roll_options(smiles.panel, targets)
    hedges = returns[["future", "hedge option"]]
    models = {
        "dcc": hr.MinimumVarianceHedge(hr.EWMACovariance(0.97)),
        "regimes": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    }
    backtest = hr.walk_forward(models, returns["put"], hedges, window=500, progress=False)
    assert backtest.summary.loc["ols", "effectiveness"] > 0.98
    neutral = hr.hedges.FactorNeutralHedge(options=(targets["hedge option"],)).fit(smiles.panel)
    expected = neutral.ratios[targets["put"].rows(smiles.panel.arrays)].mean(axis=0)
    np.testing.assert_allclose(backtest.ratio("ols").iloc[-1], expected, atol=0.05)
    assert len(backtest.compare().sentences) == 3


BAD: dict[str, tuple[Any, str]] = {
    "no targets": ({"targets": {}}, "dictionary of OptionTarget"),
    "the name of the future": ({"targets": {"future": OptionTarget()}}, "other names"),
    "another kind": ({"targets": {"put": OptionTarget("put")}}, "every date must have a put"),
    "rolls that overlap": ({"rolls": DATES[[0, 3, 3]]}, "must ascend.*do not overlap"),
    "rolls back": ({"rolls": DATES[[0, 4, 2]]}, "2024-01-04 comes after 2024-01-08"),
    "a late first roll": ({"rolls": DATES[[1, 3]]}, "first roll must be the first date"),
    "an unknown roll": ({"rolls": [pd.Timestamp("2030-01-01")]}, "got 2030-01-01"),
    "a roll on the open date": ({"rolls": DATES[[0, 7]]}, "moves are known; got 2024-01-11"),
    "no rolls": ({"rolls": []}, "got none"),
    "a number of rolls": ({"rolls": 0}, "rolls must be a whole number"),
    "a word": ({"rolls": "monthly"}, "a number of days, or dates"),
    "another account": ({"account": "euro"}, "account must be one of"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_rolls_are_refused(name: str) -> None:
    settings, message = BAD[name]
    arguments = {"targets": {"call": OptionTarget()}} | settings
    with pytest.raises(hr.DataError, match=message):
        roll_options(OptionPanel.from_quotes(quotes()), **arguments)


@pytest.mark.parametrize("missing", [2, 3])
def test_missing_mark_up_to_the_next_roll_is_refused(missing: int) -> None:
    table = quotes()
    gap = (table["date"] == DATES[missing]) & (table["contract"] == "C100")
    panel = OptionPanel.from_quotes(table[~gap])
    # without the mark, the move that ends on that date is not known either; 3 is the roll day
    target = {"call": OptionTarget("call", 0.52)}
    with pytest.raises(hr.DataError, match=f"'C100'.* has no mark on {DATES[missing - 1].date()}"):
        roll_options(panel, target, rolls=3)


def test_name_of_several_contracts_is_refused() -> None:
    # names of simulated options are those of a delta and a maturity, whatever the strike
    panel = simulate_smiles(30, seed=2).panel
    with pytest.raises(hr.DataError, match="'call 63d 0.5' must be one contract; .* roll every"):
        roll_options(panel, {"call": OptionTarget("call", 0.5, 0.25)}, rolls=5)


def test_target_has_the_nearest_expiry_first() -> None:
    rows = simulate_smiles(30, days=(21, 63, 126), seed=5).panel
    chosen = OptionTarget("call", delta=0.32, years=0.2).rows(rows.arrays)
    contracts = set(rows.table["contract"].iloc[chosen])
    assert contracts <= {"call 63d 0.2", "call 63d 0.3", "call 63d 0.4"}
    with pytest.raises(hr.DataError, match="delta must lie strictly between"):
        OptionTarget("call", delta=1.2)
    with pytest.raises(hr.DataError, match="kind must be one of"):
        OptionTarget("straddle")  # type: ignore[arg-type]


def test_future_is_that_of_the_first_target() -> None:
    table = quotes()
    far = table.assign(
        contract=table["contract"] + " far",
        expiry=table["expiry"] + 0.25,
        forward=table["forward"] * 1.02,
    )
    far["price"] = black_price(far["forward"], far["strike"], far["expiry"], far["volatility"])
    far.loc[far["date"] > DATES[3], "forward"] *= 0.999
    far["price"] = black_price(far["forward"], far["strike"], far["expiry"], far["volatility"])
    both = pd.concat([table, far]).sort_values("date", kind="stable", ignore_index=True)
    panel = OptionPanel.from_quotes(both)
    near = OptionTarget("call", 0.5, 0.25)
    later = OptionTarget("call", 0.5, 0.5)
    found = roll_options(panel, {"later": later, "near": near})
    assert found["future"].iloc[3] == pytest.approx(FORWARD[4] * 0.999 / FORWARD[3] - 1)
    found = roll_options(panel, {"near": near, "later": later})
    assert found["future"].iloc[3] == pytest.approx(FORWARD[4] / FORWARD[3] - 1)
