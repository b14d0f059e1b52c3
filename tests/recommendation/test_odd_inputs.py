"""Odd but legal inputs: every sentence, table and record exists, and says what cannot be said."""

import json
import math
import warnings
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Made = hr.recommendation.Recommendation | hr.recommendation.NotionalHedge
FUTURE = hr.LinearContract("F", 10)
POSITION = hr.Position({"A": 1000.0})


def pair(
    n: int, freq: str = "B", noise: float = 0.004, scale: float = 0.01, seed: int = 0
) -> pd.DataFrame:
    """Prices of an asset and a future, n rows."""
    rng = np.random.default_rng(seed)
    hedge = scale * rng.standard_normal(n)
    asset = 0.8 * hedge + noise * rng.standard_normal(n)
    paths = {"A": 100.0 * np.exp(asset.cumsum()), "F": 50.0 * np.exp(hedge.cumsum())}
    return pd.DataFrame(paths, pd.date_range("2018-01-01", periods=n, freq=freq))


def advice(
    table: pd.DataFrame, model: Any = None, kind: Any = "simple", **settings: Any
) -> hr.recommendation.Recommendation:
    market = hr.Market(table)
    position = settings.pop("position", POSITION)
    future = settings.pop("instruments", FUTURE)
    fit = (model or hr.OLSHedge()).fit(*market.returns(position, future, kind))
    return hr.recommend(fit, position, future, market, **settings)


def notional(table: pd.DataFrame, model: Any = None, **settings: Any) -> Any:
    returns = hr.returns(table)
    fit = (model or hr.OLSHedge()).fit(returns["A"], returns[["F"]])
    return hr.hedge_notional(fit, 1e6, **settings)


def halted(column: str, n_rows: int = 66) -> pd.DataFrame:
    table = pair(1000)
    table.iloc[-n_rows:, table.columns.get_loc(column)] = table[column].iloc[-n_rows]
    return table


def nearly_halted() -> pd.DataFrame:
    """The hedge moves by a hundred thousandth of what it did."""
    table = pair(1000)
    quiet = table["F"].iloc[-66] * (table["F"].iloc[-66:] / table["F"].iloc[-66]) ** 1e-5
    return table.assign(F=pd.concat([table["F"].iloc[:-66], quiet]))


def negative_past() -> pd.DataFrame:
    table = pair(500)
    table.iloc[300] = [-37.6, -37.0]
    return table


def numbered() -> pd.DataFrame:
    return pair(300).reset_index(drop=True)


def periods() -> pd.DataFrame:
    table = pair(120, "MS")
    return table.set_axis(table.index.to_period("M"))


def short_backtest(n_hedged: int) -> Made:
    table = pair(100 + n_hedged + 1)
    market = hr.Market(table)
    asset, hedges = market.returns(POSITION, FUTURE)
    backtest = hr.walk_forward({}, asset, hedges, window=100, progress=False)
    return advice(table, backtest=backtest)


def halted_backtest() -> Made:
    """The asset does not move on any date out of sample."""
    table = halted("A", 200)
    market = hr.Market(table)
    asset, hedges = market.returns(POSITION, FUTURE)
    backtest = hr.walk_forward({}, asset, hedges, window=800, progress=False)
    return advice(table, backtest=backtest)


def never_hedged() -> Made:
    """A model that fails at every refit of the backtest."""
    table = pair(300)
    market = hr.Market(table)
    asset, hedges = market.returns(POSITION, FUTURE)
    regime = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    backtest = hr.walk_forward(
        {"r": regime}, asset, hedges, window=40, refit_every=100, progress=False
    )
    return advice(table, regime, backtest=backtest)


def price_model() -> Made:
    table = pair(400)
    market = hr.Market(table)
    fit = hr.ErrorCorrectionHedge().fit(table["A"], table[["F"]])
    return hr.recommend(fit, POSITION, FUTURE, market)


def identical() -> pd.DataFrame:
    return pair(400).assign(F=lambda table: 0.5 * table["A"])


SMALL = hr.Position({"A": 0.5})
SHORT = hr.Position({"A": -1000.0})
LEVELS = hr.RegimeHedge(hr.ThresholdRegimes())
ODD: dict[str, Callable[[], Made]] = {
    "halted asset": lambda: notional(halted("A"), hr.RollingOLSHedge(60)),
    "halted asset, in contracts": lambda: advice(halted("A"), hr.RollingOLSHedge(60)),
    "halted hedge": lambda: notional(halted("F")),
    "quiet hedge of a GARCH": lambda: notional(nearly_halted(), hr.MinimumVarianceHedge(hr.DCC())),
    "negative past price": lambda: advice(negative_past(), kind="difference"),
    "73 months": lambda: advice(pair(73, "MS", 0.02, 0.05)),
    "14 months": lambda: advice(pair(14, "MS", 0.02, 0.05)),
    "minutes": lambda: advice(pair(2000, "min", 1e-4, 1e-4)),
    "no dates": lambda: advice(numbered()),
    "periods": lambda: advice(periods()),
    "threshold regimes": lambda: advice(pair(600), LEVELS),
    "regimes of weeks": lambda: notional(
        pair(900), hr.HorizonHedge(hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1)), 5)
    ),
    "horizon": lambda: advice(pair(600), hr.HorizonHedge(hr.OLSHedge(), 20)),
    "5 observations out of sample": lambda: short_backtest(5),
    "30 observations out of sample": lambda: short_backtest(30),
    "asset halted out of sample": halted_backtest,
    "a model that never hedged": never_hedged,
    "model of prices": price_model,
    "perfect hedge": lambda: advice(identical()),
    "position below half a lot": lambda: advice(pair(300), position=SMALL),
    "short position": lambda: advice(pair(300), position=SHORT),
    "nothing to hold": lambda: advice(pair(300), limits=hr.Limits(contracts={"F": 0})),
    "no interval": lambda: advice(pair(300), hr.MinimumVarianceHedge(hr.RollingCovariance(30))),
    "naive": lambda: notional(pair(300), hr.NaiveHedge()),
    "three rows of holdings": lambda: advice(pair(300), holdings={"F": -3.0}),
}
"""Ways to make a recommendation, by what is odd about them."""
SAID = {
    "halted asset": "is zero without a hedge under the model",
    "halted asset, in contracts": "fixed at 0.000, which",
    "quiet hedge of a GARCH": "Warning: a hedge should move about as much as the asset;",
    "73 months": "Tails not available: returns must have at least 80 rows",
    "14 months": "Past losses not available: the market must have at least 20 returns",
    "5 observations out of sample": "The backtest does not say which model to use",
    "30 observations out of sample": "30 observations out of sample, which are few",
    "asset halted out of sample": "Out of sample it is not known: unhedged returns must vary",
    "a model that never hedged": "r failed at every one of 3 refits and never hedged.",
    "perfect hedge": "Tails not available: the hedge is exact",
    "minutes": "over the next minute",
    "no dates": "over the next observation",
    "periods": "over the next month",
    "horizon": "over the next 20 business days",
}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
@pytest.mark.parametrize("name", list(ODD))
def test_odd_inputs_have_every_sentence_and_record(name: str) -> None:
    found = ODD[name]()
    texts = [found.decision, *found.reasons]
    for text in texts:
        words = text.lower().replace("(", " ").replace(")", " ").replace("%", " ").split()
        assert not {"nan", "inf", "none", "-inf"} & set(words), text
    assert SAID.get(name, "") in " ".join(texts)
    assert len(found.summary) == 1
    record = found.to_dict()
    assert record["decision"] == found.decision
    assert record["reasons"] == found.reasons
    assert json.loads(found.to_json()) == record
    assert not any(isinstance(leaf, float) and not math.isfinite(leaf) for leaf in leaves(record))
    page = found._repr_html_()
    assert page.count("<li>") == len(found.reasons)
    assert set(found.orders["side"]) <= {"buy", "sell"}


def leaves(value: Any) -> list[Any]:
    """All values in dictionaries and lists within each other."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return [value]
    return list(chain.from_iterable(map(leaves, value)))


def test_warnings_of_odd_data_come_first() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hr.errors.HedgeResearchWarning)
        for column in ("A", "F"):
            first = notional(halted(column)).reasons[0]
            assert first.startswith("Warning: ")
            assert f"'{column}' did not move" in first


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
def test_an_exact_hedge_has_no_losses_of_rounding() -> None:
    found = advice(identical())
    assert not any("would have lost" in text for text in found.reasons)
    past = found.stress.filter(like="past date", axis=0)
    assert (past["hedged"] == 0.0).all()
    assert (past["removed"] == 1.0).all()
