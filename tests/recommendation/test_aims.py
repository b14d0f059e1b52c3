"""What is asked for is met: the exposure that is left, the limits, and what contradicts itself is refused."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 40_000.0}
FREE = hr.Rebalancing()


def regression(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Slopes of y on the columns of x and a constant."""
    return np.asarray(np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)[0][:-1])


@pytest.mark.parametrize("beta", [0.3, -0.5, 1.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_beta_asked_for_is_left(advise: Advise, beta: float, sign: float) -> None:
    found = advise({"A": sign * 40_000.0}, ["F"], objective=hr.Objective(beta=beta))
    asset, hedges = found.book.market.returns(found.book.position, found.book.instruments)
    best = found.summary.loc["F", "best"]
    hedged = asset + best * found.book.notionals[0] / found.book.value * hedges["F"]
    assert regression(hedged.to_numpy(), hedges.to_numpy())[0] == pytest.approx(beta, abs=1e-9)


def test_betas_of_several_hedges(advise: Advise) -> None:
    found = advise(UNITS, ["F", "H"], objective=hr.Objective(beta={"H": 0.25}))
    asset, hedges = found.book.market.returns(found.book.position, found.book.instruments)
    weights = found.summary["best"].to_numpy() * found.book.notionals / found.book.value
    np.testing.assert_allclose(
        regression((asset + hedges @ weights).to_numpy(), hedges.to_numpy()), [0.0, 0.25], atol=1e-9
    )


@pytest.mark.parametrize("units", [UNITS, {"A": -40_000.0}, {"A": 30_000.0, "B": -4_000.0}])
@pytest.mark.parametrize("net", [0.0, 0.2])
def test_net_is_met_before_rounding_with_the_least_variance(
    advise: Advise, units: dict[str, float], net: float
) -> None:
    found = advise(units, ["F", "H"], objective=hr.Objective(net=net))
    book, best = found.book, found.summary["best"].to_numpy()
    value = sum(n * book.market.price(asset) for asset, n in units.items())
    gross = sum(abs(n) * book.market.price(asset) for asset, n in units.items())
    whole = value if len(units) == 1 else gross  # that of a single short position is negative
    assert value + best @ book.notionals == pytest.approx(net * whole, abs=1e-6 * gross)

    def variance(holding: np.ndarray) -> float:
        weights = np.append(1.0, holding)
        return float(weights @ book.covariance @ weights)

    along = np.array([1.0, -book.notionals[0] / book.notionals[1]])  # keeps the net
    others = [variance(best + step * along) for step in np.linspace(-5, 5, 101)]
    assert variance(best) <= min(others) * (1 + 1e-12)


def test_a_net_is_held_to_the_nearest_lots_whatever_the_band(advise: Advise) -> None:
    for held in ({}, {"F": -9.0}):
        found = advise(UNITS, ["F"], objective=hr.Objective(net=0.0), holdings=held)
        assert found.holdings["F"] == round(found.summary.loc["F", "best"])
        assert "the hedges are limited together" in found.plan.reasons[0]


@pytest.mark.parametrize("gross", [1e-9, 1e-3, 1.0, 1e3])
@pytest.mark.parametrize("names", [["F", "H"], ["F", "G", "H", "PERP"]])
def test_a_tiny_gross_ends_at_once(advise: Advise, gross: float, names: list[str]) -> None:
    found = advise({"A": 1e8}, names, limits=hr.Limits(gross=gross))
    spent = np.abs(found.plan.targets.ideal) @ found.book.notionals
    assert spent == pytest.approx(gross, rel=1e-9)
    assert np.abs(found.holdings) @ found.book.notionals <= gross * (1 + 1e-9)


def test_one_instrument_that_must_be_neutral(advise: Advise) -> None:
    found = advise(UNITS, ["F"], objective=hr.Objective(net=0.0))
    assert found.summary.loc["F", "best"] == pytest.approx(
        -found.book.value / found.book.notionals[0], rel=1e-9
    )


@pytest.mark.parametrize(
    "limits",
    [
        hr.Limits(contracts={"F": (-4, 0)}),
        hr.Limits(contracts={"F": 3, "H": (-100, 100)}),
        hr.Limits(gross=1.1e6),
        hr.Limits(max_instruments=1),
        *(hr.Limits(gross=gross) for gross in (3.3e5, 5.7e5, 7.9e5)),
        *(hr.Limits(contracts={"F": (least, 0)}) for least in (-1.6, -2.7, -3.6)),
        hr.Limits(contracts={"F": (-6.5, -1.5)}, gross=1.5e6, max_instruments=2),
    ],
)
def test_limits_hold_before_and_after_rounding_at_the_least_variance(
    advise: Advise, limits: hr.Limits
) -> None:
    found = advise(UNITS, ["F", "H"], limits=limits)
    book = found.book
    covariance = book.covariance

    def kept(holding: np.ndarray) -> bool:
        ends = [limits.bounds(name) for name in book.names]
        inside = all(
            low - 1e-9 <= n <= high + 1e-9 for n, (low, high) in zip(holding, ends, strict=True)
        )
        gross = np.abs(holding) @ book.notionals <= (limits.gross or np.inf) * (1 + 1e-9)
        return bool(inside and gross and np.count_nonzero(holding) <= (limits.max_instruments or 2))

    def variance(holding: np.ndarray) -> float:
        weights = np.append(1.0, holding)
        return float(weights @ covariance @ weights)

    for holding in (found.summary["best"], found.holdings, found.plan.targets.lots):
        assert kept(np.asarray(holding))
    grid = [np.array(pair) for pair in product(np.arange(-14.0, 3.0), np.arange(-260.0, 60.0))]
    least = min(variance(pair) for pair in grid if kept(pair))
    assert variance(found.plan.targets.lots) == pytest.approx(least, rel=1e-12)
    assert variance(found.summary["best"].to_numpy()) <= least * (1 + 1e-12)


@pytest.mark.parametrize(
    ("limits", "objective", "message"),
    [
        (
            hr.Limits(contracts={"F": (-40, -20)}, gross=1e5),
            {},
            "more than gross = 100,000. Raise gross",
        ),
        (
            hr.Limits(contracts={"F": (-9, -1), "H": (-9, -1)}, max_instruments=1),
            {},
            "max_instruments = 1. Raise it",
        ),
        (
            hr.Limits(contracts={"F": (-1.7, -1.2)}),
            {},
            "limits must leave whole lots.*Widen them by a lot",
        ),
        (
            hr.Limits(gross=1e5),
            {"net": 0.0},
            "net asks for; these leave none. Widen contracts, gross",
        ),
        (
            hr.Limits(contracts={"X": 3}),
            {},
            "limits must be of instruments; 'X' is not among F, H. Rename it",
        ),
        (
            hr.Limits(),
            {"beta": {"X": 1.0}},
            r"beta must be of instruments among \['F', 'H'\]; got 'X'",
        ),
        (
            hr.Limits(),
            {"beta": 0.5},
            "beta must say to which of several instruments it is; got 0.5.*Give for example",
        ),
    ],
)
def test_what_cannot_be_met_is_refused(
    advise: Advise, limits: hr.Limits, objective: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        advise(UNITS, ["F", "H"], limits=limits, objective=hr.Objective(**objective))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: hr.Objective(beta=float("nan")),
            "beta must lie strictly between -inf and inf; got nan",
        ),
        (lambda: hr.Objective(beta={"F": "x"}), "beta of 'F' must lie"),
        (lambda: hr.Objective(net=float("inf")), "net must lie strictly"),
        (
            lambda: hr.Limits(contracts={"F": (3, -3)}),
            "contracts of 'F' must be limited by the least and the most; got 3",
        ),
        (
            lambda: hr.Limits(contracts={"F": (1, 2, 3)}),
            r"one number for both sides or by two.*got \(1, 2, 3\). Give",
        ),
        (
            lambda: hr.Limits(contracts={"F": (np.inf, np.inf)}),
            "limited by the least and the most; got inf and inf",
        ),
        (
            lambda: hr.Limits(contracts={"F": (np.nan, 1)}),
            "the least of 'F' must lie strictly .* got nan",
        ),
        (
            lambda: hr.Limits(contracts={"F": None}),
            "the limit of 'F' must lie strictly .* got None",
        ),
        (
            lambda: hr.Limits(contracts=(-40, 0)),
            r"contracts must map names to values.*'ES'.*; got \(-40, 0\)",
        ),
        (lambda: hr.Margin(5.0), "collateral must map names to values.*; got 5.0"),
        (lambda: hr.Limits(contracts={"F": "many"}), "the limit of 'F' must lie strictly"),
        (lambda: hr.Limits(gross=0), "gross must lie strictly between 0 and inf; got 0"),
        (
            lambda: hr.Limits(max_instruments=0),
            "max_instruments must be a whole number of at least 1; got 0",
        ),
        (
            lambda: hr.Rebalancing(tracking_error=0.1, risk_aversion=1e-6),
            "give tracking_error or risk_aversion, not both",
        ),
        (lambda: hr.Rebalancing(impact=1.0), "impact needs risk_aversion"),
        (
            lambda: hr.Rebalancing(reversion=0.5),
            "reversion must lie in .0, 1. and belongs to impact; got 0.5",
        ),
        (
            lambda: hr.Rebalancing(risk_aversion=1e-6, impact=1.0, reversion=1.0),
            "reversion must lie strictly",
        ),
        (
            lambda: hr.Margin({"F": 0.0}),
            "collateral of 'F' must lie strictly between 0 and inf; got 0.0",
        ),
        (lambda: hr.Margin(horizon=0), "horizon must be a whole number of at least 1; got 0"),
        (
            lambda: hr.Margin(probability=0.00001),
            "probability must lie strictly between 0.0001 and 1",
        ),
    ],
)
def test_bad_aims(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        make()


def test_aims_are_settings() -> None:
    assert hr.Limits(contracts={"F": 40}).bounds("F") == (-40.0, 40.0)
    assert hr.Limits().bounds("F") == (-np.inf, np.inf)
    for open_, bounds in (
        ((None, 40), (-np.inf, 40.0)),
        ((-3, None), (-3.0, np.inf)),
        ((-np.inf, 0), (-np.inf, 0.0)),
    ):
        assert hr.Limits(contracts={"F": open_}).bounds("F") == bounds
    assert hr.Limits(contracts=pd.Series({"F": 3.0})).bounds("F") == (-3.0, 3.0)
    assert hash(hr.Limits(contracts={"F": 40})) == hash(hr.Limits(contracts={"F": (-40, 40)}))
    assert hr.Rebalancing().tracking_error == 0.1
    assert hr.Rebalancing(risk_aversion=1e-6).tracking_error is None
    assert pd.Series(hr.Margin({"F": 2.0}).collateral).to_dict() == {"F": 2.0}
