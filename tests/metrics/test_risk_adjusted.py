"""Certainty equivalents and Sharpe ratio against slow definitions."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import hedgeresearch as hr


@pytest.fixture
def returns() -> pd.Series:
    """561 skewed returns, of which 560 x .05 = 28 falls on a date."""
    return pd.Series(
        0.01 - 0.01 * np.random.default_rng(3).exponential(size=561), name="x"
    ).set_axis(pd.bdate_range("2018-03-01", periods=561))


@pytest.mark.parametrize("aversion", [0.5, 4.0, 1e5])
def test_the_certainty_equivalent_has_the_same_utility(returns: pd.Series, aversion: float) -> None:
    worst = float(returns.min())

    def utility_gain(certain: float) -> float:
        return float(
            np.exp(-aversion * (returns - worst)).mean() - math.exp(-aversion * (certain - worst))
        )

    expected = optimize.brentq(utility_gain, worst, float(returns.max()), xtol=1e-16)
    assert hr.metrics.exponential_certainty_equivalent(returns, aversion) == pytest.approx(
        expected, rel=1e-8
    )


def test_certainty_equivalents_agree_on_normal_returns() -> None:
    returns = pd.Series(0.001 + 0.02 * np.random.default_rng(0).normal(size=200_000))
    exponential = hr.metrics.exponential_certainty_equivalent(returns, 6.0)
    # four errors of the simulated mean
    assert exponential == pytest.approx(0.001 - 3 * 0.02**2, abs=2e-4)
    assert hr.metrics.mean_variance_certainty_equivalent(returns, 6.0) == pytest.approx(
        exponential, abs=2e-6
    )
    utility = returns.mean() - 4 * returns.var(ddof=0)  # as Kroner and Sultan write it
    assert hr.metrics.mean_variance_certainty_equivalent(returns, 8.0, ddof=0) == pytest.approx(
        utility, rel=1e-10
    )
    with pytest.raises(
        hr.DataError, match="risk_aversion must lie strictly between 0 and inf; got 0"
    ):
        hr.metrics.exponential_certainty_equivalent(returns, 0)


def test_sharpe_by_hand(returns: pd.Series) -> None:
    mean = sum(returns) / 561
    expected = math.sqrt(52) * mean / math.sqrt(sum((x - mean) ** 2 for x in returns) / 560)
    assert hr.metrics.sharpe(returns, 52) == pytest.approx(expected, rel=1e-12)
    assert hr.metrics.sharpe(returns, 52, ddof=0) == pytest.approx(
        expected * math.sqrt(561 / 560), rel=1e-12
    )
    with pytest.raises(
        hr.DataError, match="returns must vary for a Sharpe ratio; they are constant"
    ):
        hr.metrics.sharpe(returns * 0 + 0.1, 52)
