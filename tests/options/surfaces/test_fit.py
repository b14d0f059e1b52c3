"""SurfaceFit: volatilities between expiries and strikes, Greeks, extension and figures."""

import pickle
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError
from hedgeresearch.options import SABR, SSVI, SVI, OptionChain, SurfaceFit, greeks
from tests.options.conftest import MOMENT

Chains = Callable[..., OptionChain]


def smile(k: Any, years: float) -> Any:
    """Volatilities of an SVI smile whose total variance grows with time."""
    return np.sqrt(0.04 + 0.1 * (-0.4 * k + np.sqrt(k**2 + 0.04)))


@pytest.fixture
def fit(chain_of: Chains) -> SurfaceFit:
    return SVI().fit(chain_of(smile, days=(30.0, 91.0, 182.0), rate=0.03, index=99.0))


def test_volatilities_are_those_of_the_smiles(fit: SurfaceFit) -> None:
    strikes = np.array([80.0, 100.0, 130.0])
    for expiry, days in zip(fit.expiries, (30, 91, 182), strict=True):
        found = fit.volatility(strikes, expiry)
        assert_allclose(found, smile(np.log(strikes / 100.0), days / 365.0), rtol=1e-6)
    assert isinstance(fit.volatility(100.0, fit.expiries[0]), float)
    series = pd.Series(strikes, index=list("abc"))
    assert fit.volatility(series, 91 / 365).index.to_list() == ["a", "b", "c"]


def test_total_variance_is_linear_in_time_between_expiries(fit: SurfaceFit) -> None:
    first = 30.0 / 365.0
    second = 91.0 / 365.0
    middle = 0.5 * (first + second)
    ends = [fit.volatility(90.0, years) ** 2 * years for years in (first, second)]
    assert_allclose(fit.volatility(90.0, middle) ** 2 * middle, np.mean(ends), rtol=1e-12)
    expiry = MOMENT + (fit.expiries[1] - fit.expiries[0]) / 2 + pd.Timedelta(days=30)
    assert_allclose(fit.volatility(90.0, expiry), fit.volatility(90.0, middle), rtol=1e-12)


def test_each_option_has_its_own_expiry(fit: SurfaceFit) -> None:
    strikes = np.array([90.0, 90.0, 110.0])
    years = np.array([30.0, 100.0, 30.0]) / 365.0
    found = fit.volatility(strikes, years)
    each = [fit.volatility(*pair) for pair in zip(strikes, years, strict=True)]
    assert_allclose(found, each)


def test_forwards_are_geometric_between_expiries(chain_of: Chains) -> None:
    chain = chain_of(smile, days=(30.0, 90.0))
    later = chain.table["expiry"] == chain.expiries[1]
    moved = chain.table.copy()
    moved.loc[later, ["strike", "bid", "ask", "forward"]] *= 1.21
    fit = SVI().fit(OptionChain(moved, MOMENT))
    assert_allclose(fit.forward(60.0 / 365.0), 110.0, rtol=1e-9)
    # the same ln(K/F): of the forward of each
    k = np.log(99.0 / 110.0)
    total = [smile(k, 0.0) ** 2 * days / 365.0 for days in (30.0, 90.0)]
    assert_allclose(fit.volatility(99.0, 60.0 / 365.0) ** 2 * 60 / 365, np.mean(total), rtol=1e-6)


def test_times_beyond_the_expiries_are_refused(fit: SurfaceFit) -> None:
    for years in (10.0 / 365.0, 1.0):
        with pytest.raises(DataError, match="expiry must lie between 2024-06-21"):
            fit.volatility(100.0, years)
    near = fit.volatility(90.0, 10.0 / 365.0, extrapolate="flat")
    assert_allclose(near, fit.volatility(90.0, fit.expiries[0]))
    far = fit.volatility(90.0, 1.0, extrapolate="flat")
    assert_allclose(far, fit.volatility(90.0, fit.expiries[2]))
    with pytest.raises(DataError, match="extrapolate must be 'flat' or None"):
        fit.volatility(90.0, 1.0, extrapolate="linear")  # type: ignore[arg-type]


def test_far_strikes_have_the_slope_of_the_wing(fit: SurfaceFit) -> None:
    one = fit.smiles[0]
    strikes = 100.0 * np.exp(np.array([20.0, 21.0]))
    w = fit.volatility(strikes, fit.expiries[0]) ** 2 * one.years
    assert_allclose(np.diff(w), one.smile.b * (1.0 + one.smile.rho), rtol=1e-3)


@pytest.mark.parametrize("delta", ["forward", "spot", "premium_adjusted"])
def test_greeks_are_those_of_black_at_the_volatility(fit: SurfaceFit, delta: Any) -> None:
    strikes = np.array([90.0, 105.0])
    expiry = fit.expiries[1]
    found = fit.greeks(strikes, expiry, ["put", "call"], delta=delta)
    years = 91.0 / 365.0
    discount = np.exp(-0.03 * years)
    spot = {"spot_discount": 100.0 * discount / 99.0} if delta == "spot" else {}
    expected = greeks(
        100.0,
        strikes,
        years,
        fit.volatility(strikes, expiry),
        ["put", "call"],
        discount=discount,
        delta=delta,
        **spot,
    )
    pd.testing.assert_frame_equal(found.table, expected.table, rtol=1e-9)


def test_the_spot_delta_needs_the_index(chain_of: Chains) -> None:
    fit = SVI().fit(chain_of(smile))
    with pytest.raises(DataError, match="needs the level of the spot"):
        fit.greeks(100.0, fit.expiries[0], delta="spot")


@pytest.mark.parametrize("model", [SVI(), SSVI(), SABR()])
def test_fits_pickle_and_are_the_same_again(model: Any, spx: OptionChain) -> None:
    chain = spx.select(spx.expiries[1])
    model = type(model)(max_moneyness=0.1)
    fit = model.fit(chain)
    again = pickle.loads(pickle.dumps(fit))
    pd.testing.assert_frame_equal(again.parameters, model.fit(chain).parameters, rtol=0, atol=0)
    pd.testing.assert_frame_equal(again.summary, fit.summary)
    assert "SurfaceFit(" in repr(fit)
    assert "error, points" in fit._repr_html_()


@pytest.mark.parametrize("model", [SVI(), SSVI(), SABR()])
def test_extensions_start_at_the_smiles_before(model: Any, chain_of: Chains) -> None:
    fit = model.fit(chain_of(smile, days=(30.0, 91.0)))
    table = chain_of(lambda k, years: smile(k, years) + 0.01, days=(30.0, 91.0)).table
    later = OptionChain(table, MOMENT + pd.Timedelta(hours=1), forward_rule="table")
    extended = fit.extend(later)
    cold = model.fit(later)
    assert_allclose(
        extended.summary["error, points"], cold.summary["error, points"], rtol=1e-3, atol=1e-6
    )
    assert extended.arbitrage().is_free


def test_only_later_quotes_of_the_underlying_extend(fit: SurfaceFit) -> None:
    with pytest.raises(DataError, match="the new quotes must be later than"):
        fit.extend(fit.chain)
    later = MOMENT + pd.Timedelta(microseconds=1)
    other = OptionChain(fit.chain.table, later, underlying="ETH", rate=0.03)
    with pytest.raises(DataError, match="cannot be extended with quotes of 'ETH'"):
        fit.extend(other)
    with pytest.raises(DataError, match="extend needs an OptionChain"):
        fit.extend(fit.chain.table)  # type: ignore[arg-type]


def test_smiles_are_drawn_with_bid_and_ask(spx: OptionChain) -> None:
    fit = SVI(max_moneyness=0.2).fit(spx)
    axes = fit.plot()
    assert len(axes.lines) == 2
    assert len(axes.collections) == 2
    quotes = spx.quotes()
    first = quotes[(quotes["expiry"] == spx.expiries[0]) & (quotes["log_moneyness"] > -0.2)]
    segments = axes.collections[0].get_segments()  # type: ignore[attr-defined]
    assert_allclose(segments[0][:, 1], 100.0 * first[["bid_volatility", "ask_volatility"]].iloc[0])
    k, volatility = axes.lines[0].get_data()
    expected = 100.0 * fit.volatility(fit.smiles[0].forward * np.exp(k), fit.expiries[0])
    assert_allclose(np.asarray(volatility), expected)
    _, own = plt.subplots()
    assert fit.plot(own, expiries=[fit.expiries[1]]) is own
    for other in (pd.Timestamp("2040-01-01", tz="UTC"), fit.expiries[1].tz_localize(None)):
        with pytest.raises(DataError, match="has no smile. Pass some of"):
            fit.plot(own, expiries=[other])
    assert len(own.lines) == 1


def test_the_surface_is_drawn_in_three_dimensions(fit: SurfaceFit) -> None:
    figure = fit.plot_surface()
    assert [trace.type for trace in figure.data] == ["surface", *["scatter3d"] * 3]
    heights = np.asarray(figure.data[0].z)
    assert heights.shape[0] == 3
    k = np.asarray(figure.data[0].x)
    assert_allclose(heights[0], 100.0 * smile(k, 0.0), rtol=1e-6)
