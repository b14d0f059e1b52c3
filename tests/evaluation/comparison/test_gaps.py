"""Tests of hedges on dates of which some are left out."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.estimation.regression import long_run_sum
from hedgeresearch.evaluation.comparison.gaps import checked_positions, spread
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.paired_tests import (
    conditional_gain_test,
    mean_gain_test,
)

POSITIONS = np.array([2, 3, 4, 7, 8, 20, 21, 22, 23, 50])


def by_pairs(moments, positions, lags):
    """Sum the products of all pairs of dates that are at most ``lags`` rows apart."""
    total = 0.0
    for own, at in zip(moments, positions, strict=True):
        for other, elsewhere in zip(moments, positions, strict=True):
            total += max(1.0 - abs(int(at) - int(elsewhere)) / (lags + 1), 0.0) * own * other
    return total


@pytest.mark.parametrize("lags", [0, 1, 3, 5, 40])
def test_spread_moments_meet_only_true_neighbors(lags):
    moments = np.random.default_rng(lags).standard_normal(10)
    found = long_run_sum(spread(moments[:, None], POSITIONS, lags), lags)
    assert found.item() == pytest.approx(by_pairs(moments, POSITIONS, lags), rel=1e-12)


def test_a_gap_of_any_length_leaves_the_same_test():
    gain = np.random.default_rng(0).standard_normal(60) + 0.3
    short = np.concatenate([np.arange(30), np.arange(200, 230)])
    long = np.concatenate([np.arange(30), np.arange(2_000_000, 2_000_030)])
    assert mean_gain_test(gain, 1, 4, short) == mean_gain_test(gain, 1, 4, long)
    assert lags_for(gain, 1, short) == lags_for(gain, 1, long)
    assert mean_gain_test(gain, 1, 4, np.arange(60)) == mean_gain_test(gain, 1, 4)
    assert mean_gain_test(gain, 1, 4, short) != mean_gain_test(gain, 1, 4)


def test_the_last_difference_before_a_gap_is_not_known():
    gain = np.random.default_rng(1).standard_normal(60)
    gain[30] = 50.0  # the first date after the gap
    apart = np.concatenate([np.arange(30), np.arange(90, 120)])
    kept = np.delete(np.arange(1, 60), 29)
    d = gain / gain.std()
    moments = np.column_stack([d[1:], d[1:] * d[:-1]])[kept - 1]
    total = moments.sum(axis=0)
    expected = total @ np.linalg.inv(moments.T @ moments) @ total
    assert conditional_gain_test(gain, 1, apart)[0] == pytest.approx(expected, rel=1e-9)


def test_consecutive_positions_are_no_gaps(panel):
    rows = np.arange(40, 40 + len(panel))
    assert checked_positions(rows, len(panel)) is None
    found = hr.evaluation.compare_hedges(panel, positions=rows).table
    assert found.equals(hr.evaluation.compare_hedges(panel).table)


@pytest.mark.parametrize("positions", [[1, 2], [[1] * 300], list(range(300, 0, -1)), [0.5] * 300])
def test_positions_that_are_none_are_refused(panel, positions):
    with pytest.raises(hr.DataError, match="positions must be 300 ascending whole numbers"):
        hr.evaluation.compare_hedges(panel, positions=positions)
