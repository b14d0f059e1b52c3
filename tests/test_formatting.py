"""Numbers and dates as people write them."""

from collections.abc import Callable

import pytest

from hedgeresearch._formatting import (
    exact,
    full_percent,
    money,
    percent,
    quantity,
    ratio_texts,
    side,
)


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (exact, 12345.0, "12,345"),
        (exact, -21.048, "-21.048"),
        (exact, 0.0, "0"),
        (exact, -1e-12, "0"),
        (exact, 1e12, "1,000,000,000,000"),
        (quantity, 15601.94, "15,602"),
        (quantity, 24.97531, "24.98"),
        (quantity, 0.00123456, "0.001235"),
        (quantity, 0.0, "0"),
        (quantity, 2.6e-15, "0"),
        (quantity, -2.6e-15, "0"),
        (quantity, 25.0, "25"),
        (quantity, 0.5, "0.5"),
        (quantity, 1200.0, "1,200"),
        (quantity, 9.99999999999, "10"),
        (quantity, 9.9999, "10.00"),
        (quantity, -0.3, "-0.3"),
        (quantity, 1e-9, "0.000000001"),
        (full_percent, 0.975, "97.5%"),
        (full_percent, 0.005, "0.5%"),
        (full_percent, 0.95, "95%"),
        (full_percent, 0.0001, "0.01%"),
        (money, 1234567.8, "1,234,568"),
        (money, 1.2345, "1.23"),
        (money, 0.0000123, "0.0000123"),
        (percent, 0.912, "91.2%"),
        (percent, 0.99977, "99.98%"),
        (percent, 0.9999, "99.99%"),
        (percent, 1.0, "100.0%"),
        (percent, -0.05, "-5.0%"),
    ],
)
def test_numbers_in_words(write: Callable[[float], str], value: float, text: str) -> None:
    assert write(value) == text


def test_sides_in_words() -> None:
    assert [side(n, exact(n)) for n in (-3.5, 12345.0, 0.0, 2.6e-15)] == [
        "3.5 short",
        "12,345 long",
        "nothing",
        "nothing",
    ]


def test_ratios_have_one_rule_for_their_digits() -> None:
    wide = ratio_texts([57171.416, -921625.083, 1035967.915])
    assert wide == ["57,170", "-921,600", "1,036,000"]
    assert ratio_texts([1.17549, 1.1, 0.05]) == ["1.175", "1.100", "0.050"]
    # rounded once: by way of 0.9055 and 0.9705 it would be 0.905 and 0.971
    assert ratio_texts([0.9055066, 0.8414, 0.9704985]) == ["0.906", "0.841", "0.970"]
    assert ratio_texts([0.00012345, -1e-20]) == ["0.000123", "0.000000"]
    assert ratio_texts([0.0, -1e-17, 1e-17]) == ["0.000", "0.000", "0.000"]
