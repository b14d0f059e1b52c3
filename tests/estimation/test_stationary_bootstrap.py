"""Rows of the stationary bootstrap, and the mean length of its blocks."""

import math

import arch.bootstrap
import numpy as np
import pytest

from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length


def autoregression(n_dates: int = 500) -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=n_dates)
    series = noise.copy()
    for t in range(1, n_dates):
        series[t] += 0.7 * series[t - 1]
    return np.column_stack([noise, series])


def test_rows_are_those_that_arch_draws() -> None:
    bootstrap = arch.bootstrap.StationaryBootstrap(5, np.arange(60), seed=np.random.default_rng(3))
    expected = [drawn[0] for drawn, _ in bootstrap.bootstrap(4)]
    np.testing.assert_array_equal(list(draw_rows(60, 5, 4, seed=3)), expected)


def test_block_length_is_the_longest_of_the_columns() -> None:
    series = autoregression()
    lengths = arch.bootstrap.optimal_block_length(series)["stationary"]
    assert optimal_block_length(series) == math.ceil(lengths.max()) > math.ceil(lengths.iloc[0])


def test_block_length_ignores_scale_and_constant_columns() -> None:
    series = autoregression()
    scaled = np.column_stack([series * [1e-6, 1e6], np.full(len(series), 3.0)])
    assert optimal_block_length(scaled) == optimal_block_length(series)
    assert optimal_block_length(scaled[:, [2]]) == 1


@pytest.mark.parametrize("n_dates", [2, 7])
def test_few_dates_are_drawn_one_by_one(n_dates: int) -> None:
    assert optimal_block_length(autoregression()[:n_dates]) == 1


def test_a_constant_stretch_has_a_block_length() -> None:
    series = autoregression()
    series[:200] = series[0]
    assert 1 <= optimal_block_length(series) < len(series)
