"""From a fitted hedge to what to sell: signs, expected volatilities against arithmetic, and how it reads."""

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(
        n_dates=600, n_series=3, names=["oil", "gas", "coal"], seed=5
    ).returns


@pytest.fixture(scope="module")
def ewma(returns: pd.DataFrame) -> hr.hedges.HedgeFit:
    return hr.MinimumVarianceHedge(hr.EWMACovariance(0.97)).fit(
        returns["oil"], returns[["gas", "coal"]]
    )


@pytest.fixture(scope="module")
def regimes() -> hr.hedges.HedgeFit:
    simulated = hr.data.simulate_regimes(n_dates=800, seed=2).returns
    return hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)).fit(
        simulated["asset"], simulated[["hedge"]]
    )


def fit_one(slope: float, names: tuple[str, str] = ("oil", "gas")) -> hr.hedges.HedgeFit:
    """An OLS hedge with a ratio near ``slope``."""
    rng = np.random.default_rng(3)
    hedge = rng.normal(scale=0.01, size=250)
    dates = pd.date_range("2020-01-01", periods=250)
    data = pd.DataFrame(
        {names[0]: slope * hedge + rng.normal(scale=0.002, size=250), names[1]: hedge}, dates
    )
    return hr.OLSHedge().fit(data[names[0]], data[[names[1]]])


@pytest.mark.parametrize("notional", [1_000_000, -250_000.0, 1e-3])
def test_sell_is_ratio_times_notional(ewma: hr.hedges.HedgeFit, notional: float) -> None:
    result = hr.recommend(ewma, notional)
    assert result.sell.to_dict() == {
        name: ewma.next_ratio[name] * notional for name in ("gas", "coal")
    }
    pd.testing.assert_series_equal(result.ratio, ewma.next_ratio)
    assert (result.asset, result.as_of, result.notional) == ("oil", ewma.last_date, notional)
    assert result.model == "MinimumVarianceHedge(EWMACovariance(decay=0.97))"


def test_a_short_position_flips_the_trades_and_nothing_else(ewma: hr.hedges.HedgeFit) -> None:
    long, short = hr.recommend(ewma, 5e5), hr.recommend(ewma, -5e5)
    pd.testing.assert_series_equal(short.sell, -long.sell)
    pd.testing.assert_series_equal(short.ratio, long.ratio)
    for name in ("volatility_before", "volatility_after", "effectiveness"):
        assert getattr(short, name) == getattr(long, name) > 0
    assert "500,000 long oil, sell " in long.sentence
    assert "500,000 short oil, buy " in short.sentence


def test_expected_volatilities_of_two_hedges_by_arithmetic(ewma: hr.hedges.HedgeFit) -> None:
    result, h = hr.recommend(ewma, -2e6), ewma.next_covariance
    x, y = ewma.next_ratio["gas"], ewma.next_ratio["coal"]
    variance = h.loc["oil", "oil"] + x**2 * h.loc["gas", "gas"] + y**2 * h.loc["coal", "coal"]
    variance += 2 * (
        x * y * h.loc["gas", "coal"] - x * h.loc["oil", "gas"] - y * h.loc["oil", "coal"]
    )
    assert result.volatility_before == pytest.approx(
        2e6 * math.sqrt(h.loc["oil", "oil"]), rel=1e-12
    )
    assert result.volatility_after == pytest.approx(2e6 * math.sqrt(variance), rel=1e-10)
    assert result.effectiveness == pytest.approx(1 - variance / h.loc["oil", "oil"], rel=1e-10)
    assert result.effectiveness == pytest.approx(
        1 - (result.volatility_after / result.volatility_before) ** 2
    )


def test_a_minimum_variance_hedge_is_not_expected_to_add_volatility(
    ewma: hr.hedges.HedgeFit, regimes: hr.hedges.HedgeFit
) -> None:
    for fit in (ewma, regimes, fit_one(0.0), fit_one(1.0)):
        result = hr.recommend(fit, 1e6)
        assert 0 < result.volatility_after <= result.volatility_before
        assert 0 <= result.effectiveness < 1


def test_after_extending_it_is_about_the_new_last_date(returns: pd.DataFrame) -> None:
    parts = returns.iloc[:500], returns.iloc[500:]
    model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    first, new = (part["oil"] for part in parts), (part[["gas", "coal"]] for part in parts)
    (asset, later_asset), (hedges, later_hedges) = first, new
    extended = hr.recommend(model.fit(asset, hedges).extend(later_asset, later_hedges), 1e6)
    whole = hr.recommend(model.fit(returns["oil"], returns[["gas", "coal"]]), 1e6)
    assert extended.as_of == whole.as_of == returns.index[-1]
    np.testing.assert_allclose(extended.sell, whole.sell, rtol=1e-10)


def test_sentence_holds_the_numbers() -> None:
    result = hr.recommend(fit_one(0.8), 1_234_567)
    for text in (
        "1,234,567 long oil",
        f"sell {result.sell['gas']:,.0f} of gas",
        f"(ratio {result.ratio['gas']:.3f})",
        f"from {result.volatility_before:,.0f} to {result.volatility_after:,.0f}",
        f"{result.effectiveness:.1%} of variance",
        "if the model holds.",
    ):
        assert text in result.sentence
    assert repr(result) == f"NotionalRecommendation({result.sentence})"


def test_a_negative_ratio_says_buy() -> None:
    result = hr.recommend(fit_one(-0.8), 1e6)
    assert result.sell["gas"] < 0
    assert f"buy {-result.sell['gas']:,.0f} of gas (ratio -0." in result.sentence
    assert "sell" in hr.recommend(fit_one(-0.8), -1e6).sentence


def test_regimes_are_shown(regimes: hr.hedges.HedgeFit) -> None:
    result = hr.recommend(regimes, 1e6)
    assert result.regime_probabilities is not None
    assert result.ratio_by_regime is not None
    assert result.regime_probabilities.sum() == pytest.approx(1.0)
    pd.testing.assert_frame_equal(result.ratio_by_regime, regimes.by_regime)
    assert (
        result.ratio_by_regime["hedge"].min()
        <= result.ratio["hedge"]
        <= result.ratio_by_regime["hedge"].max()
    )
    likeliest = result.regime_probabilities.idxmax()
    assert (
        f"; regime {likeliest} is the likeliest next, at {result.regime_probabilities.max():.0%}."
        in result.sentence
    )
    columns = [f"ratio in regime {k} ({p:.0%})" for k, p in result.regime_probabilities.items()]
    assert list(result.summary.columns) == ["ratio", "sell", *columns]
    assert (
        result.summary[columns].to_numpy().tolist() == result.ratio_by_regime.T.to_numpy().tolist()
    )


def test_without_regimes_there_are_none(ewma: hr.hedges.HedgeFit) -> None:
    for fit in (ewma, fit_one(0.8)):
        result = hr.recommend(fit, 1e6)
        assert result.regime_probabilities is None
        assert result.ratio_by_regime is None
        assert "regime" not in result.sentence
        assert list(result.summary.columns) == ["ratio", "sell"]
    assert hr.recommend(ewma, 1e6).summary.index.tolist() == ["gas", "coal"]


def types_in(value: Any) -> set[type]:
    if isinstance(value, dict):
        return {type(key) for key in value} | set().union(*(types_in(v) for v in value.values()))
    return {type(value)}


@pytest.mark.parametrize(
    "notional", [1_000_000, -1e6, np.int64(1000), np.float64(1e6), np.float32(1e6)]
)
def test_to_dict_is_plain_and_survives_json(
    regimes: hr.hedges.HedgeFit, ewma: hr.hedges.HedgeFit, notional: float
) -> None:
    for fit in (regimes, ewma, fit_one(0.8)):
        result = hr.recommend(fit, notional).to_dict()
        assert json.loads(json.dumps(result)) == result
        assert types_in(result) <= {str, float, type(None)}
    assert list(hr.recommend(regimes, notional).to_dict()["ratio_by_regime"]) == ["0", "1"]


def test_to_dict_is_the_recommendation(ewma: hr.hedges.HedgeFit) -> None:
    result = hr.recommend(ewma, 1e6)
    plain = result.to_dict()
    assert plain["sell"] == result.sell.to_dict()
    assert plain["ratio"] == result.ratio.to_dict()
    assert plain["as_of"] == str(ewma.last_date.date())
    assert plain["expected_volatility_before"] == result.volatility_before
    assert plain["expected_volatility_after"] == result.volatility_after
    assert plain["expected_effectiveness"] == result.effectiveness
    assert (plain["regime_probabilities"], plain["ratio_by_regime"]) == (None, None)


def test_differences_are_refused() -> None:
    prices = hr.load("nasdaq_sp500").iloc[:300]
    for kind in ("simple", "log"):
        returns = hr.returns(prices, kind=kind)
        assert (
            hr.recommend(hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]]), 1e6).sell[
                "SP500"
            ]
            > 0
        )
    returns = hr.returns(prices, kind="difference")
    fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    with pytest.raises(
        hr.DataError,
        match=r"fitted on price differences.*hr.returns\(prices\), or use fit.next_ratio",
    ):
        hr.recommend(fit, 1e6)
    later = returns.set_axis(returns.index + pd.Timedelta(days=4000))
    with pytest.raises(hr.DataError, match="fitted on price differences"):
        hr.recommend(fit.extend(later["NASDAQ"], later[["SP500"]]), 1e6)


@pytest.mark.parametrize(
    ("notional", "message"),
    [
        (0, "notional must not be zero"),
        (-0.0, "notional must not be zero"),
        (float("nan"), "notional must lie strictly between -inf and inf; got nan"),
        (float("inf"), "notional must lie strictly between -inf and inf; got inf"),
        (-float("inf"), "notional must lie strictly between -inf and inf; got -inf"),
        ("1", "notional must lie strictly between -inf and inf; got '1'"),
        (True, "notional must lie strictly between -inf and inf; got True"),
        (None, "recommend needs a position, its instruments and a market"),
    ],
)
def test_bad_notionals(ewma: hr.hedges.HedgeFit, notional: Any, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.recommend(ewma, notional)


def test_html_escapes_names() -> None:
    result = hr.recommend(fit_one(0.8, ("<i>a</i>", "<b>x</b>")), 1e6)
    html = result._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "As of 2020-09-06, OLSHedge()." in html


def test_a_hedge_that_adds_risk_says_so() -> None:
    returns = hr.data.simulate_dcc(n_dates=200, seed=1).returns
    mirrored = (-returns["asset"]).rename("mirror")
    sentence = hr.recommend(hr.NaiveHedge().fit(returns["asset"], mirrored), notional=1e6).sentence
    assert "expected to raise the volatility" in sentence
    assert "add 300.0% to its variance" in sentence


def test_small_sums_keep_their_digits() -> None:
    returns = hr.data.simulate_dcc(n_dates=200, seed=1).returns
    fit = hr.OLSHedge().fit(returns["asset"], returns["hedge"])
    assert "Against 0.5 long asset" in hr.recommend(fit, notional=0.5).sentence
    with pytest.raises(hr.DataError, match="fit must be a fitted hedge"):
        hr.recommend(hr.OLSHedge(), notional=1)
