"""Prices that must be positive."""

import pandas as pd
import pytest

from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch.errors import DataError

DATES = pd.date_range("2024-01-01", periods=3)


def test_positive_prices_pass() -> None:
    check_positive_prices(pd.DataFrame({"A": [1.0, 2.0, 3.0]}, DATES), "simple returns", "Wait.")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, -2.0, 3.0], "column 'A' is -2 on 2024-01-02 (1 such value). Use differences."),
        ([1.0, 0.0, -3.0], "column 'A' is 0 on 2024-01-02 (2 such values). Use differences."),
    ],
)
def test_first_price_that_is_not_positive_is_named(values: list[float], message: str) -> None:
    prices = pd.DataFrame({"B": [1.0, 2.0, 3.0], "A": values}, DATES)
    with pytest.raises(DataError) as refused:
        check_positive_prices(prices, "simple returns", "Use differences.")
    assert str(refused.value) == f"prices must be positive for simple returns; {message}"
