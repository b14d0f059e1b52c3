"""Measures of risk and of what returns are worth, against the definitions, written slowly."""

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

import hedgeresearch as hr


@pytest.fixture
def returns() -> pd.Series:
    """561 skewed returns, of which 560 x .05 = 28 falls on a date."""
    return pd.Series(
        0.01 - 0.01 * np.random.default_rng(3).exponential(size=561), name="x"
    ).set_axis(pd.bdate_range("2018-03-01", periods=561))


def test_variance_with_both_divisors(returns: pd.Series) -> None:
    values = returns.tolist()
    mean = sum(values) / 561
    squares = sum((x - mean) ** 2 for x in values)
    assert hr.metrics.variance(returns) == pytest.approx(squares / 560, rel=1e-12)
    assert hr.metrics.variance(returns, ddof=0) == pytest.approx(squares / 561, rel=1e-12)
    with pytest.raises(hr.DataError, match="returns must have at least 2 rows; got 1"):
        hr.metrics.variance(returns[:1])


def test_semivariance_by_hand(returns: pd.Series) -> None:
    values, mean = returns.tolist(), float(returns.mean())
    for target, level in ((0.0, 0.0), (0.002, 0.002), ("mean", mean)):
        expected = sum((x - level) ** 2 for x in values if x < level) / 561
        assert hr.metrics.semivariance(returns, target) == pytest.approx(expected, rel=1e-12)
    both = hr.metrics.semivariance(returns, "mean") + hr.metrics.semivariance(-returns, "mean")
    assert both == pytest.approx(hr.metrics.variance(returns, ddof=0), rel=1e-12)
    with pytest.raises(
        hr.DataError, match="target must lie strictly between -inf and inf; got 'median'"
    ):
        hr.metrics.semivariance(returns, "median")


@pytest.mark.parametrize("level", [0.01, 0.05, 0.07, 0.29, 0.5, 0.99])
@pytest.mark.parametrize("n_dates", [2, 21, 100, 101, 561])
def test_value_at_risk_and_shortfall_by_hand(
    returns: pd.Series, level: float, n_dates: int
) -> None:
    ordered = sorted(returns[:n_dates])
    position = (n_dates - 1) * level
    below = math.floor(round(position, 9))
    above = min(below + 1, n_dates - 1)
    between = ordered[below] + (position - below) * (ordered[above] - ordered[below])
    assert hr.metrics.value_at_risk(returns[:n_dates], level) == pytest.approx(
        -between, rel=1e-9, abs=1e-15
    )
    assert hr.metrics.expected_shortfall(returns[:n_dates], level) == pytest.approx(
        -np.mean(ordered[: below + 1]), rel=1e-9
    )
    count = max(math.ceil(round(n_dates * level, 9)), 1)
    assert hr.metrics.value_at_risk(returns[:n_dates], level, "inverted_cdf") == -ordered[count - 1]
    expected = -np.mean(ordered[:count])
    assert hr.metrics.expected_shortfall(returns[:n_dates], level, "inverted_cdf") == pytest.approx(
        expected, rel=1e-9
    )


def test_value_at_risk_is_the_quantile_of_numpy(returns: pd.Series) -> None:
    for level in (0.013, 0.05, 0.4):
        assert hr.metrics.value_at_risk(returns, level) == pytest.approx(
            -np.quantile(returns, level), rel=1e-14
        )
        found = hr.metrics.value_at_risk(returns, level, "inverted_cdf")
        assert found == -np.quantile(returns, level, method="inverted_cdf")


@pytest.mark.parametrize("level", [0.001, 0.0333, 0.05, 0.5])
def test_shortfall_is_the_minimum_of_rockafellar_and_uryasev(
    returns: pd.Series, level: float
) -> None:
    """min over v of v + mean(max(-r - v, 0)) / a, at one of the losses (2000, Journal of Risk 2, theorem 1)."""
    losses = -returns.to_numpy()
    found = min(v + np.maximum(losses - v, 0.0).mean() / level for v in losses)
    assert hr.metrics.expected_shortfall(returns, level, "rockafellar_uryasev") == pytest.approx(
        found, rel=1e-10
    )


def test_ties_at_the_quantile_belong_to_the_tail() -> None:
    returns = pd.Series(
        [-0.03, -0.02, -0.02, -0.02, 0.01, 0.02], pd.date_range("2020-01-01", periods=6)
    )
    assert hr.metrics.expected_shortfall(returns, 0.3) == pytest.approx(0.0225, rel=1e-12)
    assert hr.metrics.expected_shortfall(returns, 0.3, "inverted_cdf") == pytest.approx(
        0.0225, rel=1e-12
    )
    assert hr.metrics.expected_shortfall(returns, 1 / 3, "rockafellar_uryasev") == pytest.approx(
        0.025, rel=1e-12
    )


def test_shortfall_of_many_normal_returns() -> None:
    returns = pd.Series(np.random.default_rng(0).normal(size=400_000))
    assert hr.metrics.value_at_risk(returns, 0.05) == pytest.approx(
        -stats.norm.ppf(0.05), abs=0.015
    )  # of the simulation
    expected = stats.norm.pdf(stats.norm.ppf(0.05)) / 0.05
    for tail in ("linear", "inverted_cdf", "rockafellar_uryasev"):
        assert hr.metrics.expected_shortfall(returns, 0.05, tail) == pytest.approx(
            expected, abs=0.02
        )


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_measures_scale_with_the_returns(returns: pd.Series, scale: float) -> None:
    for measure, power in (
        (hr.metrics.variance, 2),
        (hr.metrics.semivariance, 2),
        (hr.metrics.value_at_risk, 1),
        (hr.metrics.expected_shortfall, 1),
        (partial(hr.metrics.expected_shortfall, tail="rockafellar_uryasev"), 1),
        (partial(hr.metrics.maximum_drawdown, wealth="summed"), 1),
        (partial(hr.metrics.sharpe, periods_per_year=252), 0),
    ):
        assert measure(scale * returns) == pytest.approx(scale**power * measure(returns), rel=1e-10)


def test_maximum_drawdown_by_hand(returns: pd.Series) -> None:
    wealth = [1.0]
    for x in returns:
        wealth.append(wealth[-1] * (1 + x))
    falls = [1 - wealth[t] / wealth[s] for s in range(562) for t in range(s, 562)]
    assert hr.metrics.maximum_drawdown(returns) == pytest.approx(max(falls), rel=1e-12)
    summed = [0.0, *np.cumsum(returns)]
    falls = [summed[s] - summed[t] for s in range(562) for t in range(s, 562)]
    assert hr.metrics.maximum_drawdown(returns, "summed") == pytest.approx(max(falls), rel=1e-12)


def test_limits_of_the_drawdown(returns: pd.Series) -> None:
    assert hr.metrics.maximum_drawdown(returns.abs()) == 0.0
    assert hr.metrics.maximum_drawdown(-returns.abs(), "summed") == pytest.approx(
        returns.abs().sum(), rel=1e-12
    )
    assert hr.metrics.maximum_drawdown(returns[:1] * 0 - 0.1) == pytest.approx(0.1, rel=1e-12)
    with pytest.raises(
        hr.DataError, match=r"returns must be above -1 to compound; got -1 on 2018-03-05"
    ):
        hr.metrics.maximum_drawdown(returns.where(returns.index != returns.index[2], -1.0))


@pytest.mark.parametrize("aversion", [0.5, 4.0, 1e5])
def test_the_certainty_equivalent_is_liked_as_much_as_the_returns(
    returns: pd.Series, aversion: float
) -> None:
    worst = float(returns.min())

    def liked_more(certain: float) -> float:
        return float(
            np.exp(-aversion * (returns - worst)).mean() - math.exp(-aversion * (certain - worst))
        )

    expected = optimize.brentq(liked_more, worst, float(returns.max()), xtol=1e-16)
    assert hr.metrics.exponential_certainty_equivalent(returns, aversion) == pytest.approx(
        expected, rel=1e-8
    )


def test_certainty_equivalents_agree_on_normal_returns() -> None:
    returns = pd.Series(0.001 + 0.02 * np.random.default_rng(0).normal(size=200_000))
    exponential = hr.metrics.exponential_certainty_equivalent(returns, 6.0)
    assert exponential == pytest.approx(
        0.001 - 3 * 0.02**2, abs=2e-4
    )  # four errors of the simulated mean
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


@pytest.mark.parametrize(
    "measure",
    [
        hr.metrics.variance,
        hr.metrics.semivariance,
        hr.metrics.value_at_risk,
        hr.metrics.expected_shortfall,
        hr.metrics.maximum_drawdown,
        partial(hr.metrics.exponential_certainty_equivalent, risk_aversion=1.0),
        partial(hr.metrics.mean_variance_certainty_equivalent, risk_aversion=1.0),
        partial(hr.metrics.sharpe, periods_per_year=1),
    ],
)
def test_every_measure_judges_its_returns(measure, returns: pd.Series) -> None:
    with pytest.raises(hr.DataError, match=r"returns must be finite|'x' has a gap"):
        measure(returns.where(returns.index != returns.index[4]))
    with pytest.raises(hr.DataError, match="must be sorted by date"):
        measure(returns[::-1])
    with pytest.raises(hr.DataError, match="returns must be one series; got the columns"):
        measure(pd.DataFrame({"a": returns, "b": returns}))
    with pytest.raises(hr.DataError, match="returns must be a pandas Series or DataFrame"):
        measure(returns.to_numpy())


def test_levels_and_conventions_that_do_not_exist(returns: pd.Series) -> None:
    with pytest.raises(hr.DataError, match="level must lie strictly between 0 and 1; got 5"):
        hr.metrics.value_at_risk(returns, 5)
    with pytest.raises(
        hr.DataError, match="quantile must be one of 'linear', 'inverted_cdf'; got 'normal'"
    ):
        hr.metrics.value_at_risk(returns, quantile="normal")
    with pytest.raises(
        hr.DataError, match="tail must be one of 'linear', 'inverted_cdf', 'rockafellar_uryasev'"
    ):
        hr.metrics.expected_shortfall(returns, tail="hazen")
    with pytest.raises(
        hr.DataError, match="wealth must be one of 'compounded', 'summed'; got 'log'"
    ):
        hr.metrics.maximum_drawdown(returns, "log")
