"""SABR: QuantLib's strikes, recovery, limits, arbitrage, and extrapolation."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError
from hedgeresearch.options import SABR, OptionChain
from hedgeresearch.options.panel.lognormal_sabr import sabr_volatility
from hedgeresearch.options.surfaces.sabr_formula import sabr_volatilities
from hedgeresearch.options.surfaces.smiles import SABRSmile
from tests.options.conftest import MOMENT

Chains = Callable[..., OptionChain]


def test_strikes_of_the_reference(option_reference: dict[str, Any]) -> None:
    entry = option_reference["sabr_lognormal"]
    inputs = entry["inputs"]
    k = np.log(np.array(inputs["strike"]) / inputs["forward"])
    parameters = np.array([inputs[name] for name in ("alpha", "beta", "rho", "nu")])
    found = sabr_volatilities(k, inputs["forward"], inputs["maturity"], parameters)
    assert_allclose(found, entry["values"], rtol=0, atol=entry["tolerance"])
    assert_allclose(found, entry["own"], rtol=0, atol=entry["tolerance"])


def test_calibration_returns_the_parameters(option_reference: dict[str, Any]) -> None:
    entry = option_reference["sabr_lognormal"]
    inputs = entry["inputs"]
    frame = pd.DataFrame(
        {
            "expiry": MOMENT + pd.Timedelta(days=365 * inputs["maturity"]),
            "strike": inputs["strike"],
            "forward": inputs["forward"],
            "volatility": entry["values"],
        }
    )
    chain = OptionChain.from_volatilities(frame, MOMENT)
    fit = SABR(beta=inputs["beta"], arbitrage="allowed").fit(chain)
    expected = [inputs[name] for name in ("alpha", "beta", "rho", "nu")]
    assert_allclose(fit.parameters.iloc[0], expected, rtol=0, atol=5e-8)


@pytest.mark.parametrize(("rho", "nu"), [(-0.7, 1.5), (0.3, 0.6), (0.0, 1.0)])
def test_parameters_are_recovered(chain_of: Chains, rho: float, nu: float) -> None:
    def volatility(k: Any, years: float) -> Any:
        return sabr_volatilities(k, 100.0, years, np.array([0.3, 1.0, rho, nu]))

    strikes = np.exp(np.linspace(-0.15, 0.15, 21))
    fit = SABR().fit(chain_of(volatility, days=(30.0,), strikes=strikes))
    assert_allclose(fit.parameters.iloc[0], [0.3, 1.0, rho, nu], rtol=1e-6, atol=1e-7)
    assert fit.arbitrage().is_free


def test_the_smile_of_panels_is_the_same() -> None:
    k = np.linspace(-1.0, 1.0, 41)
    for alpha, rho, nu, years in ((0.2, -0.7, 0.8, 0.25), (0.5, 0.3, 2.0, 1.0)):
        found = sabr_volatilities(k, 100.0, years, np.array([alpha, 1.0, rho, nu]))
        terms = (np.full(41, one) for one in (years, alpha, rho, nu))
        expected = sabr_volatility(np.full(41, 100.0), 100.0 * np.exp(k), *terms)
        assert_allclose(found, expected, rtol=1e-14)


def test_no_volatility_of_volatility_is_a_flat_smile() -> None:
    k = np.linspace(-0.5, 0.5, 11)
    found = sabr_volatilities(k, 100.0, 0.5, np.array([0.2, 1.0, -0.3, 1e-9]))
    assert_allclose(found, 0.2, rtol=1e-8)


def test_the_expansion_is_smooth_at_the_money() -> None:
    parameters = np.array([0.2, 1.0, -0.7, 0.8])
    # z = -nu k / alpha passes the size at which the expansion begins
    k = np.array([-1.0, -0.2, 0.0, 0.2, 1.0]) * 1e-6
    found = sabr_volatilities(k, 100.0, 0.25, parameters)
    assert_allclose(np.diff(found) / np.diff(k), -0.28, rtol=2e-2)
    assert_allclose(found[2], 0.1993066666666667, rtol=1e-14)  # of the minimum-variance example


def test_expiries_do_not_cross_where_arbitrage_is_not_allowed(chain_of: Chains) -> None:
    def volatility(k: Any, years: float) -> Any:
        rho = 0.6 if years < 0.1 else -0.6
        return sabr_volatilities(k, 100.0, years, np.array([0.3, 1.0, rho, 2.0]))

    strikes = np.exp(np.linspace(-0.2, 0.2, 21))
    chain = chain_of(volatility, days=(30.0, 40.0), strikes=strikes)
    assert not SABR(arbitrage="allowed").fit(chain).arbitrage().is_free
    fit = SABR().fit(chain)
    assert fit.arbitrage().table["calendar"].iloc[1] >= 0.0
    assert fit.arbitrage().table["density"].min() >= 0.0


def test_strikes_far_from_the_quotes_are_refused(chain_of: Chains) -> None:
    strikes = np.exp(np.linspace(-0.2, 0.2, 21))
    fit = SABR().fit(chain_of(lambda k, years: 0.3 - 0.1 * k, strikes=strikes))
    expiry = fit.expiries[0]
    near = fit.volatility([75.0, 130.0], expiry)  # half the range of the quotes on each side
    assert np.isfinite(near).all()
    with pytest.raises(DataError, match="the wings of this smile have no bound; got 60"):
        fit.volatility(60.0, expiry)
    flat = fit.volatility([60.0, 100.0 * np.exp(-0.4)], expiry, extrapolate="flat")
    assert_allclose(flat[0], flat[1])


@pytest.mark.parametrize("beta", [-0.1, 1.1])
def test_beta_outside_zero_to_one_is_refused(beta: float) -> None:
    with pytest.raises(DataError, match="beta must lie from 0 to 1"):
        SABR(beta=beta)


def test_jump_wings_of_sabr_are_refused(chain_of: Chains) -> None:
    fit = SABR().fit(chain_of(lambda k, years: 0.3 - 0.1 * k))
    assert isinstance(fit.smiles[0].smile, SABRSmile)
    with pytest.raises(DataError, match="jump wings are those of SVI and SSVI"):
        _ = fit.jump_wings
