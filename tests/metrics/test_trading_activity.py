"""Changes of ratios, turnover and the summary of a path, against definitions."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

DATES = pd.date_range("2020-01-01", periods=40, name="date")


@pytest.fixture
def ratio() -> pd.DataFrame:
    """Ratios of two hedges."""
    return pd.DataFrame(np.random.default_rng(5).normal(size=(40, 2)), DATES, ["gas", "coal"])


def test_turnover_and_changes_by_hand(ratio: pd.DataFrame) -> None:
    values = ratio.to_numpy()
    expected = sum(abs(values[t] - values[t - 1]).sum() for t in range(1, 40))
    assert hr.metrics.turnover(ratio, entry=False) == pytest.approx(expected, rel=1e-12)
    assert hr.metrics.turnover(ratio) == pytest.approx(
        expected + np.abs(values[0]).sum(), rel=1e-12
    )
    np.testing.assert_allclose(
        hr.metrics.ratio_changes(ratio).cumsum(), ratio, rtol=1e-9, atol=1e-14
    )
    assert hr.metrics.turnover(ratio["gas"]) + hr.metrics.turnover(ratio["coal"]) == pytest.approx(
        hr.metrics.turnover(ratio), rel=1e-12
    )
    with pytest.raises(hr.DataError, match="entry must be True or False; got 1"):
        hr.metrics.turnover(ratio, entry=1)


def test_the_summary_of_ratios_by_hand(ratio: pd.DataFrame) -> None:
    found = hr.metrics.ratio_summary(ratio)
    assert list(found.columns) == ["mean", "standard deviation", "min", "max", "turnover"]
    for name in ratio:
        path = ratio[name].tolist()
        mean = sum(path) / 40
        spread = np.sqrt(sum((x - mean) ** 2 for x in path) / 40)
        expected = [mean, spread, min(path), max(path), hr.metrics.turnover(ratio[name])]
        np.testing.assert_allclose(found.loc[name], expected, rtol=1e-12)
