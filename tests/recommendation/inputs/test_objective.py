"""The exposure that is kept: betas by regression, the net by a sum."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.decision import Reason

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 40_000.0}


def regression(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Slopes of y on the columns of x and a constant."""
    return np.asarray(np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)[0][:-1])


def hedged_returns(found: hr.recommendation.Recommendation) -> tuple[np.ndarray, np.ndarray]:
    """Past returns of the position hedged with its targets, and of the hedges."""
    problem = found.problem
    asset, hedges = problem.market.returns(problem.position, problem.instruments)
    weights = found.summary["target"].to_numpy() * found.valuation.notionals
    return (asset + hedges @ (weights / found.valuation.value)).to_numpy(), hedges.to_numpy()


@pytest.mark.parametrize("beta", [0.3, -0.5, 1.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_beta_of_the_objective_is_kept(advise: Advise, beta: float, sign: float) -> None:
    found = advise({"A": sign * 40_000.0}, ["F"], objective=hr.Objective(beta=beta))
    hedged, hedges = hedged_returns(found)
    assert regression(hedged, hedges)[0] == pytest.approx(beta, abs=1e-9)


def test_betas_of_several_hedges_are_kept(advise: Advise) -> None:
    found = advise(UNITS, ["F", "H"], objective=hr.Objective(beta={"H": 0.25}))
    np.testing.assert_allclose(regression(*hedged_returns(found)), [0.0, 0.25], atol=1e-9)


@pytest.mark.parametrize("units", [UNITS, {"A": -40_000.0}, {"A": 30_000.0, "B": -4_000.0}])
@pytest.mark.parametrize("net", [0.0, 0.2])
def test_net_is_met_with_minimum_variance(
    advise: Advise, units: dict[str, float], net: float
) -> None:
    found = advise(units, ["F", "H"], objective=hr.Objective(net=net))
    target = found.summary["target"].to_numpy()
    notionals = found.valuation.notionals
    prices = {asset: found.problem.market.price(asset) for asset in units}
    value = sum(n * prices[asset] for asset, n in units.items())
    gross = sum(abs(n) * prices[asset] for asset, n in units.items())
    whole = value if len(units) == 1 else gross  # that of a single short position is negative
    assert value + target @ notionals == pytest.approx(net * whole, abs=1e-6 * gross)

    def variance(holdings: np.ndarray) -> float:
        weights = np.append(1.0, holdings)
        return float(weights @ found.valuation.covariance @ weights)

    along = np.array([1.0, -notionals[0] / notionals[1]])  # keeps the net
    others = [variance(target + step * along) for step in np.linspace(-5, 5, 101)]
    assert variance(target) <= min(others) * (1 + 1e-12)


def test_a_net_is_held_to_the_nearest_lots(advise: Advise) -> None:
    for held in ({}, {"F": -9.0}):
        found = advise(UNITS, ["F"], objective=hr.Objective(net=0.0), holdings=held)
        assert found.holdings["F"] == round(found.summary.loc["F", "target"])
        assert found.plan.decisions[0].reason is Reason.JOINT_LIMITS
        assert any("a joint limit applies" in text for text in found.reasons)


def test_one_instrument_can_be_neutral(advise: Advise) -> None:
    found = advise(UNITS, ["F"], objective=hr.Objective(net=0.0))
    assert found.summary.loc["F", "target"] == pytest.approx(
        -found.valuation.value / found.valuation.notionals[0], rel=1e-9
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"beta": float("nan")}, r"beta must lie strictly between -1e\+06 and 1e\+06; got nan"),
        ({"beta": {"F": "x"}}, "beta of 'F' must lie"),
        ({"net": float("inf")}, "net must lie strictly"),
    ],
)
def test_bad_objectives_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Objective(**settings)
