"""Sources of variance and turbulent correlations of a recommendation, against sums by hand."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]


@pytest.mark.parametrize(
    ("units", "names"),
    [({"A": 40_000.0}, ["F"]), ({"A": -40_000.0}, ["F"]), ({"A": 30_000.0, "B": 9e3}, ["F", "G"])],
)
def test_sources_are_those_of_the_holdings(
    advise: Advise, units: dict[str, float], names: list[str]
) -> None:
    found = advise(units, names)
    notionals = found.summary["notional"] / found.valuation.value
    weights = {found.assessment.past_returns.columns[0]: 1.0, **notionals}
    expected = hr.risk.variance_sources(found.assessment.past_returns, weights)
    assert found.variance_sources is not None
    pd.testing.assert_series_equal(found.variance_sources.shares, expected.shares)
    largest = expected.shares.idxmax()
    (text,) = [one for one in found.reasons if one.startswith("Forecast error variance")]
    assert f"comes to {100 * expected.shares.max():.1f}% from {largest}, " in text
    assert "10 days ahead" in text
    assert "on 400 days" in text


def test_turbulent_dates_are_those_after_high_volatility(advise: Advise) -> None:
    long, short = (
        advise({"A": units}, ["F"]).correlation_breakdown for units in (40_000.0, -40_000.0)
    )
    assert long is not None
    assert short is not None
    assert long.turbulent == pytest.approx(short.turbulent, rel=1e-12)
    assert (long.n_calm, long.n_turbulent) == (303, 76)
    returns = advise({"A": 40_000.0}, ["F"]).assessment.past_returns
    volatility = [returns["F"].iloc[t - 21 : t].std() for t in range(21, 400)]
    worst = np.argsort(volatility)[-76:] + 21
    expected = np.corrcoef(returns.iloc[worst].T)[0, 1]
    assert long.turbulent == pytest.approx(expected, rel=1e-10)


def advice_in_turbulence(slope: float, noise: float, seed: int) -> hr.recommendation.Recommendation:
    """Return advice on a position whose slope and noise are others when its hedge is volatile."""
    generator = np.random.default_rng(seed)
    turbulent = np.arange(800) % 200 >= 150
    x = 0.01 * generator.standard_normal(800) * np.where(turbulent, 3.0, 1.0)
    left = 0.004 * generator.standard_normal(800) * np.where(turbulent, noise, 1.0)
    y = np.where(turbulent, slope, 1.0) * x + left
    dates = pd.date_range("2020-01-01", periods=801)
    paths = np.vstack([[1.0, 1.0], np.cumprod(1.0 + np.column_stack([y, x]), axis=0)])
    market = hr.Market(pd.DataFrame(100.0 * paths, dates, ["A", "F"]))
    position = hr.Position({"A": 1000.0})
    future = hr.LinearContract("F", 1)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    return hr.recommend(fit, position, future, market)


@pytest.mark.parametrize(
    ("slope", "noise", "warned", "verdict"),
    [
        (0.1, 1.0, True, "the relation is weaker then"),
        (1.0, 2.5, False, "what is left grows as well then"),
        (1.0, 1.0, False, "no change is found"),
    ],
)
def test_a_relation_that_fails_in_turbulence_is_a_warning(
    slope: float, noise: float, warned: bool, verdict: str
) -> None:
    found = advice_in_turbulence(slope, noise, seed=0)
    (text,) = [one for one in found.reasons if "turbulent" in one]
    assert text.startswith("Warning: ") == warned
    assert text.endswith(f"{verdict}.")
    assert "Correlation of position and hedges is " in text


def test_too_few_dates_are_the_reason(advise: Advise, table: pd.DataFrame) -> None:
    few, enough = (advise({"A": 4_000.0}, ["F"], on=hr.Market(table.iloc[-n:])) for n in (171, 172))
    missing = "Correlation of turbulent times not available: it needs 171 returns; there are 170."
    assert missing in few.reasons
    assert few.to_dict()["correlation_breakdown"] is None
    assert enough.correlation_breakdown is not None
    assert enough.correlation_breakdown.n_turbulent == 30
    short = advise({"A": 4_000.0}, ["F"], on=hr.Market(table.iloc[-31:]))
    (text,) = [one for one in short.reasons if one.startswith("Sources of variance not")]
    assert "must have at least 31 observations" in text


def test_without_a_hedge_there_is_no_sentence(advise: Advise) -> None:
    none = advise({"A": 4_000.0}, ["F"], limits=hr.Limits(contracts={"F": (0, 0)}))
    assert none.variance_sources is None
    assert none.correlation_breakdown is None
    assert not any("variance of the hedged" in one or "turbulent" in one for one in none.reasons)
    against = advise({"A": 4_000.0}, ["F"], limits=hr.Limits(contracts={"F": (1, 2)}))
    assert against.variance_sources is not None
    assert against.correlation_breakdown is None
