"""Measures by regime, by year and on the worst days, against definitions."""

import math

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture
def returns() -> pd.Series:
    """561 skewed returns, of which 560 x .05 = 28 falls on a date."""
    return pd.Series(
        0.01 - 0.01 * np.random.default_rng(3).exponential(size=561), name="x"
    ).set_axis(pd.bdate_range("2018-03-01", periods=561))


def test_measures_by_regime_by_hand(returns: pd.Series) -> None:
    rng = np.random.default_rng(1)
    asset = returns + 0.01 * rng.normal(size=561)
    regimes = pd.Series(rng.integers(0, 3, 561), returns.index)
    found = hr.metrics.measure_by_regime(hr.effectiveness, regimes, returns, asset)
    assert found.index.name == "regime"
    for k in range(3):
        inside = regimes == k
        assert found.loc[k, "dates"] == inside.sum()
        expected = 1 - np.var(returns[inside]) / np.var(asset[inside])
        assert found.loc[k, "value"] == pytest.approx(expected, rel=1e-12)


def test_the_most_probable_regime_counts(returns: pd.Series) -> None:
    values = np.random.default_rng(1).dirichlet([1, 1, 0.01], 600)
    probabilities = pd.DataFrame(
        values, pd.bdate_range("2018-03-01", periods=600), ["calm", "usual", "wild"]
    )
    found = hr.metrics.measure_by_regime(
        hr.metrics.variance, probabilities, returns, minimum_dates=4
    )
    most_probable = probabilities.idxmax(axis=1)[:561]
    assert found.index.tolist() == ["calm", "usual", "wild"]
    assert found["dates"].tolist() == [(most_probable == name).sum() for name in found.index]
    assert found.loc["usual", "value"] == pytest.approx(
        returns[most_probable == "usual"].var(), rel=1e-12
    )
    assert found.loc["wild", "dates"] < 4 and math.isnan(found.loc["wild", "value"])
    equal = pd.DataFrame(0.5, returns.index, [0, 1])
    assert hr.metrics.measure_by_regime(hr.metrics.variance, equal, returns)["dates"].tolist() == [
        561,
        0,
    ]


def test_predicted_regimes_of_a_fit_are_used(simple_returns: pd.DataFrame) -> None:
    regimes = hr.GaussianHMM(2, n_starts=3).fit(simple_returns[:800])
    found = hr.metrics.measure_by_regime(
        hr.metrics.variance, regimes.predicted, simple_returns["NASDAQ"][:800]
    )
    assert found["dates"].sum() == 800
    assert found.loc[0, "value"] < found.loc[1, "value"]


def test_bad_regimes_are_refused(returns: pd.Series) -> None:
    with pytest.raises(
        hr.DataError,
        match="regimes must contain every date of the returns; 1 are missing, the first",
    ):
        hr.metrics.measure_by_regime(hr.metrics.variance, pd.Series(0, returns.index[1:]), returns)
    with pytest.raises(hr.DataError, match="must be names or whole numbers; got 0.3"):
        hr.metrics.measure_by_regime(hr.metrics.variance, pd.Series(0.3, returns.index), returns)
    with pytest.raises(
        hr.DataError, match="must contain probabilities that sum to one; those of 2018-03-01 do not"
    ):
        hr.metrics.measure_by_regime(
            hr.metrics.variance, pd.DataFrame(0.3, returns.index, [0, 1]), returns
        )
    with pytest.raises(
        hr.DataError, match="regimes must have a name on every date; 2018-03-01 has none"
    ):
        hr.metrics.measure_by_regime(
            hr.metrics.variance,
            pd.Series([None, *["a"] * 560], returns.index, dtype=object),
            returns,
        )
    with pytest.raises(
        hr.DataError, match="regimes must be a Series of names or a DataFrame; got list"
    ):
        hr.metrics.measure_by_regime(hr.metrics.variance, [0] * 561, returns)
    with pytest.raises(
        hr.DataError, match=r"must exist on regime 1 \(20 dates\): unhedged returns must vary"
    ):
        labels = pd.Series([1] * 20 + [0] * 541, returns.index)
        hr.metrics.measure_by_regime(hr.effectiveness, labels, returns, returns * (labels == 0))
    with pytest.raises(hr.DataError, match="a measure must be given returns; got none"):
        hr.metrics.measure_by_regime(hr.metrics.variance, pd.Series(0, returns.index))


def test_measures_by_year_by_hand(returns: pd.Series) -> None:
    found = hr.metrics.measure_by_year(hr.metrics.expected_shortfall, returns, minimum_dates=100)
    assert found.index.tolist() == [2018, 2019, 2020]
    assert found["dates"].sum() == 561
    in_2019 = sorted(returns.loc["2019"])
    assert found.loc[2019, "dates"] == len(in_2019)
    assert found.loc[2019, "value"] == pytest.approx(
        -np.mean(in_2019[: math.floor(0.05 * 260) + 1]), rel=1e-12
    )
    assert math.isnan(found.loc[2020, "value"]) == (found.loc[2020, "dates"] < 100)
    monthly = pd.Series(range(36), pd.period_range("2018-01", periods=36, freq="M"))
    assert hr.metrics.measure_by_year(lambda x: x.sum(), monthly, minimum_dates=12)[
        "value"
    ].tolist() == [66, 210, 354]
    with pytest.raises(
        hr.DataError,
        match="returns must be indexed by dates to be grouped by year; got int64 values",
    ):
        hr.metrics.measure_by_year(hr.metrics.variance, pd.Series([0.1, 0.2]))


def test_measures_on_worst_days_by_hand(returns: pd.Series) -> None:
    hedged = returns + 0.003 * np.random.default_rng(1).normal(size=561)
    worst = returns <= np.quantile(returns, 0.1) + 1e-12
    found = hr.metrics.measure_on_worst_days(hr.effectiveness, returns, hedged, returns, share=0.1)
    assert found == pytest.approx(1 - hedged[worst].var() / returns[worst].var(), rel=1e-12)
    mean_loss = hr.metrics.measure_on_worst_days(lambda x: -x.mean(), returns, returns)
    assert mean_loss == pytest.approx(hr.metrics.expected_shortfall(returns), rel=1e-12)
    with pytest.raises(
        hr.DataError, match="series 1 and series 2 must share their dates; 1 differ"
    ):
        hr.metrics.measure_on_worst_days(hr.metrics.variance, returns, hedged[1:])
