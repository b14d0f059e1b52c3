"""skew: the Cboe example, a brute-force twin, conventions, constant maturities."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq

from hedgeresearch.errors import DataError
from hedgeresearch.options import SABR, SVI, OptionChain, SurfaceFit, greeks, skew
from tests.options.conftest import MOMENT

Chains = Callable[..., OptionChain]


def smile(k: Any, years: float) -> Any:
    """Volatilities of an SVI smile whose total variance grows with time."""
    return np.sqrt(0.04 + 0.1 * (-0.4 * k + np.sqrt(k**2 + 0.04)))


@pytest.fixture
def fit(chain_of: Chains) -> SurfaceFit:
    return SVI().fit(chain_of(smile, days=(30.0, 91.0), rate=0.05, index=98.0))


@pytest.mark.parametrize(("kind", "arbitrage"), [("free", "allowed"), ("g>=0", "free")])
def test_shape_of_the_cboe_example(
    spx_quotes: dict[pd.Timestamp, Any],
    option_reference: dict[str, Any],
    kind: str,
    arbitrage: Any,
) -> None:
    entry = option_reference["svi_fit_vix_example"]
    rates = dict(zip(spx_quotes, entry["inputs"]["rates"], strict=True))
    chain = OptionChain.from_cboe(spx_quotes, MOMENT, rate=rates, forward_rule="cboe")
    found = skew(SVI(arbitrage=arbitrage, max_moneyness=0.2).fit(chain))
    cases = [case for case in entry["values"] if case["kind"] == kind]
    for name, column in (("risk_reversal", "risk_reversal"), ("butterfly", "butterfly")):
        expected = [case[name] for case in cases]
        assert_allclose(100.0 * found[column], expected, rtol=0, atol=entry["tolerance"][name])
    assert_allclose(found["slope"], [case["skew"] for case in cases], atol=0.01)
    strikes = np.log(
        found[["call_strike", "put_strike"]].to_numpy().T / chain.forwards["cboe"].to_numpy()
    )
    assert_allclose(strikes.T, [case["k_25"] for case in cases], atol=3e-4)


@pytest.mark.parametrize("delta", ["forward", "spot", "premium_adjusted"])
@pytest.mark.parametrize("level", [0.1, 0.25])
def test_strikes_have_the_named_delta(fit: SurfaceFit, delta: Any, level: float) -> None:
    found = skew(fit, delta=delta, level=level)
    for expiry, row in found.iterrows():
        strikes = row[["call_strike", "put_strike"]].to_numpy(dtype=float)
        deltas = fit.greeks(strikes, expiry, ["call", "put"], delta=delta).delta
        assert_allclose(deltas, [level, -level], atol=1e-7)
        assert_allclose(fit.volatility(strikes, expiry), row[["call", "put"]].to_numpy(dtype=float))


def test_measures_are_those_of_a_slow_twin(fit: SurfaceFit) -> None:
    years = 30.0 / 365.0
    discount = np.exp(-0.05 * years)

    def gap(k: float, kind: str) -> float:
        found = greeks(100.0, 100.0 * np.exp(k), years, smile(k, years), kind, discount=discount)
        return abs(found.delta) - 0.25

    call = smile(brentq(gap, 0.0, 0.5, args=("call",)), years)
    put = smile(brentq(gap, -0.5, 0.0, args=("put",)), years)
    at_money = smile(0.0, years)
    row = skew(fit).iloc[0]
    assert_allclose(row["risk_reversal"], call - put, atol=1e-7)
    assert_allclose(row["butterfly"], (call + put) / 2.0 - at_money, atol=1e-7)
    assert_allclose(row["put_call_skew"], (put - call) / at_money, atol=1e-6)
    slope = (smile(1e-5, years) - smile(-1e-5, years)) / 2e-5
    assert_allclose(row["slope"], slope, rtol=1e-5)


def test_the_higher_strike_of_a_premium_adjusted_call_counts(chain_of: Chains) -> None:
    strikes = np.exp(np.linspace(-3.0, 3.0, 61))
    fit = SVI().fit(chain_of(lambda k, years: 0.8 + 0.0 * k, days=(365.0,), strikes=strikes))
    row = skew(fit, delta="premium_adjusted", level=0.2).iloc[0]
    deltas = fit.greeks(strikes * 100.0, fit.expiries[0], delta="premium_adjusted").delta
    top = 100.0 * strikes[int(np.argmax(deltas))]
    assert row["call_strike"] > top
    # the lower one
    low = brentq(
        lambda k: fit.greeks(k, fit.expiries[0], delta="premium_adjusted").delta - 0.2, 10.0, top
    )
    assert low < top


def test_a_symmetric_smile_has_no_slope(chain_of: Chains) -> None:
    fit = SVI().fit(chain_of(lambda k, years: np.sqrt(0.04 + 0.1 * np.sqrt(k**2 + 0.01))))
    row = skew(fit).iloc[0]
    assert abs(row["slope"]) < 1e-6
    assert row["butterfly"] > 0.0


def test_constant_maturities_are_linear_in_total_variance(fit: SurfaceFit) -> None:
    found = skew(fit, [30.0, 60.5, 91.0])
    ends = found.loc[[30.0, 91.0], "at_the_money"] ** 2 * np.array([30.0, 91.0])
    assert_allclose(found.loc[60.5, "at_the_money"] ** 2 * 60.5, ends.mean(), rtol=1e-9)
    assert_allclose(found.loc[[30.0, 91.0]], skew(fit), rtol=1e-6)
    assert skew(fit, 60.0).index.to_list() == [60.0]


def test_days_beyond_the_expiries_are_refused(fit: SurfaceFit) -> None:
    with pytest.raises(DataError, match="expiry must lie between"):
        skew(fit, 120.0)
    flat = skew(fit, 120.0, extrapolate="flat").iloc[0]
    assert_allclose(flat["at_the_money"], skew(fit)["at_the_money"].iloc[1])


def test_deltas_beyond_a_smile_are_refused(chain_of: Chains) -> None:
    strikes = np.exp(np.linspace(-0.02, 0.02, 9))
    fit = SABR().fit(chain_of(lambda k, years: 0.6 - 0.1 * k, strikes=strikes))
    with pytest.raises(DataError, match="a 0.1 delta must be that of a call within the smile"):
        skew(fit, level=0.1)


def test_bad_arguments_are_refused(fit: SurfaceFit) -> None:
    with pytest.raises(DataError, match="delta must be one of 'forward', 'spot'"):
        skew(fit, delta="black")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="level must lie strictly between 0 and 1"):
        skew(fit, level=25.0)
    with pytest.raises(DataError, match="surface must be a SurfaceFit"):
        skew(fit.chain)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="days must lie strictly"):
        skew(fit, -30.0)
