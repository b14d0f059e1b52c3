"""Tail dependence and worst days against definitions, simulations, print and other software."""

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

import hedgeresearch as hr
from hedgeresearch.risk.joint_tails import (
    gaussian_tail_share,
    lower_tail_share,
    tail_dependence,
    worst_day_effectiveness,
)


def pair(
    n_dates: int, correlation: float, degrees_of_freedom: float = math.inf, seed: int = 0
) -> pd.DataFrame:
    """Returns with a Gaussian or a Student-t copula."""
    rng = np.random.default_rng(seed)
    covariance = [[1.0, correlation], [correlation, 1.0]]
    values = rng.multivariate_normal([0.0, 0.0], covariance, n_dates)
    if math.isfinite(degrees_of_freedom):
        values /= np.sqrt(rng.chisquare(degrees_of_freedom, n_dates) / degrees_of_freedom)[:, None]
    return pd.DataFrame(0.01 * values, columns=["asset", "hedge"])


def student_limit(degrees_of_freedom: float, correlation: float) -> float:
    inside = (degrees_of_freedom + 1) * (1 - correlation) / (1 + correlation)
    return float(2 * stats.t.cdf(-math.sqrt(inside), degrees_of_freedom + 1))


def test_tail_share_and_kendall_by_hand() -> None:
    returns = pair(400, 0.7)
    worst = [set(returns[name].sort_values().index[:20]) for name in returns]
    found = tail_dependence(returns["asset"], returns["hedge"], n_bootstrap=50)
    assert found.coefficient == pytest.approx(len(worst[0] & worst[1]) / 20, rel=1e-12)
    assert found.n_tail == 20
    values = returns.to_numpy()
    agreement = 0.0
    for i in range(400):
        differences = values[i] - values[:i]
        agreement += np.sign(differences.prod(axis=1)).sum()
    assert found.kendall_tau == pytest.approx(agreement / (400 * 399 / 2), rel=1e-10)


def test_ties_at_the_edge_all_belong_to_the_tail() -> None:
    values = np.array([[-3.0, -2.0, -2.0, 0.0, 1.0], [-3.0, -2.0, 0.0, 1.0, -1.0]]).T
    assert lower_tail_share(values, 2) == 2 / 2.5
    assert lower_tail_share(values[:, [0, 0]], 2) == 1.0
    assert lower_tail_share(np.column_stack([values[:, 1], -values[:, 1]]), 2) == 0.0


@pytest.mark.parametrize("correlation", [-0.9, -0.2, 0.0, 0.5, 0.95])
@pytest.mark.parametrize("share", [0.001, 0.05, 0.3])
def test_gaussian_share_is_that_of_the_bivariate_normal(correlation: float, share: float) -> None:
    tau = 2.0 / math.pi * math.asin(correlation)
    edge = [stats.norm.ppf(share)] * 2
    covariance = [[1.0, correlation], [correlation, 1.0]]
    together = stats.multivariate_normal([0.0, 0.0], covariance).cdf(edge)
    # the error of scipy's cdf
    expected = pytest.approx(together / share, rel=1e-6, abs=1e-6)
    assert gaussian_tail_share(tau, share) == expected


def test_gaussian_share_has_its_limits() -> None:
    assert gaussian_tail_share(1.0, 0.05) == pytest.approx(1.0, abs=1e-7)  # quadrature
    assert gaussian_tail_share(0.0, 0.05) == 0.05
    assert gaussian_tail_share(-1.0, 0.05) == pytest.approx(0.0, abs=1e-7)


def test_tail_share_converges_to_the_student_limit() -> None:
    """McNeil, Frey and Embrechts (2005), Quantitative Risk Management, table 5.1: the limits."""
    limits = {(2, 0.5): 0.39, (4, 0.0): 0.08, (4, 0.5): 0.25}
    for (degrees_of_freedom, correlation), printed in limits.items():
        limit = student_limit(degrees_of_freedom, correlation)
        assert limit == pytest.approx(printed, abs=0.005)
    values = pair(400_000, 0.5, 2).to_numpy()
    error = math.sqrt(0.39 * 0.61 / 2000)
    assert lower_tail_share(values, 2000) == pytest.approx(student_limit(2, 0.5), abs=4 * error)
    gauss = pair(400_000, 0.5).to_numpy()
    expected = gaussian_tail_share(1 / 3, 0.05)
    assert lower_tail_share(gauss, 20_000) == pytest.approx(expected, abs=0.015)


def test_sentence_compares_with_the_gaussian_copula() -> None:
    gauss = pair(2000, 0.8)
    found = tail_dependence(gauss["asset"], gauss["hedge"], n_bootstrap=200)
    assert found.interval[0] < found.gaussian < found.interval[1]
    assert "consistent with the" in found.sentence
    student = pair(5000, 0.3, 2)
    more = tail_dependence(student["asset"], student["hedge"], n_bootstrap=200)
    assert "more often than" in more.sentence


def test_sentence_warns_of_a_hedge_that_fails() -> None:
    returns = pair(2000, 0.8)
    asset = returns["asset"]
    # a hedge that moves with the asset except on its worst dates
    hedge = returns["hedge"].where(asset > asset.quantile(0.05), 0.0)
    warned = tail_dependence(asset, hedge, n_bootstrap=200)
    assert warned.coefficient == 0.0
    assert "less often than" in warned.sentence
    ending = f"tau of {warned.kendall_tau:.2f}: the hedge fails when it is needed."
    assert warned.sentence.endswith(ending)
    plain = json.loads(json.dumps(warned.to_dict()))
    assert plain["interval"] == list(warned.interval)
    assert plain["sentence"] == warned.sentence
    assert repr(warned) == f"TailDependence({warned.sentence})"


def test_monotone_changes_and_same_seeds_change_nothing() -> None:
    returns = pair(600, 0.6)
    asset = returns["asset"]
    hedge = returns["hedge"]
    one = tail_dependence(asset, hedge, n_bootstrap=50, seed=4)
    again = tail_dependence(np.exp(asset), 7.0 * hedge - 1.0, n_bootstrap=50, seed=4)
    assert one == again
    assert one.interval != tail_dependence(asset, hedge, n_bootstrap=50, seed=5).interval


@pytest.mark.parametrize(("sign", "coefficient"), [(1.0, 1.0), (-1.0, 0.0)])
def test_series_with_and_against_itself_does_not_fail(sign: float, coefficient: float) -> None:
    returns = pair(500, 0.5)["asset"]
    found = tail_dependence(returns, sign * returns, n_bootstrap=50)
    assert (found.coefficient, found.fails) == (coefficient, False)
    assert found.gaussian == pytest.approx(coefficient, abs=1e-7)  # quadrature
    assert "consistent with" in found.sentence
    assert not found.sentence.endswith("needed.")
    # rounding on either side of the truth is no finding
    for noise in (1e-9, -1e-9):
        exact = dataclasses.replace(
            found, interval=(coefficient, coefficient), gaussian=coefficient + noise
        )
        assert "consistent with" in exact.sentence
        assert not exact.fails


@pytest.mark.parametrize("n_tail", [10, 25, 50])
def test_extreme_intervals_are_those_of_clopper_and_pearson(n_tail: int) -> None:
    returns = pair(20 * n_tail, 0.0)
    worst = returns["asset"].rank() <= n_tail
    apart = returns["hedge"].where(~worst, returns["hedge"].abs() + 0.1)
    none = tail_dependence(returns["asset"], apart, n_bootstrap=50).interval
    assert none == pytest.approx(proportion_confint(0, n_tail, method="beta"), abs=1e-12)
    alike = tail_dependence(returns["asset"], returns["asset"], n_bootstrap=50).interval
    assert alike == pytest.approx(proportion_confint(n_tail, n_tail, method="beta"), abs=1e-12)


@pytest.mark.long
@pytest.mark.parametrize(
    ("n_dates", "correlation", "share"), [(1000, 0.3, 0.01), (1000, 0.0, 0.05), (1000, 0.3, 0.05)]
)
def test_gaussian_pairs_are_rarely_found_to_fail(
    n_dates: int, correlation: float, share: float
) -> None:
    failed = 0
    for seed in range(40):
        returns = pair(n_dates, correlation, seed=seed)
        found = tail_dependence(returns["asset"], returns["hedge"], share=share, n_bootstrap=100)
        failed += found.fails
        _, upper_end = proportion_confint(0, found.n_tail, method="beta")
        assert found.has_power == (upper_end < found.gaussian)
        consistent = found.kendall_tau > 0.0 and "consistent with" in found.sentence
        unknown = consistent and not found.has_power
        assert ("too few dates to know" in found.sentence) == unknown
    # three of a hundred at most, here of forty: three are two standard errors above. If the
    # interval ended at zero where no date is common, there would be 38 of a hundred in the first
    # case
    assert failed <= 3


def test_unsuitable_returns_and_shares_are_refused() -> None:
    returns = pair(150, 0.5)

    def refused(message: str, hedge: pd.Series, **settings: float) -> None:
        with pytest.raises(hr.DataError, match=message):
            tail_dependence(returns["asset"], hedge, **settings)

    message = "the worst 0.05 of the dates must be at least 10; got 7 of 150"
    refused(message, returns["hedge"])
    refused("asset and hedge must share their dates", returns["hedge"][1:])
    refused("share must lie strictly between 0 and 0.5", returns["hedge"], share=0.5)
    refused("must vary; column 'hedge' is constant", 0.0 * returns["hedge"], share=0.2)


@pytest.mark.slow
@pytest.mark.parametrize(("degrees_of_freedom", "truth"), [(math.inf, None), (3.0, 0.589)])
def test_interval_covers_the_true_share(degrees_of_freedom: float, truth: float | None) -> None:
    if truth is None:
        truth = gaussian_tail_share(2 / math.pi * math.asin(0.8), 0.05)
    else:
        joint = stats.multivariate_t([0, 0], [[1, 0.8], [0.8, 1]], df=3, seed=0)
        simulated = joint.cdf(stats.t.ppf([0.05, 0.05], 3)) / 0.05
        assert simulated == pytest.approx(truth, abs=0.003)
    covered = 0
    for seed in range(200):
        returns = pair(1000, 0.8, degrees_of_freedom, seed)
        low, high = tail_dependence(returns["asset"], returns["hedge"], n_bootstrap=200).interval
        covered += low <= truth <= high
    assert covered / 200 > 0.9


def test_worst_day_effectiveness_by_hand(simple_returns: pd.DataFrame) -> None:
    asset = simple_returns["NASDAQ"]
    hedged = asset - 0.8 * simple_returns["SP500"]
    days = asset.sort_values().index[: math.floor(5029 * 0.05) + 1]
    found = worst_day_effectiveness(asset, hedged)
    loss = 1 - hedged[days].mean() / asset[days].mean()
    assert found["mean loss"] == pytest.approx(loss, rel=1e-10)
    square = 1 - sum(hedged[day] ** 2 for day in days) / sum(asset[day] ** 2 for day in days)
    assert found["mean square"] == pytest.approx(square, rel=1e-10)
    variance = 1 - hedged.var() / asset.var()
    assert found["variance, all days"] == pytest.approx(variance, rel=1e-10)


def test_normal_returns_are_hedged_as_well_on_worst_days() -> None:
    returns = pair(200_000, 0.8)
    hedged = returns["asset"] - 0.8 * returns["hedge"]
    found = worst_day_effectiveness(returns["asset"], hedged)
    assert found["mean loss"] == pytest.approx(0.64, abs=0.01)  # sampling error
    assert found["variance, all days"] == pytest.approx(0.64, abs=0.01)


def test_worst_days_without_a_loss_are_refused() -> None:
    returns = pair(200, 0.5).abs()
    with pytest.raises(hr.DataError, match="the asset must lose on its worst days; it gains"):
        worst_day_effectiveness(returns["asset"], returns["hedge"])
