"""Parts that do not belong together are refused, with the field and what mends it."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr

POSITION = hr.Position({"A": 40_000.0})


@pytest.fixture(scope="module")
def parts(market: hr.Market, instruments: dict[str, Any]) -> dict[str, Any]:
    """A book that is well."""
    future = instruments["F"]
    fit = hr.OLSHedge().fit(*market.returns(POSITION, future))
    return {"fit": fit, "position": POSITION, "instruments": [future], "market": market}


def test_the_good_book_is_accepted(parts: dict[str, Any]) -> None:
    assert hr.recommend(**parts).action == "trade"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fit": hr.OLSHedge()}, "fit must be such as OLSHedge.*fit.*; got OLSHedge"),
        ({"position": {"A": 1.0}}, "position must be such as Position.*; got {'A': 1.0}"),
        ({"market": 5}, "market must be such as Market.*; got 5"),
        (
            {"position": hr.Position({"X": 1.0})},
            "the position must have a column of the table for 'X'.*Rename the column",
        ),
        (
            {"position": hr.Position({"B": 1.0})},
            r"the fit must be of 'B' hedged with \['F'\]; it is of 'A'.*Fit it on",
        ),
        ({"instruments": []}, r"instruments must be at least one, with different names; got \[\]"),
        ({"instruments": "F"}, "instruments must be such as Spot.*; got 'F'"),
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
            "market must be such as Market.*; got a DataFrame",
        ),
        ({"holdings": {"F": float("nan")}}, "holdings of 'F' must lie strictly"),
        ({"limits": {"F": 3}}, "limits must be made by hr.Limits.*; got {'F': 3}"),
        ({"objective": 0.0}, "objective must be made by hr.Objective.*; got 0.0"),
        (
            {"margin": hr.Margin({"X": 3.0})},
            "collateral must be of instruments; 'X' is not among F",
        ),
        ({"backtest": 3}, "backtest must come from hr.walk_forward; got 3"),
        ({"level": 1.0}, "level must lie strictly between 0 and 1; got 1.0"),
        ({"seed": -1}, "seed must be a whole number of at least 0; got -1"),
        (
            {"notional": 1e6},
            "give a notional, or a position with instruments and a market, not both; beside the",
        ),
        ({"market": None}, "recommend needs a position, its instruments and a market"),
    ],
)
def test_bad_parts(parts: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.recommend(**(parts | change))


def refitted(parts: dict[str, Any], scale: Any) -> hr.hedges.HedgeFit:
    """The fit on returns that are something else."""
    asset, hedges = parts["market"].returns(POSITION, parts["instruments"])
    asset, hedges = scale(asset), scale(hedges)
    asset.attrs, hedges.attrs = {}, {}
    return hr.OLSHedge().fit(asset, hedges)


def test_fits_of_other_data(parts: dict[str, Any], table: pd.DataFrame, market: hr.Market) -> None:
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
    standing = table.copy()
    standing.loc[standing.index[-1], ["A", "F"]] = standing.loc[standing.index[-2], ["A", "F"]]
    still = parts | {"market": hr.Market(standing)}
    with pytest.raises(
        hr.DataError, match=message
    ):  # zero is zero per cent, but the dates before are not
        hr.recommend(**(still | {"fit": refitted(still, lambda x: 100 * x)}))
    coin, perpetual = hr.Position({"COIN": 3.0}), hr.InverseContract("PERP", 100)
    plain = hr.returns(table[["COIN", "PERP"]])
    with pytest.raises(hr.DataError, match="it saw .* of 'PERP' where the market has"):
        hr.recommend(
            hr.OLSHedge().fit(plain["COIN"], plain[["PERP"]]),
            position=coin,
            instruments=perpetual,
            market=market,
        )


@pytest.mark.filterwarnings(
    "ignore::hedgeresearch.errors.ConvergenceWarning"
)  # none are cointegrated
def test_models_of_prices(
    table: pd.DataFrame, market: hr.Market, instruments: dict[str, Any]
) -> None:
    fit = hr.ErrorCorrectionHedge(kind="difference").fit(table["A"], table[["F"]])
    found = hr.recommend(fit, position=POSITION, instruments=instruments["F"], market=market)
    assert found.summary.loc["F", "best"] < 0
    fit = hr.ErrorCorrectionHedge(kind="difference").fit(table["A"], table[["G"]])
    with pytest.raises(
        hr.DataError,
        match="a model of prices must be of one asset.*; got 'G'. Use a model of returns",
    ):
        hr.recommend(fit, position=POSITION, instruments=instruments["G"], market=market)


def test_prices_that_leave_nothing_to_hedge(table: pd.DataFrame, parts: dict[str, Any]) -> None:
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
    assert found.summary.loc["F", "best"] < 0  # held long, whatever its price
    assert found.stress.loc["volatility", "hedged"] == pytest.approx(
        found.volatility["as recommended"], rel=1e-9
    )
    assert found.to_json()


def test_expired_contracts(parts: dict[str, Any]) -> None:
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


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rates": {"TYPO": "COIN"}}, "rates must have a column of the table for 'TYPO'"),
        ({"rates": {"PERP": "TYPO"}}, "rates of 'PERP' must have a column of the table for 'TYPO'"),
        ({"rates": ["PERP"]}, r"rates must map names to values.*; got \['PERP'\]"),
        (
            {"rates": {"PERP": pd.Series([1.0])}},
            "name of a column of the table or a number; got a Series. Put it into",
        ),
        (
            {"funding": {"PERP": 0.1}},
            "funding of 'PERP' must be the name of a column of the table; got 0.1",
        ),
        ({"rates": {"PERP": 0.0}}, "rates of 'PERP' must lie strictly between 0 and inf; got 0.0"),
        ({"funding": {"PERP": "TYPO"}}, "funding of 'PERP' must have a column"),
        ({"underlying": {"F": "TYPO"}}, "underlying of 'F' must have a column"),
    ],
)
def test_bad_markets(table: pd.DataFrame, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Market(table, **settings)


def test_tables_with_gaps_or_rates_that_are_not_positive(table: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="table must be finite; column 'A' has a gap"):
        hr.Market(table.assign(A=table["A"].where(table.index != table.index[7])))
    with pytest.raises(
        hr.DataError, match="rate of 'G', 'FX', must be positive; got -1 on 2023-01-02"
    ):
        hr.Market(table.assign(FX=-1.0), rates={"G": "FX"})
    mixed = table.iloc[:6].set_axis([pd.Timestamp("2024-01-01", tz=tz) for tz in ("UTC", None) * 3])
    with pytest.raises(hr.DataError, match="table must be indexed by dates"):
        hr.Market(mixed)
    with pytest.raises(hr.DataError, match="lot must be a number above 0; got 0"):
        hr.LinearContract("F", 50, lot=0)


def test_holdings_may_be_a_series(parts: dict[str, Any]) -> None:
    found = hr.recommend(**parts, holdings=pd.Series({"F": -2.0}))
    assert found.book.held.tolist() == [-2.0]


@pytest.mark.parametrize(
    ("beside", "named"),
    [
        ({"holdings": {"F": 1.0}, "limits": hr.Limits(gross=3)}, "holdings, limits"),
        ({"level": 0.9, "seed": 1}, "level, seed"),
        ({"instruments": [hr.LinearContract("F", 1)]}, "instruments"),
        ({"objective": hr.Objective(beta=0.1)}, "objective"),
        (
            {"rebalancing": hr.Rebalancing(0.2), "margin": hr.Margin(horizon=5)},
            "rebalancing, margin",
        ),
    ],
)
def test_beside_a_notional_nothing_else(
    parts: dict[str, Any], beside: dict[str, Any], named: str
) -> None:
    with pytest.raises(hr.DataError, match=f"beside the notional came {named}. Leave out"):
        hr.recommend(parts["fit"], 1e6, **beside)
    assert hr.recommend(parts["fit"], 1e6, limits=hr.Limits(), level=0.95).notional == 1e6


@pytest.mark.parametrize("column", ["FX", "A"])
def test_an_inverse_contract_beside_a_rate_that_is_not_of_its_coin(
    table: pd.DataFrame, column: str
) -> None:
    market = hr.Market(table, rates={"PERP": column})
    with pytest.raises(
        hr.DataError,
        match=f"the price of its coin.*; '{column}' is .* where the contract is 25336.1",
    ):
        market.returns(hr.Position({"COIN": 10.0}), hr.InverseContract("PERP", 100))


def backtest_of(
    market: hr.Market, instrument: Any, asset: str, kind: Any = "simple", first: int = 0
) -> hr.evaluation.Backtest:
    returns = market.returns(hr.Position({asset: 1.0}), instrument, kind)
    asset_returns, hedges = (part.iloc[first : first + 300] for part in returns)
    return hr.walk_forward({}, asset_returns.rename("A"), hedges, window=150, refit_every=100)


def test_backtest_of_another_asset_kind_or_period(
    parts: dict[str, Any], market: hr.Market, instruments: dict[str, Any], table: pd.DataFrame
) -> None:
    future = instruments["F"]
    for first in (0, 100):
        assert (
            hr.recommend(**parts, backtest=backtest_of(market, future, "A", first=first)).action
            == "trade"
        )
    for asset, kind in (("B", "simple"), ("A", "difference")):
        with pytest.raises(
            hr.DataError, match="backtest must be of 'A' and of the fit's kind of returns; on 2023"
        ):
            hr.recommend(**parts, backtest=backtest_of(market, future, asset, kind))
    short = hr.Market(table.iloc[:350])
    early = parts | {"market": short, "fit": hr.OLSHedge().fit(*short.returns(POSITION, future))}
    with pytest.raises(
        hr.DataError,
        match="dates of the market, from 2023-01-03 to 2023-12-17; it has 2024-02-06. Run walk_forward",
    ):
        hr.recommend(**early, backtest=backtest_of(market, future, "A", first=100))


def test_backtest_of_log_returns(parts: dict[str, Any], table: pd.DataFrame) -> None:
    logs = hr.returns(table[["A", "F"]], "log")
    backtest = hr.walk_forward({}, logs["A"], logs[["F"]], window=200, refit_every=100)
    fit = hr.OLSHedge().fit(logs["A"], logs[["F"]])
    assert hr.recommend(**(parts | {"fit": fit}), backtest=backtest).action == "trade"
    with pytest.raises(hr.DataError, match="of the fit's kind of returns"):
        hr.recommend(**parts, backtest=backtest)


def test_a_backtest_of_other_hedges(
    parts: dict[str, Any], market: hr.Market, instruments: dict[str, Any]
) -> None:
    asset, hedges = market.returns(POSITION, instruments["H"])
    other = hr.walk_forward({}, asset, hedges, window=200, refit_every=100)
    with pytest.raises(
        hr.DataError, match=r"the backtest must be of the hedges \['F'\]; it is of \['H'\]. Run"
    ):
        hr.recommend(**parts, backtest=other)
