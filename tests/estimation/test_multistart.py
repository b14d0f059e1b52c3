"""The best of several searches, whatever failed and whatever agrees."""

import numpy as np

from hedgeresearch.estimation.multistart import continue_best_run, first_best


def test_first_of_those_that_agree_is_best():
    assert first_best(np.array([1.0, 5.0, np.nan, 5.004])) == 1
    assert first_best(np.array([1.0, 4.0, 5.0])) == 2
    assert first_best(np.array([4.9999, 5.0]), tolerance=1e-6) == 1


def test_best_run_is_finished():
    runs = ["low", "high", None]
    found = continue_best_run(runs, np.array([1.0, 2.0, np.nan]), lambda run: run.upper())
    assert found == "HIGH"


def test_next_best_run_follows_a_failure():
    tried = []

    def finish(run):
        tried.append(run)
        return run if run == "low" else None

    objectives = np.array([1.0, 2.0, 3.0])
    assert continue_best_run(["low", "middle", "high"], objectives, finish) == "low"
    assert tried == ["high", "middle", "low"]
    np.testing.assert_array_equal(objectives, [1.0, 2.0, 3.0])


def test_nothing_is_found_if_all_runs_fail():
    assert continue_best_run(["a", "b"], np.array([1.0, 2.0]), lambda _: None) is None
    assert continue_best_run([None, None], np.array([np.nan, np.nan]), lambda run: run) is None
