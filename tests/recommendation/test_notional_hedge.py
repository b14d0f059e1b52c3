"""A hedge of an amount of currency: its sentence, tables and plain values."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

FitOne = Callable[..., hr.hedges.HedgeFit]


def test_sentence_holds_the_numbers(fit_one: FitOne) -> None:
    result = hr.hedge_notional(fit_one(0.8), 1_234_567)
    for text in (
        "against oil worth 1,234,567, held long; amounts are in its currency.",
        f"Sell gas worth {result.sell['gas']:,.0f} ",
        f"(ratio {result.ratio['gas']:.3f}, 95% interval ",
        f"from {result.volatility_before:,.0f} to {result.volatility_after:,.0f}",
        f"a variance reduction of {result.effectiveness:.1%} under the model.",
        "Expected volatility of the position over the next day falls from",
        "The reduction was not measured out of sample: no backtest was given.",
    ):
        assert text in result.decision
    assert repr(result) == f"NotionalHedge({result.decision})"
    assert result.sentence == result.decision


def test_a_negative_ratio_says_buy(fit_one: FitOne) -> None:
    result = hr.hedge_notional(fit_one(-0.8), 1e6)
    assert result.sell["gas"] < 0
    assert f"Buy gas worth {-result.sell['gas']:,.0f} (ratio -0." in result.decision
    assert "Sell" in hr.hedge_notional(fit_one(-0.8), -1e6).sentence


def test_regimes_are_shown(regime_fit: hr.hedges.HedgeFit) -> None:
    result = hr.hedge_notional(regime_fit, 1e6)
    assert result.regime_probabilities is not None
    assert result.ratio_by_regime is not None
    assert result.regime_probabilities.sum() == pytest.approx(1.0)
    pd.testing.assert_frame_equal(result.ratio_by_regime, regime_fit.by_regime)
    ratios = result.ratio_by_regime["hedge"]
    assert ratios.min() <= result.ratio["hedge"] <= ratios.max()
    probabilities = result.regime_probabilities
    likely = f"Regime {probabilities.idxmax()} is the most likely regime for the next business day"
    assert result.sentence.endswith(f" {likely} ({probabilities.max():.0%}).")
    columns = [f"ratio in regime {k} ({p:.0%})" for k, p in probabilities.items()]
    assert list(result.summary.columns) == ["ratio", "sell", "lower", "upper", *columns]
    np.testing.assert_array_equal(result.summary[columns], result.ratio_by_regime.T)


def test_without_regimes_there_are_none(ewma_fit: hr.hedges.HedgeFit, fit_one: FitOne) -> None:
    for fit in (ewma_fit, fit_one(0.8)):
        result = hr.hedge_notional(fit, 1e6)
        assert result.regime_probabilities is None
        assert result.ratio_by_regime is None
        assert "regime" not in result.sentence.lower()
        assert list(result.summary.columns) == ["ratio", "sell", "lower", "upper"]
    assert hr.hedge_notional(ewma_fit, 1e6).summary.index.tolist() == ["gas", "coal"]


def types_in(value: Any) -> set[type]:
    if isinstance(value, dict):
        return {type(key) for key in value} | set().union(*(types_in(v) for v in value.values()))
    return {type(value)}


@pytest.mark.parametrize(
    "notional", [1_000_000, -1e6, np.int64(1000), np.float64(1e6), np.float32(1e6)]
)
def test_to_dict_is_plain_and_survives_json(
    regime_fit: hr.hedges.HedgeFit, ewma_fit: hr.hedges.HedgeFit, notional: float, fit_one: FitOne
) -> None:
    for fit in (regime_fit, ewma_fit, fit_one(0.8)):
        result = hr.hedge_notional(fit, notional).to_dict()
        assert json.loads(json.dumps(result)) == result
        assert types_in(result) <= {str, float, int, list, type(None)}
    assert list(hr.hedge_notional(regime_fit, notional).to_dict()["ratio_by_regime"]) == ["0", "1"]


def test_to_dict_holds_the_attributes(ewma_fit: hr.hedges.HedgeFit) -> None:
    result = hr.hedge_notional(ewma_fit, 1e6)
    plain = result.to_dict()
    assert plain["sell"] == result.sell.to_dict()
    assert plain["ratio"] == result.ratio.to_dict()
    assert plain["as_of"] == str(ewma_fit.last_date.date())
    assert plain["expected_volatility_before"] == result.volatility_before
    assert plain["expected_volatility_after"] == result.volatility_after
    assert plain["expected_effectiveness"] == result.effectiveness
    assert (plain["regime_probabilities"], plain["ratio_by_regime"]) == (None, None)
    assert plain["orders"] == result.orders.to_dict("records")
    assert plain["interval"]["gas"] == ewma_fit.conf_int().loc["gas"].to_dict()
    assert (plain["decision"], plain["reasons"]) == (result.decision, result.reasons)
    assert (plain["out_of_sample"], plain["tournament"]) == (None, None)


def test_html_escapes_names(fit_one: FitOne) -> None:
    result = hr.hedge_notional(fit_one(0.8, ("<i>a</i>", "<b>x</b>")), 1e6)
    html = result._repr_html_()
    assert "<b>x" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "As of 2020-09-06, OLSHedge()." in html


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_a_hedge_that_adds_risk_says_so() -> None:
    returns = hr.data.simulate_dcc(n_dates=200, seed=1).returns
    mirrored = (-returns["asset"]).rename("mirror")
    fit = hr.NaiveHedge().fit(returns["asset"], mirrored)
    sentence = hr.hedge_notional(fit, 1e6).sentence
    assert "over the next business day rises from" in sentence
    assert "a variance increase of 300.0% under the model" in sentence


def test_small_sums_keep_their_digits() -> None:
    returns = hr.data.simulate_dcc(n_dates=200, seed=1).returns
    fit = hr.OLSHedge().fit(returns["asset"], returns["hedge"])
    assert "against asset worth 0.5, held long;" in hr.hedge_notional(fit, 0.5).sentence


def test_amounts_have_the_currency_that_is_named(fit_one: FitOne) -> None:
    plain = hr.hedge_notional(fit_one(0.8), 1e6)
    named = hr.hedge_notional(fit_one(0.8), 1e6, currency="JPY")
    sold = f"{named.sell['gas']:,.0f}"
    assert f"Sell gas worth {sold} JPY " in named.decision
    assert "against oil worth 1,000,000 JPY, held long." in named.decision
    assert f"from {named.volatility_before:,.0f} JPY to" in named.decision
    assert (named.to_dict()["currency"], plain.to_dict()["currency"]) == ("JPY", None)
    unnamed = plain.decision.replace("; amounts are in its currency", "")
    assert named.decision.replace(" JPY", "") == unnamed
    with pytest.raises(hr.DataError, match="currency must be a name, such as 'USD'; got 5"):
        hr.hedge_notional(fit_one(0.8), 1e6, currency=5)  # type: ignore[arg-type]
