"""Threshold regimes against their definition, date by date."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.threshold import ThresholdRegimes


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_regimes(n_dates=1500, seed=6).returns


@pytest.fixture(scope="module")
def fit(returns):
    return ThresholdRegimes(quantiles=(0.5, 0.9), window=100, smoothing=10).fit(returns.iloc[:1000])


def regimes_by_definition(values, quantiles, window):
    """Return the class of each value among the values up to it, from the first window on."""
    return [
        sum(values[t] > np.quantile(values[t - window + 1 : t + 1], q) for q in quantiles)
        for t in range(window - 1, len(values))
    ]


def test_realized_volatility_decides_by_definition(fit, returns):
    first = returns["asset"].to_numpy()[:1000]
    volatility = np.array([np.sqrt(np.mean(first[t - 9 : t + 1] ** 2)) for t in range(9, 1000)])
    expected = regimes_by_definition(volatility, (0.5, 0.9), 100)
    assert len(fit.dates) == 1000 - 109
    np.testing.assert_array_equal(fit.predicted.idxmax(axis=1), expected[:-1])
    np.testing.assert_array_equal(fit.filtered.idxmax(axis=1), expected[:-1])
    assert fit.next_probabilities.idxmax() == expected[-1]
    np.testing.assert_array_equal(fit.predicted.max(axis=1), 1.0)
    np.testing.assert_array_equal(fit.smoothed, fit.predicted)


def test_observed_column_decides_as_it_is(returns):
    index = 20 + 1000 * returns["asset"].rolling(15).std().bfill().rename("VIX")
    table = returns.join(index)
    fit = ThresholdRegimes(variable="VIX", window=50).fit(table)
    expected = regimes_by_definition(index.to_numpy(), (0.8,), 50)
    np.testing.assert_array_equal(fit.predicted.idxmax(axis=1), expected[:-1])
    # a column that falls with volatility: the regimes are numbered by variance all the same
    falling = ThresholdRegimes(variable="VIX", window=50, quantiles=(0.2,)).fit(
        table.assign(VIX=-table["VIX"])
    )
    assert (np.diff(falling.final_state.moments.covariances[:, 0, 0]) > 0).all()
    np.testing.assert_array_equal(falling.predicted.idxmax(axis=1), fit.predicted.idxmax(axis=1))


def test_tables_describe_the_regimes(fit):
    regime = fit.predicted.idxmax(axis=1)
    table = fit.observations
    for k in range(3):
        np.testing.assert_allclose(fit.means.loc[k], table[regime == k].mean(), rtol=1e-12)
        np.testing.assert_allclose(fit.covariances.loc[k], table[regime == k].cov(), rtol=1e-10)
    moves = pd.crosstab(regime.shift().iloc[1:], regime.iloc[1:]) + 0.5
    np.testing.assert_allclose(fit.transition, moves.div(moves.sum(axis=1), axis=0), rtol=1e-12)
    assert fit.log_likelihood is None
    assert fit.parameters.empty


def test_extension_bar_by_bar_is_one_long_run(fit, returns):
    new = returns.iloc[1000:1200]
    once = fit.extend(new)
    step = fit
    rows = []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.predicted.to_numpy()[0])
    np.testing.assert_array_equal(rows, once.predicted)
    np.testing.assert_array_equal(step.next_probabilities, once.next_probabilities)


def test_no_date_decides_its_own_regime(fit, returns):
    new = returns.iloc[1000:1200]
    once = fit.extend(new)
    shocked = new.copy()
    shocked.iloc[100:] *= 100.0
    np.testing.assert_array_equal(fit.extend(shocked).predicted[:101], once.predicted[:101])
    assert fit.extend(shocked).predicted.iloc[101, 2] == 1.0


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_do_not_matter(scale, fit, returns):
    scaled = fit.model.fit(returns.iloc[:1000] * scale)
    np.testing.assert_array_equal(scaled.predicted, fit.predicted)


@pytest.mark.filterwarnings("ignore:returns should be changes")
def test_bad_settings_and_samples_are_refused(returns):
    for quantiles, message in [
        ((), "quantiles must be a tuple of numbers"),
        (0.8, "quantiles must be a tuple of numbers"),
        ((0.8, 1.0), "each of quantiles must lie strictly between 0 and 1; got 1.0"),
        ((0.8, 0.8), "quantiles must ascend"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            ThresholdRegimes(quantiles=quantiles)
    with pytest.raises(hr.DataError, match="window must be a whole number of at least 2"):
        ThresholdRegimes(window=1)
    with pytest.raises(hr.DataError, match="smoothing must be a whole number of at least 1"):
        ThresholdRegimes(smoothing=0)
    with pytest.raises(hr.DataError, match="observations must contain the column 'VIX'"):
        ThresholdRegimes(variable="VIX").fit(returns)
    with pytest.raises(hr.DataError, match="observations must have at least 329 rows; got 328"):
        ThresholdRegimes().fit(returns.iloc[:328])
    rising = returns.assign(level=np.arange(len(returns)) + 1.0)
    with pytest.raises(hr.ConvergenceError, match="one is visited on 0 of 1250 dates"):
        ThresholdRegimes(variable="level").fit(rising)  # the last value is always the largest


# --- levels ---


def test_levels_decide_by_the_value_of_the_day_before(returns):
    index = (20 + 1000 * returns["asset"].rolling(15).std()).rename("VIX").dropna()
    table = returns.loc[index.index].join(index)
    fit = ThresholdRegimes("VIX", levels=(30.0, 40.0)).fit(table)
    expected = (index > 30.0).astype(int) + (index > 40.0)
    assert len(fit.dates) == len(table) - 1
    assert fit.predicted.idxmax(axis=1).tolist() == expected.iloc[:-1].tolist()
    assert fit.next_probabilities.idxmax() == expected.iloc[-1]
    counts = pd.crosstab(expected[:-2].to_numpy(), expected[1:-1].to_numpy()) + 0.5
    np.testing.assert_allclose(fit.transition, counts.div(counts.sum(axis=1), axis=0), rtol=1e-12)


def test_class_that_the_sample_does_not_reach_is_no_regime(returns):
    index = (20 + 1000 * returns["asset"].rolling(15).std()).rename("VIX").dropna()
    table = returns.loc[index.index].join(index)
    sample = table.iloc[:800]
    model = ThresholdRegimes("VIX", levels=(30.0, 200.0), names=("low", "high", "alarm"))
    fit = model.fit(sample)
    two = ThresholdRegimes("VIX", levels=(30.0,)).fit(sample)
    assert sorted(fit.regimes) == ["high", "low"]
    np.testing.assert_array_equal(fit.predicted, two.predicted)
    new = table.iloc[800:].copy()
    new.iloc[50:55, new.columns.get_loc("VIX")] = 300.0
    extended = fit.extend(new).predicted
    shares = two.predicted.mean()
    np.testing.assert_allclose(extended.iloc[51:56], np.tile(shares, (5, 1)), rtol=1e-12)
    known = two.extend(table.iloc[800:]).predicted
    np.testing.assert_array_equal(
        extended.drop(extended.index[51:56]), known.drop(known.index[51:56])
    )
    np.testing.assert_allclose(fit.extend(new.iloc[:51]).next_probabilities, shares, rtol=1e-12)
    with pytest.raises(hr.DataError, match="levels must divide the values of the sample; all of"):
        ThresholdRegimes("VIX", levels=(200.0,)).fit(sample)


def test_levels_of_realized_volatility_need_its_window_only(returns):
    fit = ThresholdRegimes(levels=(0.02,), smoothing=10).fit(returns)
    volatility = np.sqrt((returns["asset"] ** 2).rolling(10).mean()).dropna()
    assert len(fit.dates) == len(returns) - 10
    expected = (volatility > 0.02).astype(int).iloc[:-1]
    assert fit.predicted.idxmax(axis=1).tolist() == expected.tolist()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.71, 0.9])
def test_quantiles_of_zeros_and_ones_are_refused_and_levels_right(returns, share):
    volatility = returns["asset"].rolling(20).std().bfill()
    high = (volatility > volatility.quantile(1.0 - share)).astype(float).rename("high")
    table = returns.join(high)
    with pytest.raises(hr.DataError, match="'high' must take many different.*levels=\\(0.5,\\)"):
        ThresholdRegimes("high", quantiles=(0.5,)).fit(table)
    fit = ThresholdRegimes("high", levels=(0.5,)).fit(table)
    assert fit.predicted.idxmax(axis=1).tolist() == high.iloc[:-1].astype(int).tolist()


def test_rounded_values_are_divided_by_quantiles(returns):
    """An index with two decimals repeats a value now and then."""
    index = (20 + 1000 * returns["asset"].rolling(15).std().bfill()).round(2).rename("VIX")
    assert ThresholdRegimes("VIX").fit(returns.join(index)).n_regimes == 2


def test_wrong_levels_are_refused():
    for levels, message in [
        ((), "levels must be a tuple of numbers"),
        (20.0, "levels must be a tuple of numbers"),
        ((20.0, 20.0), "levels must ascend"),
        ((np.nan,), "each of levels must lie strictly between"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            ThresholdRegimes("VIX", levels=levels)
    with pytest.raises(hr.DataError, match="quantiles must be left out where levels are given"):
        ThresholdRegimes("VIX", quantiles=(0.5,), levels=(20.0,))
    with pytest.raises(hr.DataError, match="names must be a tuple of 3 different texts"):
        ThresholdRegimes("VIX", levels=(20.0, 30.0), names=("low", "high"))


def test_short_samples_name_the_model_and_an_alternative(returns):
    for model in (ThresholdRegimes(), hr.GaussianHMM(2), hr.JumpModel(2)):
        with pytest.raises(hr.DataError) as caught:
            model.fit(returns.iloc[:50])
        assert type(model).__name__ in str(caught.value)
        assert 'OLSHedge() ("ols")' in str(caught.value)
    with pytest.raises(hr.DataError, match=r"at least \d+ rows.*MarkovSwitchingGARCH.*1 series"):
        hr.MarkovSwitchingGARCH().fit(returns[["asset"]].iloc[:50])
