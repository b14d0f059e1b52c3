"""Herding against enumeration, and its size for traders who toss coins."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.risk import measure_herding
from hedgeresearch.risk.crowding.herding import expected_distance


def changes_of(sides: Any, period: Any = "2026Q1") -> pd.DataFrame:
    """Return changes of traders (rows) in instruments (columns), zeros for none."""
    signs = np.asarray(sides, dtype=float)
    rows = [
        (trader, f"I{k}", signs[trader, k])
        for trader, k in itertools.product(*map(range, signs.shape))
    ]
    frame = pd.DataFrame(rows, columns=["trader", "instrument", "change"])
    return frame.set_axis([period] * len(frame), axis=0)


def test_the_expected_distance_is_that_of_all_outcomes() -> None:
    for n, p in ((3, 0.3), (6, 0.5), (7, 0.9)):
        total = 0.0
        for tosses in itertools.product((0, 1), repeat=n):
            k = sum(tosses)
            total += p**k * (1.0 - p) ** (n - k) * abs(k / n - p)
        assert expected_distance(np.array([n]), np.array([p]))[0] == pytest.approx(total)


def test_herding_is_the_distance_beyond_chance() -> None:
    sides = [[1, -1, 1], [1, -1, 0], [1, -1, -1], [1, 1, 1], [1, -1, -1]]
    found = measure_herding(changes_of(sides), min_traders=5)
    assert found.table[["buyers", "sellers"]].to_numpy().tolist() == [[5, 0], [1, 4]]
    assert found.n_left_out == 1
    expected = 8 / 14
    assert found.table["expected"].tolist() == [pytest.approx(expected)] * 2
    chance = expected_distance(np.array([5.0]), np.array([expected]))[0]
    assert found.table["herding"].iloc[0] == pytest.approx(1.0 - expected - chance)
    assert found.table["herding"].iloc[1] == pytest.approx(expected - 0.2 - chance)
    assert found.by_side["selling"] == pytest.approx(found.table["herding"].iloc[1])
    assert "Lakonishok" in found.source
    assert "not why" in found.limits


def test_changes_of_a_trader_add_up() -> None:
    sides = [[1, -1]] * 6
    again = pd.concat([changes_of(sides), changes_of([[2, 2]] * 6)])
    both = measure_herding(again)
    assert both.table["buyers"].tolist() == [6, 6]
    cancelled = pd.concat([changes_of(sides), changes_of([[0, 1]] * 6)])
    assert measure_herding(cancelled).table["buyers"].tolist() == [6]


@pytest.mark.long
def test_traders_by_chance_do_not_herd() -> None:
    generator = np.random.default_rng(4)
    tables = [changes_of(generator.choice([-1, 1], (12, 20)), period) for period in range(40)]
    found = measure_herding(pd.concat(tables))
    # p_t is the mean of 240 sides, which leaves a small bias
    assert abs(found.mean) < 3.0 * found.standard_error + 0.005
    herd = [
        changes_of(
            np.where(
                generator.random((12, 20)) < 0.3,
                generator.choice([-1, 1], 20),
                generator.choice([-1, 1], (12, 20)),
            ),
            period,
        )
        for period in range(40)
    ]
    assert measure_herding(pd.concat(herd)).mean > 0.05


def test_bad_changes_are_refused() -> None:
    changes = changes_of([[1, -1]] * 4)
    cases = [
        (changes.drop(columns="trader"), "with the columns trader, instrument and change"),
        (changes.assign(change=np.nan), "must be a finite number"),
        (changes, "at least 5 traders in a period; the largest number is 4"),
    ]
    for given, message in cases:
        with pytest.raises(DataError, match=message):
            measure_herding(given)
    with pytest.raises(DataError, match="min_traders must"):
        measure_herding(changes, 1)
