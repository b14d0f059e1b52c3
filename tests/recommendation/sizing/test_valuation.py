"""Values of the position and of one contract, by the terms."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]


def test_contracts_are_valued_by_their_terms(advise: Advise, table: pd.DataFrame) -> None:
    now = table.iloc[-1]
    found = advise({"COIN": 30.0}, ["F", "G", "H", "PERP"]).valuation
    face = 100.0  # of the inverse contract, in dollars
    notionals = [50 * now["F"], 100 * now["G"] * now["FX"], 200 * 1.5 * now["H"], face]
    np.testing.assert_allclose(found.notionals, notionals, rtol=1e-12)
    np.testing.assert_array_equal(found.sizes, found.notionals)
    np.testing.assert_allclose(found.costs / notionals, [2e-4, 1e-4, 2e-4, 5e-4], rtol=1e-12)
    assert found.lots.tolist() == [1.0, 5.0, 1.0, 1.0]


@pytest.mark.parametrize("kind", ["simple", "difference"])
def test_the_covariance_is_that_of_profits(advise: Advise, kind: Any) -> None:
    found = advise({"A": 30_000.0, "B": -4_000.0}, ["F"], kind=kind)
    values = found.valuation
    prices = {asset: found.problem.market.price(asset) for asset in ("A", "B")}
    long = 30_000 * prices["A"]
    short = 4_000 * prices["B"]
    assert values.value == pytest.approx(long + short, rel=1e-12)
    assert values.net_value == pytest.approx(long - short, rel=1e-12)
    difference = kind == "difference"
    assert values.scale == (1.0 if difference else values.value)
    weights = np.array([values.scale, 50.0 if difference else values.notionals[0]])
    expected = found.problem.fit.next_covariance.to_numpy() * np.outer(weights, weights)
    np.testing.assert_allclose(values.covariance, expected, rtol=1e-12)
