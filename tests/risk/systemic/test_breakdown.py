"""Adjusted correlations against their identity, and the size and power of the comparison."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length
from hedgeresearch.risk import adjusted_correlation, correlation_breakdown

N = 800
DAYS = pd.date_range("2020-01-01", periods=N, name="date")
TURBULENT = pd.Series(np.arange(N) % 200 >= 150, DAYS)


def sample(slope_turbulent: float = 0.5, seed: int = 0) -> tuple[pd.Series, pd.Series]:
    """Return y = b x + e, where x has nine times the variance on turbulent days."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal(N) * np.where(TURBULENT, 3.0, 1.0)
    slope = np.where(TURBULENT, slope_turbulent, 0.5)
    y = slope * x + generator.standard_normal(N)
    return pd.Series(0.01 * y, DAYS), pd.Series(0.01 * x, DAYS)


def test_the_identity_of_a_constant_relation() -> None:
    calm = 0.5 / math.sqrt(0.25 + 1.0)
    turbulent = 1.5 / math.sqrt(2.25 + 1.0)
    assert calm == pytest.approx(0.4472135954999579, abs=1e-12)
    assert turbulent == pytest.approx(0.8320502943378437, abs=1e-12)
    assert adjusted_correlation(turbulent, 9.0) == pytest.approx(calm, abs=1e-12)


@given(st.floats(-0.99, 0.99), st.floats(0.1, 50.0))
def test_the_adjustment_is_undone_by_the_inverse_ratio(rho: float, ratio: float) -> None:
    there = adjusted_correlation(rho, ratio)
    assert adjusted_correlation(there, 1.0 / ratio) == pytest.approx(rho, abs=1e-9)


def test_its_numbers_are_correlations_of_the_days() -> None:
    asset, hedge = sample()
    result = correlation_breakdown(asset, hedge, TURBULENT)
    calm = np.corrcoef(asset[~TURBULENT], hedge[~TURBULENT])[0, 1]
    turbulent = np.corrcoef(asset[TURBULENT], hedge[TURBULENT])[0, 1]
    ratio = hedge[TURBULENT].var() / hedge[~TURBULENT].var()
    assert result.calm == pytest.approx(calm)
    assert result.turbulent == pytest.approx(turbulent)
    assert result.adjusted == pytest.approx(adjusted_correlation(turbulent, ratio))
    assert (result.n_calm, result.n_turbulent) == (600, 200)
    z = (math.atanh(result.adjusted) - math.atanh(calm)) / math.sqrt(1 / 197 + 1 / 597)
    assert result.test.statistic == pytest.approx(z)


def test_a_constant_relation_is_not_weaker() -> None:
    asset, hedge = sample()
    result = correlation_breakdown(asset, hedge, TURBULENT)
    assert result.turbulent > result.calm + 0.2
    assert not (result.is_weaker or result.is_closer)
    ratio = hedge[TURBULENT].var() / hedge[~TURBULENT].var()
    # at that correlation the adjustment returns the calm one
    assert adjusted_correlation(result.unchanged, ratio) == pytest.approx(result.calm)
    assert result.sentence.endswith("no change is found.")


def test_a_relation_that_fails_is_weaker() -> None:
    result = correlation_breakdown(*sample(slope_turbulent=0.05), TURBULENT)
    assert result.is_weaker
    assert result.sentence.endswith("it is weaker then, and the hedge leaves more risk.")
    assert result.test.p_value < 0.01


def test_a_closer_relation_is_said() -> None:
    result = correlation_breakdown(*sample(slope_turbulent=1.5), TURBULENT)
    assert result.is_closer
    assert result.sentence.endswith("it is closer then.")


@pytest.mark.parametrize(
    ("slope", "verdict"), [(0.5, "no change"), (0.05, "weaker"), (1.5, "closer")]
)
def test_a_negative_relation_has_the_same_verdict(slope: float, verdict: str) -> None:
    asset, hedge = sample(slope_turbulent=slope)
    assert verdict in correlation_breakdown(-asset, hedge, TURBULENT).sentence
    assert verdict in correlation_breakdown(asset, hedge, TURBULENT).sentence


def test_series_that_do_not_move_or_move_as_one_are_refused() -> None:
    asset, hedge = sample()
    with pytest.raises(DataError, match="On calm days the asset is a multiple of the hedge"):
        correlation_breakdown(-2.0 * hedge, hedge, TURBULENT)
    with pytest.raises(DataError, match="The hedge does not move on turbulent days"):
        correlation_breakdown(asset, hedge.where(~TURBULENT, 0.0), TURBULENT)


def slow_draws(asset: pd.Series, hedge: pd.Series, turbulent: pd.Series, n: int) -> list[float]:
    """Compute the correlations of every draw on its own."""
    values = np.column_stack([asset, hedge])
    differences = []
    for rows in draw_rows(len(values), optimal_block_length(values**2), n, 0):
        x = values[rows, 1]
        y = values[rows, 0]
        stressed = turbulent.to_numpy()[rows]
        if min(stressed.sum(), (~stressed).sum()) < 3:
            continue
        calm, rho = (np.corrcoef(x[days], y[days])[0, 1] for days in (~stressed, stressed))
        ratio = x[stressed].var(ddof=1) / x[~stressed].var(ddof=1)
        differences.append(adjusted_correlation(rho, ratio) - calm)
    return differences


def test_the_interval_is_that_of_draws_one_by_one() -> None:
    asset, hedge = sample()
    found = correlation_breakdown(asset, hedge, TURBULENT, n_bootstrap=300)
    draws = slow_draws(asset, hedge, TURBULENT, 300)
    assert (found.n_draws, found.n_left_out) == (300, 0)
    np.testing.assert_allclose(found.interval, np.quantile(draws, [0.025, 0.975]), rtol=1e-9)


def clustered(n_turbulent: int) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return a sample whose blocks are long and whose turbulent days are one stretch."""
    asset, hedge = sample()
    slow = np.exp(np.cumsum(0.1 * np.random.default_rng(5).standard_normal(N)))
    turbulent = pd.Series(np.arange(N) < n_turbulent, DAYS)
    return asset * slow, hedge * slow, turbulent


def test_draws_without_turbulent_days_are_counted() -> None:
    asset, hedge, turbulent = clustered(60)
    found = correlation_breakdown(asset, hedge, turbulent, n_bootstrap=300)
    draws = slow_draws(asset, hedge, turbulent, 300)
    assert found.n_left_out == 300 - len(draws) > 0
    assert found.n_draws == len(draws)
    np.testing.assert_allclose(found.interval, np.quantile(draws, [0.025, 0.975]), rtol=1e-9)
    assert found.to_dict()["n_left_out"] == found.n_left_out


@pytest.mark.parametrize(
    ("correlation", "ratio", "message"),
    [
        (1.1, 2.0, r"correlation must lie between -1 and 1; got 1.1"),
        (math.nan, 2.0, r"correlation must lie between -1 and 1; got nan"),
        (0.5, 0.0, r"variance_ratio must lie"),
        (0.5, -9.0, r"variance_ratio must lie"),
    ],
)
def test_an_adjustment_that_cannot_be_is_refused(
    correlation: float, ratio: float, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        adjusted_correlation(correlation, ratio)


@pytest.mark.slow
def test_a_constant_relation_is_rarely_called_weaker() -> None:
    calls = [
        correlation_breakdown(*sample(seed=seed), TURBULENT, n_bootstrap=300).is_weaker
        for seed in range(200)
    ]
    # one side of a 95% interval; two standard errors of 200 samples are .022
    assert np.mean(calls) < 0.025 + 0.03


@pytest.mark.parametrize(
    ("turbulent", "message"),
    [
        (pd.Series(np.arange(N) < 10, DAYS), r"At least 30 days must be turbulent; got 10"),
        (pd.Series(np.arange(N) < N - 5, DAYS), r"At least 30 days must be calm; got 5"),
        (TURBULENT.astype(float), r"a Series of True and False"),
        (TURBULENT.iloc[1:], r"must share their dates"),
    ],
)
def test_bad_input_is_refused(turbulent: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        correlation_breakdown(*sample(), turbulent)
