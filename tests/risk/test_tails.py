"""Tails of a book and of a pair, against definitions written slowly, simulations and other software."""

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
from hedgeresearch.risk.tails import influence_on_moments, moments, tail_index, tail_summary


def dated(values: np.ndarray) -> pd.Series:
    return pd.Series(values, pd.bdate_range("2000-01-03", periods=len(values)), name="book")


@pytest.fixture
def fat() -> pd.Series:
    """1500 Student-t returns with three degrees of freedom."""
    return dated(0.01 * np.random.default_rng(1).standard_t(3, 1500))


def test_moments_are_those_of_scipy(fat: pd.Series) -> None:
    found = tail_summary(fat)
    assert found.skewness == pytest.approx(stats.skew(fat), rel=1e-10)
    assert found.excess_kurtosis == pytest.approx(stats.kurtosis(fat), rel=1e-10)


def test_hill_by_hand_and_by_likelihood(fat: pd.Series) -> None:
    found = tail_summary(fat, share=0.04)
    losses = sorted((-value for value in fat), reverse=True)
    by_hand = 60 / sum(math.log(loss / losses[60]) for loss in losses[:60])
    assert found.n_tail == 60
    assert found.tail_index == pytest.approx(by_hand, rel=1e-10)
    shape, _, _ = stats.pareto.fit(losses[:60], floc=0.0, fscale=losses[60])
    assert found.tail_index == pytest.approx(shape, rel=1e-8)
    # 2 k of the mean log excess, over its truth, is chi-squared with 2 k degrees of freedom
    for end, quantile in zip(found.tail_index_interval, (0.025, 0.975), strict=True):
        assert stats.chi2.cdf(120 * end / by_hand, 120) == pytest.approx(quantile, abs=1e-9)
    error = by_hand / math.sqrt(60)
    # the normal limit, at 60 losses not yet exact
    assert found.tail_index_interval == pytest.approx(
        (by_hand - 1.96 * error, by_hand + 1.96 * error), rel=0.05
    )


def test_hill_finds_the_index_of_a_pareto_tail() -> None:
    losses = np.random.default_rng(2).pareto(3.0, 200_000) + 1.0
    index, (low, high) = tail_index(losses, 20_000)
    assert index == pytest.approx(3.0, abs=4 * 3.0 / math.sqrt(20_000))  # four standard errors
    assert low < 3.0 < high
    assert tail_index(1000.0 * losses, 20_000)[0] == pytest.approx(index, rel=1e-10)


def test_interval_of_hill_holds_its_index() -> None:
    rng = np.random.default_rng(3)
    ends = np.array([tail_index(rng.pareto(3.0, 1000) + 1.0, 50)[1] for _ in range(600)])
    held = ((ends[:, 0] < 3.0) & (ends[:, 1] > 3.0)).mean()
    assert held == pytest.approx(0.95, abs=0.03)  # three standard errors of 600 draws


@pytest.mark.parametrize(("n_dates", "n_tail"), [(80, 20), (1500, 20), (2100, 21), (5030, 50)])
def test_the_tail_is_a_hundredth_or_twenty(n_dates: int, n_tail: int) -> None:
    assert tail_summary(dated(np.random.default_rng(4).standard_t(3, n_dates))).n_tail == n_tail


def test_only_losses_make_the_tail_index(fat: pd.Series) -> None:
    book = dated(np.where(fat < 0.0, fat, fat**2))
    assert tail_summary(book).tail_index == tail_summary(fat).tail_index
    assert tail_summary(-fat).tail_index != tail_summary(fat).tail_index


def test_influence_is_what_a_little_more_weight_on_a_date_does() -> None:
    values = np.random.default_rng(12).gamma(2.0, size=200)
    z = (values - values.mean()) / values.std()

    def weighted(date: int, more: float) -> np.ndarray:
        weights = np.full(200, (1.0 - more) / 200)
        weights[date] += more
        second, third, fourth = (weights @ (z - weights @ z) ** power for power in (2, 3, 4))
        return np.array([third / second**1.5, math.log(fourth / second**2)])

    change = [(weighted(date, 1e-5) - weighted(date, -1e-5)) / 2e-5 for date in range(200)]
    np.testing.assert_allclose(
        influence_on_moments(z), change, rtol=1e-5, atol=1e-5
    )  # of the difference quotient


def test_errors_of_moments_against_the_jackknife_and_print(fat: pd.Series) -> None:
    """Of independent returns; for normal ones the variances are 6 / n and 24 / n (Jarque and Bera 1980)."""
    many = np.random.default_rng(5).standard_normal(20_000)
    (_, skew_ends), (kurtosis, excess_ends) = moments(many)
    assert np.diff(skew_ends)[0] / 3.92 == pytest.approx(
        math.sqrt(6 / 20_000), rel=0.1
    )  # sampling error
    error = math.log((excess_ends[1] + 3) / (kurtosis + 3)) / 1.96 * 3
    assert error == pytest.approx(math.sqrt(24 / 20_000), rel=0.1)  # sampling error
    values = np.random.default_rng(6).gamma(4.0, size=2000)
    without = np.array([np.delete(values, i) for i in range(2000)])
    logs, skews = np.log(stats.kurtosis(without, axis=1, fisher=False)), stats.skew(without, axis=1)
    (skewness, skew_ends), (excess, excess_ends) = moments(values)
    for half, left_out in (
        (skew_ends[1] - skewness, skews),
        (math.log((excess_ends[1] + 3) / (excess + 3)), logs),
    ):
        jackknife = math.sqrt(1999 / 2000 * ((left_out - left_out.mean()) ** 2).sum())
        assert half / 1.96 == pytest.approx(jackknife, rel=0.15)  # one lag is counted that is none


def test_clustered_volatility_widens_the_intervals() -> None:
    rng = np.random.default_rng(7)
    volatility = np.exp(np.repeat(rng.normal(0.0, 0.7, 100), 20))
    clustered = volatility * rng.standard_normal(2000)
    shuffled = rng.permutation(clustered)
    assert moments(clustered)[1][0] == pytest.approx(moments(shuffled)[1][0], rel=1e-10)
    assert np.diff(moments(clustered)[1][1])[0] > 1.2 * np.diff(moments(shuffled)[1][1])[0]


def test_values_at_risk_beside_those_of_the_normal(fat: pd.Series) -> None:
    found = tail_summary(fat, level=0.975)
    normal = stats.norm(fat.mean(), fat.std())
    assert found.normal_value_at_risk == pytest.approx(-normal.ppf(0.025), rel=1e-10)
    expected = -normal.expect(lambda r: r, ub=normal.ppf(0.025), conditional=True)
    assert found.normal_expected_shortfall == pytest.approx(expected, rel=1e-7)  # of the quadrature
    assert found.historical_value_at_risk == pytest.approx(
        hr.metrics.value_at_risk(fat, 0.025), rel=1e-10
    )
    assert found.historical_expected_shortfall == pytest.approx(
        hr.metrics.expected_shortfall(fat, 0.025), rel=1e-10
    )
    gap = hr.metrics.value_at_risk(fat, 0.025) + normal.ppf(0.025)
    assert found.understatement == pytest.approx(
        gap / hr.metrics.value_at_risk(fat, 0.025), rel=1e-9
    )


def test_the_sentence_speaks_of_fat_tails_before_the_normal_number(fat: pd.Series) -> None:
    found = tail_summary(fat)
    assert found.verdict == "fat"
    assert found.sentence.startswith(
        f"Tails are fat: excess kurtosis {found.excess_kurtosis:.3g} ("
    )
    assert f"tail index of losses {found.tail_index:.3g} (" in found.sentence
    share = f"by {100 * found.understatement:.0f} %."
    assert (
        "a normal 99 % value at risk of" in found.sentence
        and "understates the historical" in found.sentence
    )
    assert found.sentence.endswith(share)
    assert "overstates" in tail_summary(fat, level=0.9).sentence
    index = dated(0.01 * np.random.default_rng(8).standard_t(1.5, 5000))
    assert "below 4, where kurtosis grows with the sample" in tail_summary(index).sentence


def test_the_sentence_for_other_tails() -> None:
    rng = np.random.default_rng(9)
    normal = tail_summary(dated(0.01 * rng.standard_normal(1000)))
    assert normal.verdict == "normal"
    assert normal.sentence.startswith("Nothing speaks against normal tails: excess kurtosis ")
    thin = tail_summary(dated(rng.uniform(-0.01, 0.01, 1000)))
    assert (thin.verdict, thin.sentence.split(":")[0]) == (
        "thin",
        "Tails are thinner than the normal's",
    )


def test_returns_that_lean_without_fat_tails() -> None:
    """A mixture of two normals, skewed, with an excess kurtosis of nearly zero."""
    rng = np.random.default_rng(10)
    values = np.where(
        rng.random(4000) < 0.21, rng.normal(-2.0, 1.0, 4000), rng.normal(0.0, 1.0, 4000)
    )
    found = tail_summary(dated(0.01 * values))
    assert found.verdict == "skewed"
    assert found.sentence.startswith("Returns lean to the side of losses: excess kurtosis ")
    assert ", skewness -" in found.sentence
    assert tail_summary(dated(-0.01 * values)).sentence.startswith(
        "Returns lean to the side of gains"
    )


def test_scale_changes_no_verdict(fat: pd.Series) -> None:
    one, other = tail_summary(fat), tail_summary(1000.0 * fat)
    assert other.excess_kurtosis_interval == pytest.approx(one.excess_kurtosis_interval, rel=1e-9)
    assert other.tail_index == pytest.approx(one.tail_index, rel=1e-9)
    assert other.normal_value_at_risk == pytest.approx(1000 * one.normal_value_at_risk, rel=1e-9)


def test_tails_as_plain_numbers(fat: pd.Series) -> None:
    found = tail_summary(fat)
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["tail_index_interval"] == list(found.tail_index_interval)
    assert (plain["verdict"], plain["sentence"]) == ("fat", found.sentence)
    assert repr(found) == f"TailSummary({found.sentence})"


def test_what_tails_refuse(fat: pd.Series) -> None:
    for settings, message in (
        (
            {"level": 0.01},
            "level must be a confidence above 0.5, such as 0.99; got 0.01. Give 0.99.",
        ),
        ({"level": 1.0}, "level must lie strictly between 0.5 and 1; got 1.0"),
        ({"share": 0.25}, "share must lie strictly between 0 and 0.25; got 0.25"),
    ):
        with pytest.raises(hr.DataError, match=message):
            tail_summary(fat, **settings)
    with pytest.raises(hr.DataError, match="returns must have at least 80 rows; got 79"):
        tail_summary(fat[:79])
    with pytest.raises(hr.DataError, match="returns must vary"):
        tail_summary(dated(np.full(100, 0.01)))
    with pytest.raises(hr.DataError, match="of the 21 lowest returns the last is a gain"):
        tail_summary(dated(fat.abs().to_numpy()))
    mostly_gains = np.where(np.arange(1500) % 20 == 0, -fat.abs(), fat.abs())
    with pytest.raises(hr.DataError, match="at level 0.9 it is -.*Raise the level"):
        tail_summary(dated(mostly_gains), level=0.9)
    with pytest.raises(hr.DataError, match="the 20 largest losses must differ; all are 0.02"):
        tail_summary(dated(np.where(np.arange(1500) % 20 == 0, -0.02, 0.01)))


@pytest.mark.slow
def test_what_the_documentation_says_of_coverage() -> None:
    rng = np.random.default_rng(11)
    held = {}
    for n_dates, n_tail in ((5000, 50), (5000, 250), (1000, 20), (500, 20)):
        ends = np.array([tail_index(rng.standard_t(3, n_dates), n_tail)[1] for _ in range(1000)])
        held[n_dates, n_tail] = ((ends[:, 0] < 3.0) & (ends[:, 1] > 3.0)).mean()
    # four standard errors of both simulations
    assert held[5000, 50] == pytest.approx(0.94, abs=0.05)
    assert held[5000, 250] == pytest.approx(0.06, abs=0.06)
    assert held[1000, 20] == pytest.approx(0.93, abs=0.06)
    assert held[500, 20] == pytest.approx(0.84, abs=0.08)
    ends = np.array([moments(rng.standard_normal(2000))[1][1] for _ in range(1000)])
    assert ((ends[:, 0] < 0.0) & (ends[:, 1] > 0.0)).mean() == pytest.approx(0.92, abs=0.06)
    assert (ends[:, 0] > 0.0).mean() < 0.025
    ends = np.array([moments(rng.standard_t(10, 2000))[1][1] for _ in range(500)])
    assert ((ends[:, 0] < 1.0) & (ends[:, 1] > 1.0)).mean() == pytest.approx(0.84, abs=0.08)


# --- dependence in the tails ------------------------------------------------------------------------------------------


def pair(
    n_dates: int, correlation: float, degrees_of_freedom: float = math.inf, seed: int = 0
) -> pd.DataFrame:
    """Returns with a Gaussian or a Student-t copula."""
    rng = np.random.default_rng(seed)
    values = rng.multivariate_normal([0.0, 0.0], [[1.0, correlation], [correlation, 1.0]], n_dates)
    if math.isfinite(degrees_of_freedom):
        values /= np.sqrt(rng.chisquare(degrees_of_freedom, n_dates) / degrees_of_freedom)[:, None]
    return pd.DataFrame(
        0.01 * values, pd.bdate_range("2000-01-03", periods=n_dates), ["asset", "hedge"]
    )


def student_limit(degrees_of_freedom: float, correlation: float) -> float:
    inside = (degrees_of_freedom + 1) * (1 - correlation) / (1 + correlation)
    return float(2 * stats.t.cdf(-math.sqrt(inside), degrees_of_freedom + 1))


def test_tail_share_by_hand() -> None:
    returns = pair(400, 0.7)
    lowest = [set(returns[name].sort_values().index[:20]) for name in returns]
    found = tail_dependence(returns["asset"], returns["hedge"], n_bootstrap=50)
    assert found.coefficient == pytest.approx(len(lowest[0] & lowest[1]) / 20, rel=1e-12)
    assert found.n_tail == 20
    pairs = [(i, j) for i in range(400) for j in range(i)]
    values = returns.to_numpy()
    agree = sum(
        np.sign((values[i, 0] - values[j, 0]) * (values[i, 1] - values[j, 1])) for i, j in pairs
    )
    assert found.kendall_tau == pytest.approx(agree / len(pairs), rel=1e-10)


def test_equals_at_the_edge_all_belong_to_the_tail() -> None:
    values = np.array([[-3.0, -2.0, -2.0, 0.0, 1.0], [-3.0, -2.0, 0.0, 1.0, -1.0]]).T
    assert lower_tail_share(values, 2) == 2 / 2.5
    assert lower_tail_share(values[:, [0, 0]], 2) == 1.0
    assert lower_tail_share(np.column_stack([values[:, 1], -values[:, 1]]), 2) == 0.0


@pytest.mark.parametrize("correlation", [-0.9, -0.2, 0.0, 0.5, 0.95])
@pytest.mark.parametrize("share", [0.001, 0.05, 0.3])
def test_gaussian_share_is_that_of_the_bivariate_normal(correlation: float, share: float) -> None:
    tau = 2.0 / math.pi * math.asin(correlation)
    edge = [stats.norm.ppf(share)] * 2
    together = stats.multivariate_normal([0.0, 0.0], [[1.0, correlation], [correlation, 1.0]]).cdf(
        edge
    )
    assert gaussian_tail_share(tau, share) == pytest.approx(
        together / share, rel=1e-6, abs=1e-6
    )  # of scipy's cdf


def test_gaussian_share_at_its_ends() -> None:
    assert gaussian_tail_share(1.0, 0.05) == pytest.approx(1.0, abs=1e-7)  # of the quadrature
    assert gaussian_tail_share(0.0, 0.05) == 0.05
    assert gaussian_tail_share(-1.0, 0.05) == pytest.approx(0.0, abs=1e-7)


def test_tail_share_goes_to_the_limit_of_the_student_copula() -> None:
    """McNeil, Frey and Embrechts (2005), Quantitative Risk Management, table 5.1, prints the limits."""
    for (degrees_of_freedom, correlation), printed in {
        (2, 0.5): 0.39,
        (4, 0.0): 0.08,
        (4, 0.5): 0.25,
    }.items():
        assert student_limit(degrees_of_freedom, correlation) == pytest.approx(printed, abs=0.005)
    values = pair(400_000, 0.5, 2).to_numpy()
    error = math.sqrt(0.39 * 0.61 / 2000)
    assert lower_tail_share(values, 2000) == pytest.approx(student_limit(2, 0.5), abs=4 * error)
    gauss = pair(400_000, 0.5).to_numpy()
    assert lower_tail_share(gauss, 20_000) == pytest.approx(
        gaussian_tail_share(1 / 3, 0.05), abs=0.015
    )


def test_sentence_of_tail_dependence() -> None:
    gauss = pair(2000, 0.8)
    found = tail_dependence(gauss["asset"], gauss["hedge"], n_bootstrap=200)
    assert found.interval[0] < found.gaussian < found.interval[1]
    assert "as often, within the error, as the" in found.sentence
    student = pair(5000, 0.3, 2)
    assert (
        "more often than"
        in tail_dependence(student["asset"], student["hedge"], n_bootstrap=200).sentence
    )
    # a hedge that moves with the asset but on its worst dates
    failing = gauss.assign(
        hedge=gauss["hedge"].where(gauss["asset"] > gauss["asset"].quantile(0.05), 0.0)
    )
    warned = tail_dependence(failing["asset"], failing["hedge"], n_bootstrap=200)
    assert warned.coefficient == 0.0
    assert warned.sentence.endswith(
        f"tau of {warned.kendall_tau:.2f}: the hedge fails when it is needed."
    )
    plain = json.loads(json.dumps(warned.to_dict()))
    assert plain["interval"] == list(warned.interval) and plain["sentence"] == warned.sentence
    assert repr(warned) == f"TailDependence({warned.sentence})"


def test_tail_dependence_is_the_same_for_the_same_seed_and_under_monotone_changes() -> None:
    returns = pair(600, 0.6)
    one = tail_dependence(returns["asset"], returns["hedge"], n_bootstrap=50, seed=4)
    again = tail_dependence(
        np.exp(returns["asset"]), 7.0 * returns["hedge"] - 1.0, n_bootstrap=50, seed=4
    )
    assert one == again
    assert (
        one.interval
        != tail_dependence(returns["asset"], returns["hedge"], n_bootstrap=50, seed=5).interval
    )


@pytest.mark.parametrize(("sign", "coefficient"), [(1.0, 1.0), (-1.0, 0.0)])
def test_a_series_with_itself_and_against_itself(sign: float, coefficient: float) -> None:
    returns = pair(500, 0.5)["asset"]
    found = tail_dependence(returns, sign * returns, n_bootstrap=50)
    assert (found.coefficient, found.fails) == (coefficient, False)
    assert found.gaussian == pytest.approx(coefficient, abs=1e-7)  # of the quadrature
    assert "as often, within the error, as" in found.sentence
    assert not found.sentence.endswith("needed.")
    # rounding on either side of the truth is no finding
    for noise in (1e-9, -1e-9):
        exact = dataclasses.replace(
            found, interval=(coefficient, coefficient), gaussian=coefficient + noise
        )
        assert "as often" in exact.sentence and not exact.fails


@pytest.mark.parametrize("n_tail", [10, 25, 50])
def test_ends_without_a_common_date_are_those_of_clopper_and_pearson(n_tail: int) -> None:
    returns = pair(20 * n_tail, 0.0)
    worst = returns["asset"].rank() <= n_tail
    apart = returns["hedge"].where(~worst, returns["hedge"].abs() + 0.1)
    none = tail_dependence(returns["asset"], apart, n_bootstrap=50).interval
    assert none == pytest.approx(proportion_confint(0, n_tail, method="beta"), abs=1e-12)
    alike = tail_dependence(returns["asset"], returns["asset"], n_bootstrap=50).interval
    assert alike == pytest.approx(proportion_confint(n_tail, n_tail, method="beta"), abs=1e-12)


@pytest.mark.parametrize(
    ("n_dates", "correlation", "share"), [(1000, 0.3, 0.01), (1000, 0.0, 0.05), (1000, 0.3, 0.05)]
)
def test_gaussian_pairs_are_not_said_to_fail(
    n_dates: int, correlation: float, share: float
) -> None:
    failed = 0
    for seed in range(40):
        returns = pair(n_dates, correlation, seed=seed)
        found = tail_dependence(returns["asset"], returns["hedge"], share=share, n_bootstrap=100)
        failed += found.fails
        assert found.can_tell == (
            proportion_confint(0, found.n_tail, method="beta")[1] < found.gaussian
        )
        untold = found.kendall_tau > 0.0 and not found.can_tell and "as often" in found.sentence
        assert ("too few dates to tell" in found.sentence) == untold
    # three of a hundred at most, here of forty: three are two standard errors above. If the interval ended at zero
    # where no date is common, there would be 38 of a hundred in the first case
    assert failed <= 3


def test_what_tail_dependence_refuses() -> None:
    returns = pair(150, 0.5)
    with pytest.raises(
        hr.DataError, match="the worst 0.05 of the dates must be at least 10; got 7 of 150"
    ):
        tail_dependence(returns["asset"], returns["hedge"])
    with pytest.raises(hr.DataError, match="asset and hedge must share their dates"):
        tail_dependence(returns["asset"], returns["hedge"][1:])
    with pytest.raises(hr.DataError, match="share must lie strictly between 0 and 0.5"):
        tail_dependence(returns["asset"], returns["hedge"], share=0.5)
    with pytest.raises(hr.DataError, match="must vary; column 'hedge' is constant"):
        tail_dependence(returns["asset"], 0.0 * returns["hedge"], share=0.2)


@pytest.mark.slow
@pytest.mark.parametrize(("degrees_of_freedom", "truth"), [(math.inf, None), (3.0, 0.589)])
def test_interval_of_tail_dependence_holds_the_truth(
    degrees_of_freedom: float, truth: float | None
) -> None:
    if truth is None:
        truth = gaussian_tail_share(2 / math.pi * math.asin(0.8), 0.05)
    else:
        joint = stats.multivariate_t([0, 0], [[1, 0.8], [0.8, 1]], df=3, seed=0)
        assert joint.cdf(stats.t.ppf([0.05, 0.05], 3)) / 0.05 == pytest.approx(truth, abs=0.003)
    held = 0
    for seed in range(200):
        returns = pair(1000, 0.8, degrees_of_freedom, seed)
        low, high = tail_dependence(returns["asset"], returns["hedge"], n_bootstrap=200).interval
        held += low <= truth <= high
    assert held / 200 > 0.9


# --- the worst days ---------------------------------------------------------------------------------------------------


def test_removed_in_worst_days_by_hand(simple_returns: pd.DataFrame) -> None:
    asset = simple_returns["NASDAQ"]
    hedged = asset - 0.8 * simple_returns["SP500"]
    days = asset.sort_values().index[: math.floor(5029 * 0.05) + 1]
    found = worst_day_effectiveness(asset, hedged)
    assert found["mean loss"] == pytest.approx(
        1 - hedged[days].mean() / asset[days].mean(), rel=1e-10
    )
    squares = sum(hedged[day] ** 2 for day in days) / sum(asset[day] ** 2 for day in days)
    assert found["mean square"] == pytest.approx(1 - squares, rel=1e-10)
    assert found["variance, all days"] == pytest.approx(1 - hedged.var() / asset.var(), rel=1e-10)


def test_of_normal_returns_a_hedge_removes_as_much_on_the_worst_days() -> None:
    returns = pair(200_000, 0.8)
    hedged = returns["asset"] - 0.8 * returns["hedge"]
    found = worst_day_effectiveness(returns["asset"], hedged)
    assert found["mean loss"] == pytest.approx(0.64, abs=0.01)  # sampling error
    assert found["variance, all days"] == pytest.approx(0.64, abs=0.01)


def test_worst_days_without_a_loss_are_refused() -> None:
    returns = pair(200, 0.5).abs()
    with pytest.raises(hr.DataError, match="the asset must lose on its worst days; it gains"):
        worst_day_effectiveness(returns["asset"], returns["hedge"])
