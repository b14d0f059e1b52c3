"""The comparison of the default hedge with the regime-conditional one."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.default import default_hedge, regime_conditional_hedge
from hedgeresearch.recommendation.assessment.evidence.regime_alternative import (
    MAX_DATES,
    RegimeAlternative,
    assess_regime_alternative,
)

N_DATES = 600


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.returns(hr.load("nasdaq_sp500")).tail(N_DATES)


@pytest.fixture(scope="module")
def fit(returns: pd.DataFrame) -> hr.hedges.HedgeFit:
    return default_hedge().fit(returns["NASDAQ"], returns[["SP500"]])


@pytest.fixture(scope="module")
def alternative(fit: hr.hedges.HedgeFit) -> RegimeAlternative:
    found = assess_regime_alternative(fit)
    assert found is not None
    return found


@pytest.mark.long
def test_it_is_the_fit_of_the_regime_hedge(
    returns: pd.DataFrame, fit: hr.hedges.HedgeFit, alternative: RegimeAlternative
) -> None:
    other = regime_conditional_hedge().fit(returns["NASDAQ"], returns[["SP500"]])
    row = alternative.ratios.loc["SP500"]
    assert row["ratio"] == fit.next_ratio["SP500"]
    assert row["with regimes"] == pytest.approx(other.next_ratio["SP500"], rel=1e-12)
    # the ratio is the mean of those of the regimes
    weighted = row[alternative.probabilities.index] @ alternative.probabilities
    assert weighted == pytest.approx(row["with regimes"], rel=1e-12)
    assert alternative.n_dates == N_DATES


@pytest.mark.long
def test_an_extended_fit_counts_its_last_dates_only(returns: pd.DataFrame) -> None:
    earlier = returns.iloc[:-1]
    fit = default_hedge().fit(earlier["NASDAQ"], earlier[["SP500"]])
    later = fit.extend(returns["NASDAQ"].tail(1), returns[["SP500"]].tail(1))
    found = assess_regime_alternative(later)
    other = regime_conditional_hedge().fit(returns["NASDAQ"], returns[["SP500"]])
    assert found is not None
    assert found.ratios.loc["SP500", "with regimes"] == pytest.approx(
        other.next_ratio["SP500"], rel=1e-12
    )
    assert found.ratios.loc["SP500", "ratio"] == later.next_ratio["SP500"]


@pytest.mark.long
def test_only_the_last_thousand_observations_are_used(returns: pd.DataFrame) -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((MAX_DATES + 50, 2)) @ np.array([[1.0, 0.0], [0.6, 0.8]]) * 0.01
    frame = pd.DataFrame(values, columns=["A", "H"])
    changed = frame.copy()
    changed.iloc[:50] *= -3.0
    ratios = []
    for one in (frame, changed):
        found = assess_regime_alternative(default_hedge().fit(one["A"], one[["H"]]))
        assert found is not None
        assert found.n_dates == MAX_DATES
        ratios.append(found.ratios.loc["H", "with regimes"])
    assert ratios[0] == ratios[1]


def test_other_hedges_have_none(returns: pd.DataFrame) -> None:
    fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    assert assess_regime_alternative(fit) is None


def test_few_dates_say_why(returns: pd.DataFrame) -> None:
    few = returns.tail(60)
    fit = default_hedge().fit(few["NASDAQ"], few[["SP500"]])
    with pytest.raises(DataError, match="at least 120 rows"):
        assess_regime_alternative(fit)
    reasons = hr.hedge_notional(fit, 1e6).reasons
    assert any(one.startswith("What regimes would change not available: ") for one in reasons)
    assert hr.hedge_notional(fit, 1e6).to_dict()["regime_alternative"] is None


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
def test_a_replicated_asset_says_why(returns: pd.DataFrame) -> None:
    twin = returns[["SP500"]]
    fit = default_hedge().fit(2.0 * twin["SP500"].rename("A"), twin)
    with pytest.raises(DataError, match="replicate the asset"):
        assess_regime_alternative(fit)


@pytest.mark.long
def test_amounts_sentence_and_record_agree(
    fit: hr.hedges.HedgeFit, alternative: RegimeAlternative
) -> None:
    hedge = hr.hedge_notional(fit, 2e6, currency="USD")
    sentence = next(one for one in hedge.reasons if one.startswith("What regimes would change: "))
    row = alternative.ratios.loc["SP500"]
    assert f"sell {2e6 * row['with regimes']:,.0f} USD instead of" in sentence
    assert f"instead of {2e6 * row['ratio']:,.0f} USD" in sentence
    assert "58.89%" in sentence
    assert f"({alternative.probabilities.max():.0%})" in sentence
    record: Any = hedge.to_dict()["regime_alternative"]
    assert record["ratios"]["SP500"] == {
        "ratio": row["ratio"],
        "with_regimes": row["with regimes"],
    }
    assert sum(record["probabilities"].values()) == pytest.approx(1.0)


@pytest.mark.long
def test_contracts_sentence_page_and_update_have_it(returns: pd.DataFrame) -> None:
    market = hr.Market(hr.load("nasdaq_sp500").tail(N_DATES))
    position = hr.Position({"NASDAQ": 1000})
    future = hr.LinearContract("SP500", 50, lot=1, fee=0.00005)
    fit = default_hedge().fit(*market.returns(position, future))
    advice = hr.recommend(fit, position, future, market)
    found = advice.regime_alternative
    assert found is not None
    contracts = 1000 * market.table["NASDAQ"].iloc[-1] / (50 * market.table["SP500"].iloc[-1])
    then = found.ratios.loc["SP500", "with regimes"] * contracts
    sentence = next(one for one in advice.reasons if one.startswith("What regimes would change: "))
    now = found.ratios.loc["SP500", "ratio"] * contracts
    assert f": {then:.4g} instead of {now:.4g} contracts short." in sentence
    assert sentence.count("reproduce when_regimes_help") == 1
    bar = market.table.iloc[-1] * [1.02, 0.99]
    later = advice.update(bar, pd.Timestamp("2019-01-02"))
    longer = hr.Market(pd.concat([market.table, bar.to_frame(pd.Timestamp("2019-01-02")).T]))
    again = default_hedge().fit(*longer.returns(position, future))
    updated = later.regime_alternative
    fresh = assess_regime_alternative(again)
    assert updated is not None
    assert fresh is not None
    # the returns of the position are of the units of each date, up to rounding
    assert updated.ratios.loc["SP500", "with regimes"] == pytest.approx(
        fresh.ratios.loc["SP500", "with regimes"], rel=1e-6
    )


def pair_with_outliers(n_outliers: int) -> pd.DataFrame:
    """Return 400 business days of two series, of which a few are of a wild regime."""
    rng = np.random.default_rng(3)
    scale = np.full((400, 1), 0.01)
    scale[390 : 390 + n_outliers] = 0.2
    values = rng.standard_normal((400, 2)) @ np.array([[1.0, 0.0], [0.6, 0.8]]) * scale
    return pd.DataFrame(values, pd.bdate_range("2022-01-03", periods=400), ["A", "H"])


@pytest.mark.long
@pytest.mark.parametrize("n_extended", [0, 3])
def test_rare_regimes_are_named_once_by_their_dates(n_extended: int) -> None:
    frame = pair_with_outliers(5)
    frame.attrs["returns"] = "simple"
    first = frame.head(len(frame) - n_extended)
    fit = default_hedge().fit(first["A"], first[["H"]])
    if n_extended:
        fit = fit.extend(frame["A"].tail(n_extended), frame[["H"]].tail(n_extended))
    found = assess_regime_alternative(fit)
    assert found is not None
    rare = [remark for remark in found.remarks if "should be visited on" in remark]
    assert len(rare) == 1
    # the outliers are in the last fold: fits to earlier dates do not know them
    assert rare[0].startswith("regime 1 should be visited on 20 dates or more; it was visited ")
    assert "2023-07-03" in rare[0]
