"""Refusals of tail probabilities, sizes and confidences that were taken for one another."""

import re

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._validation.probabilities import check_confidence, check_size, check_tail


@pytest.mark.parametrize("value", [0.05, 0.5, 1e-6, np.float64(0.01)])
def test_small_probabilities_are_tails_and_sizes(value: float) -> None:
    check_tail(value)
    check_size(value)


@pytest.mark.parametrize("value", [0.95, 0.5, np.float64(0.999)])
def test_large_probabilities_are_confidences(value: float) -> None:
    check_confidence(value)


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (
            check_tail,
            0.95,
            "tail must be a tail probability, in (0, 0.5]; got 0.95. Did you mean tail=0.05?",
        ),
        (
            check_size,
            0.9,
            "size must be the size of a test, in (0, 0.5]; got 0.9. Did you mean size=0.1?",
        ),
        (check_confidence, 0.05, "in [0.5, 1); got 0.05. Did you mean confidence=0.95?"),
        (check_tail, 5, "got 5. Pass a fraction such as 0.05."),
        (check_tail, 0.0, "got 0.0. Pass a fraction such as 0.05."),
        (check_size, True, "got True. Pass a fraction such as 0.05."),
        (check_confidence, 95, "got 95. Pass a fraction such as 0.95."),
        (check_confidence, "high", "got 'high'. Pass a fraction such as 0.95."),
    ],
)
def test_other_values_are_refused_with_a_remedy(check, value, message) -> None:
    with pytest.raises(hr.DataError, match=re.escape(message)):
        check(value)


def test_the_argument_is_named() -> None:
    with pytest.raises(hr.DataError, match="share must be a tail probability"):
        check_tail(2.0, "share")
