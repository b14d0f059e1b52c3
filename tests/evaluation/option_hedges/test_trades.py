"""Trades and costs of options that hedge, by a loop over contracts and days."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation import OptionBacktest, walk_forward_options
from hedgeresearch.hedges import FactorNeutralHedge
from hedgeresearch.options import OptionPanel, OptionTarget, simulate_smiles

N_DAYS = 110
WINDOW = 70
TARGET = OptionTarget("put", 0.5, 0.3)
NAME = str(TARGET)
MODEL = FactorNeutralHedge(options=(TARGET,))
RATES = {"future": 1e-4, NAME: 0.02}


@pytest.fixture(scope="module")
def quotes() -> pd.DataFrame:
    """Puts of three strikes and two expiries, the same contracts every day."""
    rng = np.random.default_rng(5)
    dates = pd.bdate_range("2024-01-02", periods=N_DAYS)
    forwards = 100.0 * np.exp(np.cumsum(0.012 * rng.standard_normal(N_DAYS)))
    expiries = [dates[0] + pd.Timedelta(days=days) for days in (240, 420)]
    rows = [
        {
            "date": date,
            "contract": f"{expiry:%y%m%d}-{strike:g}",
            "kind": "put",
            "strike": strike,
            "expiry": (expiry - date).days / 365.0,
            "forward": forward,
            "volatility": 0.2 + 0.001 * rng.standard_normal(),
        }
        for date, forward in zip(dates, forwards, strict=True)
        for expiry, strike in [(one, k) for one in expiries for k in (94.0, 100.0, 106.0)]
    ]
    quotes = pd.DataFrame(rows)
    terms = (quotes[name] for name in ("forward", "strike", "expiry", "volatility"))
    quotes["price"] = hr.options.black_price(*terms, "put")
    return quotes


@pytest.fixture(scope="module")
def listed(quotes: pd.DataFrame) -> OptionPanel:
    return OptionPanel.from_quotes(quotes)


def walked(panel: OptionPanel, cost: hr.Costs | None) -> OptionBacktest:
    return walk_forward_options({"neutral": MODEL}, panel, WINDOW, 20, cost=cost)


def traded_by_a_loop(
    quotes: pd.DataFrame, panel: OptionPanel, backtest: OptionBacktest
) -> list[dict[str, float]]:
    """Return contracts, and their value over the price of the future, that each day trades."""
    first = panel.dates.get_loc(backtest.rows.dates[0])
    rows = panel.days(first, first + len(backtest.dates))
    table = quotes.set_index(["date", "contract"])  # of those that the panel drops as well
    chosen = rows.table["contract"].to_numpy()[TARGET.rows(rows.arrays)]
    net = backtest.net_ratios["neutral"]
    held: tuple[str, float] = ("", 0.0)
    found = []
    for i, date in enumerate(rows.dates):
        target = (str(chosen[i]), float(net[NAME].iloc[i]))
        changes = {held[0]: -held[1]} if held[0] else {}
        changes[target[0]] = changes.get(target[0], 0.0) + target[1]
        day = {"contracts": 0.0, "value": 0.0}
        for name, number in changes.items():
            price = table.loc[(date, name), "price"] / table.loc[(date, name), "forward"]
            day["contracts"] += abs(number)
            day["value"] += abs(number) * price
        found.append(day)
        held = target
    return found


def test_changes_of_listed_contracts_are_charged(quotes: pd.DataFrame, listed: OptionPanel) -> None:
    backtest = walked(listed, hr.Costs(half_spread=RATES))
    expected = pd.DataFrame(traded_by_a_loop(quotes, listed, backtest), backtest.dates)
    np.testing.assert_allclose(backtest.traded["neutral"][NAME], expected["contracts"], rtol=1e-9)
    future = backtest.net_ratios["neutral"]["future"].diff().abs()
    future.iloc[0] = abs(backtest.net_ratios["neutral"]["future"].iloc[0])
    costs = RATES["future"] * future + RATES[NAME] * expected["value"]
    np.testing.assert_allclose(backtest.costs["neutral"], costs, rtol=1e-9)
    # some days go on with the contract, and some change it
    net = backtest.net_ratios["neutral"][NAME]
    kept = np.isclose(expected["contracts"].iloc[1:], net.diff().abs().iloc[1:])
    assert 0 < (~kept).sum() < 20
    # and the change is most of what is traded on its days
    assert expected["contracts"].iloc[1:][~kept].min() > 5 * net.diff().abs().iloc[1:].median()


def test_turnover_counts_what_is_traded_after_the_entry(listed: OptionPanel) -> None:
    backtest = walked(listed, None)
    trades = backtest.traded["neutral"].iloc[1:].sum(axis=1)
    per_day = backtest.rows.n_rows / len(backtest.dates)
    assert backtest.summary.loc["neutral", "trades a day"] == pytest.approx(trades.mean() / per_day)
    assert (backtest.costs == 0.0).to_numpy().all()


@pytest.mark.parametrize("dated", [True, False])
def test_new_contracts_every_day_are_closed_and_opened(dated: bool) -> None:
    table: Any = simulate_smiles(90, kinds=("put",), days=(63, 126), seed=3).panel.table
    if not dated:
        days = pd.Index(table["date"].unique())
        names = {"date": table["date"].map(days.get_loc)}
        names["next_date"] = names["date"] + 1
        table = table.assign(**names)
    panel = OptionPanel(table)
    target = OptionTarget("put", 0.5, 0.35)
    model = FactorNeutralHedge(options=(target,))
    cost = hr.Costs(half_spread={"future": 0.0, str(target): 0.01})
    backtest = walk_forward_options({"neutral": model}, panel, 70, 20, cost=cost)
    net = backtest.net_ratios["neutral"][str(target)].abs()
    both = net + net.shift(1, fill_value=0.0)
    np.testing.assert_allclose(backtest.traded["neutral"][str(target)], both, rtol=1e-12)
    rows = panel.days(70, 90).arrays
    chosen = target.rows(rows)
    opened = net.to_numpy() * (rows.price / rows.forward)[chosen]
    closed = net.to_numpy()[:-1] * (rows.next_price / rows.next_forward)[chosen][:-1]
    expected = 0.01 * (opened + np.concatenate([[0.0], closed]))
    np.testing.assert_allclose(backtest.costs["neutral"], expected, rtol=1e-12)


def test_failed_refits_have_no_option_to_close(listed: OptionPanel) -> None:
    model = FactorNeutralHedge(options=(OptionTarget("call", 0.5, 0.3),))
    with pytest.warns(hr.errors.ConvergenceWarning, match="failed at every one"):
        backtest = walk_forward_options(
            {"neutral": model}, listed, WINDOW, 20, cost=hr.Costs(half_spread=1e-3)
        )
    black = backtest.costs["black"]
    np.testing.assert_allclose(backtest.costs["neutral"], black, rtol=1e-12)


def test_a_rate_of_a_hedge_that_is_not_named_is_refused(listed: OptionPanel) -> None:
    with pytest.raises(hr.DataError, match="half_spread must name the hedges"):
        walked(listed, hr.Costs(half_spread={"future": 1e-4}))
