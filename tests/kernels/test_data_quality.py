"""The compiled pass over a table against slow and obvious versions."""

import itertools

import numpy as np
import pytest

from hedgeresearch._kernels.data_quality import column_statistics, stale_rows


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
    for x, found in zip(values.T, column_statistics(values, 3), strict=True):
        deviations = x - x.mean()
        autocorrelation = deviations[1:] @ deviations[:-1] / (deviations @ deviations)
        sizes = np.sort(np.abs(x))
        expected = [x.min(), x.max(), x.sum(), sizes.sum(), x @ x, autocorrelation]
        expected += [(x == 0.0).sum(), sizes[-1], np.argmax(np.abs(x)), sizes[-2]]
        np.testing.assert_allclose(found[:10], expected, rtol=1e-12, atol=1e-14)


def test_autocorrelation_is_exact_far_from_zero(values):
    steps = values.cumsum(axis=0)
    near = column_statistics(steps, 3)[:, 5]
    np.testing.assert_allclose(column_statistics(steps + 1e6, 3)[:, 5], near, rtol=1e-8)
    assert (column_statistics(np.full((9, 2), 7.0), 3)[:, 5] == 0.0).all()


def test_the_second_largest_is_found_in_any_order():
    for order in itertools.permutations([1.0, -2.0, 3.0, -4.0]):
        found = column_statistics(np.array(order)[:, None], 3)[0]
        assert (found[7], abs(order[int(found[8])]), found[9]) == (4.0, 4.0, 3.0)


def test_runs_equal_those_of_groupby(values):
    for x, found in zip(values.T, column_statistics(values, 3), strict=True):
        runs = slow_runs(x)
        start, longest = max(runs, key=lambda run: run[1])
        in_long_runs = sum(length for _, length in runs if length >= 3)
        n_repeats = len(x) - len(runs)
        expected = [n_repeats, longest, start + longest, runs[-1][1], in_long_runs]
        assert found[10:15].tolist() == expected


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
    assert column_statistics((sizes * signs)[:, None], 3)[0, 15] == 3.0
    assert column_statistics(np.ones((5, 1)), 3)[0, 15] == 1.0
