"""Deltas of a smile under assumptions on how it moves."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import DeltaHedge, OptionHedgeModel
from hedgeresearch.hedges.options.delta import SMILES
from hedgeresearch.options import OptionPanel, SimulatedSmiles, simulate_smiles


@pytest.fixture(scope="module")
def smiles() -> SimulatedSmiles:
    """Calls and puts on 40 days of a skewed smile."""
    return simulate_smiles(40, kinds=("call", "put"), seed=3)


def smile_of_a_line(entry: dict[str, Any]) -> OptionPanel:
    """One date with the forward of the reference and a smile that is linear in the strike."""
    inputs = entry["inputs"]
    forward = inputs["spot"] * np.exp(inputs["rate"] - inputs["yield_"])
    strikes = inputs["strike"] + np.array([-0.2, -0.1, 0.0, 0.1, 0.2])
    volatility = inputs["volatility"] + inputs["skew_per_dollar"] * (strikes - inputs["strike"])
    price = hr.options.black_price(forward, strikes, inputs["maturity"], volatility)
    table = pd.DataFrame(
        {
            "date": pd.Timestamp("2024-01-02"),
            "next_date": pd.NaT,
            "contract": [f"{strike:g}" for strike in strikes],
            "kind": "call",
            "strike": strikes,
            "expiry": float(inputs["maturity"]),
            "forward": forward,
            "volatility": volatility,
            "price": price,
            "next_forward": np.nan,
            "next_price": np.nan,
            "next_volatility": np.nan,
        }
    )
    return OptionPanel(table)


def test_deltas_are_those_of_a_published_note(option_reference: dict[str, Any]) -> None:
    # the note hedges with the spot S = F D / D_q; its local volatility moves by d sigma / dK for
    # the spot, ours for the forward
    entry = option_reference["smile_adjusted_deltas"]
    panel = smile_of_a_line(entry)
    inputs = entry["inputs"]
    discount = np.exp(-inputs["yield_"] * inputs["maturity"])
    found = {
        smile: discount * DeltaHedge(smile=smile).fit(panel).next_ratio.loc["100", "future"]
        for smile in ("sticky_strike", "sticky_moneyness", "local_volatility")
    }
    per_spot = inputs["spot"] / panel.arrays.forward[0]
    correction = found["local_volatility"] - found["sticky_strike"]
    found["local_volatility"] = found["sticky_strike"] + per_spot * correction
    for smile, delta in found.items():
        assert delta == pytest.approx(entry["values"][smile], abs=entry["tolerance"]), smile


def test_sticky_strike_is_blacks_delta(smiles: SimulatedSmiles) -> None:
    fit = DeltaHedge().fit(smiles.panel)
    np.testing.assert_array_equal(fit.ratios[:, 0], smiles.panel.arrays.delta)


def test_bartlett_is_the_true_delta_of_least_variance(smiles: SimulatedSmiles) -> None:
    fit = DeltaHedge(smile="sabr_bartlett").fit(smiles.panel)
    np.testing.assert_allclose(fit.ratios[:, 0], smiles.minimum_variance_delta, atol=1e-8)


def test_sabr_and_sticky_moneyness_nearly_agree(smiles: SimulatedSmiles) -> None:
    sabr = DeltaHedge(smile="sabr").fit(smiles.panel).ratios
    moneyness = DeltaHedge(smile="sticky_moneyness").fit(smiles.panel).ratios
    money = np.abs(np.abs(smiles.panel.arrays.delta) - 0.5) < 0.25
    np.testing.assert_allclose(sabr[money], moneyness[money], atol=0.01)


def test_skew_orders_the_deltas(smiles: SimulatedSmiles) -> None:
    ratios = {smile: DeltaHedge(smile=smile).fit(smiles.panel).ratios for smile in SMILES}
    money = np.abs(np.abs(smiles.panel.arrays.delta) - 0.5) < 0.15
    for lower, higher in (
        ("sabr_bartlett", "sticky_strike"),
        ("local_volatility", "sticky_strike"),
        ("sticky_strike", "sticky_moneyness"),
        ("sticky_strike", "sabr"),
    ):
        assert (ratios[lower] < ratios[higher])[money].all(), (lower, higher)


@pytest.mark.parametrize("smile", SMILES)
def test_ratio_of_a_date_uses_that_date_only(smile: str, smiles: SimulatedSmiles) -> None:
    model = DeltaHedge("premium_adjusted", smile=smile)  # type: ignore[arg-type]
    assert isinstance(model, OptionHedgeModel)
    fit = model.fit(smiles.panel.days(0, 10))
    later = fit.extend(smiles.panel.days(10, 20))
    whole = model.fit(smiles.panel)
    np.testing.assert_allclose(later.ratios, whole.ratios[720:1440], rtol=1e-9)
    alone = model.fit(smiles.panel.days(12, 13))
    np.testing.assert_allclose(alone.ratios, whole.ratios[12 * 72 : 13 * 72], rtol=1e-9)


def test_premium_adjusted_delta_is_that_of_a_coin_account(option_reference: dict[str, Any]) -> None:
    entry = option_reference["inverse_option_delta"]
    inputs = entry["inputs"]
    years = inputs["days"] / 365
    parts = simulate_smiles(2, days=(63,), deltas=(0.5,)).panel.table.iloc[:1]
    for row in entry["values"]:
        kind = "call" if row["call_put"] == 1 else "put"
        strike = row["moneyness"] * inputs["spot"]
        price = hr.options.black_price(inputs["spot"], strike, years, inputs["volatility"], kind)
        one = parts.assign(
            kind=kind,
            forward=inputs["spot"],
            next_forward=inputs["spot"],
            strike=strike,
            expiry=years,
            volatility=inputs["volatility"],
            price=price,
            next_price=price,
        )
        for convention, name in (("forward", "black"), ("premium_adjusted", "premium_adjusted")):
            fit = DeltaHedge(convention).fit(OptionPanel(one))  # type: ignore[arg-type]
            assert fit.ratios[0, 0] == pytest.approx(row[name], abs=1e-12)
        assert row["coin_account"] == pytest.approx(fit.ratios[0, 0], abs=entry["tolerance"])


def test_nothing_estimated_has_no_standard_errors(smiles: SimulatedSmiles) -> None:
    fit = DeltaHedge().fit(smiles.panel)
    with pytest.raises(hr.DataError, match="has no standard errors"):
        fit.standard_errors  # noqa: B018 (a property that raises)
    assert fit.summary.equals(fit.next_ratio)
    assert not DeltaHedge().traits.estimates


def test_bad_settings_are_refused(smiles: SimulatedSmiles) -> None:
    with pytest.raises(hr.DataError, match="smile must be one of"):
        DeltaHedge(smile="sticky")  # type: ignore[arg-type]
    with pytest.raises(hr.DataError, match="convention must be"):
        DeltaHedge("spot")  # type: ignore[arg-type]
    few = simulate_smiles(3, deltas=(0.4, 0.6), seed=1).panel
    with pytest.raises(hr.DataError, match="slope of a smile needs 3 strikes"):
        DeltaHedge(smile="sticky_moneyness").fit(few)
