"""Speed of hedges of options on 1,000 days of 36 options."""

from typing import Any

import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import FactorNeutralHedge, HullWhiteDelta
from hedgeresearch.options import OptionPanel, simulate_smiles

MODELS = {
    "pooled": HullWhiteDelta(),
    "adaptive": HullWhiteDelta(halflife=20),
    "regimes": HullWhiteDelta(regimes=hr.GaussianHMM(2)),
    "factors": FactorNeutralHedge(),
}


@pytest.fixture(scope="module")
def panel() -> OptionPanel:
    """Options in two regimes on 1,010 days."""
    settings: dict[str, Any] = {"nu": (0.5, 1.0), "rho": (-0.2, -0.85), "level": (0.15, 0.35)}
    return simulate_smiles(1010, **settings, seed=1).panel


@pytest.mark.parametrize("name", MODELS)
def test_refit(benchmark: Any, name: str, panel: OptionPanel) -> None:
    sample = panel.days(0, 1000)
    benchmark(MODELS[name].fit, sample)


@pytest.mark.parametrize("name", MODELS)
def test_extend_by_a_day(benchmark: Any, name: str, panel: OptionPanel) -> None:
    fit = MODELS[name].fit(panel.days(0, 1000))
    day = panel.days(1000, 1001)
    benchmark(fit.extend, day)


def test_check_of_a_panel(benchmark: Any, panel: OptionPanel) -> None:
    benchmark(OptionPanel, panel.table)
