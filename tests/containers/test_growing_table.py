"""What a fit has seen: shared by the fits that follow, and never changed for any of them."""

import pickle

import numpy as np
import pandas as pd

from hedgeresearch._containers.growing_table import GrowingTable


def rows(first, last):
    return pd.DataFrame(np.arange(2.0 * first, 2.0 * last).reshape(-1, 2), columns=["a", "b"])


def test_it_grows_row_by_row_without_copying_what_was_there():
    history = GrowingTable.of(rows(0, 5))
    every = [history]
    for i in range(5, 400):
        every.append(every[-1].append(rows(i, i + 1).to_numpy()))
    np.testing.assert_array_equal(every[-1].values, rows(0, 400))
    for n, shorter in enumerate(every, start=5):
        np.testing.assert_array_equal(shorter.values, rows(0, n))
    stores = {id(h._rows) for h in every}
    assert len(stores) == 1  # all share one table


def test_two_that_follow_the_same_history_do_not_disturb_each_other():
    history = GrowingTable.of(rows(0, 5))
    left = history.append(rows(5, 6).to_numpy())
    right = history.append(rows(90, 93))
    left = left.append(rows(6, 9).to_numpy())
    np.testing.assert_array_equal(left.values, rows(0, 9))
    np.testing.assert_array_equal(right.values[5:], rows(90, 93))
    assert len(history) == 5


def test_it_copies_what_it_is_given_and_cannot_be_written_to():
    frame = rows(0, 5)
    history = GrowingTable.of(frame)
    frame.iloc[0, 0] = 99.0
    assert history.values[0, 0] == 0.0
    assert not history.values.flags.writeable


def test_a_pickle_holds_its_own_rows_only():
    history = GrowingTable.of(rows(0, 5))
    history.append(rows(5, 5000).to_numpy())
    copy = pickle.loads(pickle.dumps(history))
    np.testing.assert_array_equal(copy.values, rows(0, 5))
    assert len(pickle.dumps(history)) < 2000
    pd.testing.assert_frame_equal(
        copy.append(rows(5, 7).to_numpy()).frame(4), rows(0, 7).iloc[4:]
    )
