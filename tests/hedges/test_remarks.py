"""Remarks of fits: warnings of an estimation that come first in a recommendation."""

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import CallError, ConvergenceWarning
from hedgeresearch.hedges import HedgeFit

DATES = pd.bdate_range("2020-01-01", periods=300)
DCC = hr.MinimumVarianceHedge(hr.DCC())
REGIMES = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    """Noise whose DCC lies on a bound, with three moves by which a regime is rare."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((300, 2)) @ np.array([[0.6, 0.0], [0.8, 1.0]]) * 0.01
    values[[50, 120, 200]] *= 12.0
    return pd.DataFrame(values, DATES, ["A", "H"])


@pytest.fixture(scope="module")
def prices(returns: pd.DataFrame) -> pd.DataFrame:
    """Random walks that are not cointegrated."""
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        100.0 * np.exp((0.01 * rng.standard_normal((300, 2))).cumsum(axis=0)), DATES, ["A", "H"]
    )


def fit_with_warnings(model: Any, frame: pd.DataFrame) -> tuple[HedgeFit, tuple[str, ...]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = model.fit(frame["A"], frame[["H"]])
    given = [str(one.message) for one in caught if one.category is ConvergenceWarning]
    return fit, tuple(dict.fromkeys(given))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (DCC, "lies on a bound"),
        (REGIMES, "should be visited on"),
        (hr.KalmanHedge("mean_reverting"), "lies on a bound"),
        (hr.ConstrainedHedge(DCC, lower=0.0), "lies on a bound"),
        (hr.ShrunkHedge(DCC), "lies on a bound"),
        (hr.CombinedHedge({"dcc": DCC, "ols": hr.OLSHedge()}, "equal"), "lies on a bound"),
        (hr.RegimeWeightedHedge({"one": hr.NaiveHedge()}, hr.GaussianHMM(2)), "visited on"),
    ],
    ids=["dcc", "regimes", "kalman", "constrained", "shrunk", "combined", "weighted"],
)
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
def test_remarks_are_the_warnings_of_the_estimation(
    returns: pd.DataFrame, model: Any, words: str
) -> None:
    fit, given = fit_with_warnings(model, returns)
    assert fit.remarks == given
    assert any(words in remark for remark in fit.remarks)
    assert pickle.loads(pickle.dumps(fit)).remarks == given


@pytest.mark.long
@pytest.mark.parametrize(
    "model", [hr.CointegrationHedge(), hr.ErrorCorrectionHedge(), hr.hedges.VECMHedge()]
)
def test_prices_without_a_relation_are_a_remark(prices: pd.DataFrame, model: Any) -> None:
    fit, given = fit_with_warnings(model, prices)
    assert fit.remarks == given
    assert any("cointegrat" in remark for remark in fit.remarks)


def test_a_sound_fit_has_no_remarks(returns: pd.DataFrame) -> None:
    assert hr.OLSHedge().fit(returns["A"], returns[["H"]]).remarks == ()
    ewma = hr.MinimumVarianceHedge(hr.EWMACovariance())
    assert ewma.fit(returns["A"], returns[["H"]]).remarks == ()


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
def test_remarks_stay_over_later_dates_but_not_fits(returns: pd.DataFrame) -> None:
    earlier = returns.iloc[:-5]
    later = returns.iloc[-5:]
    fit = DCC.fit(earlier["A"], earlier[["H"]])
    assert fit.remarks
    assert fit.extend(later["A"], later[["H"]]).remarks == fit.remarks
    # a later fit starts without those of another
    assert hr.OLSHedge().fit(returns["A"], returns[["H"]]).remarks == ()


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
def test_remarks_are_among_the_first_reasons(returns: pd.DataFrame) -> None:
    fit = DCC.fit(returns["A"], returns[["H"]])
    (remark,) = fit.remarks
    reasons = hr.hedge_notional(fit, 1e6).reasons
    assert f"Warning: {remark}" in reasons
    first_other = next(i for i, one in enumerate(reasons) if not one.startswith("Warning"))
    assert reasons.index(f"Warning: {remark}") < first_other


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
def test_contracts_have_the_remarks_as_reasons(returns: pd.DataFrame) -> None:
    market = hr.Market(100.0 * (1.0 + returns).cumprod())
    position = hr.Position({"A": 1000})
    future = hr.LinearContract("H", 10, lot=1)
    fit = DCC.fit(*market.returns(position, future))
    (remark,) = fit.remarks
    assert f"Warning: {remark}" in hr.recommend(fit, position, future, market).reasons


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
@pytest.mark.parametrize(
    ("model", "is_said"),
    [
        (DCC, True),
        (hr.MinimumVarianceHedge(hr.CCC()), True),
        (hr.CombinedHedge({"dcc": DCC}, "equal"), True),
        (hr.MinimumVarianceHedge(hr.SampleCovariance()), False),
        (hr.MinimumVarianceHedge(hr.EWMACovariance()), False),
        (hr.OLSHedge(), False),
    ],
    ids=["dcc", "ccc", "combined dcc", "sample", "ewma", "ols"],
)
def test_fits_say_what_short_intervals_cover(
    returns: pd.DataFrame, model: Any, is_said: bool
) -> None:
    fit = model.fit(returns["A"], returns[["H"]])
    words = "85 to 91% of simulated samples of 250"
    assert (words in str(fit)) == is_said
    assert (words in fit._repr_html_()) == is_said
    assert any(words in one for one in hr.hedge_notional(fit, 1e6).reasons) == is_said
    assert all(remark in str(fit) for remark in fit.remarks)


def test_large_samples_need_no_note() -> None:
    returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    fit = DCC.fit(returns["asset"], returns[["hedge"]])
    assert fit.coverage_note == ""
    assert "intervals" not in fit.facts


def test_wrong_calls_are_explained_as_before(returns: pd.DataFrame) -> None:
    wrong: Any = DCC
    with pytest.raises(CallError, match=r"MinimumVarianceHedge\(...\).fit\(asset, hedges\)"):
        wrong.fit(returns["A"])
