"""The pass over a table, compiled and of NumPy, against slow and obvious versions."""

import itertools

import numpy as np
import pytest

from hedgeresearch._kernels.checks.data_quality import (
    column_covariance,
    column_statistics,
    largest_step,
    stale_rows,
)

KERNELS = (column_covariance, column_statistics, largest_step, stale_rows)


@pytest.fixture(autouse=True, params=["plain", "dispatcher"])
def _version(request, monkeypatch):
    """Each test has the functions by name, of one version and then of the other."""
    for kernel in KERNELS:
        monkeypatch.setitem(globals(), kernel.__name__, getattr(kernel, request.param))


def slow_runs(x):
    """Return the start and length of each run of equal values."""
    start = 0
    found = []
    for _, group in itertools.groupby(x):
        length = len(list(group))
        found.append((start, length))
        start += length
    return found


@pytest.fixture
def values():
    rng = np.random.default_rng(1)
    return rng.integers(-2, 3, size=(200, 3)) * 0.01 * (rng.random((200, 3)) > 0.4)


def test_sizes_equal_those_of_numpy(values):
    for x, found in zip(values.T, column_statistics(values.T.copy(), 3), strict=True):
        deviations = x - x.mean()
        autocorrelation = deviations[1:] @ deviations[:-1] / (deviations @ deviations)
        sizes = np.sort(np.abs(x))
        expected = [x.min(), x.max(), x.sum(), sizes.sum(), x @ x, autocorrelation]
        expected += [(x == 0.0).sum(), sizes[-1]]
        np.testing.assert_allclose(found[:8], expected, rtol=1e-12, atol=1e-14)


def test_autocorrelation_is_exact_far_from_zero(values):
    steps = values.cumsum(axis=0)
    near = column_statistics(steps.T.copy(), 3)[:, 5]
    np.testing.assert_allclose(column_statistics((steps + 1e6).T.copy(), 3)[:, 5], near, rtol=1e-8)
    assert (column_statistics(np.full((2, 9), 7.0), 3)[:, 5] == 0.0).all()


@pytest.mark.parametrize("n", range(1, 10))
def test_extremes_are_found_at_every_place(n):
    for low, high in itertools.product(range(n), repeat=2):
        x = np.full(n, 0.5)
        x[low] = -2.0
        x[high] = 3.0
        found = column_statistics(x[None], 3)[0]
        assert (found[0], found[1], found[7]) == (x.min(), x.max(), np.abs(x).max())


def test_covariance_equals_that_of_numpy(values):
    shifted = values * [1.0, 1e3, 1e-3] + [0.0, 1e4, 1.0]
    expected = np.cov(shifted, rowvar=False)
    np.testing.assert_allclose(column_covariance(shifted.T.copy()), expected, rtol=1e-10)
    assert column_covariance(np.ones((2, 1))).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_largest_step_is_that_of_all_steps():
    ticks = np.array([3, 4, 9, 10, 12]) * 10**15
    assert largest_step(ticks) == 5 * 10**15
    assert largest_step(ticks[:1]) == 0


def test_values_that_never_repeat_have_no_runs():
    found = column_statistics(np.array([[1.0, 2.0, 1.0, 2.0]]), 3)[0]
    assert found[8:13].tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]


def test_runs_equal_those_of_groupby(values):
    for x, found in zip(values.T, column_statistics(values.T.copy(), 3), strict=True):
        runs = slow_runs(x)
        start, longest = max(runs, key=lambda run: run[1])
        in_long_runs = sum(length for _, length in runs if length >= 3)
        n_repeats = len(x) - len(runs)
        expected = [n_repeats, longest, start + longest, runs[-1][1], in_long_runs]
        assert found[8:13].tolist() == expected


def test_stale_rows_follow_their_definition(values):
    values[120:140, 1] = 0.01
    values[185:, 2] = 0.0
    found = stale_rows(values, 4, 1e-4)
    assert found.any()
    for t in range(len(values) + 1):
        for j in range(3):
            runs = slow_runs(values[:t, j])
            assert found[t, j] == slow_stale(runs, t), (t, j)


def slow_stale(runs, t):
    if not runs or runs[-1][1] < 4:
        return False
    *before, (_, length) = runs
    if length <= 2 * max([run for _, run in before], default=0):
        return False
    repeats = sum(run - 1 for _, run in before)
    rate = (repeats + 1) / (t - length + 2)
    return t * rate ** (length - 1) < 1e-4


def test_stale_rows_do_not_look_ahead(values):
    before = stale_rows(values, 4, 1e-4)
    changed = values.copy()
    changed[100:] = 0.0
    np.testing.assert_array_equal(stale_rows(changed, 4, 1e-4)[:101], before[:101])


def test_block_factor_compares_neighboring_tenths():
    sizes = np.repeat([1.0, 1.0, 0.0, 0.0, 3.0, 2.0, 2.0, 1.0, 0.5, 0.5], 7)
    signs = np.where(np.arange(70) % 2, 1.0, -1.0)
    assert column_statistics((sizes * signs)[None], 3)[0, 13] == 3.0
    assert column_statistics(np.ones((1, 5)), 3)[0, 13] == 1.0
