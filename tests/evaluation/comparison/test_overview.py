"""Comparison of hedges: its table, verdicts, settings and refusals."""

import pickle

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.evaluation.comparison.test_paired_tests import power_loss

N = 300


@pytest.fixture(scope="module")
def comparison(panel):
    return hr.evaluation.compare_hedges(panel, n_bootstrap=300, seed=1)


# --- numbers ---


def test_the_table_holds_the_result_of_each_test(comparison, panel):
    table = comparison.table
    assert list(table.index) == ["ols", "good", "bad", "like", "copy"]
    for name in ("good", "bad", "like"):
        pair = (panel[name], panel["ols"])
        row = table.loc[name]
        effectiveness = hr.effectiveness(pair[0], panel["unhedged"])
        assert row["effectiveness"] == pytest.approx(effectiveness, rel=1e-12)
        gain = row["effectiveness"] - table.loc["ols", "effectiveness"]
        assert row["gain"] == pytest.approx(gain, rel=1e-9)
        assert row["mean loss"] == pytest.approx(panel[name].var(ddof=0), rel=1e-12)
        test = hr.evaluation.diebold_mariano_test(*pair)
        assert (row["DM t"], row["DM p"]) == (test.statistic, test.p_value)
        assert np.sign(row["DM t"]) == np.sign(row["gain"])
        assert row["Pitman-Morgan p"] == hr.evaluation.pitman_morgan_test(*pair).p_value
        assert row["GW p"] == hr.evaluation.giacomini_white_test(*pair).p_value


def test_the_joint_tests_are_those_of_all_hedges(comparison, panel):
    table = comparison.table
    hedges = panel.drop(columns="unhedged")
    best = hr.evaluation.model_confidence_set(hedges, n_bootstrap=300, seed=1)
    np.testing.assert_array_equal(table["MCS p"], best.p_values)
    assert list(table.index[table["in MCS"]]) == best.included == ["good"]
    joint = hr.evaluation.superior_ability_test(hedges, "ols", n_bootstrap=300, seed=1)
    assert comparison.joint == joint


def test_verdicts_follow_the_size_of_the_tests(comparison, panel):
    expected = ["benchmark", "better", "worse", "no difference shown", "the same"]
    assert comparison.table["verdict"].tolist() == expected
    p = comparison.table["DM p"]
    stricter = hr.evaluation.compare_hedges(panel, size=0.9 * p["good"], n_bootstrap=100)
    assert stricter.table["verdict"]["good"] == "no difference shown"
    assert stricter.mcs_size == 0.1


def test_the_confidence_set_follows_its_own_size(comparison, panel):
    p = comparison.table["MCS p"].drop("good").max()
    settings = {"mcs_size": 0.5 * p, "n_bootstrap": 300, "seed": 1}
    wider = hr.evaluation.compare_hedges(panel, **settings)
    assert wider.table["in MCS"].sum() > comparison.table["in MCS"].sum()
    assert wider.table["verdict"].equals(comparison.table["verdict"])


def test_equal_hedges_are_the_same(panel):
    table = hr.evaluation.compare_hedges(panel, n_bootstrap=100).table
    assert table.loc[["ols", "copy"], ["gain", "DM t"]].eq(0.0).all(axis=None)
    assert table.loc[["ols", "copy"], ["DM p", "GW p", "Pitman-Morgan p"]].eq(1.0).all(axis=None)
    assert table.notna().all(axis=None)
    alone = hr.evaluation.compare_hedges(panel[["unhedged", "ols", "copy"]], n_bootstrap=100)
    assert alone.conclusion == "All hedges are the same as ols."
    assert alone.joint.p_value == alone.joint.details["reality check p"] == 1.0
    assert alone.table["in MCS"].all()


def test_perfect_hedges_are_the_same(panel):
    noise = np.random.default_rng(0).normal(size=(2, N)) * 1e-18
    perfect = panel.assign(ols=noise[0], good=noise[1])
    table = hr.evaluation.compare_hedges(perfect, n_bootstrap=100).table
    assert table.loc["good", "verdict"] == "the same"
    assert table.loc["like", "verdict"] == "worse"
    assert table.notna().all(axis=None)


def test_the_unhedged_asset_may_be_the_benchmark(panel):
    against = hr.evaluation.compare_hedges(panel, against="unhedged", n_bootstrap=100)
    assert against.table.loc["unhedged", "effectiveness"] == 0.0
    assert against.table.drop("unhedged")["verdict"].eq("better").all()


def test_another_loss_is_compared(panel):
    comparison = hr.evaluation.compare_hedges(panel, loss=power_loss, n_bootstrap=100)
    own, other = (float(power_loss(panel[name]).mean()) for name in ("good", "ols"))
    sentence = f"good has a mean loss of {own:.4g}, ols of {other:.4g}; "
    assert comparison.sentences[0].startswith(sentence)
    assert comparison.table.loc["good", "mean loss"] == pytest.approx(own, rel=1e-12)
    exceeded = hr.evaluation.compare_hedges(
        panel, loss=lambda r: (r < -1.0).astype(float), n_bootstrap=100
    )
    assert set(exceeded.table["verdict"]) == {"benchmark", "the same"}


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_and_order_do_not_matter(comparison, panel, scale):
    scaled = hr.evaluation.compare_hedges(scale * panel, n_bootstrap=300, seed=1)
    tests = comparison.table.drop(columns="mean loss")
    pd.testing.assert_frame_equal(scaled.table.drop(columns="mean loss"), tests, rtol=1e-8)
    turned = hr.evaluation.compare_hedges(panel[panel.columns[::-1]], n_bootstrap=300, seed=1)
    pd.testing.assert_frame_equal(turned.table.loc[tests.index], comparison.table, rtol=1e-8)
    assert scaled.joint.statistic == pytest.approx(comparison.joint.statistic, rel=1e-8)
    for other in (scaled, turned):
        assert other.joint.p_value == comparison.joint.p_value
        assert other.joint.details == comparison.joint.details


# --- output ---


def test_a_comparison_is_reproducible_and_picklable(comparison, panel):
    again = hr.evaluation.compare_hedges(panel, n_bootstrap=300, seed=1)
    assert pickle.dumps(again.table) == pickle.dumps(comparison.table)
    assert pickle.loads(pickle.dumps(comparison)).sentences == comparison.sentences


def test_names_are_escaped_in_html_and_latex(comparison, panel):
    assert repr(comparison).startswith(
        "Comparison(4 hedges against ols, 300 dates: Counting all 3 hedges"
    )
    renamed = panel.rename(columns={"good": "<b>"})
    shown = hr.evaluation.compare_hedges(renamed, n_bootstrap=100)._repr_html_()
    assert "&lt;b&gt; removes" in shown
    assert "<b>" not in shown
    renamed = panel.rename(columns={"good": "a_b"})
    latex = hr.evaluation.compare_hedges(renamed, n_bootstrap=100).to_latex(caption="Hedges")
    assert r"a\_b & " in latex
    assert r"\caption{Hedges}" in latex


# --- refusals ---


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"against": "dcc"},
            r"against must be one of \['ols', 'good', 'bad', 'like', 'copy'\]; got 'dcc'",
        ),
        ({"size": 0.95}, r"size must be the size of a test, .*; got 0.95. Did you mean size=0.05"),
        ({"size": 0}, "size must be the size of a test, .*; got 0. Pass a fraction such as 0.05"),
        ({"mcs_size": 0.9}, r"mcs_size must be .*; got 0.9. Did you mean mcs_size=0.1"),
        (
            {"horizon": 150},
            "horizon and lags must be less than half the number of dates; got 150 of 300",
        ),
        ({"n_bootstrap": 10}, "n_bootstrap must be a whole number of at least 100; got 10"),
        ({"seed": -1}, "seed must be a whole number of at least 0; got -1"),
    ],
)
def test_settings_out_of_range_are_refused(panel, settings, message):
    with pytest.raises(hr.DataError, match=message):
        hr.evaluation.compare_hedges(panel, **settings)


def test_returns_that_cannot_be_compared_are_refused(panel):
    x = panel["good"]
    with pytest.raises(hr.DataError, match="under 'unhedged'; got"):
        hr.evaluation.compare_hedges(panel.drop(columns="unhedged"))
    with pytest.raises(hr.DataError, match="the unhedged returns must vary"):
        hr.evaluation.compare_hedges(panel.assign(unhedged=0.0))
    with pytest.raises(
        hr.DataError, match=r"must be finite; column 'good' has a gap \(NaN\) on 2020-01-03"
    ):
        hr.evaluation.compare_hedges(panel.assign(good=x.where(x.index != x.index[2])))


def test_few_observations_are_said_to_be_few(panel):
    few = hr.evaluation.compare_hedges(panel.iloc[:60])
    assert few.sentences[0] == "The verdicts rest on few observations: 60 dates were compared."
    assert hr.evaluation.compare_hedges(panel.iloc[:100]).caveats == ()
    overlapping = hr.evaluation.compare_hedges(panel.rolling(5).sum().dropna(), horizon=5)
    assert overlapping.sentences[0] == (
        "The verdicts rest on few observations: 296 overlapping returns over 5 business days were "
        "compared, as many as 59 that do not overlap."
    )


def test_blocks_are_longer_than_the_horizon(panel):
    sums = panel.rolling(20).sum().dropna()
    found = hr.evaluation.compare_hedges(sums, horizon=20)
    assert found.joint.details["block length"] >= 40
    interval = hr.evaluation.bootstrap_difference(
        hr.effectiveness, sums["good"], sums["ols"], sums["unhedged"], horizon=20, n_bootstrap=50
    )
    assert interval.block_length >= 40
