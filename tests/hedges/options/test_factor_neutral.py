"""Factor-neutral hedges: neutral with enough hedges, least variance with fewer."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import (
    DeltaHedge,
    FactorNeutralHedge,
    factor_neutral_ratios,
)
from hedgeresearch.hedges.options.factors import FACTORS, exposures_of, factor_moves
from hedgeresearch.options import (
    OptionPanel,
    OptionTarget,
    SimulatedSmiles,
    greeks,
    simulate_smiles,
)


@pytest.fixture(scope="module")
def smiles() -> SimulatedSmiles:
    """Calls on 400 days."""
    return simulate_smiles(400, days=(21, 63, 126), seed=5)


def test_portfolio_is_neutral_as_in_a_textbook(option_reference: dict[str, Any]) -> None:
    entry = option_reference["hull_gamma_vega_neutral"]
    inputs = entry["inputs"]
    factors = ["delta", "gamma", "vega"]
    hedges = pd.DataFrame(
        {
            "w1": pd.Series(inputs["option_1"]),
            "w2": pd.Series(inputs["option_2"]),
            "underlying": pd.Series({"delta": 1.0, "gamma": 0.0, "vega": 0.0}),
        }
    ).loc[factors]
    ratios = factor_neutral_ratios(pd.Series(inputs["portfolio"])[factors], hedges)
    for name, position in entry["values"].items():
        assert -ratios[name] == pytest.approx(position, abs=entry["tolerance"] * 1e4), name


def test_as_many_hedges_as_factors_is_delta_vega_neutral(option_reference: dict[str, Any]) -> None:
    entry = option_reference["delta_vega_is_minimum_variance"]
    inputs = entry["inputs"]
    asset = inputs["asset"]
    first = greeks(asset["forward"], asset["strike"], asset["maturity"], asset["volatility"])
    second = greeks(
        asset["forward"], inputs["second_option"]["strike"], asset["maturity"], asset["volatility"]
    )
    held = pd.Series({"delta": float(first.delta), "vega": float(first.vega)})
    hedges = pd.DataFrame(
        {"future": [1.0, 0.0], "option": [float(second.delta), float(second.vega)]}, held.index
    )
    for rho in (inputs["rho"], 0.3):
        s = np.array([inputs["s_F"], inputs["s_sigma"]])
        covariance = pd.DataFrame(np.outer(s, s) * [[1, rho], [rho, 1]], held.index, held.index)
        found = factor_neutral_ratios(held, hedges, covariance)
        np.testing.assert_allclose(
            found, entry["values"]["two_hedges"], rtol=entry["tolerance"] * 10
        )
        slope = rho * s[1] / s[0]
        one = factor_neutral_ratios(held, hedges[["future"]], covariance)
        assert one["future"] == pytest.approx(held["delta"] + held["vega"] * slope, rel=1e-12)
        if rho == inputs["rho"]:
            assert one["future"] == pytest.approx(entry["values"]["one_hedge"], abs=1e-10)


def test_exposures_are_derivatives_of_the_moves(smiles: SimulatedSmiles) -> None:
    rows = simulate_smiles(3, kinds=("call", "put"), seed=1).panel.arrays
    sign = np.where(rows.sign > 0, "call", "put")

    def value(x: float, d: float, account: str) -> np.ndarray:
        forward = rows.forward * (1 + x) if account == "dollar" else rows.forward / (1 - x)
        price = hr.options.black_price(forward, rows.strike, rows.expiry, rows.volatility + d, sign)
        return np.asarray(price / (rows.forward if account == "dollar" else forward))

    for account in ("dollar", "coin"):
        found = exposures_of(rows, FACTORS, account)  # type: ignore[arg-type]
        e = 1e-4
        up = value(e, 0, account)
        down = value(-e, 0, account)
        more = value(0, e, account)
        less = value(0, -e, account)
        base = value(0, 0, account)
        cross = (value(e, e, account) - value(e, -e, account)) - (
            value(-e, e, account) - value(-e, -e, account)
        )
        expected = {
            "delta": (up - down) / (2 * e),
            "vega": (more - less) / (2 * e),
            "gamma": (up - 2 * base + down) / e**2,
            "vanna": cross / (4 * e**2),
            "volga": (more - 2 * base + less) / e**2,
        }
        for i, name in enumerate(FACTORS):
            scale = np.abs(expected[name]).max()
            np.testing.assert_allclose(found[:, i], expected[name], atol=1e-4 * scale)


def test_no_exposure_is_left_with_enough_hedges(smiles: SimulatedSmiles) -> None:
    hedge = FactorNeutralHedge(
        factors=("delta", "vega", "gamma"), options=(OptionTarget(), OptionTarget(years=0.5))
    )
    rows = smiles.panel.arrays
    fit = hedge.fit(smiles.panel)
    exposures = exposures_of(rows, hedge.factors, "dollar")
    left = exposures.copy()
    left[:, 0] -= fit.ratios[:, 0]
    for i in (1, 2):
        left -= fit.ratios[:, [i]] * exposures[fit.hedge_rows[rows.day_of_row, i - 1]]
    np.testing.assert_allclose(left, 0.0, atol=1e-9)
    np.testing.assert_array_equal(fit.standard_errors, 0.0)
    of_itself = fit.hedge_rows[:, 0]
    np.testing.assert_allclose(fit.ratios[of_itself], [[0.0, 1.0, 0.0]] * 400, atol=1e-9)


def test_future_alone_is_the_regression_of_the_moves(smiles: SimulatedSmiles) -> None:
    panel = smiles.panel
    fit = FactorNeutralHedge().fit(panel)
    delta, vega = factor_moves(panel.arrays, ("delta", "vega"), "dollar").T
    slope = np.cov(vega, delta)[0, 1] / delta.var(ddof=1)
    rows = panel.arrays
    expected = rows.delta + rows.vega / rows.forward * slope
    np.testing.assert_allclose(fit.ratios[:, 0], expected, rtol=1e-9)
    x = delta - delta.mean()
    residual = vega - vega.mean() - slope * x
    error = np.sqrt((x**2 * residual**2).sum()) / (x**2).sum()
    last = panel.days(399, 400).arrays
    np.testing.assert_allclose(
        fit.standard_errors["future"], last.vega / last.forward * error, rtol=1e-8
    )


def test_future_alone_gains_what_the_true_delta_does() -> None:
    panel = simulate_smiles(1500, seed=1).panel
    later = panel.days(750, 1500)
    black = (DeltaHedge().fit(later).hedging_errors ** 2).sum()
    fit = FactorNeutralHedge().fit(panel.days(0, 750)).extend(later)
    gain = 1 - (fit.hedging_errors**2).sum() / black
    best = 1 - (DeltaHedge(smile="sabr_bartlett").fit(later).hedging_errors ** 2).sum() / black
    assert best > 0.15
    assert 0.9 * best < gain < 1.1 * best


MODELS = {
    "sample": FactorNeutralHedge(),
    "ewma": FactorNeutralHedge(covariance=hr.EWMACovariance(0.97)),
    "regimes": FactorNeutralHedge(covariance=hr.GaussianHMM(2, n_starts=2)),
    "neutral": FactorNeutralHedge(options=(OptionTarget(years=0.5),)),
    "three factors": FactorNeutralHedge(("delta", "vega", "gamma"), options=(OptionTarget(),)),
    "coin": FactorNeutralHedge(convention="premium_adjusted"),
}


@pytest.mark.parametrize("name", MODELS)
def test_extension_by_day_is_that_at_once(name: str, smiles: SimulatedSmiles) -> None:
    fit = MODELS[name].fit(smiles.panel.days(0, 200))
    at_once = fit.extend(smiles.panel.days(200, 230))
    by_day = fit
    ratios = []
    for t in range(200, 230):
        by_day = by_day.extend(smiles.panel.days(t, t + 1))
        ratios.append(by_day.ratios)
    np.testing.assert_allclose(np.concatenate(ratios), at_once.ratios, rtol=1e-8, atol=1e-12)
    table = smiles.panel.days(230, 231).table.copy()
    table[["next_price", "next_forward", "next_volatility"]] = np.nan
    opened = at_once.extend(OptionPanel(table, 0.0, (0.0, 1.0)))
    closed = at_once.extend(smiles.panel.days(230, 231))
    np.testing.assert_allclose(opened.ratios, closed.ratios, rtol=1e-10)


def test_more_hedges_leave_less_variance(smiles: SimulatedSmiles) -> None:
    squares = [
        (FactorNeutralHedge(factors, options).fit(smiles.panel).hedging_errors ** 2).sum()
        for factors, options in (
            (("delta", "vega"), ()),
            (("delta", "vega"), (OptionTarget(),)),
            (("delta", "vega", "gamma"), (OptionTarget(), OptionTarget(years=1 / 12))),
        )
    ]
    assert squares[0] > 5 * squares[1] > 10 * squares[2]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"factors": ("vega",)}, "'delta' among them"),
        ({"factors": ("delta", "rho")}, "factors must be different ones"),
        ({"factors": ("delta",), "options": (OptionTarget(),)}, "no more hedges than factors"),
        ({"options": ("call",)}, "options must be different OptionTargets"),
        ({"covariance": hr.OLSHedge()}, "covariance must be a covariance model"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        FactorNeutralHedge(**settings)


def test_collinear_and_short_samples_are_refused(smiles: SimulatedSmiles) -> None:
    twice = FactorNeutralHedge(
        ("delta", "vega", "gamma"), options=(OptionTarget(), OptionTarget(delta=0.501))
    )
    with pytest.raises(hr.DataError, match=r"no hedge may be made of others; on 2000-01-03"):
        twice.fit(smiles.panel)
    with pytest.raises(hr.DataError, match="at least 60 days; got 59"):
        FactorNeutralHedge().fit(smiles.panel.days(0, 59))
    held = pd.Series([0.5, 1.0], ["delta", "vega"])
    future = pd.DataFrame({"future": [1.0, 0.0]}, held.index)
    with pytest.raises(hr.DataError, match="needs the covariance"):
        factor_neutral_ratios(held, future)
    with pytest.raises(hr.DataError, match="collinear"):
        factor_neutral_ratios(held, future.assign(other=[2.0, 0.0]))
