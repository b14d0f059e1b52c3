"""Bands that balance costs against risk."""

from collections.abc import Callable

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.decision import Reason

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}


def test_the_first_trade_goes_to_the_edge_of_the_band(advise: Advise) -> None:
    rule = hr.CostOptimalBands(risk_aversion=1e-9)
    found = advise(UNITS, ["F"], hr.RollingOLSHedge(60), rebalancing=rule)
    target, band = found.summary.loc["F", ["target", "band"]]
    assert band > 2.0
    assert found.holdings["F"] == np.floor(target + band)
    assert found.plan.decisions[0].reason is Reason.TO_BAND_EDGE


def test_a_risk_aversion_is_required_and_positive() -> None:
    with pytest.raises(hr.DataError, match="risk_aversion must lie strictly between 0 and inf"):
        hr.CostOptimalBands(0.0)
    with pytest.raises(TypeError):
        hr.CostOptimalBands()  # type: ignore[call-arg]
    with pytest.raises(TypeError):  # a tracking error belongs to another rule
        hr.CostOptimalBands(risk_aversion=1e-6, tracking_error=0.1)  # type: ignore[call-arg]
