"""Gains of deltas in simulated smiles, next to those computed independently."""

from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataWarning
from hedgeresearch.hedges import DeltaHedge, HullWhiteDelta
from hedgeresearch.options import OptionPanel, SimulatedSmiles, simulate_smiles

TWO_REGIMES = {"nu": (0.5, 1.0), "rho": (-0.2, -0.85), "level": (0.15, 0.35)}


def gain_of(model: Any, panel: OptionPanel, half: int) -> float:
    """Share of the squares of Black's errors removed in the second half."""
    later = panel.days(half, panel.n_dates)
    errors = model.fit(panel.days(0, half)).extend(later).hedging_errors
    return float(1 - (errors**2).sum() / (DeltaHedge().fit(later).hedging_errors ** 2).sum())


@pytest.mark.long
def test_gain_in_one_regime_is_that_of_the_reference(option_reference: dict) -> None:
    entry = option_reference["hull_white_simulated"]
    smiles = simulate_smiles(3000, nu=0.8, rho=-0.7, level=0.2, speed=4.0, seed=1)
    expected = entry["values"]["gain"]
    tolerance = entry["tolerance"]["gain"]
    half = smiles.panel.days(1500, 3000)
    gains = {
        "hull_white": gain_of(HullWhiteDelta(), smiles.panel, 1500),
        "bartlett_true_parameters": gain_of(DeltaHedge(smile="sabr_bartlett"), smiles.panel, 1500),
        "sticky_moneyness": gain_of(DeltaHedge(smile="sticky_moneyness"), smiles.panel, 1500),
    }
    for name, gain in gains.items():
        assert gain == pytest.approx(expected[name], abs=tolerance), name
    assert gains["sticky_moneyness"] < 0 < gains["hull_white"] < gains["bartlett_true_parameters"]
    fit = HullWhiteDelta().fit(smiles.panel.days(0, 1500)).extend(half)
    rows = half.arrays
    moves = (rows.next_price - rows.price) / rows.forward, rows.next_forward / rows.forward - 1
    for delta, (hull_white, _) in entry["values"]["gain_by_delta"].items():
        some = half.table["contract"].str.endswith(f" {float(delta):g}").to_numpy()
        left = (fit.hedging_errors[some] ** 2).sum()
        all_of_black = ((moves[0] - rows.delta * moves[1])[some] ** 2).sum()
        assert 1 - left / all_of_black == pytest.approx(hull_white, abs=2 * tolerance)


# returns alone may have a regime of a few dates
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.slow
def test_regimes_recover_most_of_what_known_ones_give(option_reference: dict) -> None:
    entry = option_reference["regime_conditional_hull_white"]
    rows = []
    returns = HullWhiteDelta(regimes=hr.GaussianHMM(2), observe="return")
    by_returns = []
    for seed in (1, 2, 3, 4):
        smiles = simulate_smiles(6000, **TWO_REGIMES, stay=0.99, seed=seed)
        panel = smiles.panel
        pooled = gain_of(HullWhiteDelta(), panel, 3000)
        conditional = gain_of(HullWhiteDelta(regimes=hr.GaussianHMM(2)), panel, 3000)
        known = known_gain(smiles, 3000)
        assert (conditional - pooled) / (known - pooled) > entry["tolerance"][
            "share_of_gap_recovered"
        ]
        rows.append((pooled, conditional, known))
        with pytest.warns(DataWarning, match="returns alone"):
            by_returns.append(gain_of(returns, panel, 3000) - pooled)
    found = np.mean(rows, axis=0)
    expected = np.mean(np.array(entry["values"]["rows"])[:, :3], axis=0)
    # regimes of returns alone add little, as there
    assert np.mean(by_returns) < 0.3 * np.diff(found)[0]
    alone = entry["values"]["by_returns_alone"]
    assert np.mean(by_returns) == pytest.approx(
        np.subtract(alone["conditional"], alone["pooled"]).mean(), abs=0.015
    )
    # panels of other seeds differ in their level by more than in what regimes add
    np.testing.assert_allclose(np.diff(found), np.diff(expected), atol=0.03)
    np.testing.assert_allclose(found, expected, atol=0.06)


def known_gain(smiles: SimulatedSmiles, half: int) -> float:
    """Gain of coefficients by the true regime."""
    rows = smiles.panel.arrays
    regime = np.asarray(smiles.panel.table["regime"])
    x = rows.next_forward / rows.forward - 1
    black = (rows.next_price - rows.price) / rows.forward - rows.delta * x
    scale = rows.vega / rows.forward / np.sqrt(rows.expiry) * x
    columns = scale[:, None] * np.vander(rows.delta, 3, increasing=True)
    first = rows.day_of_row < half
    errors = black.copy()
    for k in (0, 1):
        some = regime == k
        c, *_ = np.linalg.lstsq(columns[some & first], black[some & first])
        errors[some] -= columns[some] @ c
    return float(1 - (errors[~first] ** 2).sum() / (black[~first] ** 2).sum())


@pytest.mark.slow
def test_forgetting_gains_less_than_regimes(option_reference: dict) -> None:
    entry = option_reference["adaptive_hull_white_simulated"]
    found = []
    for seed in (1, 2, 3, 4):
        panel = simulate_smiles(6000, **TWO_REGIMES, stay=0.99, seed=seed).panel
        models = [HullWhiteDelta(halflife) for halflife in (5, 10, 20, 40)]
        models += [HullWhiteDelta(regimes=hr.GaussianHMM(2)), HullWhiteDelta()]
        found.append([gain_of(model, panel, 3000) for model in models])
    gains = np.mean(found, axis=0)
    expected = np.mean(entry["values"]["rows"], axis=0)
    tolerance = entry["tolerance"]["gain"]
    # relative to the pooled gain, as the panels have other seeds
    np.testing.assert_allclose(gains - gains[-1], expected - expected[-1], atol=tolerance)
    assert gains[4] == max(gains)
