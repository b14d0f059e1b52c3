"""Linearly dependent hedges are refused by name."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Sample = Callable[..., tuple[pd.Series, pd.DataFrame]]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_only_collinear_hedges_are_named(sample: Sample, scale: float) -> None:
    asset, hedges = sample()
    innocent = np.random.default_rng(1).normal(size=60)
    hedges = hedges.assign(innocent=innocent, both=(hedges["gas"] - 2 * hedges["coal"]) * scale)
    with pytest.raises(
        hr.DataError,
        match="hedges must not be collinear; gas, coal, both are. Leave one of them out",
    ):
        hr.OLSHedge().fit(asset, hedges)
    with pytest.raises(hr.DataError, match="hedges must not be collinear; gas, twin are."):
        hr.OLSHedge().fit(asset, hedges[["gas", "innocent"]].assign(twin=scale * hedges["gas"]))
