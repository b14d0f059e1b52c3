"""The record on paper: valid by its schema, the same bytes for the same input, safe as HTML."""

import json
import pickle
from collections.abc import Callable
from importlib.resources import files
from io import StringIO
from itertools import chain
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation import record as module
from hedgeresearch.recommendation.narrative.evidence.regimes import regime_sentences

pytestmark = pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
jsonschema = pytest.importorskip("jsonschema")

Advise = Callable[..., hr.recommendation.Recommendation]
KINDS = ["future", "coin", "regimes", "portfolio", "differences", "few dates", "nothing", "perfect"]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found = json.loads(
        files("hedgeresearch.recommendation").joinpath("schema.json").read_text(encoding="utf-8")
    )
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@pytest.fixture(scope="module")
def records(
    advise: Advise, market: hr.Market, instruments: dict[str, Any]
) -> dict[str, hr.recommendation.Recommendation]:
    """Recommendations of many kinds."""
    asset, hedges = market.returns(hr.Position({"A": 40_000.0}), [instruments["F"]])
    backtest = hr.walk_forward({"ols": hr.OLSHedge()}, asset, hedges, window=200, refit_every=100)
    regime = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    short = hr.Market(market.table.iloc[-60:])
    units = {"A": 40_000.0}
    coins = {"COIN": 30.0}
    kept = hr.Objective(beta={"F": 0.1})
    gross = hr.Limits(gross=1e6)
    return {
        "future": advise(units, ["F"], backtest=backtest, margin=hr.Margin({"F": 3e5})),
        "coin": advise(coins, ["PERP"], margin=hr.Margin({"PERP": 40.0})),
        "regimes": advise({"A": -40_000.0}, ["F", "H"], regime, objective=kept),
        "portfolio": advise({"A": 30_000.0, "B": -4_000.0}, ["F", "G"], limits=gross),
        "differences": advise(units, ["F"], kind="difference"),
        "few dates": advise(units, ["F"], on=short),
        "nothing": advise(units, ["F"], limits=hr.Limits(contracts={"F": 0})),
        "perfect": advise(coins, ["PERP"], hr.NaiveHedge(), on=at_spot(market)),
    }


def at_spot(market: hr.Market) -> hr.Market:
    """A perpetual without basis."""
    return hr.Market(market.table.assign(PERP=market.table["COIN"]), rates={"PERP": "COIN"})


def leaves(value: Any) -> list[Any]:
    """All values in dictionaries and lists within each other."""
    if isinstance(value, dict):
        return leaves(list(value.values()))
    if isinstance(value, list):
        return list(chain.from_iterable(map(leaves, value)))
    return [value]


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_records_are_valid_by_the_schema_and_plain(
    records: dict[str, Any], schema: dict[str, Any], kind: str
) -> None:
    record = records[kind].to_dict()
    jsonschema.validate(record, schema, cls=jsonschema.Draft202012Validator)
    assert {type(leaf) for leaf in leaves(record)} <= {str, int, float, bool, type(None)}
    assert json.loads(records[kind].to_json()) == record
    for text in [record["decision"], *record["reasons"]]:
        assert "nan" not in text.replace("nance", "").split()
        assert "inf " not in text
        assert "e+" not in text
        assert len(text) <= 250
    assert record["terms"].keys() == record["instruments"].keys()


def test_the_schema_refuses_other_fields(records: dict[str, Any], schema: dict[str, Any]) -> None:
    for change in (
        {"more": 1},
        {"action": "wait"},
        {"orders": [{"instrument": "F"}]},
        {"tails": {}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(records["future"].to_dict() | change, schema)


def test_missing_parts_are_none_and_reasons_say_why(records: dict[str, Any]) -> None:
    few = records["few dates"]
    perfect = records["perfect"]
    assert few.to_dict()["tails"] is None
    with pytest.raises(hr.DataError, match="at least 80 rows"):
        _ = few.tails
    (text,) = [text for text in few.reasons if text.startswith("Tails not available:")]
    assert "80 rows" in text
    assert perfect.volatility["as recommended"] < 1e-3 * perfect.volatility["unhedged"]
    assert records["nothing"].to_dict()["tail_dependence"] is None
    assert records["nothing"].to_dict()["margin"] is None


def test_to_dict_holds_the_attributes(records: dict[str, Any]) -> None:
    record = records["future"]
    plain = record.to_dict()
    assert plain["orders"][0]["contracts"] == record.orders.iloc[0]["contracts"]
    assert plain["instruments"]["F"] == record.summary.loc["F"].to_dict()
    assert plain["instruments"]["F"]["cost"] == plain["orders"][0]["cost"] > 0.0
    trade = plain["instruments"]["F"]["trade"]
    assert trade == -plain["orders"][0]["contracts"] == record.holdings["F"]
    assert plain["volatility"] == record.volatility.to_dict()
    assert plain["margin"]["F"]["liquidation price"] == record.margin.loc["F", "liquidation price"]
    assert plain["stress"]["volatility"]["hedged"] == record.stress.loc["volatility", "hedged"]
    assert plain["reasons"] == record.reasons
    assert plain["confidence"]["ratios"]["F"] == record.confidence.ratios.loc["F"].to_dict()
    assert "300000" in plain["settings"]["margin"]
    with_regimes = records["regimes"]
    spacing = with_regimes.assessment.spacing
    assert regime_sentences(with_regimes.regimes, spacing, 1) in with_regimes.reasons


def test_same_input_gives_same_bytes_and_hash(
    records: dict[str, Any], advise: Advise, table: pd.DataFrame
) -> None:
    again = advise({"COIN": 30.0}, ["PERP"], margin=hr.Margin({"PERP": 40.0}))
    assert again.to_json() == records["coin"].to_json()
    other = table.copy()
    other.iloc[5, 0] += 1e-9
    rates = {"PERP": "COIN", "G": "FX"}
    funding = {"PERP": "FUNDING"}
    changed = advise({"COIN": 30.0}, ["PERP"], on=hr.Market(other, rates=rates, funding=funding))
    assert changed.to_dict()["data"]["sha256"] != again.to_dict()["data"]["sha256"]
    assert changed.holdings.to_dict() == again.holdings.to_dict()


def hash_of(on: hr.Market, future: hr.LinearContract, units: float = 40_000.0) -> str:
    position = hr.Position({"A": units})
    fit = hr.OLSHedge().fit(*on.returns(position, future))
    found = hr.recommend(fit, position, future, on)
    return str(found.to_dict()["data"]["sha256"])


@pytest.mark.long
def test_the_hash_covers_all_inputs(table: pd.DataFrame) -> None:
    future = hr.LinearContract("F", 50)
    table = table[["A", "B", "F", "G", "FX", "FUNDING"]]
    perpetual = hr.LinearContract("F", 50, funding="8-hourly")
    found = [
        hash_of(hr.Market(table), future),
        hash_of(hr.Market(table.rename(columns={"G": "H"})), future),  # a name
        hash_of(hr.Market(table.set_axis(table.index + pd.Timedelta(days=1))), future),  # the dates
        hash_of(hr.Market(table, rates={"F": "FX"}), future),
        hash_of(hr.Market(table, rates={"F": 1.1}), future),
        hash_of(hr.Market(table, underlying={"F": "A"}), future),
        hash_of(hr.Market(table, funding={"F": "FUNDING"}), perpetual),
        hash_of(hr.Market(table), perpetual),
    ]
    for terms in (
        {"multiplier": 5},
        {"fee": 0.001},
        {"half_spread": 0.001},
        {"maintenance_margin": 0.05},
        {"lot": 2.0},
        {"expiry": pd.Timestamp("2024-12-20")},
        {"expiry": pd.Timestamp("2025-03-21")},
        {"currency": "USD"},
    ):
        contract = hr.LinearContract("F", **({"multiplier": 50} | terms))
        found.append(hash_of(hr.Market(table), contract))
    assert len(set(found)) == len(found)
    assert hash_of(hr.Market(table.copy()), hr.LinearContract("F", 50.0)) == found[0]


def test_terms_and_market_are_written_out(records: dict[str, Any]) -> None:
    record = records["coin"].to_dict()
    assert record["market"] == {
        "rates": {"PERP": "COIN", "G": "FX"},
        "funding": {"PERP": "FUNDING"},
        "underlying": {},
    }
    terms = record["terms"]["PERP"]
    assert (terms["kind"], terms["value"], terms["fee"], terms["expiry"]) == (
        "InverseContract",
        100.0,
        0.0005,
        None,
    )
    assert (terms["funding"], terms["maintenance_margin"]) == ("8-hourly", 0.05)
    carry = records["coin"].carry[0]
    plain = record["carry"][0]
    for name in (
        "rate_per_year",
        "z_score",
        "roll_cost_per_year",
        "break_even_days",
        "break_even_move",
    ):
        assert plain[name] == getattr(carry, name)
    assert plain["break_even_move"] is None
    assert record["margin"]["PERP"]["currency"] == "coins"


def test_csv_is_the_order_list(records: dict[str, Any]) -> None:
    for kind in ("portfolio", "nothing"):
        read = pd.read_csv(StringIO(records[kind].to_csv()))
        assert list(read.columns) == ["instrument", "side", "contracts", "cost", "reason"]
        assert read.to_dict("records") == records[kind].orders.to_dict("records")


def test_html_escapes_names(table: pd.DataFrame) -> None:
    names = {"A": "<b>A & B</b>", "F": "F<script>"}
    market = hr.Market(table[["A", "F"]].rename(columns=names))
    position = hr.Position({names["A"]: 40_000.0})
    future = hr.LinearContract(names["F"], 50)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    html = hr.recommend(fit, position, future, market)._repr_html_()
    assert "<script>" not in html
    assert "<b>A" not in html
    assert "F&lt;script&gt;" in html
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in html
    assert "As of 2024-02-06, OLSHedge()." in html


def test_plot_draws_on_given_axes(records: dict[str, Any]) -> None:
    record = records["coin"]
    figure, axes = plt.subplots()
    assert record.plot(ax=axes) is axes
    assert axes.get_ylabel() == f"cumulative profit, {record.assessment.currency or 'currency'}"
    unhedged, hedged = (line.get_ydata() for line in axes.lines)
    asset, _ = record.problem.market.returns(record.problem.position, record.problem.instruments)
    np.testing.assert_allclose(unhedged, asset.cumsum() * record.valuation.value, rtol=1e-9)
    np.testing.assert_allclose(hedged, record.past.cumsum() * record.valuation.value, rtol=1e-9)
    assert np.diff(hedged).std() < np.diff(unhedged).std()
    plt.close(figure)


def test_repr_is_short_and_pickles_are_equal(records: dict[str, Any]) -> None:
    for record in records.values():
        assert len(repr(record)) < 90
        assert pickle.loads(pickle.dumps(record)).to_json() == record.to_json()
    assert repr(records["nothing"]) == "Recommendation(2024-02-06: hold)"
    order = records["future"].orders.iloc[0]
    assert repr(records["future"]) == f"Recommendation(2024-02-06: sell {order['contracts']:g} F)"


def test_versions_leave_out_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "hmmlearn":
            raise module.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(module, "version", version)
    versions = module.software_versions()
    assert versions["scipy"] == "1.0"
    assert "hmmlearn" not in versions
