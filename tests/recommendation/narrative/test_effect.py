"""The unit of time in a sentence is only named where it is certain."""

import pandas as pd
import pytest

from hedgeresearch.recommendation.narrative.effect import effect_sentence, is_daily

DAYS = pd.bdate_range("2024-01-01", periods=30)


@pytest.mark.parametrize(
    ("dates", "daily"),
    [
        (DAYS, True),
        (DAYS.tz_localize("UTC"), True),
        (DAYS.delete([3, 4, 20]), True),  # holidays
        (pd.date_range("2024-01-01", periods=30), True),
        (pd.date_range("2024-01-01", periods=30, freq="8h"), False),
        (pd.date_range("2024-01-01", periods=30, freq="W"), False),
        (DAYS.append(DAYS + pd.Timedelta(hours=7)).sort_values(), False),
        (DAYS[:2], False),
        (pd.RangeIndex(30), False),
    ],
)
def test_dates_are_daily_only_if_certain(dates: pd.Index, daily: bool) -> None:
    assert is_daily(dates) == daily


def test_sentences_name_a_day_or_an_observation() -> None:
    daily = effect_sentence("10 A", 200.0, 100.0, DAYS)
    assert daily == (
        "Expected next-day volatility of 10 A falls from 200 to 100, "
        "a variance reduction of 75.0% under the model."
    )
    other = effect_sentence("10 A", 100.0, 200.0, None)
    assert other == (
        "Expected volatility of 10 A over the next observation rises from 100 to 200, "
        "a variance increase of 300.0% under the model."
    )
    assert effect_sentence("10 A", 100.0, 100.0, DAYS).endswith("stays at 100.")
