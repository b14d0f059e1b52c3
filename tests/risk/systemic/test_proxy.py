"""Proxy hedges against searches, simulated jumps and their limits."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from hedgeresearch.errors import DataError
from hedgeresearch.risk import JumpToDefault, proxy_hedge

N = 900
DAYS = pd.date_range("2020-01-01", periods=N, name="date")
DEFAULT = JumpToDefault(loss=0.8, proxies={"TOKEN": 0.1}, probability=0.05)
RESCUE = JumpToDefault(
    loss=0.3, proxies={"TOKEN": 0.5, "INDEX": 0.9}, probability=0.1, name="rescue"
)


@pytest.fixture(scope="module")
def proxies() -> pd.DataFrame:
    draws = np.random.default_rng(2).standard_normal((N, 2))
    values = draws @ np.array([[0.04, 0.01], [0.0, 0.02]])
    return pd.DataFrame(values, DAYS, ["TOKEN", "INDEX"])


@pytest.fixture(scope="module")
def credit(proxies: pd.DataFrame) -> pd.Series:
    """Return a credit that follows the index, and a little the token."""
    noise = 0.004 * np.random.default_rng(3).standard_normal(N)
    return (0.05 * proxies["TOKEN"] + 0.2 * proxies["INDEX"] + noise).rename("credit")


def test_the_ratio_has_the_least_variance_of_returns_and_jumps(
    proxies: pd.DataFrame, credit: pd.Series
) -> None:
    scenarios = [DEFAULT, RESCUE]
    found = proxy_hedge(proxies, scenarios, credit, periods_per_year=365.0)

    def second_moment(ratio: Any) -> float:
        left = (credit - proxies @ ratio).var()
        for one in scenarios:
            moves = [one.proxies.get(name, 1.0) - 1.0 for name in proxies]
            left += one.probability / 365.0 * (-one.loss - moves @ ratio) ** 2
        return 1e4 * left

    searched = minimize(second_moment, np.zeros(2), tol=1e-12).x
    np.testing.assert_allclose(found.ratio, searched, atol=1e-6)
    regression = np.linalg.lstsq(proxies - proxies.mean(), credit - credit.mean(), rcond=None)[0]
    np.testing.assert_allclose(found.ratios.loc["returns only"], regression, rtol=1e-10)


def test_residuals_are_those_of_the_scenarios(proxies: pd.DataFrame, credit: pd.Series) -> None:
    found = proxy_hedge(proxies, [DEFAULT, RESCUE], credit)
    for kind in found.ratios.index:
        token, index = found.ratios.loc[kind]
        assert found.residuals.loc["default", kind] == pytest.approx(-0.8 + 0.9 * token)
        rescue = -0.3 + 0.5 * token + 0.1 * index
        assert found.residuals.loc["rescue", kind] == pytest.approx(rescue)
        hedged = credit - proxies @ found.ratios.loc[kind]
        assert found.volatility[kind] == pytest.approx(hedged.std() * 365.25**0.5)
    # two proxies cover two scenarios
    np.testing.assert_allclose(found.residuals["covers jumps"], 0.0, atol=1e-12)


def test_the_ratio_goes_from_returns_to_full_cover(proxies: pd.DataFrame) -> None:
    token = proxies[["TOKEN"]]
    ratios = [
        float(proxy_hedge(token, replace(DEFAULT, probability=p)).ratio["TOKEN"])
        for p in (1e-9, 0.01, 0.1, 0.9)
    ]
    assert ratios == sorted(ratios)
    assert ratios[0] == pytest.approx(0.0, abs=1e-6)
    often = proxy_hedge(token, replace(DEFAULT, probability=0.9), periods_per_year=1e-6)
    assert often.ratio["TOKEN"] == pytest.approx(0.8 / 0.9, rel=1e-6)
    assert often.ratios.loc["covers jumps", "TOKEN"] == pytest.approx(0.8 / 0.9)


@pytest.mark.long
def test_simulated_defaults_have_least_variance_at_the_ratio(proxies: pd.DataFrame) -> None:
    """A claim without a price and its token over 4,000,000 periods with some 5,000 defaults."""
    found = proxy_hedge(proxies[["TOKEN"]], DEFAULT, periods_per_year=40.0)
    generator = np.random.default_rng(7)
    n = 4_000_000
    comes = generator.random(n) < 0.05 / 40.0
    token = proxies["TOKEN"].std() * generator.standard_normal(n) - 0.9 * comes
    claim = -0.8 * comes
    best = np.cov(claim, token)[0, 1] / token.var()
    assert found.ratio["TOKEN"] == pytest.approx(best, rel=0.03)


def test_a_hedge_held_at_what_fails_is_paid_in_part(proxies: pd.DataFrame) -> None:
    token = proxies[["TOKEN"]]
    none = proxy_hedge(token, replace(DEFAULT, collected=0.0))
    assert none.residuals.loc["default", "returns and jumps"] == -0.8
    half = proxy_hedge(token, replace(DEFAULT, collected=0.5))
    ratio = half.ratio["TOKEN"]
    left = half.residuals.loc["default", "returns and jumps"]
    assert left == pytest.approx(-0.8 + 0.5 * 0.9 * ratio)
    assert "of whose gain 50.0% is collected, pays" in half.sentences[1]
    # what a short position loses in a rise is owed in full, and a long one would gain nothing
    rise = JumpToDefault(loss=0.3, proxies={"TOKEN": 1.5}, probability=0.3, collected=0.0)
    held = proxy_hedge(token, rise)
    assert (held.ratios == 0.0).all(axis=None)
    assert (held.residuals == -0.3).all(axis=None)
    np.testing.assert_allclose(rise.paid(np.array([-1.0]), ["TOKEN"]), [-0.5])
    assert rise.paid(np.array([1.0]), ["TOKEN"]) == [0.0]


@pytest.mark.parametrize("collected", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("rises", [0.6, 1.0, 1.5])
def test_gains_are_collected_whatever_their_side(
    proxies: pd.DataFrame, credit: pd.Series, collected: float, rises: float
) -> None:
    """A search over long and short positions whose losses are owed and gains paid in part."""
    scenarios = [
        JumpToDefault(0.6, {"TOKEN": 0.4, "INDEX": rises}, 0.2, collected, "one"),
        JumpToDefault(0.2, {"TOKEN": 1.3, "INDEX": 1.1}, 0.3, 0.5, "other"),
    ]
    found = proxy_hedge(proxies, scenarios, credit, periods_per_year=12.0)

    def left_by(one: JumpToDefault, ratio: Any) -> float:
        left = -one.loss
        for name, sold in zip(proxies, ratio, strict=True):
            gain = -sold * (one.proxies[name] - 1.0)
            left += one.collected * gain if gain > 0.0 else gain
        return left

    covariance = proxies.assign(own=credit).cov().to_numpy()

    def second_moment(ratio: Any) -> float:
        position = np.array([-ratio[0], -ratio[1], 1.0])
        jumps = sum(one.probability / 12.0 * left_by(one, ratio) ** 2 for one in scenarios)
        return float(position @ covariance @ position + jumps)

    starts = product((-1.0, 0.0, 1.0), repeat=2)
    options = {"xatol": 1e-9, "fatol": 1e-15}
    searched = [
        minimize(second_moment, start, method="Nelder-Mead", options=options) for start in starts
    ]
    best = min(one.fun for one in searched)
    assert second_moment(found.ratio.to_numpy()) == pytest.approx(best, rel=1e-9)
    for one in scenarios:
        left = left_by(one, found.ratio.to_numpy())
        assert found.residuals.loc[one.name, "returns and jumps"] == pytest.approx(left)


def test_a_long_proxy_is_bought_and_loses_by_a_fall(proxies: pd.DataFrame) -> None:
    rise = JumpToDefault(loss=0.3, proxies={"TOKEN": 1.5}, probability=0.3)
    found = proxy_hedge(proxies[["TOKEN"]], rise)
    assert found.ratio["TOKEN"] < 0.0
    lost = -50.0 * found.ratio["TOKEN"]
    assert (
        f"If the proxies fall by 50% without a default, the hedge loses {lost:.1f}%"
        in (found.sentences[3])
    )
    assert "needs 0.6 of TOKEN bought per unit of the asset" in found.sentences[2]


def test_sentences_say_what_is_not_covered(proxies: pd.DataFrame, credit: pd.Series) -> None:
    found = proxy_hedge(proxies, [DEFAULT, RESCUE], credit)
    removed = 1.0 - (found.basis_error / found.volatility["asset"]) ** 2
    before = 100.0 * found.volatility["asset"]
    effect = f"{100 * abs(removed):.1f}% of the variance; of a volatility of {before:.1f}% a year"
    assert effect in found.sentences[0]
    assert "the basis error that is left is" in found.sentences[0]
    left = found.residuals.loc["default", "returns and jumps"]
    assert f"and {100 * abs(left):.1f}% are not covered" in found.sentences[1]
    assert found.sentences[3].startswith("Covering them as far as the proxies can needs ")
    squeeze = 50.0 * found.ratio.sum()
    assert f"the hedge loses {squeeze:.1f}% of the asset" in found.sentences[4]
    assert "900 observations say nothing of them" in found.sentences[-1]
    claim = proxy_hedge(proxies, DEFAULT)
    assert claim.sentences[0].startswith("The asset has no price: until a default the hedge adds")


def test_bad_input_is_refused(proxies: pd.DataFrame, credit: pd.Series) -> None:
    other = replace(DEFAULT, proxies={"COIN": 0.1})
    likely = [replace(DEFAULT, probability=0.6), replace(RESCUE, probability=0.5)]
    names = [f"T{i}" for i in range(11)]
    many = pd.DataFrame(np.random.default_rng(0).standard_normal((N, 11)) / 50.0, DAYS, names)
    partly = JumpToDefault(0.5, dict.fromkeys(names, 0.5), 0.1, collected=0.5)
    cases: list[tuple[tuple[Any, ...], str]] = [
        ((proxies, other), "must name columns of proxies, TOKEN, INDEX; got 'COIN'"),
        ((proxies, []), "scenarios must be JumpToDefault"),
        ((proxies, [DEFAULT, DEFAULT]), "scenarios must have different names"),
        ((proxies, likely), "must add up to less than 1; got 1.1"),
        ((proxies, DEFAULT, credit.iloc[1:]), "must share their dates"),
        ((proxies.reset_index(drop=True), DEFAULT), "must have dates"),
        ((proxies.iloc[:4], DEFAULT), "at least 5 rows"),
        ((proxies.assign(INDEX=2.0 * proxies["TOKEN"]), DEFAULT), "TOKEN, INDEX are. Leave one"),
        ((proxies.assign(INDEX=0.0), DEFAULT), "proxies must vary; column 'INDEX' is constant"),
        ((many, partly), "gains of at most 10 proxies may be collected in part; got 11"),
    ]
    for arguments, message in cases:
        with pytest.raises(DataError, match=message):
            proxy_hedge(*arguments)
