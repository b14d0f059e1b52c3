"""Measures of losses against slow definitions."""

import itertools
import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.metrics.risk_measures import expected_shortfall_of, value_at_risk_of


@pytest.fixture
def returns() -> pd.Series:
    """561 skewed returns, of which 560 x .05 = 28 falls on a date."""
    return pd.Series(
        0.01 - 0.01 * np.random.default_rng(3).exponential(size=561), name="x"
    ).set_axis(pd.bdate_range("2018-03-01", periods=561))


def test_semivariance_by_hand(returns: pd.Series) -> None:
    values = returns.tolist()
    mean = float(returns.mean())
    for target, level in ((0.0, 0.0), (0.002, 0.002), ("mean", mean)):
        expected = sum((x - level) ** 2 for x in values if x < level) / 561
        assert hr.metrics.semivariance(returns, target) == pytest.approx(expected, rel=1e-12)
    both = hr.metrics.semivariance(returns, "mean") + hr.metrics.semivariance(-returns, "mean")
    assert both == pytest.approx(hr.metrics.variance(returns, ddof=0), rel=1e-12)
    with pytest.raises(
        hr.DataError, match="target must lie strictly between -inf and inf; got 'median'"
    ):
        hr.metrics.semivariance(returns, "median")


@pytest.mark.parametrize("tail", [0.01, 0.05, 0.07, 0.29, 0.5, 0.99])
@pytest.mark.parametrize("n_dates", [2, 21, 100, 101, 561])
def test_value_at_risk_and_shortfall_by_hand(returns: pd.Series, tail: float, n_dates: int) -> None:
    ordered = sorted(returns[:n_dates])
    position = (n_dates - 1) * tail
    below = math.floor(round(position, 9))
    above = min(below + 1, n_dates - 1)
    between = ordered[below] + (position - below) * (ordered[above] - ordered[below])
    count = max(math.ceil(round(n_dates * tail, 9)), 1)
    values = returns[:n_dates].to_numpy()
    linear = value_at_risk_of(values, tail)
    assert linear == pytest.approx(-between, rel=1e-9, abs=1e-15)
    assert value_at_risk_of(values, tail, "inverted_cdf") == -ordered[count - 1]
    shortfall = expected_shortfall_of(values, tail)
    assert shortfall == pytest.approx(-np.mean(ordered[: below + 1]), rel=1e-9)
    shortfall = expected_shortfall_of(values, tail, "inverted_cdf")
    assert shortfall == pytest.approx(-np.mean(ordered[:count]), rel=1e-9)


@pytest.mark.parametrize("tail", [0.01, 0.05, 0.5])
def test_series_and_arrays_have_the_same_losses(returns: pd.Series, tail: float) -> None:
    values = returns.to_numpy()
    for method in ("linear", "inverted_cdf", "rockafellar_uryasev"):
        shortfall = hr.metrics.expected_shortfall(returns, tail, method)
        assert shortfall == expected_shortfall_of(values, tail, method)
    for method in ("linear", "inverted_cdf"):
        risk = hr.metrics.value_at_risk(returns, tail, method)
        assert risk == value_at_risk_of(values, tail, method)


def test_value_at_risk_is_the_quantile_of_numpy(returns: pd.Series) -> None:
    for tail in (0.013, 0.05, 0.4):
        risk = hr.metrics.value_at_risk(returns, tail)
        assert risk == pytest.approx(-np.quantile(returns, tail), rel=1e-14)
        risk = hr.metrics.value_at_risk(returns, tail, method="inverted_cdf")
        assert risk == -np.quantile(returns, tail, method="inverted_cdf")


@pytest.mark.parametrize("tail", [0.001, 0.0333, 0.05, 0.5])
def test_shortfall_is_the_minimum_of_rockafellar_and_uryasev(
    returns: pd.Series, tail: float
) -> None:
    """min over v of v + mean(max(-r - v, 0)) / a, at one of the losses.

    Rockafellar and Uryasev (2000), Journal of Risk 2, theorem 1.
    """
    losses = -returns.to_numpy()
    minimum = min(v + np.maximum(losses - v, 0.0).mean() / tail for v in losses)
    shortfall = hr.metrics.expected_shortfall(returns, tail, "rockafellar_uryasev")
    assert shortfall == pytest.approx(minimum, rel=1e-10)


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
    # of the simulation
    assert hr.metrics.value_at_risk(returns) == pytest.approx(-stats.norm.ppf(0.05), abs=0.015)
    expected = stats.norm.pdf(stats.norm.ppf(0.05)) / 0.05
    for method in ("linear", "inverted_cdf", "rockafellar_uryasev"):
        shortfall = hr.metrics.expected_shortfall(returns, 0.05, method)
        assert shortfall == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_measures_scale_with_the_returns(returns: pd.Series, scale: float) -> None:
    for measure, power in (
        (hr.metrics.variance, 2),
        (hr.metrics.semivariance, 2),
        (hr.metrics.value_at_risk, 1),
        (hr.metrics.expected_shortfall, 1),
        (partial(hr.metrics.expected_shortfall, method="rockafellar_uryasev"), 1),
        (partial(hr.metrics.maximum_drawdown, wealth="summed"), 1),
        (partial(hr.metrics.sharpe, periods_per_year=252), 0),
    ):
        assert measure(scale * returns) == pytest.approx(scale**power * measure(returns), rel=1e-10)


def test_maximum_drawdown_by_hand(returns: pd.Series) -> None:
    wealth = [1.0]
    for x in returns:
        wealth.append(wealth[-1] * (1 + x))
    pairs = list(itertools.combinations(range(562), 2))
    falls = [1 - wealth[t] / wealth[s] for s, t in pairs]
    assert hr.metrics.maximum_drawdown(returns) == pytest.approx(max(falls), rel=1e-12)
    summed = [0.0, *np.cumsum(returns)]
    falls = [summed[s] - summed[t] for s, t in pairs]
    assert hr.metrics.maximum_drawdown(returns, "summed") == pytest.approx(max(falls), rel=1e-12)


def test_drawdown_of_steady_paths_is_known(returns: pd.Series) -> None:
    assert hr.metrics.maximum_drawdown(returns.abs()) == 0.0
    assert hr.metrics.maximum_drawdown(-returns.abs(), "summed") == pytest.approx(
        returns.abs().sum(), rel=1e-12
    )
    assert hr.metrics.maximum_drawdown(returns[:1] * 0 - 0.1) == pytest.approx(0.1, rel=1e-12)
    with pytest.raises(
        hr.DataError, match=r"returns must be above -1 to compound; got -1 on 2018-03-05"
    ):
        hr.metrics.maximum_drawdown(returns.where(returns.index != returns.index[2], -1.0))


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
def test_bad_returns_are_refused(measure, returns: pd.Series) -> None:
    with pytest.raises(hr.DataError, match=r"returns must be finite|'x' has a gap"):
        measure(returns.where(returns.index != returns.index[4]))
    with pytest.raises(hr.DataError, match="must be sorted by date"):
        measure(returns[::-1])
    with pytest.raises(hr.DataError, match="returns must be one series; got the columns"):
        measure(pd.DataFrame({"a": returns, "b": returns}))
    with pytest.raises(hr.DataError, match="returns must be a pandas Series or DataFrame"):
        measure(returns.to_numpy())


def test_settings_out_of_range_are_refused(returns: pd.Series) -> None:
    for measure in (hr.metrics.value_at_risk, hr.metrics.expected_shortfall):
        with pytest.raises(hr.DataError, match=r"got 0.95. Did you mean tail=0.05\?"):
            measure(returns, 0.95)
        with pytest.raises(hr.DataError, match=r"tail must be a tail probability, .*; got 5\."):
            measure(returns, 5)
    with pytest.raises(
        hr.DataError, match="method must be one of 'linear', 'inverted_cdf'; got 'normal'"
    ):
        hr.metrics.value_at_risk(returns, method="normal")
    with pytest.raises(
        hr.DataError, match="method must be one of 'linear', 'inverted_cdf', 'rockafellar_uryasev'"
    ):
        hr.metrics.expected_shortfall(returns, method="hazen")
    with pytest.raises(
        hr.DataError, match="wealth must be one of 'compounded', 'summed'; got 'log'"
    ):
        hr.metrics.maximum_drawdown(returns, "log")
