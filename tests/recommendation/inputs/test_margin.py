"""Settings of collateral."""

from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"collateral": 5.0}, "collateral must map names to values.*; got 5.0"),
        (
            {"collateral": {"F": 0.0}},
            "collateral of 'F' must lie strictly between 0 and inf; got 0.0",
        ),
        ({"horizon": 0}, "horizon must be a whole number of at least 1; got 0"),
        ({"probability": 0.00001}, "probability must lie strictly between 0.0001 and 1"),
    ],
)
def test_bad_margins_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.Margin(**settings)


def test_collateral_is_kept_by_instrument() -> None:
    margin = hr.Margin({"F": 2.0})
    assert pd.Series(margin.collateral).to_dict() == {"F": 2.0}
    assert (margin.wallet("F"), margin.wallet("G")) == (2.0, None)
    assert hash(margin) == hash(hr.Margin({"F": 2.0}))
