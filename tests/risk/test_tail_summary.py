"""The sentence of a tail summary."""

import pytest

import hedgeresearch as hr


@pytest.mark.parametrize(
    ("normal", "words"),
    [
        (0.01001, "agrees with the historical 1 %."),
        (0.0099, "understates the historical 1 % by 1 %."),
        (0.0102, "overstates the historical 1 % by 2 %."),
    ],
)
def test_losses_that_agree_are_said_to_agree(normal: float, words: str) -> None:
    summary = hr.risk.TailSummary(
        n_dates=500,
        level=0.99,
        skewness=0.0,
        skewness_interval=(-0.1, 0.1),
        excess_kurtosis=0.0,
        excess_kurtosis_interval=(-0.1, 0.1),
        tail_index=5.0,
        tail_index_interval=(4.0, 6.0),
        n_tail=20,
        normal_value_at_risk=normal,
        historical_value_at_risk=0.01,
        normal_expected_shortfall=0.02,
        historical_expected_shortfall=0.02,
    )
    assert summary.sentence.endswith(words)
