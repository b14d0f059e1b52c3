"""Invalid settings are refused."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._validation import settings


@pytest.mark.parametrize("value", [True, 1.0, "3", None, 0])
def test_check_at_least_refuses_other_values(value: Any) -> None:
    with pytest.raises(hr.DataError, match="n must be a whole number of at least 1; got"):
        settings.check_at_least(value, "n", 1)


@pytest.mark.parametrize("value", [True, 0.0, 1, 1.2, "0.5", None, np.nan])
def test_check_between_refuses_other_values(value: Any) -> None:
    with pytest.raises(hr.DataError, match="decay must lie strictly between 0 and 1; got"):
        settings.check_between(value, "decay", 0.0, 1.0)


def test_check_choice_refuses_other_words() -> None:
    with pytest.raises(hr.DataError, match="kind must be one of 'a', 'b'; got 'c'."):
        settings.check_choice("c", "kind", ("a", "b"))


@pytest.mark.parametrize("value", [-1e-9, -np.inf, np.nan, "1", True])
def test_check_not_negative_refuses_other_values(value: Any) -> None:
    with pytest.raises(hr.DataError, match="cost must"):
        settings.check_not_negative(value, "cost")


@pytest.mark.parametrize("value", [1, 0, None, "True"])
def test_check_flag_refuses_other_values(value: Any) -> None:
    with pytest.raises(hr.DataError, match="asymmetric must be True or False; got"):
        settings.check_flag(value, "asymmetric")


def test_a_decimal_is_refused_with_what_works() -> None:
    with pytest.raises(
        hr.DataError, match=r"gross must be a float; got Decimal\('5'\). Pass float"
    ):
        settings.check_between(Decimal("5"), "gross", 0.0, 10.0)
