"""Regimes of a walk keep their numbers: the table by regime is that of the true regimes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import parallel
from hedgeresearch.evaluation.engine.checkpoint import Checkpoint
from hedgeresearch.evaluation.engine.regime_numbers import RegimeRecord
from hedgeresearch.evaluation.engine.walk import Walk, join_walks
from hedgeresearch.regimes.state import Moments

pytestmark = pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
TWO = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))


def world(n_dates, seed, correlations, volatilities=None, stay=0.985):
    """Return asset, hedges and the true regimes (n_dates,)."""
    k = len(correlations)
    scale = np.ones(k) if volatilities is None else np.array(volatilities)
    generator = np.random.default_rng(seed)
    path = np.zeros(n_dates, dtype=int)
    for t in range(1, n_dates):
        moves = generator.random() >= stay
        path[t] = (path[t - 1] + moves * generator.integers(1, k)) % k
    normal = generator.standard_normal((n_dates, 2))
    rho = np.array(correlations)[path]
    dates = pd.bdate_range("2010-01-01", periods=n_dates)
    own = rho * normal[:, 0] + np.sqrt(1.0 - rho**2) * normal[:, 1]
    asset = pd.Series(0.01 * scale[path] * own, dates, name="A")
    hedges = pd.DataFrame({"H": 0.01 * normal[:, 0]}, dates)
    return asset, hedges, pd.Series(path, dates)


def walk(model, asset, hedges, **settings):
    defaults = {"window": 1000, "refit_every": 200, "progress": False}
    return hr.walk_forward({"regime": model}, asset, hedges, **(defaults | settings))


def agreement(backtest, truth):
    """Return the share of dates in the right regime under the best single permutation."""
    from scipy.optimize import linear_sum_assignment

    predicted = backtest.predicted["regime"].dropna()
    found = predicted.to_numpy().argmax(axis=1)
    counts = pd.crosstab(found, truth[predicted.index].to_numpy()).to_numpy()
    return counts[linear_sum_assignment(-counts)].sum() / counts.sum()


def true_table(backtest, truth):
    returns = backtest.hedged_returns
    table = hr.metrics.measure_by_regime(
        hr.metrics.effectiveness, truth[returns.index], returns["regime"], returns["unhedged"]
    )
    return sorted(table["value"])


@pytest.mark.long
def test_regimes_that_differ_in_correlation_only_keep_their_numbers():
    asset, hedges, truth = world(3000, 2, (0.95, 0.2))
    backtest = walk(TWO, asset, hedges)
    assert agreement(backtest, truth) > 0.93
    shown = sorted(backtest.by_regime("regime")["regime"])
    np.testing.assert_allclose(shown, true_table(backtest, truth), atol=0.08)


@pytest.mark.long
def test_regimes_that_differ_in_variance_keep_their_numbers():
    asset, hedges, truth = world(2400, 0, (0.8, 0.8), (1.0, 2.2))
    backtest = walk(TWO, asset, hedges)
    assert agreement(backtest, truth) > 0.9
    regime = backtest.predicted["regime"].idxmax(axis=1)
    assert asset[regime.index][regime == 1].std() > 1.6 * asset[regime.index][regime == 0].std()


@pytest.mark.slow
def test_three_regimes_keep_their_numbers():
    asset, hedges, truth = world(2600, 1, (0.95, 0.3, -0.6))
    three = hr.RegimeHedge(hr.GaussianHMM(3, n_starts=4))
    assert agreement(walk(three, asset, hedges), truth) > 0.87


@pytest.mark.long
@pytest.mark.parametrize("asset", ["NASDAQ", "SP500"])
def test_bundled_data_have_one_turbulent_regime(asset):
    returns = hr.returns(hr.load("nasdaq_sp500"))
    hedge = {"NASDAQ": "SP500", "SP500": "NASDAQ"}[asset]
    backtest = walk(TWO, returns[asset], returns[[hedge]], refit_every=350)
    regime = backtest.predicted["regime"].idxmax(axis=1)
    volatilities = returns[asset][regime.index].groupby(regime).std()
    assert volatilities[1] > 1.8 * volatilities[0]


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        hr.MarkovSwitchingHedge(2, n_starts=2),
        hr.RegimeHedge(hr.StudentHMM(2, n_starts=2)),
        replace(TWO, covariance_model=hr.EWMACovariance(0.97)),
        replace(TWO, weighting="most_likely"),
    ],
    ids=lambda model: type(model).__name__,
)
def test_siblings_keep_their_numbers(model):
    asset, hedges, truth = world(2000, 5, (0.95, 0.2))
    assert agreement(walk(model, asset, hedges), truth) > 0.92


def test_labels_name_the_regimes_of_a_walk():
    """The calmest label changes, its name does not."""
    asset, hedges, truth = world(1800, 4, (0.95, 0.2), (1.0, 1.02))
    labels = truth.map({0: "tied", 1: "loose"})
    backtest = walk(hr.RegimeHedge(hr.LabelledRegimes(labels)), asset, hedges, refit_every=100)
    predicted = backtest.predicted["regime"]
    # the label of the date before, as both labels last
    before = labels.shift().loc[predicted.index]
    assert (predicted.idxmax(axis=1) == before).all()
    table = backtest.by_regime("regime")["regime"]
    assert table["tied"] > 0.7 > 0.4 > table["loose"]


def test_levels_keep_their_class_over_refits():
    asset, hedges, _ = world(1800, 4, (0.95, 0.2), (1.0, 1.02))
    level = pd.Series(np.sin(np.arange(1800) / 40.0), asset.index, name="level")
    rule = hr.ThresholdRegimes("level", levels=(0.0,), names=("low", "high"))
    backtest = walk(hr.RegimeHedge(rule, observe=level), asset, hedges, refit_every=100)
    predicted = backtest.predicted["regime"].idxmax(axis=1)
    expected = level.shift().loc[predicted.index].gt(0.0).map({True: "high", False: "low"})
    assert (predicted == expected).all()


def test_labels_that_come_and_go_change_no_earlier_ratio(monkeypatch, tmp_path):
    """A label that occurs later fails no refit; a refit that lacks it gives it no probability."""
    asset, hedges, truth = world(1800, 4, (0.95, 0.2), (1.0, 1.5))
    labels = truth.map({0: "calm", 1: "busy"})
    later = labels.copy()
    later.iloc[800:850] = "alarm"
    settings = {"window": 400, "refit_every": 100}
    before = walk(hr.RegimeHedge(hr.LabelledRegimes(labels)), asset, hedges, **settings)
    model = hr.RegimeHedge(hr.LabelledRegimes(later))
    backtest = walk(model, asset, hedges, **settings)
    assert backtest.failed_refits["regime"] == 0
    first = truth.index[800]
    pd.testing.assert_frame_equal(backtest.ratios.loc[:first], before.ratios.loc[:first])
    predicted = backtest.predicted["regime"]
    assert predicted.columns.tolist()[2] == "alarm"
    assert sorted(predicted.columns[:2]) == ["busy", "calm"]
    np.testing.assert_allclose(predicted.sum(axis=1), 1.0, rtol=1e-12)
    known = predicted.loc[truth.index[900] : truth.index[1299]]
    assert (known["alarm"] > 0.0).all()
    unknown = predicted.drop(known.index)
    assert (unknown["alarm"] == 0.0).all()
    rows = predicted.index.get_indexer(truth.index[1300:])
    pd.testing.assert_frame_equal(
        predicted.iloc[rows].drop(columns="alarm")[["busy", "calm"]],
        before.predicted["regime"].iloc[rows][["busy", "calm"]],
        check_names=False,
    )
    monkeypatch.setattr(parallel, "MAX_REFITS", 2)
    for _ in range(2):
        resumed = walk(model, asset, hedges, checkpoint=tmp_path, **settings)
        pd.testing.assert_frame_equal(resumed.predicted["regime"], predicted)


@pytest.mark.long
def test_numbers_do_not_depend_on_tasks_and_processes(monkeypatch, tmp_path):
    asset, hedges, truth = world(2000, 2, (0.95, 0.2))
    monkeypatch.setattr(parallel, "MAX_REFITS", 3)
    serial = walk(TWO, asset, hedges, refit_every=100)
    saved = walk(TWO, asset, hedges, refit_every=100, checkpoint=tmp_path)
    resumed = walk(TWO, asset, hedges, refit_every=100, checkpoint=tmp_path)
    for other in (saved, resumed):
        pd.testing.assert_frame_equal(other.predicted["regime"], serial.predicted["regime"])
    assert agreement(serial, truth) > 0.92


# --- records ---


def record(correlations, probabilities, stop, identities=None, regimes=(0, 1)):
    covariances = np.array([[[1.0, rho], [rho, 1.0]] for rho in correlations])
    moments = Moments(np.zeros((len(correlations), 2)), covariances)
    return RegimeRecord(moments, np.array(probabilities, float), stop, regimes, identities)


def test_moments_decide_where_they_are_clear():
    first = record((0.9, 0.1), [[1, 0], [0, 1]], 2)
    second = record((0.15, 0.85), [[1, 0], [0, 1]], 2)
    aligned, order = second.following(first)
    np.testing.assert_array_equal(order, [1, 0])
    np.testing.assert_array_equal(aligned.probabilities, [[0, 1], [1, 0]])


def test_common_dates_decide_between_similar_moments():
    first = record((0.5, 0.52), [[1, 0], [1, 0], [0, 1], [0, 1]], 4)
    second = record((0.5, 0.52), [[0, 1], [1, 0], [1, 0], [1, 0]], 5)
    _, order = second.following(first)
    np.testing.assert_array_equal(order, [1, 0])
    later = record((0.52, 0.5), [[0, 1], [1, 0]], 40)
    _, order = later.following(first)
    np.testing.assert_array_equal(order, [1, 0])  # no common date: the nearest moments


def test_moments_count_by_the_share_of_new_dates():
    first = record((0.9, 0.1), [[1, 0], [0, 1]], 2)
    aligned, _ = record((0.7, 0.1), [[1, 0], [0, 1]], 4).following(first)
    assert aligned.moments.covariances[0, 0, 1] == pytest.approx(0.7)
    aligned, _ = record((0.7, 0.1), [[1, 0], [0, 1]], 3).following(first)
    assert aligned.moments.covariances[0, 0, 1] == pytest.approx(0.8)


def test_a_walk_follows_over_failures():
    """A part of a walk without any regimes lies between two others."""
    first = record((0.9, 0.1), [[1, 0]] * 4, 4)
    turned = record((0.1, 0.9), [[0, 1]] * 4, 9)
    column = np.ones((2, 1))
    walks = [
        Walk(column, np.array([[0.7, 0.3]] * 2), (), first, first),
        Walk(np.full((2, 1), np.nan), None, ()),
        Walk(column, np.array([[0.2, 0.8]] * 2), (), turned, turned),
    ]
    joined = join_walks(walks)
    np.testing.assert_array_equal(joined.predicted[:, 0], [0.7, 0.7, np.nan, np.nan, 0.8, 0.8])
    assert joined.regimes == [0, 1]


def test_records_survive_a_checkpoint(tmp_path):
    found = record((0.9, 0.1), [[0.25, 0.75]], 4, ("tied", "loose"), ("tied", "loose"))
    checkpoint = Checkpoint.at(tmp_path)
    checkpoint.save("key", Walk(np.ones((2, 1)), np.ones((2, 2)), (), found, found))
    loaded = checkpoint.load("key")
    assert loaded.regimes == ["tied", "loose"]
    assert loaded.last.identities == ("tied", "loose")
    np.testing.assert_array_equal(loaded.last.moments.covariances, found.moments.covariances)
