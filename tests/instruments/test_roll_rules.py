"""Roll rules: what they refuse, and the crossover of volumes against a loop."""

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.roll_rules import RollBeforeExpiry, RollOnVolume, RollRule, crossover


def test_rules_follow_the_protocol() -> None:
    volumes = pd.DataFrame({"F": [1.0, 2.0]}, pd.date_range("2024-01-01", periods=2))
    assert isinstance(RollBeforeExpiry(), RollRule)
    assert isinstance(RollOnVolume(volumes), RollRule)
    assert repr(RollOnVolume(volumes)) == "RollOnVolume(1 contracts)"


def test_crossover_never_returns_to_a_contract() -> None:
    volumes = np.array([[5.0, 1.0, 0.0], [1.0, 5.0, 0.0], [9.0, 1.0, 0.0], [0.0, 1.0, 2.0]])
    assert crossover(volumes, np.zeros(4, dtype=np.intp)).tolist() == [0, 1, 1, 2]


def test_crossover_leaves_expired_contracts() -> None:
    volumes = np.tile([9.0, 1.0, 0.0], (4, 1))
    alive = np.array([0, 1, 2, 3])  # after the last contract there is none
    assert crossover(volumes, alive).tolist() == [0, 1, 2, 3]


def test_invalid_settings_are_refused() -> None:
    dates = pd.date_range("2024-01-02", periods=2)
    wrong = pd.DataFrame({"F": [1.0, 2.0], "H": [0.0, -1.0]}, dates)
    message = "volumes must not be negative; 'H' has -1 on 2024-01-03. Pass NaN where"
    with pytest.raises(DataError, match=message):
        RollOnVolume(wrong)
    with pytest.raises(DataError, match="days must be a whole number of at least 0; got -1"):
        RollBeforeExpiry(-1)
