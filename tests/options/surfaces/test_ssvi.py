"""SSVI: the formula, recovery, the theorems, and one expiry."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hedgeresearch.options import SSVI, OptionChain
from hedgeresearch.options.surfaces.ssvi import largest_eta, ssvi_smile

Chains = Callable[..., OptionChain]
THETAS = {30.0: 0.01, 91.0: 0.025, 182.0: 0.05}


def chain_of_surface(chain_of: Chains, rho: float, eta: float, gamma: float) -> OptionChain:
    def volatility(k: Any, years: float) -> Any:
        theta = THETAS[round(365.0 * years)]
        return np.sqrt(ssvi_smile(theta, rho, eta, gamma).derivatives(k).variance / years)

    return chain_of(volatility, days=tuple(THETAS))


def test_the_slice_of_the_reference(option_reference: dict[str, Any]) -> None:
    entry = option_reference["ssvi_slice"]
    inputs = entry["inputs"]
    smile = ssvi_smile(inputs["theta"], inputs["rho"], inputs["eta"], inputs["gamma"])
    found = smile.derivatives(np.array(inputs["k"])).variance
    assert_allclose(found, entry["values"], rtol=0, atol=entry["tolerance"])


def test_the_slice_is_the_formula_of_the_paper() -> None:
    theta = 0.05
    rho = -0.6
    eta = 1.1
    gamma = 0.4
    k = np.linspace(-1.0, 1.0, 21)
    phi = eta / theta**gamma
    root = np.sqrt((phi * k + rho) ** 2 + 1.0 - rho**2)
    expected = theta / 2.0 * (1.0 + rho * phi * k + root)
    assert_allclose(ssvi_smile(theta, rho, eta, gamma).derivatives(k).variance, expected)


def test_parameters_are_recovered(chain_of: Chains) -> None:
    rho = -0.55
    eta = 0.9
    gamma = 0.42
    fit = SSVI().fit(chain_of_surface(chain_of, rho, eta, gamma))
    for one, theta in zip(fit.smiles, THETAS.values(), strict=True):
        expected = vars(ssvi_smile(theta, rho, eta, gamma))
        assert_allclose(list(vars(one.smile).values()), list(expected.values()), rtol=1e-5)
    assert fit.arbitrage().is_free


def test_a_surface_beyond_the_theorem_is_brought_back(chain_of: Chains) -> None:
    rho = -0.6
    gamma = 0.5
    limit = largest_eta(np.array(list(THETAS.values())), rho, gamma)
    chain = chain_of_surface(chain_of, rho, 1.5 * limit, gamma)
    allowed = SSVI(arbitrage="allowed").fit(chain)
    assert allowed.summary["error, points"].max() < 1e-3
    fit = SSVI().fit(chain)
    assert fit.arbitrage().is_free
    for one in fit.smiles:
        # theorem 4.2: theta phi (1 + |rho|) < 4 and theta phi^2 (1 + |rho|) <= 4
        theta = float(one.smile.derivatives(np.zeros(1)).variance[0])
        phi = 2.0 * one.smile.b / theta
        both = 1.0 + abs(one.smile.rho)
        assert theta * phi * both <= 4.0
        assert theta * phi**2 * both <= 4.0 + 1e-9


def test_thetas_rise_where_quotes_fall(chain_of: Chains) -> None:
    chain = chain_of(lambda k, years: 0.03 / years + 0.0 * k, days=(30.0, 60.0))
    fit = SSVI().fit(chain)
    first, second = (float(one.smile.derivatives(np.zeros(1)).variance[0]) for one in fit.smiles)
    assert second >= first
    assert fit.arbitrage().is_free


def test_one_expiry_is_fitted(chain_of: Chains) -> None:
    smile = ssvi_smile(0.04, -0.4, 0.7, 0.5)

    def volatility(k: Any, years: float) -> Any:
        return np.sqrt(smile.derivatives(k).variance / years)

    fit = SSVI().fit(chain_of(volatility, days=(365.0,)))
    expected = list(vars(smile).values())
    assert_allclose(list(vars(fit.smiles[0].smile).values()), expected, rtol=1e-6)


@pytest.mark.parametrize("weights", ["vega", "spread", "variance"])
def test_other_weights_fit_the_same_surface(chain_of: Chains, weights: Any) -> None:
    fit = SSVI(weights=weights).fit(chain_of_surface(chain_of, -0.4, 0.8, 0.5))
    assert fit.summary["error, points"].max() < 1e-4
