"""Regimes by given labels, against counts over their dates."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes import LabelledRegimes


@pytest.fixture(scope="module")
def returns():
    return hr.returns(hr.load("nasdaq_sp500")).loc["2014-01-03":]


@pytest.fixture(scope="module")
def labels():
    return (hr.load("vix")["VIX"] > 16).map({True: "nervous", False: "calm"})


@pytest.fixture(scope="module")
def fit(returns, labels):
    return LabelledRegimes(labels).fit(returns.iloc[:900])


def test_next_date_follows_the_row_of_todays_label(fit, returns, labels):
    path = labels[fit.dates].tolist()
    for t in (1, 2, 500, 899):
        expected = fit.transition.loc[path[t - 1]]
        np.testing.assert_array_equal(fit.predicted.iloc[t], expected)
    np.testing.assert_array_equal(fit.next_probabilities, fit.transition.loc[path[-1]])
    assert fit.filtered.idxmax(axis=1).tolist() == path
    assert (fit.filtered.max(axis=1) == 1.0).all()
    assert fit.most_likely_path.tolist() == path
    # the first date is predicted from the shares in the sample
    shares = labels[fit.dates].value_counts(normalize=True)[fit.regimes]
    np.testing.assert_allclose(fit.predicted.iloc[0], shares, rtol=1e-12)


def test_transitions_and_moments_are_those_of_the_dates(fit, returns, labels):
    path = labels[fit.dates]
    counts = pd.crosstab(path.shift().iloc[1:], path.iloc[1:]) + 0.5
    expected = counts.div(counts.sum(axis=1), axis=0).loc[fit.regimes, fit.regimes]
    np.testing.assert_allclose(fit.transition, expected, rtol=1e-12)
    for name in fit.regimes:
        chosen = returns.iloc[:900][path == name]
        np.testing.assert_allclose(fit.means.loc[name], chosen.mean(), rtol=1e-12)
        np.testing.assert_allclose(fit.covariances.loc[name], chosen.cov(), rtol=1e-10)
    assert fit.parameters["p [calm,calm]"] == pytest.approx(expected.loc["calm", "calm"], rel=1e-12)


def test_calmest_label_comes_first_whatever_its_name(returns, labels):
    turned = labels.map({"nervous": 0, "calm": 1})
    fit = LabelledRegimes(turned).fit(returns)
    assert fit.regimes.tolist() == [1, 0]
    volatilities = fit.summary["volatility NASDAQ"]
    assert volatilities[1] < volatilities[0]
    named = LabelledRegimes(turned, names={0: "VIX above 16", 1: "VIX to 16"}).fit(returns)
    assert named.regimes.tolist() == ["VIX to 16", "VIX above 16"]
    np.testing.assert_array_equal(named.predicted, fit.predicted)


def test_truth_values_are_labels(returns):
    above = hr.load("vix")["VIX"] > 16
    fit = LabelledRegimes(above).fit(returns)
    assert fit.regimes.tolist() == ["VIX: False", "VIX: True"]
    assert LabelledRegimes(above.rename(None)).fit(returns).regimes[0] == "label: False"
    assert LabelledRegimes(hr.load("vix") > 16) == LabelledRegimes(above)
    whole = LabelledRegimes(above.astype(float)).fit(returns)
    assert whole.regimes.tolist() == [0, 1]
    np.testing.assert_array_equal(whole.predicted, fit.predicted)


def test_later_labels_and_returns_change_nothing_before(fit, returns, labels):
    new = returns.iloc[900:]
    other = labels.copy()
    other.iloc[1000:] = "calm"
    other.iloc[1001::3] = "nervous"
    turned = LabelledRegimes(other).fit(returns.iloc[:900]).extend(new * 7.0)
    honest = fit.extend(new)
    row = new.index.get_loc(labels.index[1000])
    np.testing.assert_array_equal(turned.predicted[: row + 1], honest.predicted[: row + 1])
    assert not np.array_equal(turned.predicted, honest.predicted)


def test_hedge_weights_the_regimes_by_the_transition(returns, labels):
    hedge = hr.RegimeHedge(LabelledRegimes(labels))
    fit = hedge.fit(returns["NASDAQ"].iloc[:900], returns[["SP500"]].iloc[:900])
    assert fit.by_regime.index.tolist() == ["calm", "nervous"]
    weights = fit.regimes.next_probabilities
    moments = fit.detail.moments
    mean = weights.to_numpy() @ moments.means
    second = np.einsum(
        "k,kij->ij",
        weights.to_numpy(),
        moments.covariances + np.einsum("ki,kj->kij", moments.means, moments.means),
    )
    covariance = second - np.outer(mean, mean)
    np.testing.assert_allclose(
        fit.next_ratio["SP500"], covariance[0, 1] / covariance[1, 1], rtol=1e-10
    )
    later = fit.extend(returns["NASDAQ"].iloc[900:], returns[["SP500"]].iloc[900:])
    assert later.ratio.shape == (len(returns) - 900, 1)


def test_the_remedy_for_labels_of_some_dates_works(returns, labels):
    labels = labels[returns.index]
    weekly = labels.iloc[::5]
    with pytest.raises(hr.DataError, match="Keep the last known label") as refused:
        LabelledRegimes(weekly).fit(returns)
    assert "labels.reindex(returns.index, method='ffill')" in str(refused.value)
    filled = weekly.reindex(returns.index, method="ffill")
    assert LabelledRegimes(filled).fit(returns).most_likely_path.iloc[4] == weekly.iloc[0]
    first = returns.index[10]
    with pytest.raises(hr.DataError, match=f"Begin the returns on {first.date()}"):
        LabelledRegimes(labels.loc[first:]).fit(returns)
    assert LabelledRegimes(labels.loc[first:]).fit(returns.loc[first:])


def test_names_as_a_tuple_are_refused_with_a_mapping(labels):
    with pytest.raises(hr.DataError, match="names={'calm': 'normal', 'nervous': 'crisis'}"):
        LabelledRegimes(labels, names=("normal", "crisis"))
    with pytest.raises(hr.DataError, match="names={'calm': 'regime calm', 'nervous': 'regime ner"):
        LabelledRegimes(labels, names=("normal", "normal"))


def test_labels_that_do_not_cover_the_dates_are_refused(fit, returns, labels):
    short = LabelledRegimes(labels.drop(returns.index[[5, 7]]))
    with pytest.raises(hr.DataError, match="labels must have a row for every date.*2 dates, first"):
        short.fit(returns)
    ended = LabelledRegimes(labels.iloc[:950]).fit(returns.iloc[:900])
    with pytest.raises(hr.DataError, match="table that goes on to the last date of the returns"):
        ended.extend(returns.iloc[900:])
    with pytest.raises(hr.DataError, match="dated like the returns, by dates without a time zone"):
        LabelledRegimes(labels.tz_localize("UTC")).fit(returns)


def test_label_that_is_rare_in_the_sample_is_named(returns, labels):
    few = labels.where(labels.index > "2014-06", "calm")
    few.iloc[[10, 11]] = "nervous"
    with pytest.raises(
        hr.DataError, match="each label must occur on at least 3 dates.*'nervous' occurs on 2 of 80"
    ):
        LabelledRegimes(few).fit(returns.iloc[:80])
    few.iloc[[10, 11]] = "calm"
    with pytest.raises(hr.DataError, match="sample must have at least two labels.*80.*'calm'"):
        LabelledRegimes(few).fit(returns.iloc[:80])


def test_later_labels_are_unknown_to_a_fit(fit, returns, labels):
    later = labels.copy()
    later.iloc[1000:1010] = "alarm"
    other = LabelledRegimes(later).fit(returns.iloc[:900])
    assert other.regimes.tolist() == ["calm", "nervous"]
    np.testing.assert_array_equal(other.transition, fit.transition)
    new = returns.iloc[900:]
    extended = other.extend(new)
    dates = labels.index[1000:1010]
    rows = new.index.get_indexer(dates)
    # the shares of the sample on the dates of the unknown label, and in the prediction after them
    shares = labels[fit.dates].value_counts(normalize=True)[fit.regimes].to_numpy()
    for row in rows:
        np.testing.assert_allclose(extended.filtered.iloc[row], shares, rtol=1e-12)
        np.testing.assert_allclose(extended.predicted.iloc[row + 1], shares, rtol=1e-12)
    assert set(extended.most_likely_path[dates]) == {"calm"}
    known = fit.extend(new).predicted
    np.testing.assert_array_equal(extended.predicted[: rows[0] + 1], known[: rows[0] + 1])
    np.testing.assert_array_equal(extended.predicted[rows[-1] + 2 :], known[rows[-1] + 2 :])
    upto = other.extend(new.iloc[: rows[3] + 1])
    np.testing.assert_allclose(upto.next_probabilities, shares, rtol=1e-12)


def test_moments_after_an_unknown_label_are_those_of_the_sample(returns, labels):
    later = labels.copy()
    later.iloc[1000:1010] = "alarm"
    hedge = hr.RegimeHedge(LabelledRegimes(later))
    fit = hedge.fit(returns["NASDAQ"].iloc[:900], returns[["SP500"]].iloc[:900])
    stop = returns.index.get_loc(labels.index[1005])
    new = returns.iloc[900:stop]
    ratio = fit.extend(new["NASDAQ"], new[["SP500"]]).next_ratio["SP500"]
    pooled = returns.iloc[:900].cov()
    assert ratio == pytest.approx(
        pooled.loc["NASDAQ", "SP500"] / pooled.loc["SP500", "SP500"], 1e-3
    )


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (["calm", "wild"], "labels must be a Series with the label of each date; got list"),
        (pd.Series([0.1, 0.5, 0.9]), "all whole numbers or all True and False; got float64"),
        (pd.Series(["calm", None]), "labels must have a label on every date; 1 has none"),
        (pd.Series(["calm", "calm"]), "labels must have 2 to 20 different values; got 1"),
        (pd.Series(range(30)), "labels must have 2 to 20 different values; got 30"),
        (pd.Series(["a", "b"], ["x", "y"]), "labels must be indexed by dates"),
    ],
    ids=str,
)
def test_bad_labels_are_refused(bad, message):
    with pytest.raises(hr.DataError, match=message):
        LabelledRegimes(bad)


def test_names_must_map_every_label(labels):
    for names in ({"calm": "a"}, ("a", "b"), {"calm": "a", "nervous": "a"}, {"calm": 1, "x": "b"}):
        with pytest.raises(hr.DataError, match=r"names must map each of the labels \['calm', 'ner"):
            LabelledRegimes(labels, names=names)


def test_models_with_equal_labels_are_equal(labels):
    assert LabelledRegimes(labels) == LabelledRegimes(labels.copy())
    assert LabelledRegimes(labels) != LabelledRegimes(labels.replace("calm", "quiet"))
    assert hash(LabelledRegimes(labels)) == hash(LabelledRegimes(labels.copy()))
    assert "<['VIX'], 1259 rows, 2014-01-03 to 2019-01-03>" in repr(LabelledRegimes(labels))
