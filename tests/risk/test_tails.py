"""Tail summaries against values at risk of a normal and of the past, and their verdicts."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.risk.tail_estimators import hill_tail_index, skewness_and_kurtosis
from hedgeresearch.risk.tails import TailSummary, tail_summary


def dated(values: np.ndarray) -> pd.Series:
    return pd.Series(values, pd.bdate_range("2000-01-03", periods=len(values)), name="book")


@pytest.fixture
def fat() -> pd.Series:
    """1500 Student-t returns with three degrees of freedom."""
    return dated(0.01 * np.random.default_rng(1).standard_t(3, 1500))


def test_summary_holds_the_estimates(fat: pd.Series) -> None:
    found = tail_summary(fat, share=0.04)
    skewness, kurtosis = skewness_and_kurtosis(fat.to_numpy())
    assert (found.skewness, found.skewness_interval) == skewness
    assert (found.excess_kurtosis, found.excess_kurtosis_interval) == kurtosis
    assert found.n_tail == 60
    index = hill_tail_index(-fat.to_numpy(), 60)
    assert (found.tail_index, found.tail_index_interval) == index


@pytest.mark.parametrize(("n_dates", "n_tail"), [(80, 20), (1500, 20), (2100, 21), (5030, 50)])
def test_tail_holds_one_per_cent_or_twenty_losses(n_dates: int, n_tail: int) -> None:
    returns = dated(np.random.default_rng(4).standard_t(3, n_dates))
    assert tail_summary(returns).n_tail == n_tail


def test_tail_index_depends_on_losses_only(fat: pd.Series) -> None:
    other_gains = dated(np.where(fat < 0.0, fat, fat**2))
    assert tail_summary(other_gains).tail_index == tail_summary(fat).tail_index
    assert tail_summary(-fat).tail_index != tail_summary(fat).tail_index


def test_values_at_risk_equal_those_of_the_normal_and_the_past(fat: pd.Series) -> None:
    found = tail_summary(fat, tail=0.025)
    normal = stats.norm(fat.mean(), fat.std())
    assert found.tail == 0.025
    assert found.normal_value_at_risk == pytest.approx(-normal.ppf(0.025), rel=1e-10)
    expected = -normal.expect(lambda r: r, ub=normal.ppf(0.025), conditional=True)
    # the error of the quadrature
    assert found.normal_expected_shortfall == pytest.approx(expected, rel=1e-7)
    historical = hr.metrics.value_at_risk(fat, 0.025)
    assert found.historical_value_at_risk == pytest.approx(historical, rel=1e-10)
    expected = hr.metrics.expected_shortfall(fat, 0.025)
    assert found.historical_expected_shortfall == pytest.approx(expected, rel=1e-10)
    gap = historical + normal.ppf(0.025)
    assert found.understatement == pytest.approx(gap / historical, rel=1e-9)


def test_sentence_of_fat_tails_compares_values_at_risk(fat: pd.Series) -> None:
    found = tail_summary(fat)
    assert found.verdict == "fat"
    opening = f"Tails are fat: excess kurtosis {found.excess_kurtosis:.3g} ("
    assert found.sentence.startswith(opening)
    assert f"tail index of losses {found.tail_index:.3g} (" in found.sentence
    assert "a normal 99% value at risk over one period of" in found.sentence
    assert "understates the historical" in found.sentence
    assert found.sentence.endswith(f"by {100 * found.understatement:.0f}% of that.")
    assert "overstates" in tail_summary(fat, tail=0.1).sentence
    heavier = dated(0.01 * np.random.default_rng(8).standard_t(1.5, 5000))
    assert "below 4, where kurtosis grows with the sample" in tail_summary(heavier).sentence


@pytest.mark.parametrize(
    ("normal", "words"),
    [
        (0.01001, "agrees with the historical 1%."),
        (0.0099, "understates the historical 1% by 1% of that."),
        (0.0102, "overstates the historical 1% by 2% of that."),
    ],
)
def test_values_at_risk_that_agree_are_said_to_agree(normal: float, words: str) -> None:
    summary = TailSummary(
        n_dates=500,
        tail=0.01,
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


def test_normal_and_uniform_returns_are_normal_and_thin() -> None:
    rng = np.random.default_rng(9)
    normal = tail_summary(dated(0.01 * rng.standard_normal(1000)))
    assert normal.verdict == "normal"
    assert normal.sentence.startswith("No evidence against normal tails: excess kurtosis ")
    thin = tail_summary(dated(rng.uniform(-0.01, 0.01, 1000)))
    assert thin.verdict == "thin"
    assert thin.sentence.startswith("Tails are thinner than normal: ")


def test_skewed_mixture_is_skewed_to_its_longer_side() -> None:
    """A mixture of two normals, skewed, with an excess kurtosis of nearly zero."""
    rng = np.random.default_rng(10)
    second = rng.random(4000) < 0.21
    values = np.where(second, rng.normal(-2.0, 1.0, 4000), rng.normal(0.0, 1.0, 4000))
    found = tail_summary(dated(0.01 * values))
    assert found.verdict == "skewed"
    assert found.sentence.startswith("Returns are skewed to losses: excess kurtosis ")
    assert ", skewness -" in found.sentence
    mirrored = tail_summary(dated(-0.01 * values))
    assert mirrored.sentence.startswith("Returns are skewed to gains")


def test_scale_changes_only_values_at_risk(fat: pd.Series) -> None:
    one = tail_summary(fat)
    other = tail_summary(1000.0 * fat)
    assert other.excess_kurtosis_interval == pytest.approx(one.excess_kurtosis_interval, rel=1e-9)
    assert other.tail_index == pytest.approx(one.tail_index, rel=1e-9)
    assert other.normal_value_at_risk == pytest.approx(1000 * one.normal_value_at_risk, rel=1e-9)


def test_summary_becomes_plain_numbers(fat: pd.Series) -> None:
    found = tail_summary(fat)
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["tail_index_interval"] == list(found.tail_index_interval)
    assert plain["tail"] == 0.01
    assert (plain["verdict"], plain["sentence"]) == ("fat", found.sentence)
    assert repr(found) == f"TailSummary({found.sentence})"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tail": 0.99}, r"tail must be a tail probability.*got 0.99. Did you mean tail=0.01\?"),
        ({"tail": 0.0}, "tail must be a tail probability.*got 0.0"),
        ({"tail": 1.0}, "tail must be a tail probability.*got 1.0"),
        ({"share": 0.25}, "share must lie strictly between 0 and 0.25; got 0.25"),
    ],
)
def test_invalid_settings_are_refused(fat: pd.Series, settings: dict, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        tail_summary(fat, **settings)


def test_unsuitable_returns_are_refused(fat: pd.Series) -> None:
    def refused(message: str, returns: pd.Series, **settings: float) -> None:
        with pytest.raises(hr.DataError, match=message):
            tail_summary(returns, **settings)

    refused("returns must have at least 80 rows; got 79", fat[:79])
    refused("returns must vary", dated(np.full(100, 0.01)))
    refused("of the 21 lowest returns the last is a gain", dated(fat.abs().to_numpy()))
    few_losses = np.arange(1500) % 20 == 0
    mostly_gains = dated(np.where(few_losses, -fat.abs(), fat.abs()))
    refused("for the tail 0.1 it is -.*Pass a smaller tail", mostly_gains, tail=0.1)
    equal_losses = dated(np.where(few_losses, -0.02, 0.01))
    refused("the 20 largest losses must differ; all are 0.02", equal_losses)
    assert math.isfinite(tail_summary(fat[:80]).tail_index)
