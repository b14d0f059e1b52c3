"""Results of a pair: tests and sets as those of compare_hedges, gains and costs that pay."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.reproductions.regime_study.development_pairs import SIMULATED, with_regimes
from hedgeresearch.reproductions.regime_study.entrants import (
    SAME_WITHOUT,
    SINGLE,
    WITHOUT_REGIMES,
    entrants,
)
from hedgeresearch.reproductions.regime_study.pair import Pair
from hedgeresearch.reproductions.regime_study.pair_results import results_of
from hedgeresearch.reproductions.regime_study.study import Run, Study, study_pairs
from hedgeresearch.reproductions.regime_study.verdicts import gains
from hedgeresearch.reproductions.regime_study.walks import walk_pair

MODELS = ("EWMA", "regimes")


@pytest.fixture(scope="module")
def walk():
    pair = with_regimes(0.4, 0.93, 0)
    models = {name: model for name, model in entrants(500).items() if name in MODELS}
    short = Pair(pair.name, pair.market, pair.returns.iloc[:1400], pair.truth)
    return walk_pair(short, 500, models, None)


@pytest.fixture(scope="module")
def results(walk):
    return results_of(walk, "regimes", ("naive", "ols"))


def test_single_periods_have_the_tests_of_compare_hedges(walk, results):
    models = {name: model for name, model in entrants(500).items() if name in MODELS}
    backtest = hr.walk_forward(
        models, walk.pair.asset, walk.pair.hedges, window=500, refit_every=250, progress=False
    )
    table = backtest.compare(against="naive", n_bootstrap=500).table
    rows = results.losses.query("loss == 'variance' and horizon == 1").set_index("model")
    for ours, theirs in {"removed": "effectiveness", "t, naive": "DM t", "p, set": "MCS p"}.items():
        assert rows[ours].to_numpy() == pytest.approx(table[theirs].loc[rows.index].to_numpy())
    turnover = results.walks.query("horizon == 1").set_index("model")["turnover"]
    assert turnover.to_dict() == pytest.approx(
        backtest.summary["turnover"].drop("unhedged").to_dict()
    )


def test_months_add_up_to_the_share_that_is_left(results):
    left = (
        1.0 - results.losses.query("loss == 'variance'").set_index(["horizon", "model"])["removed"]
    )
    total = results.months.groupby(level="horizon").sum()
    for horizon in (1, 5, 21):
        assert total.loc[horizon, "regimes"] == pytest.approx(left[horizon, "regimes"])


def test_intervals_hold_the_gain(results):
    removed = results.losses.query("loss == 'variance'").set_index(["horizon", "model"])["removed"]
    for row in results.intervals.to_dict("records"):
        horizon = row["horizon"]
        gain = removed[horizon, "regimes"] - removed[horizon, row["against"]]
        assert row["gain"] == pytest.approx(gain)
        assert row["lower"] < row["gain"] < row["upper"]


def test_cost_that_pays_for_a_gain_makes_net_losses_equal(walk, results):
    study = Study(results.losses, results.walks, results.intervals, {}, pd.DataFrame())
    pairs = [walk.pair]
    found = gains(
        Study(
            study.losses.assign(window=1000),
            study.walks.assign(window=1000),
            study.intervals,
            {},
            study.potentials,
        ),
        pairs,
        "regimes",
        "naive",
    )
    row = found.loc[("simulated", 1)]
    spans_cost = row["cost"] * 1e-4
    variance = results.losses.query("loss == 'variance' and horizon == 1").set_index("model")
    walks = results.walks.query("horizon == 1").set_index("model")
    net = 2.5 * variance["mean"] + spans_cost * walks["turnover"] / walks["dates"]
    assert net["regimes"] == pytest.approx(net["naive"])


def test_every_model_of_regimes_has_one_without():
    models = entrants(500)
    names = {"naive", "ols", *models}
    assert set(WITHOUT_REGIMES) | set(SAME_WITHOUT) == names
    assert set(SINGLE) <= set(WITHOUT_REGIMES)
    assert set(SAME_WITHOUT.values()) <= set(WITHOUT_REGIMES)


def test_a_model_that_refuses_the_window_hedges_one_to_one():
    pair = with_regimes(0.4, 0.93, 0)
    short = Pair(pair.name, SIMULATED, pair.returns.iloc[:400])
    models = {"features": entrants(120)["shrinkage by feature regimes"]}
    with pytest.warns(hr.errors.ConvergenceWarning, match="every one"):
        hr.walk_forward(
            models, short.asset, short.hedges, window=120, refit_every=250, progress=False
        )
    walk = walk_pair(short, 120, models, None)
    assert (walk.ratios[:, walk.models.index("features")] == 1.0).all()
    assert walk.failed_refits[walk.models.index("features")] == 2


@pytest.mark.long
def test_a_resumed_study_is_the_same(tmp_path):
    pair = with_regimes(0.2, 0.93, 1)
    short = Pair(pair.name, SIMULATED, pair.returns.iloc[:1300])
    alone = study_pairs([short], Run("regimes", None, 1, MODELS))
    again = study_pairs([short], Run("regimes", tmp_path, 1, MODELS))
    resumed = study_pairs([short], Run("regimes", tmp_path, 1, MODELS))
    for other in (again, resumed):
        assert alone.losses.equals(other.losses)
        assert alone.walks.equals(other.walks)
        assert alone.intervals.equals(other.intervals)
        assert np.array_equal(alone.potentials, other.potentials)
