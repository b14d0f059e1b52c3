"""The effect of a hedge in words: up, down, none, and of a position that has stopped moving."""

from hedgeresearch.recommendation.narrative.effect import effect_sentence


def test_the_sentence_names_the_time_and_the_change() -> None:
    assert effect_sentence("10 A", 200.0, 100.0, "the next 5 days") == (
        "Expected volatility of 10 A over the next 5 days falls from 200 to 100, "
        "a variance reduction of 75.0% under the model."
    )
    assert effect_sentence("10 A", 100.0, 200.0, "the next day") == (
        "Expected volatility of 10 A over the next day rises from 100 to 200, "
        "a variance increase of 300.0% under the model."
    )
    assert effect_sentence("10 A", 100.0, 100.0, "the next day").endswith("stays at 100.")


def test_a_position_without_variance_is_named() -> None:
    assert effect_sentence("10 A", 0.0, 25.0, "the next day") == (
        "Expected volatility of 10 A over the next day is zero without a hedge under the model, "
        "as if the position had stopped moving; with the hedge it is 25."
    )
