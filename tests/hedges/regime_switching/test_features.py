"""Features of returns against loops, and regimes that are found in them."""

import math

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import PairFeatures, StandardizedReturns

COLUMNS = ["log volatility of the asset", "log volatility of the hedges", "correlation"]


@pytest.fixture(scope="module")
def returns():
    """An asset and two hedges, 900 dates; the correlation is high on every other 150 dates."""
    rng = np.random.default_rng(12)
    share = np.where(np.arange(900) // 150 % 2, 0.98, 0.3)[:, None]
    common = rng.standard_normal((900, 1))
    values = np.sqrt(share) * common + np.sqrt(1.0 - share) * rng.standard_normal((900, 3))
    scale = 0.01 * np.exp(np.sin(np.arange(900) / 40.0))[:, None]  # not in step with it
    dates = pd.bdate_range("2001-01-01", periods=900)
    return pd.DataFrame(values * scale, dates, ["asset", "hedge", "hedge2"])


def test_pair_features_equal_loops(returns):
    table = PairFeatures(10)(returns)
    assert table.columns.tolist() == COLUMNS
    assert len(table) == 891
    for row in (0, 400, 890):
        x = returns.iloc[row : row + 10].to_numpy()
        sizes = [math.sqrt(sum(v * v for v in x[:, i]) / 10) for i in range(3)]
        products = [sum(x[t, 0] * x[t, i] for t in range(10)) / 10 for i in (1, 2)]
        correlations = [p / (sizes[0] * s) for p, s in zip(products, sizes[1:], strict=True)]
        expected = [
            math.log(sizes[0]),
            (math.log(sizes[1]) + math.log(sizes[2])) / 2,
            math.atanh(sum(correlations) / 2),
        ]
        np.testing.assert_allclose(table.iloc[row], expected, rtol=1e-10)
        assert table.index[row] == returns.index[row + 9]


def test_standardized_returns_equal_loops(returns):
    table = StandardizedReturns(0.9)(returns)
    assert len(table) == 880
    for row in (0, 500, 879):
        date = row + 20
        for column in returns:
            past = returns[column].iloc[:date].to_numpy()[::-1]
            weights = [0.9**j for j in range(date)]
            squares = sum(w * v * v for w, v in zip(weights, past, strict=True))
            expected = returns[column].iloc[date] / math.sqrt(squares / sum(weights))
            assert table[column].iloc[row] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("observe", [PairFeatures(15), StandardizedReturns()])
def test_features_never_use_later_dates(returns, observe):
    whole = observe(returns)
    part = observe(returns.iloc[:500])
    pd.testing.assert_frame_equal(whole.loc[part.index], part, rtol=1e-12)
    changed = returns.copy()
    changed.iloc[500:] = 7.0
    pd.testing.assert_frame_equal(observe(changed).loc[part.index], part, rtol=1e-12)


def test_regimes_of_standardized_returns_differ_in_correlation(returns):
    pair = returns[["asset", "hedge"]]
    model = hr.RegimeHedge(
        hr.GaussianHMM(2, n_starts=4),
        observe=StandardizedReturns(),
        covariance_model=hr.EWMACovariance(0.97),
    )
    fit = model.fit(pair["asset"], pair[["hedge"]])
    correlations = fit.regimes.correlations["hedge"].xs("asset", level="series")
    assert abs(correlations.iloc[0] - correlations.iloc[1]) > 0.4
    high = fit.regimes.filtered[int(np.argmax(correlations))]
    truth = pd.Series(np.arange(900) // 150 % 2, returns.index).loc[high.index]
    assert np.corrcoef(high, truth)[0, 1] > 0.6
    plain = hr.GaussianHMM(2, n_starts=4).fit(pair).filtered[1].loc[high.index]
    found = abs(np.corrcoef(high, truth)[0, 1])
    assert abs(np.corrcoef(plain, truth)[0, 1]) < found - 0.2  # those of returns: variances


def test_jump_model_finds_regimes_of_features(returns):
    model = hr.RegimeHedge(hr.JumpModel(2, 20.0), observe=PairFeatures(21))
    fit = model.fit(returns["asset"], returns[["hedge", "hedge2"]])
    assert len(fit.ratio) == 880
    assert fit.regimes.series.tolist() == COLUMNS


def test_bad_windows_and_still_series_are_refused(returns):
    with pytest.raises(hr.DataError, match="window must be a whole number of at least 5"):
        PairFeatures(4)
    with pytest.raises(hr.DataError, match="decay must lie strictly between 0 and 1"):
        StandardizedReturns(1.0)
    still = returns.copy()
    still.iloc[30:60, 1] = 0.0
    with pytest.raises(
        hr.DataError, match=r"'hedge' does not in the one up to 2001-03-12. Use a longer window"
    ):
        PairFeatures(21)(still)
    still.iloc[:40, 2] = 0.0
    with pytest.raises(hr.DataError, match="'hedge2' does not. Leave these dates out"):
        StandardizedReturns()(still)
    with pytest.raises(hr.DataError, match="at least 21 rows for PairFeatures; got 20"):
        PairFeatures(21)(returns.head(20))
    with pytest.raises(hr.DataError, match="at least 21 rows for StandardizedReturns; got 20"):
        StandardizedReturns()(returns.head(20))


def test_perfect_correlation_is_capped(returns):
    twins = pd.DataFrame({"asset": returns["asset"], "hedge": 2.0 * returns["asset"]})
    table = PairFeatures(10)(twins)
    np.testing.assert_allclose(table["correlation"], math.atanh(1.0 - 1e-9))
