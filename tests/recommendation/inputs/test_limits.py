"""Limits hold before and after rounding, and what contradicts itself is refused."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 40_000.0}


@pytest.mark.parametrize("gross", [1e-9, 1e-3, 1.0, 1e3])
@pytest.mark.parametrize("names", [["F", "H"], ["F", "G", "H", "PERP"]])
def test_a_tiny_gross_limit_is_used_in_full(advise: Advise, gross: float, names: list[str]) -> None:
    found = advise({"A": 1e8}, names, limits=hr.Limits(gross=gross))
    spent = np.abs(found.plan.targets.best) @ found.valuation.notionals
    assert spent == pytest.approx(gross, rel=1e-9)
    assert np.abs(found.holdings) @ found.valuation.notionals <= gross * (1 + 1e-9)


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
def test_limits_hold_at_minimum_variance(advise: Advise, limits: hr.Limits) -> None:
    found = advise(UNITS, ["F", "H"], limits=limits)
    notionals = found.valuation.notionals
    bounds = np.array([limits.bounds(name) for name in ("F", "H")])

    def kept(holdings: np.ndarray) -> bool:
        inside = (holdings >= bounds[:, 0] - 1e-9) & (holdings <= bounds[:, 1] + 1e-9)
        gross = np.abs(holdings) @ notionals <= (limits.gross or np.inf) * (1 + 1e-9)
        number = np.count_nonzero(holdings) <= (limits.max_instruments or 2)
        return bool(inside.all() and gross and number)

    def variance(holdings: np.ndarray) -> float:
        weights = np.append(1.0, holdings)
        return float(weights @ found.valuation.covariance @ weights)

    for holdings in (found.summary["target"], found.holdings, found.plan.targets.whole_lots):
        assert kept(np.asarray(holdings))
    grid = [np.array(pair) for pair in product(np.arange(-14.0, 3.0), np.arange(-260.0, 60.0))]
    least = min(variance(pair) for pair in grid if kept(pair))
    assert variance(found.plan.targets.whole_lots) == pytest.approx(least, rel=1e-12)
    assert variance(found.summary["target"].to_numpy()) <= least * (1 + 1e-12)


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
            "limits must allow a whole number of lots.*Widen them by a lot",
        ),
        (
            hr.Limits(gross=1e5),
            {"net": 0.0},
            "that net requires. Widen contracts, gross",
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
            "beta must be given per instrument when there are several; got 0.5.*Pass for example",
        ),
    ],
)
def test_limits_that_cannot_be_met_are_refused(
    advise: Advise, limits: hr.Limits, objective: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        advise(UNITS, ["F", "H"], limits=limits, objective=hr.Objective(**objective))


@pytest.mark.parametrize(
    ("contracts", "message"),
    [
        ({"F": (3, -3)}, "contracts of 'F' must be limited by the minimum and the maximum; got 3"),
        ({"F": (1, 2, 3)}, r"one number for both sides or by two.*got \(1, 2, 3\). Pass"),
        ({"F": (np.inf, np.inf)}, "by the minimum and the maximum; got inf and inf"),
        ({"F": (np.nan, 1)}, "the minimum of 'F' must lie strictly .* got nan"),
        ({"F": (0, "x")}, "the maximum of 'F' must lie strictly .* got 'x'"),
        ({"F": None}, "the limit of 'F' must lie strictly .* got None"),
        ({"F": "many"}, "the limit of 'F' must lie strictly"),
        ((-40, 0), r"contracts must map names to values.*'ES'.*; got \(-40, 0\)"),
    ],
)
def test_bad_bounds_are_refused(contracts: Any, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Limits(contracts=contracts)


def test_bad_joint_limits_are_refused() -> None:
    with pytest.raises(hr.DataError, match="gross must lie strictly between 0 and inf; got 0"):
        hr.Limits(gross=0)
    with pytest.raises(hr.DataError, match="max_instruments must be a whole number of at least 1"):
        hr.Limits(max_instruments=0)


def test_bounds_are_those_given() -> None:
    assert hr.Limits(contracts={"F": 40}).bounds("F") == (-40.0, 40.0)
    assert hr.Limits().bounds("F") == (-np.inf, np.inf)
    for one_side, bounds in (
        ((None, 40), (-np.inf, 40.0)),
        ((-3, None), (-3.0, np.inf)),
        ((-np.inf, 0), (-np.inf, 0.0)),
    ):
        assert hr.Limits(contracts={"F": one_side}).bounds("F") == bounds
    assert hr.Limits(contracts=pd.Series({"F": 3.0})).bounds("F") == (-3.0, 3.0)
    assert hash(hr.Limits(contracts={"F": 40})) == hash(hr.Limits(contracts={"F": (-40, 40)}))


@pytest.mark.parametrize("several", [pd.Series([1.0, 2.0]), np.array([1.0, 2.0])])
def test_several_numbers_for_one_setting_are_refused(several: Any) -> None:
    with pytest.raises(hr.DataError, match="the limit of 'F' must"):
        hr.Limits({"F": several})
    with pytest.raises(hr.DataError, match="the minimum of 'F' must"):
        hr.Limits({"F": (several, 1.0)})
    prices = pd.DataFrame({"A": [1.0, 1.1, 1.2], "F": [1.0, 1.1, 1.3]})
    for refused in (
        lambda: hr.returns(prices, kind=several),
        lambda: hr.check(prices, several),
        lambda: hr.LinearContract("F", 1, funding=several),
    ):
        with pytest.raises(hr.DataError, match="must be one of"):
            refused()
