"""JumpWings: the published example and its repair."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError
from hedgeresearch.options import SVI, JumpWings, OptionChain
from hedgeresearch.options.surfaces.smiles import SVISmile

VOGT = SVISmile(-0.041, 0.1331, 0.306, 0.3586, 0.4153)


def test_wings_of_the_vogt_smile_are_the_published_ones(option_reference: dict[str, Any]) -> None:
    entry = option_reference["svi_vogt_jump_wings"]
    found = vars(JumpWings.of(VOGT, entry["inputs"]["t"]))
    for name, value in entry["values"].items():
        # c is printed with six decimals, the others with seven or eight
        tolerance = 5e-7 if name == "c" else entry["tolerance"]
        assert_allclose(found[name], value, rtol=0, atol=tolerance)
        assert_allclose(found[name], entry["own"][name], rtol=1e-11)


def test_raw_parameters_come_back() -> None:
    for smile in (VOGT, SVISmile(0.01, 0.2, -0.5, 0.1, 0.2), SVISmile(0.02, 0.1, -0.3, -0.2, 0.1)):
        for years in (0.1, 1.0, 3.0):
            again = JumpWings.of(smile, years).smile()
            assert_allclose(list(vars(again).values()), list(vars(smile).values()), rtol=1e-9)


def test_a_minimum_at_the_money_comes_back() -> None:
    smile = SVISmile(0.01, 0.2, -0.5, 0.0, 0.2)  # m = 0
    assert_allclose(
        list(vars(JumpWings.of(smile, 0.5).smile()).values()), list(vars(smile).values())
    )


def test_a_smile_with_like_wings_is_that_of_ssvi() -> None:
    variance = 0.03
    phi = 2.5
    smile = SVISmile(variance / 2.0, variance * phi / 2.0, 0.0, 0.0, 1.0 / phi)  # rho = 0
    assert_allclose(
        list(vars(JumpWings.of(smile, 0.5).smile()).values()), list(vars(smile).values())
    )


def test_the_repair_has_no_butterflies(option_reference: dict[str, Any]) -> None:
    entry = option_reference["svi_vogt_repair"]
    repaired = JumpWings.of(VOGT, 1.0).without_butterflies()
    guaranteed = entry["values"]["guaranteed"]
    assert_allclose([repaired.c, repaired.v_min], list(guaranteed.values()), rtol=0, atol=1e-7)
    k = np.linspace(-1.5, 1.5, 3001)
    density = repaired.smile().derivatives(k).density(k)
    assert_allclose(density.min(), entry["own"]["min_g_guaranteed"], atol=1e-6)
    kept = JumpWings.of(repaired.smile(), 1.0)
    original = JumpWings.of(VOGT, 1.0)
    assert_allclose([kept.v, kept.psi, kept.p], [original.v, original.psi, original.p])


def test_the_published_optimum_is_free_of_butterflies(option_reference: dict[str, Any]) -> None:
    optimum = option_reference["svi_vogt_repair"]["values"]["optimal"]
    wings = JumpWings.of(VOGT, 1.0)
    better = JumpWings(wings.v, wings.psi, wings.p, optimum["c"], optimum["v_min"], 1.0)
    k = np.linspace(-1.5, 1.5, 3001)
    density = better.smile().derivatives(k).density(k)
    assert_allclose(
        density.min(), option_reference["svi_vogt_repair"]["own"]["min_g_optimal"], atol=2e-6
    )


def test_wings_of_a_fit_are_those_of_its_smiles(spx: OptionChain) -> None:
    fit = SVI(max_moneyness=0.2).fit(spx)
    one = fit.smiles[1]
    assert isinstance(one.smile, SVISmile)
    expected = JumpWings.of(one.smile, one.years)
    assert fit.jump_wings.iloc[1].to_dict() == {
        name: value for name, value in vars(expected).items() if name != "years"
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"v": 0.0}, "v must lie strictly"),
        ({"psi": -0.4}, "psi must lie between -p / 2 and c / 2"),
        ({"v_min": 0.05}, "v_min must be v at most"),
    ],
)
def test_impossible_wings_are_refused(change: dict[str, float], message: str) -> None:
    wings = {"v": 0.04, "psi": -0.1, "p": 0.6, "c": 0.4, "v_min": 0.03, "years": 1.0}
    with pytest.raises(DataError, match=message):
        JumpWings(**(wings | change))
