"""Results of hypothesis tests: their text, and when they reject."""

import math
import pickle
from dataclasses import FrozenInstanceError

import pytest

import hedgeresearch as hr
from hedgeresearch.estimation import HypothesisTest, NullDistribution


def f_test(p_value: float = 0.03) -> HypothesisTest:
    return HypothesisTest(
        name="Wald",
        null="every ratio is 1",
        statistic=3.5,
        p_value=p_value,
        distribution=NullDistribution("F", (2, 300)),
        details={"restrictions": 2},
    )


def unit_root_test(statistic: float) -> HypothesisTest:
    return HypothesisTest(
        name="Engle-Granger",
        null="no cointegration",
        statistic=statistic,
        p_value=math.nan,
        distribution=NullDistribution("MacKinnon"),
        critical_values={0.01: -3.9, 0.05: -3.34},
    )


def test_repr_is_one_line_with_the_verdict() -> None:
    assert repr(f_test()) == (
        "HypothesisTest(Wald: F(2, 300) = 3.50, p = 0.03; every ratio is 1: rejected at 5%)"
    )
    assert repr(f_test(0.2)).endswith("every ratio is 1: not rejected at 5%)")
    assert repr(unit_root_test(-2.45)) == (
        "HypothesisTest(Engle-Granger: MacKinnon = -2.45, critical value -3.90 at 1%, -3.34 at 5%; "
        "no cointegration: not rejected at 5%)"
    )


@pytest.mark.parametrize(
    ("distribution", "text"),
    [
        (NullDistribution("t", (1_234_567,)), "t(1234567)"),
        (NullDistribution("F", (1, math.inf)), "F(1, inf)"),
        (NullDistribution("stationary bootstrap"), "stationary bootstrap"),
    ],
)
def test_distribution_shows_degrees_of_freedom(distribution: NullDistribution, text: str) -> None:
    assert str(distribution) == text


def test_rejection_compares_p_with_the_size() -> None:
    assert f_test().rejects()
    assert not f_test().rejects(size=0.01)
    assert not f_test(0.05).rejects(size=0.05)


def test_rejection_by_critical_value_is_away_from_zero() -> None:
    assert unit_root_test(-3.5).rejects()
    assert not unit_root_test(-3.5).rejects(size=0.01)
    assert not unit_root_test(-3.34).rejects()
    trace = HypothesisTest(
        "Johansen trace", "rank 0", 20.0, math.nan, NullDistribution("trace"), {0.05: 18.16}
    )
    assert trace.rejects()


def test_critical_value_comes_before_the_p_value() -> None:
    both = HypothesisTest(
        "Engle-Granger",
        "no cointegration",
        -3.3,
        0.049,
        NullDistribution("MacKinnon"),
        {0.05: -3.34},
    )
    assert not both.rejects()
    assert both.rejects(size=0.1)


def test_rejection_needs_a_p_or_critical_value() -> None:
    with pytest.raises(
        hr.DataError, match=r"\[0.01, 0.05\].*; got 0.1. The Engle-Granger test has no"
    ):
        unit_root_test(-2.0).rejects(size=0.1)
    with pytest.raises(hr.DataError, match="size must be the size of a test, in .*; got 5"):
        f_test().rejects(size=5)


def test_summary_has_a_row_for_each_number() -> None:
    assert f_test().summary["Wald"].to_dict() == {
        "null hypothesis": "every ratio is 1",
        "statistic": 3.5,
        "distribution": "F(2, 300)",
        "p": 0.03,
        "restrictions": 2,
    }
    rows = unit_root_test(-2.45).summary["Engle-Granger"]
    assert list(rows.index[3:]) == ["critical value at 1%", "critical value at 5%"]
    assert "critical value at 5%" in unit_root_test(-2.45)._repr_html_()


def test_result_is_frozen_equal_hashable_and_picklable() -> None:
    test = f_test()
    assert test == f_test()
    assert hash(test) == hash(f_test())
    assert pickle.loads(pickle.dumps(test)) == test
    with pytest.raises(FrozenInstanceError):
        test.statistic = 0.0
    with pytest.raises(TypeError):
        test.details["restrictions"] = 3
