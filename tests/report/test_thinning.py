"""Long series are thinned, not cut: every extreme is drawn at its date."""

import numpy as np
import pytest

from hedgeresearch.report.thinning import MAX_DATES, bucket_length, drawn_rows, thinning_note


@pytest.mark.parametrize(("n_dates", "n_lines"), [(10_001, 1), (123_457, 3), (25_000, 7)])
def test_thinned_rows_hold_every_extreme_of_every_bucket(n_dates: int, n_lines: int) -> None:
    values = np.random.default_rng(0).normal(size=(n_dates, n_lines)).cumsum(axis=0)
    rows = drawn_rows(values)
    assert len(rows) <= MAX_DATES
    assert (rows[0], rows[-1]) == (0, n_dates - 1)
    assert (np.diff(rows) > 0).all()
    length = bucket_length(n_dates, n_lines)
    for start in range(0, n_dates, length):  # the slow, obvious way
        inside = rows[(rows >= start) & (rows < start + length)]
        bucket = values[start : start + length]
        np.testing.assert_array_equal(values[inside].min(axis=0), bucket.min(axis=0))
        np.testing.assert_array_equal(values[inside].max(axis=0), bucket.max(axis=0))


def test_short_series_are_drawn_whole() -> None:
    np.testing.assert_array_equal(drawn_rows(np.zeros((MAX_DATES, 2))), np.arange(MAX_DATES))
    assert thinning_note(MAX_DATES, 2) == ""


def test_gaps_do_not_hide_values() -> None:
    values = np.full((30_000, 1), np.nan)
    values[12_345] = 1.0
    values[12_346] = -1.0
    assert {12_345, 12_346} <= set(drawn_rows(values))


def test_note_says_how_many_observations_share_a_point() -> None:
    note = thinning_note(499_999, 1)
    assert note == "Drawn: the lowest and the highest of every 197 of 499,999 observations."
