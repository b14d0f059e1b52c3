"""The jump model: enumeration of all paths, k-means, and the example of its authors."""

import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans, kmeans_plusplus

import hedgeresearch as hr
from hedgeresearch._kernels.regimes.jump_model import cheapest_path, value_functions
from hedgeresearch.regimes.jump_model import JumpModel, descend, half_squared_distances


def path_cost(losses, path, penalty):
    return losses[np.arange(len(path)), path].sum() + penalty * np.count_nonzero(np.diff(path))


def smoothed_features(returns):
    """Return the smoothed return and log downside deviation of the first column."""
    first = returns.iloc[:, 0]
    downside = np.sqrt((first.clip(upper=0) ** 2).ewm(halflife=10).mean())
    table = pd.DataFrame(
        {"return": first.ewm(halflife=10).mean(), "log downside": np.log(downside.iloc[40:])}
    )
    return table.dropna()


@pytest.fixture(scope="module")
def truth():
    return hr.data.simulate_regimes(n_dates=2500, transition=[[0.995, 0.005], [0.01, 0.99]], seed=4)


@pytest.fixture(scope="module")
def features(truth):
    return smoothed_features(truth.returns)


@pytest.fixture(scope="module")
def fit(features):
    return JumpModel(penalty=20.0).fit(features.iloc[:1500])


@pytest.mark.parametrize(("k", "penalty"), [(1, 1.0), (2, 0.0), (2, 0.7), (3, 0.4), (3, 1.5)])
def test_cheapest_path_is_the_best_of_all_paths(k, penalty):
    rng = np.random.default_rng(k)
    losses = rng.exponential(size=(7, k))
    first = rng.exponential(size=k)
    values = value_functions(losses, penalty, first)
    for n in range(1, 8):
        costs = {}
        for path in itertools.product(range(k), repeat=n):
            before = min(first + penalty * (np.arange(k) != path[0]))
            costs[path] = before + path_cost(losses[:n], np.array(path), penalty)
        cheapest = [min(cost for path, cost in costs.items() if path[-1] == j) for j in range(k)]
        np.testing.assert_allclose(values[n], np.array(cheapest) - min(cheapest), atol=1e-12)
        assert tuple(cheapest_path(values[: n + 1], penalty)) == min(costs, key=costs.get)


def test_descents_reach_the_global_minimum():
    levels = np.repeat([[0.0], [1.5]], 5, axis=0)
    features = np.random.default_rng(3).standard_normal((10, 2)) + levels
    best = np.inf
    for path in map(np.array, itertools.product(range(2), repeat=10)):
        groups = [features[path == j] for j in range(2)]
        centers = np.stack([g.mean(axis=0) if len(g) else [0, 0] for g in groups])
        best = min(best, path_cost(half_squared_distances(features, centers), path, 0.5))
    pairs = itertools.combinations(range(10), 2)
    costs = [descend(features, features[list(pair)], 0.5).cost for pair in pairs]
    assert min(costs) == pytest.approx(best, abs=1e-12)


def test_model_without_a_penalty_is_k_means(features):
    table = features.iloc[:600]
    fit = JumpModel(3, penalty=0.0).fit(table)
    unit = ((table - table.mean()) / table.std(ddof=0)).to_numpy()
    other = KMeans(3, n_init=10, random_state=0, tol=0.0).fit(unit)
    assert -2 * np.nanmax(fit.start_log_likelihoods) == pytest.approx(other.inertia_, rel=1e-3)
    centers = (fit.means - table.mean()) / table.std(ddof=0)
    closest = half_squared_distances(unit, centers.to_numpy()).argmin(axis=1)
    np.testing.assert_array_equal(fit.most_likely_path, closest)


def nasdaq_features(data_dir):
    """Return nine features of the Nasdaq-100, 2007-2021, winsorized at three deviations."""
    returns = pd.read_csv(data_dir / "NDX.csv", index_col="date", parse_dates=True)["ret"].dropna()
    columns = {}
    for halflife in (5, 20, 60):
        mean = returns.ewm(halflife=halflife).mean()
        downside = np.sqrt((returns.clip(upper=0) ** 2).ewm(halflife=halflife).mean())
        columns |= {
            f"ret_{halflife}": mean,
            f"DD-log_{halflife}": downside,
            f"sortino_{halflife}": mean / downside,
        }
    table = pd.DataFrame(columns).loc["2007":"2021"]
    table = table.assign(**{name: np.log(table[name]) for name in table if name.startswith("DD")})
    middle = table.mean()
    reach = 3 * table.std(ddof=0)
    return table.clip(middle - reach, middle + reach, axis=1)


def test_example_of_the_authors_is_reproduced(data_dir):
    """Shu, Yu and Mulvey, jumpmodels 0.1.1, examples/nasdaq; returns here have six decimals."""
    table = nasdaq_features(data_dir)
    fit = JumpModel(penalty=50.0).fit(table)
    bull = [
        0.154342,
        -0.296901,
        0.157169,
        0.296358,
        -0.318770,
        0.274053,
        0.336652,
        -0.245783,
        0.336974,
    ]
    bear = [
        -0.643127,
        1.237157,
        -0.654906,
        -1.234891,
        1.328281,
        -1.141952,
        -1.402793,
        1.024153,
        -1.404137,
    ]
    centers = (fit.means - table.mean()) / table.std(ddof=0)
    np.testing.assert_allclose(centers, [bull, bear], atol=1e-5)
    path = fit.most_likely_path
    assert (len(path), (path == 1).sum(), (path.diff().iloc[1:] != 0).sum()) == (3777, 731, 18)
    # the other optimum that some starts reach is worse, and is shown
    assert np.nanmin(fit.start_log_likelihoods) < np.nanmax(fit.start_log_likelihoods) - 100
    warm = fit.model.fit(table, warm_start=fit)
    np.testing.assert_array_equal(warm.most_likely_path, path)
    assert warm.start_log_likelihoods == pytest.approx([fit.start_log_likelihoods.max()], rel=1e-12)


def test_known_regimes_are_found(fit, features, truth):
    assert (fit.most_likely_path == truth.regimes[fit.dates]).mean() > 0.85
    following = fit.extend(features.iloc[1500:])
    predicted = following.predicted.idxmax(axis=1)
    assert (predicted == truth.regimes[following.dates]).mean() > 0.8  # features lag


def test_online_regime_ends_the_cheapest_path_so_far(fit):
    values = fit.observations.to_numpy()
    online = fit.filtered.idxmax(axis=1)
    for t in [1, 2, 50, 333, 700, 1500]:
        assert online.iloc[t - 1] == fit.initial_state.hindsight(values[:t])[1][-1]
    rows = fit.transition.to_numpy()[online]
    np.testing.assert_array_equal(fit.predicted.iloc[1:], rows[:-1])
    np.testing.assert_array_equal(fit.next_probabilities, rows[-1])


def test_tables_describe_the_path(fit):
    path = fit.most_likely_path
    table = fit.observations
    for regime in (0, 1):
        inside = table[path == regime]
        np.testing.assert_allclose(fit.means.loc[regime], inside.mean(), rtol=1e-12)
        np.testing.assert_allclose(fit.covariances.loc[regime], inside.cov(), rtol=1e-10)
    moves = pd.crosstab(path.shift().iloc[1:], path.iloc[1:]) + 0.5
    np.testing.assert_allclose(fit.transition, moves.div(moves.sum(axis=1), axis=0), rtol=1e-12)
    np.testing.assert_allclose(
        fit.predicted.iloc[0], path.value_counts(normalize=True).sort_index(), rtol=1e-12
    )
    assert fit.means.loc[1, "log downside"] > fit.means.loc[0, "log downside"]
    assert fit.parameters["p [1,0]"] == fit.transition.loc[1, 0]
    assert fit.log_likelihood is None
    assert fit.bic is None


def test_extension_bar_by_bar_is_one_long_path(fit, features):
    new = features.iloc[1500:]
    once = fit.extend(new)
    step = fit
    rows = []
    for i in range(300):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.predicted.to_numpy()[0])
    np.testing.assert_array_equal(rows, once.predicted.iloc[:300])
    shocked = new.copy()
    shocked.iloc[100:] = 10 * shocked.iloc[100:] + 5
    np.testing.assert_array_equal(fit.extend(shocked).predicted[:101], once.predicted[:101])
    # the path so far counts: its end is that of one long path with the same centers
    whole = fit.initial_state.hindsight(features.to_numpy())[1]
    np.testing.assert_array_equal(once.most_likely_path, whole[1500:])


def test_units_and_levels_do_not_matter(fit):
    moved = JumpModel(penalty=20.0).fit(fit.observations * [1e4, 1e-4] + [1e6, -3.0])
    np.testing.assert_array_equal(moved.most_likely_path, fit.most_likely_path)
    np.testing.assert_allclose(moved.start_log_likelihoods, fit.start_log_likelihoods, rtol=1e-6)


def test_one_regime_describes_the_sample(fit):
    one = JumpModel(1).fit(fit.observations)
    np.testing.assert_allclose(one.covariances.loc[0], fit.observations.cov(), rtol=1e-12)
    assert one.transition.to_numpy().tolist() == [[1.0]]
    assert one.start_log_likelihoods == pytest.approx(-0.5 * fit.observations.size)


def test_rare_regime_warns_and_a_rarer_one_is_refused():
    values = np.random.default_rng(0).standard_normal((400, 2))
    values[100:110] += 30.0
    table = pd.DataFrame(values, pd.bdate_range("2020", periods=400), ["a", "b"])
    with pytest.warns(hr.errors.ConvergenceWarning, match="only on 2020-05-20, .* 2020-06-02"):
        JumpModel(penalty=1.0).fit(table)
    table.iloc[102:110] -= 30.0
    with pytest.raises(hr.ConvergenceError, match="one is visited on 2 of 400 dates"):
        JumpModel(penalty=1.0).fit(table)


def test_regime_that_costs_more_than_it_saves_is_refused():
    values = np.random.default_rng(6).standard_normal((200, 2))
    table = pd.DataFrame(values, pd.bdate_range("2020", periods=200), ["a", "b"])
    table.iloc[100:130] += 0.8
    unit = ((table - table.mean()) / table.std(ddof=0)).to_numpy()
    reached = []
    for seed in range(10):
        centers = kmeans_plusplus(unit, 2, random_state=np.random.RandomState(seed))[0]
        reached.append(descend(unit, centers, 10.0))
        with pytest.raises(
            hr.ConvergenceError, match="cheapest path found from 1 start visits 1 of 2"
        ):
            JumpModel(penalty=10.0, n_starts=1, seed=seed).fit(table)
    # single starts end at two regimes that cost more than one
    assert any(len(set(end.path)) == 2 and end.cost > 0.5 * unit.size + 1 for end in reached)


def test_bad_settings_and_samples_are_refused(fit, features, truth):
    with pytest.raises(
        hr.ConvergenceError,
        match="with penalty=50 the cheapest path found from 10 starts visits 1 of 2",
    ):
        JumpModel().fit(truth.returns)
    for penalty in (-1.0, np.inf, np.nan, "50", True):
        with pytest.raises(hr.DataError, match="penalty must be a finite number of at least 0"):
            JumpModel(penalty=penalty)
    with pytest.raises(hr.DataError, match="observations must have at least 60 rows; got 59"):
        JumpModel().fit(features.iloc[:59])
    with pytest.raises(hr.DataError, match="collinear; return, twice are"):
        JumpModel().fit(features.assign(twice=2 * features["return"]))
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of JumpModel"):
        JumpModel().fit(features, warm_start=fit)  # of another penalty
