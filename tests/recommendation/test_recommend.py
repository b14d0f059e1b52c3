"""Parts that do not belong together are refused, with the field and what fixes it."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr

POSITION = hr.Position({"A": 40_000.0})


@pytest.fixture(scope="module")
def parts(market: hr.Market, instruments: dict[str, Any]) -> dict[str, Any]:
    """A problem that is accepted."""
    future = instruments["F"]
    fit = hr.OLSHedge().fit(*market.returns(POSITION, future))
    return {"fit": fit, "position": POSITION, "instruments": [future], "market": market}


def test_parts_that_belong_together_are_accepted(parts: dict[str, Any]) -> None:
    assert hr.recommend(**parts).action == "trade"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fit": hr.OLSHedge()}, "fit must be, for example, OLSHedge.*fit.*; got OLSHedge"),
        ({"position": {"A": 1.0}}, "position must be, for example, Position.*; got {'A': 1.0}"),
        ({"market": 5}, "market must be, for example, Market.*; got 5"),
        (
            {"position": hr.Position({"X": 1.0})},
            "the position must have a column of the table for 'X'.*Rename the column",
        ),
        (
            {"position": hr.Position({"B": 1.0})},
            r"the fit must be of 'B' hedged with \['F'\]; it is of 'A'.*Fit it on",
        ),
        ({"instruments": []}, r"instruments must be at least one, with different names; got \[\]"),
        ({"instruments": "F"}, "instruments must be, for example, Spot.*; got 'F'"),
        (
            {"instruments": hr.LinearContract("X", 1)},
            "the instruments must have a column of the table for 'X'",
        ),
        (
            {"instruments": hr.LinearContract("H", 1)},
            r"hedged with \['H'\]; it is of 'A' hedged with \['F'\]",
        ),
        (
            {"instruments": [hr.LinearContract("F", 1)] * 2},
            r"with different names; got \['F', 'F'\]. Pass each once",
        ),
        (
            {"instruments": hr.InverseContract("F", 1)},
            "rates must name the column with the price of the coin that 'F'",
        ),
        (
            {"holdings": {"H": -3}},
            "holdings must be of instruments; 'H' is not among F. Add the instrument, or count",
        ),
        (
            {"holdings": [1.0]},
            r"holdings must map names to values, each name once, such as {'F': -3}; got \[1.0\]",
        ),
        ({"holdings": -5}, "holdings must map names to values.*; got -5"),
        ({"holdings": pd.Series([1.0, 2.0], ["F", "F"])}, "each name once.*; got a Series"),
        (
            {"market": pd.DataFrame({"A": range(100)})},
            "market must be, for example, Market.*; got a DataFrame",
        ),
        ({"holdings": {"F": float("nan")}}, "holdings of 'F' must lie strictly"),
        ({"limits": {"F": 3}}, "limits must be made by hr.Limits.*; got {'F': 3}"),
        ({"objective": 0.0}, "objective must be made by hr.Objective.*; got 0.0"),
        (
            {"margin": hr.Margin({"X": 3.0})},
            "collateral must be of instruments; 'X' is not among F",
        ),
        ({"backtest": 3}, "backtest must come from hr.walk_forward; got 3"),
        ({"confidence": 1.0}, r"confidence must be the probability .*, in \[0.5, 1\); got 1.0"),
        ({"confidence": 0.05}, r"got 0.05. Did you mean confidence=0.95\?"),
        ({"seed": -1}, "seed must be a whole number of at least 0; got -1"),
        ({"position": 1e6}, "got 1000000.0. For an amount of currency use hr.hedge_notional"),
        ({"rebalancing": 0.1}, "rebalancing must be made by hr.NoTradeBands.* or .*; got 0.1"),
        ({"market": None}, "market must be, for example, Market.*; got None"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(
    parts: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.recommend(**(parts | change))


def refitted(parts: dict[str, Any], scale: Any) -> hr.hedges.HedgeFit:
    """The fit on returns that are something else."""
    asset, hedges = parts["market"].returns(POSITION, parts["instruments"])
    scaled = [scale(part) for part in (asset, hedges)]
    for part in scaled:
        part.attrs = {}
    return hr.OLSHedge().fit(*scaled)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_a_fit_of_other_data_is_refused(
    parts: dict[str, Any], table: pd.DataFrame, market: hr.Market
) -> None:
    message = "the fit must be made on market.returns.*Fit it on these, as fractions per date"
    for scale in (
        lambda x: 100 * x,
        lambda x: x.rolling(5).sum().dropna(),
        lambda x: x.shift(1).dropna(),
    ):
        with pytest.raises(hr.DataError, match=message):
            hr.recommend(**(parts | {"fit": refitted(parts, scale)}))
    with pytest.raises(
        hr.DataError,
        match="the fit must end where the market does, on 2024-02-06; it ends on 2024-01-27",
    ):
        hr.recommend(**(parts | {"fit": refitted(parts, lambda x: x.iloc[:-10])}))
    # zero is zero per cent, but the dates before are not
    constant = table.copy()
    constant.loc[table.index[-1], ["A", "F"]] = table.loc[table.index[-2], ["A", "F"]]
    unchanged = parts | {"market": hr.Market(constant)}
    with pytest.raises(hr.DataError, match=message):
        hr.recommend(**(unchanged | {"fit": refitted(unchanged, lambda x: 100 * x)}))
    coin = hr.Position({"COIN": 3.0})
    perpetual = hr.InverseContract("PERP", 100)
    plain = hr.returns(table[["COIN", "PERP"]])
    fit = hr.OLSHedge().fit(plain["COIN"], plain[["PERP"]])
    with pytest.raises(hr.DataError, match="it saw .* of 'PERP' where the market has"):
        hr.recommend(fit, coin, perpetual, market)


# none are cointegrated
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_models_of_prices_need_one_currency(
    table: pd.DataFrame, market: hr.Market, instruments: dict[str, Any]
) -> None:
    fit = hr.ErrorCorrectionHedge(kind="difference").fit(table["A"], table[["F"]])
    found = hr.recommend(fit, POSITION, instruments["F"], market)
    assert found.summary.loc["F", "target"] < 0
    fit = hr.ErrorCorrectionHedge(kind="difference").fit(table["A"], table[["G"]])
    with pytest.raises(
        hr.DataError,
        match="a model of prices must be of one asset.*; got 'G'. Use a model of returns",
    ):
        hr.recommend(fit, POSITION, instruments["G"], market)


@pytest.mark.filterwarnings("ignore:no single date should decide")
def test_prices_that_leave_nothing_to_hedge_are_refused(
    table: pd.DataFrame, parts: dict[str, Any]
) -> None:
    last = table.index[-1]
    for kind, column, price in (("simple", "F", 0.0), ("difference", "A", 0.0)):
        bad = table.copy()
        bad.loc[last, column] = price
        market = hr.Market(bad)
        with pytest.raises(hr.DataError, match="must be (positive|other than zero)"):
            fit = hr.OLSHedge().fit(*market.returns(POSITION, parts["instruments"], kind))
            hr.recommend(**(parts | {"fit": fit, "market": market}))
    negative = table.assign(A=table["A"] - table["A"].iloc[-1] - 5.0)
    market = hr.Market(negative)
    with pytest.raises(
        hr.DataError,
        match="prices must be positive for simple returns; column 'A'.*or use kind='difference'",
    ):
        market.returns(POSITION, parts["instruments"])
    fit = hr.OLSHedge().fit(*market.returns(POSITION, parts["instruments"], "difference"))
    found = hr.recommend(**(parts | {"fit": fit, "market": market}))
    assert found.summary.loc["F", "target"] < 0  # held long, whatever its price
    assert found.stress.loc["volatility", "hedged"] == pytest.approx(
        found.volatility["as recommended"], rel=1e-9
    )
    assert found.to_json()


def test_expired_contracts_are_refused(parts: dict[str, Any]) -> None:
    for expiry, fine in (("2024-02-06", True), ("2024-02-05", False)):
        future = replace(parts["instruments"][0], expiry=pd.Timestamp(expiry))
        if fine:
            hr.recommend(**(parts | {"instruments": future}))
            continue
        with pytest.raises(
            hr.DataError,
            match="'F' must not have expired; it did on 2024-02-05.*it was rolled into",
        ):
            hr.recommend(**(parts | {"instruments": future}))


def test_holdings_may_be_a_series(parts: dict[str, Any]) -> None:
    found = hr.recommend(**parts, holdings=pd.Series({"F": -2.0}))
    assert found.problem.holdings.tolist() == [-2.0]


def backtest_of(
    market: hr.Market, instrument: Any, asset: str, kind: Any = "simple", first: int = 0
) -> hr.evaluation.Backtest:
    returns = market.returns(hr.Position({asset: 1.0}), instrument, kind)
    asset_returns, hedges = (part.iloc[first : first + 300] for part in returns)
    return hr.walk_forward({}, asset_returns.rename("A"), hedges, window=150, refit_every=100)


@pytest.mark.long
def test_a_backtest_of_other_returns_or_dates_is_refused(
    parts: dict[str, Any], market: hr.Market, instruments: dict[str, Any], table: pd.DataFrame
) -> None:
    future = instruments["F"]
    for first in (0, 100):
        backtest = backtest_of(market, future, "A", first=first)
        assert hr.recommend(**parts, backtest=backtest).action == "trade"
    for asset, kind in (("B", "simple"), ("A", "difference")):
        with pytest.raises(
            hr.DataError, match="backtest must be of 'A' and of the fit's kind of returns; on 2023"
        ):
            hr.recommend(**parts, backtest=backtest_of(market, future, asset, kind))
    short = hr.Market(table.iloc[:350])
    early = parts | {"market": short, "fit": hr.OLSHedge().fit(*short.returns(POSITION, future))}
    message = "market, from 2023-01-03 to 2023-12-17; it has 2024-02-06. Run walk_forward"
    with pytest.raises(hr.DataError, match=message):
        hr.recommend(**early, backtest=backtest_of(market, future, "A", first=100))


def test_a_backtest_of_log_returns_needs_a_fit_of_them(
    parts: dict[str, Any], table: pd.DataFrame
) -> None:
    logs = hr.returns(table[["A", "F"]], "log")
    backtest = hr.walk_forward({}, logs["A"], logs[["F"]], window=200, refit_every=100)
    fit = hr.OLSHedge().fit(logs["A"], logs[["F"]])
    assert hr.recommend(**(parts | {"fit": fit}), backtest=backtest).action == "trade"
    with pytest.raises(hr.DataError, match="of the fit's kind of returns"):
        hr.recommend(**parts, backtest=backtest)


def test_a_backtest_of_other_hedges_is_refused(
    parts: dict[str, Any], market: hr.Market, instruments: dict[str, Any]
) -> None:
    asset, hedges = market.returns(POSITION, instruments["H"])
    other = hr.walk_forward({}, asset, hedges, window=200, refit_every=100)
    with pytest.raises(
        hr.DataError, match=r"the backtest must be of the hedges \['F'\]; it is of \['H'\]. Run"
    ):
        hr.recommend(**parts, backtest=other)
