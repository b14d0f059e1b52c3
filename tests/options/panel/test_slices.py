"""Smiles of single expiries, all at once, against one at a time."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.options import OptionPanel, simulate_smiles
from hedgeresearch.options.panel.lognormal_sabr import sabr_sensitivities, sabr_volatility
from hedgeresearch.options.panel.sabr_slices import fit_sabr_slices
from hedgeresearch.options.panel.slices import Slices, at_the_money, fit_quadratics
from hedgeresearch.options.surfaces.sabr_formula import sabr_volatilities


def test_quadratics_are_the_weighted_regressions_of_each_slice() -> None:
    rows = simulate_smiles(4, kinds=("call", "put"), seed=1).panel.arrays
    slices = Slices.of(rows)
    log_strike = np.log(rows.strike / rows.forward)
    found = fit_quadratics(slices, log_strike, rows.volatility)
    slopes = found.slopes(slices, log_strike)
    assert slices.n_slices == 16
    for number in range(slices.n_slices):
        some = slices.number == number
        assert len(set(zip(rows.day_of_row[some], rows.expiry[some], strict=True))) == 1
        width = rows.volatility[some].mean() * np.sqrt(slices.expiry[number])
        u = log_strike[some] / width
        expected = np.polyfit(u, rows.volatility[some], 2, w=np.exp(-(u**2) / 4.0))
        np.testing.assert_allclose(found.coefficients[number], expected[::-1], rtol=1e-8)
        derivative = np.polyval(np.polyder(expected), u) / width
        np.testing.assert_allclose(slopes[some], derivative, rtol=1e-6, atol=1e-10)


def test_money_volatilities_are_those_of_the_smile() -> None:
    smiles = simulate_smiles(300, nu=0.3, seed=1)
    found = at_the_money(smiles.panel.arrays, 30 / 365)
    parameters = smiles.parameters
    alpha, rho, nu = parameters.to_numpy().T
    level = 1.0 + (rho * nu * alpha / 4 + (2 - 3 * rho**2) / 24 * nu**2) * 21 / 252
    np.testing.assert_allclose(found.before, alpha * level, rtol=2e-4)
    np.testing.assert_allclose(found.after[:-1], found.before[1:], rtol=5e-4)
    table = smiles.panel.table.iloc[:: len(smiles.panel.table) // 300]
    moved = np.log(table["next_forward"] / table["forward"]).to_numpy()
    # the slope of the smile at the money is rho nu / 2
    expected = found.after - rho * nu / 2 * moved
    np.testing.assert_allclose(found.same_strike, expected, atol=2e-4)


def test_moves_that_are_not_known_have_no_volatility() -> None:
    table = simulate_smiles(5, seed=1).panel.table
    last = table["date"] == table["date"].iloc[-1]
    table.loc[last, ["next_price", "next_forward", "next_volatility"]] = np.nan
    found = at_the_money(OptionPanel(table).arrays, 0.1)
    assert np.isfinite(found.before).all()
    assert np.isnan(found.after).tolist() == [False] * 4 + [True]


def test_sabr_parameters_are_recovered() -> None:
    smiles = simulate_smiles(60, nu=(0.5, 1.0), rho=(-0.2, -0.85), level=(0.15, 0.35), seed=2)
    alpha, rho, nu = fit_sabr_slices(smiles.panel.arrays)
    expected = smiles.parameters.loc[smiles.panel.table["date"]].to_numpy().T
    np.testing.assert_allclose([alpha, rho, nu], expected, rtol=1e-8)


def test_volatility_is_that_of_the_fitted_surfaces() -> None:
    k = np.linspace(-0.8, 0.6, 41)
    found = sabr_volatility(np.full(41, 90.0), 90.0 * np.exp(k), 0.7, 0.25, -0.6, 0.9)
    expected = sabr_volatilities(k, 90.0, 0.7, np.array([0.25, 1.0, -0.6, 0.9]))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_sensitivities_are_differences_of_volatilities() -> None:
    k = np.linspace(-0.5, 0.5, 21)  # with 0 among them
    parameters = {"expiry": 0.5, "alpha": 0.2, "rho": -0.7, "nu": 0.8}

    def volatility(moved: float = 0.0, **changes: float) -> np.ndarray:
        settings = parameters | changes
        return sabr_volatility(np.exp(moved), np.exp(k), *settings.values())

    _, by_forward, by_alpha = sabr_sensitivities(-k, **parameters)
    e = 1e-5
    np.testing.assert_allclose(by_forward, (volatility(e) - volatility(-e)) / (2 * e), atol=1e-8)
    up = volatility(alpha=0.2 + e)
    down = volatility(alpha=0.2 - e)
    np.testing.assert_allclose(by_alpha, (up - down) / (2 * e), atol=1e-8)


def test_slices_of_two_strikes_are_refused() -> None:
    rows = simulate_smiles(4, deltas=(0.4, 0.6), kinds=("call", "put"), days=(21,)).panel.arrays
    assert set(Slices.of(rows).n_strikes) == {2}  # the put of .4 has the strike of the call of .6
    rows = simulate_smiles(4, deltas=(0.4, 0.6), days=(21,)).panel.arrays
    with pytest.raises(hr.DataError, match="3 strikes of every expiry; the one in 30 days has 2"):
        fit_sabr_slices(rows)
    with pytest.raises(hr.DataError, match="volatility at the money needs 3 strikes"):
        at_the_money(rows, 0.1)
