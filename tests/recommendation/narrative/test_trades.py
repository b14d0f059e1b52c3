"""Each reason of a trade in words."""

import pytest

from hedgeresearch.recommendation.narrative.trades import trade_reason
from hedgeresearch.recommendation.sizing.decisions import Decision, Reason


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.INSIDE_BAND, "target 41.26 short, inside the no-trade band of ±2.5"),
        (
            Reason.TO_BAND_EDGE,
            "target 41.26 short; traded to the edge of the no-trade band of ±2.5",
        ),
        (
            Reason.NEW_POSITION,
            "target 41.26 short; a new position opens at its target, no-trade band of ±2.5",
        ),
        (
            Reason.FREE_TRADES,
            "target 41.26 short; no band, as there are no trading costs",
        ),
        (Reason.AT_LIMIT, "target 41.26 short; the position limit applies"),
        (
            Reason.JOINT_LIMITS,
            "target 41.26 short; a joint limit applies: gross, net or number of instruments",
        ),
        (Reason.PARTIAL, "12.3% of the way to an aim of 45.5 short"),
        (Reason.ONE_LOT, "one lot towards an aim of 45.5 short"),
        (Reason.BELOW_ONE_LOT, "aim 45.5 short, not worth the cost of one lot"),
    ],
)
def test_every_reason_has_words(reason: Reason, words: str) -> None:
    decision = Decision(-50.0, -41.26, -43.0, reason, aim=-45.5, rate=0.123)
    assert trade_reason(decision, half_width=2.5) == words


def test_targets_of_zero_and_bands_of_no_width_are_written_short() -> None:
    decision = Decision(0.0, 0.0, 0.0, Reason.INSIDE_BAND, aim=0.0)
    assert trade_reason(decision, half_width=0.0) == "target 0"
