"""SVI: published smiles, recovery, freedom from arbitrage, and what is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.options import SVI, OptionChain, SurfaceFit
from hedgeresearch.options.surfaces.smiles import SVISmile
from hedgeresearch.options.surfaces.ssvi import ssvi_smile
from tests.options.conftest import MOMENT

# smiles with noise have quotes out of order
pytestmark = pytest.mark.filterwarnings("ignore:.*offered below the bid of a")
Chains = Callable[..., OptionChain]
VOGT = SVISmile(-0.041, 0.1331, 0.306, 0.3586, 0.4153)
CALM = SVISmile(0.01, 0.12, -0.4, 0.02, 0.15)
WIDE = np.linspace(-1.5, 1.5, 30001)


def volatility_of(smile: SVISmile) -> Callable[[Any, float], Any]:
    """The volatilities of a smile of total variance."""
    return lambda k, years: np.sqrt(smile.derivatives(k).variance / years)


def values(smile: SVISmile) -> list[float]:
    return [smile.a, smile.b, smile.rho, smile.m, smile.sigma]


def least_density(smile: Any, k: Any = WIDE) -> float:
    return float(smile.derivatives(k).density(k).min())


# --- reference numbers ---


def test_values_of_the_vogt_smile(option_reference: dict[str, Any]) -> None:
    entry = option_reference["svi_vogt_values"]
    for source in ("values", "own"):
        table = entry[source]
        # our own values have twelve digits
        tolerance = {"rtol": 0, "atol": entry["tolerance"] if source == "values" else 5e-12}
        for name, power in (("total_variance", 1.0), ("variance", 1.0), ("volatility", 0.5)):
            k = np.array([float(at) for at in table[name]])
            found = VOGT.derivatives(k).variance ** power
            assert_allclose(found, list(table[name].values()), **tolerance)
        k = np.array([float(at) for at in table["g"]])
        assert_allclose(VOGT.derivatives(k).density(k), list(table["g"].values()), **tolerance)


def test_density_of_the_vogt_smile_is_negative_in_between(
    option_reference: dict[str, Any],
) -> None:
    entry = option_reference["svi_vogt_density"]
    ends = [entry["values"]["g_negative_from"], entry["values"]["g_negative_to"]]
    assert_allclose(VOGT.derivatives(np.array(ends)).density(np.array(ends)), 0.0, atol=1e-8)
    k = np.linspace(0.5, 1.5, 101)  # the grid of the reference
    density = VOGT.derivatives(k).density(k)
    assert_allclose(density.min(), entry["values"]["g_min"], rtol=0, atol=1e-8)
    assert_allclose(k[density.argmin()], entry["values"]["at"])
    for name, at in (("g_at_0", 0.0), ("g_at_0_9", 0.9), ("g_at_minus_1_5", -1.5)):
        point = np.array([at])
        assert_allclose(VOGT.derivatives(point).density(point), entry["own"][name], atol=1e-9)


def test_total_variance_at_the_centre(option_reference: dict[str, Any]) -> None:
    entry = option_reference["svi_at_its_centre"]
    raw = entry["inputs"]["raw"]
    found = SVISmile(**raw).derivatives(np.array([entry["inputs"]["k"]])).variance
    assert_allclose(found, entry["values"]["total_variance"], rtol=0, atol=1e-15)


@pytest.mark.parametrize(("kind", "arbitrage"), [("free", "allowed"), ("g>=0", "free")])
def test_fits_of_the_cboe_example_are_not_worse(
    spx_quotes: dict[pd.Timestamp, Any],
    option_reference: dict[str, Any],
    kind: str,
    arbitrage: Any,
) -> None:
    entry = option_reference["svi_fit_vix_example"]
    rates = dict(zip(spx_quotes, entry["inputs"]["rates"], strict=True))
    chain = OptionChain.from_cboe(spx_quotes, MOMENT, rate=rates, forward_rule="cboe")
    fit = SVI(arbitrage=arbitrage, max_moneyness=0.2).fit(chain)
    cases = [case for case in entry["values"] if case["kind"] == kind]
    assert fit.summary["n_quotes"].to_list() == [case["n"] for case in cases]
    limits = [case["rmse_vol_points"] + 0.005 for case in cases]
    assert (fit.summary["error, points"] <= limits).all()
    report = fit.arbitrage()
    assert report.is_free == (arbitrage == "free")
    if arbitrage == "free":
        assert all(least_density(one.smile) >= 0.0 for one in fit.smiles)
        assert report.table["calendar"].iloc[1] >= 0.0
    else:
        expected = [case["min_g_wide"] for case in cases]
        assert_allclose(report.table["density"], expected, atol=0.003)
        assert_allclose(report.table["calendar"].iloc[1], -2.3e-5, atol=5e-6)
        assert_allclose(report.table["calendar_at"].iloc[1], 0.085, atol=0.01)


# --- recovery and freedom from arbitrage ---


@pytest.mark.parametrize("weights", ["volatility", "vega", "spread", "variance"])
def test_parameters_are_recovered(chain_of: Chains, weights: Any) -> None:
    chain = chain_of(volatility_of(CALM), days=(73.0,))
    fit = SVI(weights=weights).fit(chain)
    assert_allclose(fit.parameters.iloc[0], values(CALM), rtol=1e-6, atol=1e-8)
    assert fit.summary["error, points"].item() < 1e-8
    assert fit.arbitrage().is_free


def test_a_smile_with_arbitrage_is_recovered_where_it_is_allowed(chain_of: Chains) -> None:
    strikes = np.exp(np.linspace(-1.0, 1.4, 49))
    chain = chain_of(volatility_of(VOGT), days=(365.0,), strikes=strikes)
    allowed = SVI(arbitrage="allowed").fit(chain)
    assert_allclose(allowed.parameters.iloc[0], values(VOGT), rtol=1e-5)
    report = allowed.arbitrage()
    assert "butterflies near ln(K/F) = 0.879 have negative prices" in report.findings[0]
    free = SVI().fit(chain)
    assert least_density(free.smiles[0].smile, np.linspace(-3.0, 3.0, 30001)) >= 0.0
    assert free.summary["error, points"].item() > allowed.summary["error, points"].item()
    assert "free of arbitrage" in repr(free.arbitrage())


@pytest.mark.long
@given(
    theta=st.floats(0.001, 0.5),
    rho=st.floats(-0.9, 0.6),
    share=st.floats(0.1, 1.0),
    noise=st.sampled_from([0.0, 0.01, 0.1]),
    n=st.integers(6, 40),
    seed=st.integers(0, 10**6),
)
@settings(deadline=None, max_examples=25)
def test_free_smiles_have_no_butterflies(
    theta: float, rho: float, share: float, noise: float, n: int, seed: int
) -> None:
    eta = share * min(4.0 / (theta * (1 + abs(rho))), 2.0 / np.sqrt(theta * (1 + abs(rho))))
    smile = ssvi_smile(theta, rho, eta, 0.0)
    rng = np.random.default_rng(seed)
    k = np.linspace(-3.0, 2.0, n) * np.sqrt(theta)
    volatility = np.sqrt(smile.derivatives(k).variance) * np.exp(noise * rng.standard_normal(n))
    frame = pd.DataFrame(
        {
            "expiry": MOMENT + pd.Timedelta(days=365),
            "strike": 100.0 * np.exp(k),
            "forward": 100.0,
            "volatility": volatility,
        }
    )
    fit = SVI().fit(OptionChain.from_volatilities(frame, MOMENT))
    found = fit.smiles[0].smile
    reach = max(1.5, 2.0 * float(np.abs(k).max()))
    assert least_density(found, np.linspace(-reach, reach, 20001)) >= 0.0
    assert isinstance(found, SVISmile)
    assert found.has_bound
    assert found.lowest > 0.0
    if not noise:
        assert fit.summary["error, points"].item() < 1e-4


def test_expiries_do_not_cross_where_arbitrage_is_not_allowed(chain_of: Chains) -> None:
    # the right wing of the first expiry is above that of the second
    first = SVISmile(0.004, 0.10, 0.3, 0.0, 0.1)
    second = SVISmile(0.010, 0.10, -0.5, 0.0, 0.1)

    def volatility(k: Any, years: float) -> Any:
        return volatility_of(first if years < 0.1 else second)(k, years)

    chain = chain_of(volatility, days=(30.0, 60.0))
    allowed = SVI(arbitrage="allowed").fit(chain).arbitrage()
    assert "is below that of the expiry before" in allowed.findings[0]
    fit = SVI().fit(chain)
    one, two = (smile.smile.derivatives(WIDE).variance for smile in fit.smiles)
    assert (two - one).min() >= 0.0
    # one of both is as it is alone, the other one gave way
    alone = [chain.select(expiry) for expiry in chain.expiries]
    errors = [SVI().fit(one).summary["error, points"].item() for one in alone]
    kept = np.isclose(fit.summary["error, points"], errors, rtol=1e-6, atol=1e-9)
    assert kept.sum() == 1


def days_and_smiles(*smiles: tuple[float, Any, Any]) -> OptionChain:
    """The chain of days, ln(K/F) and volatilities."""
    frames = [
        pd.DataFrame(
            {
                "expiry": MOMENT + pd.Timedelta(days=days),
                "strike": 100.0 * np.exp(k),
                "forward": 100.0,
                "volatility": volatility,
            }
        )
        for days, k, volatility in smiles
    ]
    return OptionChain.from_volatilities(pd.concat(frames), MOMENT)


def test_an_unsupported_wing_does_not_spoil_later_expiries() -> None:
    # the wing of the first expiry is steep and quoted to -.1 only
    near = np.linspace(-0.1, 0.1, 15)
    far = np.linspace(-0.6, 0.5, 25)
    steep = np.sqrt(0.04 + 2.0 * np.maximum(-near - 0.05, 0.0) + near**2)
    level = np.sqrt(0.05 - 0.02 * far + 0.2 * far**2)
    fit = SVI().fit(days_and_smiles((7, near, steep), (60, far, level), (120, far, level)))
    assert fit.arbitrage().is_free
    assert (fit.summary["error, points"].iloc[1:] < 0.5).all()


def test_a_narrow_smile_does_not_spoil_earlier_expiries() -> None:
    # the later expiry is flat and quoted to .06 only
    wide = np.linspace(-0.6, 0.5, 25)
    narrow = np.linspace(-0.06, 0.06, 9)
    level = np.sqrt(0.05 - 0.1 * wide + 0.5 * wide**2)
    fit = SVI().fit(days_and_smiles((30, wide, level), (45, narrow, np.full(9, 0.23))))
    alone = SVI().fit(days_and_smiles((30, wide, level)))
    assert fit.arbitrage().is_free
    errors = [one.summary["error, points"].iloc[0] for one in (fit, alone)]
    assert_allclose(errors[0], errors[1], rtol=1e-3)


@given(scale=st.floats(1e-3, 1e6))
@settings(deadline=None, max_examples=8)
def test_a_fit_does_not_depend_on_the_currency(scale: float) -> None:
    k = np.linspace(-0.3, 0.3, 15)
    frame = pd.DataFrame(
        {
            "expiry": MOMENT + pd.Timedelta(days=60),
            "strike": 100.0 * np.exp(k),
            "forward": 100.0,
            "volatility": 0.3 - 0.2 * k + 0.3 * k**2,
        }
    )
    money = frame.assign(strike=scale * frame["strike"], forward=scale * 100.0)
    one = SVI().fit(OptionChain.from_volatilities(frame, MOMENT))
    other = SVI().fit(OptionChain.from_volatilities(money, MOMENT))
    expiry = one.expiries[0]
    assert_allclose(
        other.volatility(scale * frame["strike"], expiry),
        one.volatility(frame["strike"], expiry),
        rtol=1e-7,
    )


def test_flat_and_straight_smiles_are_fitted(chain_of: Chains) -> None:
    flat = SVI().fit(chain_of(lambda k, years: 0.25 + 0.0 * k))
    assert flat.summary["error, points"].item() < 1e-4
    assert flat.arbitrage().is_free
    steep = SVI().fit(chain_of(lambda k, years: 0.3 - 0.3 * k, days=(365.0,)))
    assert steep.arbitrage().is_free
    assert steep.summary["error, points"].item() < 1.0


# --- few quotes ---


def test_too_few_strikes_are_refused_or_left_out(chain_of: Chains, rows: pd.DataFrame) -> None:
    few = OptionChain(rows[rows["strike"].between(90.0, 110.0)].iloc[2:], MOMENT)
    with pytest.raises(DataError, match="4 strikes with quotes, and a smile needs 5"):
        SVI().fit(few)
    later = rows.assign(expiry=rows["expiry"] + pd.Timedelta(days=30)).iloc[6:]
    with pytest.warns(DataWarning, match="1 expiry left out: 2024-07-21 .* has 4 strikes"):
        fit = SVI().fit(OptionChain(pd.concat([rows, later]), MOMENT))
    assert len(fit.expiries) == 1


def test_a_smile_of_one_side_is_refused(rows: pd.DataFrame) -> None:
    frame = pd.DataFrame(
        {
            "expiry": MOMENT + pd.Timedelta(days=30),
            "strike": np.linspace(100.0, 120.0, 9),
            "forward": 100.0,
            "volatility": 0.2,
        }
    )
    with pytest.raises(DataError, match="has quotes above the forward only"):
        SVI().fit(OptionChain.from_volatilities(frame, MOMENT))


def test_less_than_a_day_is_warned_of(chain_of: Chains) -> None:
    strikes = np.exp(np.linspace(-0.02, 0.02, 9))
    chain = chain_of(lambda k, years: 0.5 + 0.0 * k, days=(0.5,), strikes=strikes)
    with pytest.warns(DataWarning, match="is less than a day away"):
        SVI().fit(chain)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"arbitrage": "none"}, "arbitrage must be one of 'free', 'allowed'"),
        ({"weights": "price"}, "weights must be one of"),
        ({"max_moneyness": -1.0}, "max_moneyness must lie strictly"),
        ({"n_starts": 0}, "n_starts must be a whole number of at least 1"),
    ],
)
def test_bad_settings_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        SVI(**arguments)


def test_only_chains_are_fitted(rows: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="fitted to an OptionChain; got DataFrame"):
        SVI().fit(rows)  # type: ignore[arg-type]


def test_an_extension_equals_a_fit(spx: OptionChain, spx_quotes: dict[pd.Timestamp, Any]) -> None:
    model = SVI(max_moneyness=0.2)
    fit = model.fit(spx)
    moved = {
        expiry: pd.DataFrame(strip).assign(**{"4": lambda table: table[4] + 0.05})[
            [0, 1, 2, 3, "4"]
        ]
        for expiry, strip in spx_quotes.items()
    }
    later = OptionChain.from_cboe(
        moved, MOMENT + pd.Timedelta(minutes=1), rate=spx.rate, underlying="SPX"
    )
    extended = fit.extend(later)
    cold = model.fit(later)
    assert isinstance(extended, SurfaceFit)
    assert_allclose(extended.summary["error, points"], cold.summary["error, points"], rtol=1e-4)
    assert extended.arbitrage().is_free
