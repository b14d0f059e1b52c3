"""The last row of each week, month or other period."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.data import at_frequency

DAYS = pd.bdate_range("2024-01-01", "2024-06-28", name="date")
PRICES = pd.DataFrame(
    100.0 + np.random.default_rng(0).normal(size=(len(DAYS), 2)).cumsum(axis=0), DAYS, ["A", "H"]
)


def test_months_have_the_dates_and_prices_of_their_last_rows() -> None:
    months = at_frequency(PRICES, "ME")
    expected = [PRICES.loc[f"2024-{month:02d}"].iloc[-1].name for month in range(1, 7)]
    assert list(months.index) == expected
    pd.testing.assert_frame_equal(months, PRICES.loc[expected], check_freq=False)


def test_a_gap_moves_every_column_to_the_last_complete_row() -> None:
    gaps = PRICES.copy()
    gaps.loc["2024-01-31", "H"] = np.nan
    assert at_frequency(gaps, "ME").index[0] == pd.Timestamp("2024-01-30")


@pytest.mark.parametrize("kind", ["simple", "log", "difference"])
def test_returns_of_a_period_are_those_of_its_prices(kind: str) -> None:
    months = hr.returns(at_frequency(PRICES, "ME"), kind=kind)
    of_days = at_frequency(hr.returns(PRICES, kind=kind), "ME")
    np.testing.assert_allclose(of_days.iloc[1:], months, rtol=1e-12, atol=1e-14)
    assert of_days.attrs["returns"] == kind


def test_summed_columns_are_added_between_the_rows() -> None:
    funding = PRICES.assign(F=np.where(np.arange(len(DAYS)) % 3 == 0, 1e-4, np.nan))
    months = at_frequency(funding, "ME", summed=["F"])
    assert months["F"].sum() == pytest.approx(funding["F"].sum(), rel=1e-12)
    assert list(months["A"]) == list(at_frequency(PRICES, "ME")["A"])


def test_open_period_is_warned_of() -> None:
    with pytest.warns(hr.errors.DataWarning, match="'ME' is not over on 2024-06-12"):
        at_frequency(PRICES.loc[:"2024-06-12"], "ME")


@pytest.mark.parametrize(
    ("table", "freq", "message"),
    [
        (PRICES, "fortnight", "freq must be a frequency"),
        (PRICES, "YE", "must leave at least two periods; got 1"),
        (PRICES.reset_index(drop=True), "ME", "rows must have dates"),
    ],
)
def test_bad_requests_are_refused(table: pd.DataFrame, freq: str, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        at_frequency(table, freq)
