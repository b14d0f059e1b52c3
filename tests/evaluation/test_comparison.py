"""What a comparison of hedges holds and says, and what it refuses."""

import pickle

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.evaluation.test_paired_tests import power_loss

N = 300


@pytest.fixture
def comparison(panel):
    return hr.evaluation.compare_hedges(panel, n_bootstrap=300, seed=1)


def test_a_comparison_holds_what_each_test_finds(comparison, panel):
    table, hedges = comparison.table, panel.drop(columns="unhedged")
    assert list(table.index) == ["ols", "good", "bad", "like", "copy"]
    for name in ("good", "bad", "like"):
        pair, row = (panel[name], panel["ols"]), table.loc[name]
        assert row["effectiveness"] == pytest.approx(
            hr.effectiveness(pair[0], panel["unhedged"]), rel=1e-12
        )
        assert row["gain"] == pytest.approx(
            row["effectiveness"] - table.loc["ols", "effectiveness"], rel=1e-9
        )
        assert row["mean loss"] == pytest.approx(panel[name].var(ddof=0), rel=1e-12)
        found = hr.evaluation.diebold_mariano_test(*pair)
        assert (row["DM t"], row["DM p"]) == (found.statistic, found.p_value)
        assert np.sign(row["DM t"]) == np.sign(row["gain"])
        assert row["Pitman-Morgan p"] == hr.evaluation.pitman_morgan_test(*pair).p_value
        assert row["GW p"] == hr.evaluation.giacomini_white_test(*pair).p_value
    best = hr.evaluation.model_confidence_set(hedges, n_bootstrap=300, seed=1)
    np.testing.assert_array_equal(table["MCS p"], best.p_values)
    assert list(table.index[table["in MCS"]]) == best.included == ["good"]
    assert comparison.joint == hr.evaluation.superior_ability_test(
        hedges, "ols", n_bootstrap=300, seed=1
    )


def test_sentences(comparison):
    table = comparison.table
    share = {name: f"{100 * value:.1f} %" for name, value in table["effectiveness"].items()}
    p = {
        name: f"{value:.3f}".removeprefix("0") if value < 0.1 else f"{value:.2f}"[1:]
        for name, value in table["DM p"].items()
    }
    assert comparison.sentences == (
        f"good removes {share['good']} of variance, ols {share['ols']}; good is better (p = {p['good']}).",
        f"bad removes {share['bad']} of variance, ols {share['ols']}; bad is worse (p = {p['bad']}).",
        f"like removes {share['like']} of variance, ols {share['ols']}; "
        f"the difference is not distinguishable from zero (p = {p['like']}).",
        f"copy removes {share['ols']} of variance, the same as ols on every date.",
    )
    assert comparison.conclusion.startswith(
        "Counting all 3 hedges tried against ols, at least one is better (p "
    )
    assert comparison.conclusion.endswith("; with 90 % confidence the best is good.")
    assert table["verdict"].tolist() == [
        "benchmark",
        "better",
        "worse",
        "no difference shown",
        "the same",
    ]


def test_shares_are_told_apart_and_may_be_negative(panel):
    x = panel["ols"]
    close = panel.assign(good=1.0001 * x, bad=2 * panel["unhedged"])
    said = hr.evaluation.compare_hedges(close, n_bootstrap=100).sentences
    one, two = said[0].partition(" removes ")[2].split(" of variance, ols ")
    assert float(one.removesuffix(" %")) < float(two.split(" %")[0])
    assert said[1].startswith("bad adds 300.0 % to variance, ols removes ")


def test_what_is_the_same_is_called_the_same(panel):
    table = hr.evaluation.compare_hedges(panel, n_bootstrap=100).table
    assert table.loc[["ols", "copy"], ["gain", "DM t"]].eq(0.0).all(axis=None)
    assert table.loc[["ols", "copy"], ["DM p", "GW p", "Pitman-Morgan p"]].eq(1.0).all(axis=None)
    assert table.notna().all(axis=None)
    x = panel["ols"]
    for test in (
        hr.evaluation.diebold_mariano_test,
        hr.evaluation.giacomini_white_test,
        hr.evaluation.pitman_morgan_test,
    ):
        for other in (x, x + 1e-14 * panel["unhedged"]):
            found = test(other, x)
            assert (found.statistic, found.p_value, found.difference) == (0.0, 1.0, 0.0)
    alone = hr.evaluation.compare_hedges(panel[["unhedged", "ols", "copy"]], n_bootstrap=100)
    assert alone.conclusion == "All hedges are the same as ols."
    assert alone.joint.p_value == alone.joint.reality_check == 1.0
    assert alone.table["in MCS"].all()


def test_perfect_hedges_and_multiples(panel):
    noise = np.random.default_rng(0).normal(size=(2, N)) * 1e-18
    perfect = panel.assign(ols=noise[0], good=noise[1])
    table = hr.evaluation.compare_hedges(perfect, n_bootstrap=100).table
    assert table.loc["good", "verdict"] == "the same"
    assert table.loc["like", "verdict"] == "worse"
    assert table.notna().all(axis=None)
    whole = panel["unhedged"]
    half = hr.evaluation.pitman_morgan_test(0.5 * whole, whole)
    assert half.statistic > 1e6
    assert half.p_value == 0.0
    against = hr.evaluation.compare_hedges(panel, against="unhedged", n_bootstrap=100)
    assert against.table.loc["unhedged", "effectiveness"] == 0.0
    assert against.table.drop("unhedged")["verdict"].eq("better").all()


def test_another_loss(panel):
    found = hr.evaluation.compare_hedges(panel, loss=power_loss, n_bootstrap=100)
    own, other = (float(power_loss(panel[name]).mean()) for name in ("good", "ols"))
    assert found.sentences[0].startswith(f"good has a mean loss of {own:.4g}, ols of {other:.4g}; ")
    assert found.table.loc["good", "mean loss"] == pytest.approx(own, rel=1e-12)
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
    assert scaled.joint == turned.joint == comparison.joint


def test_a_comparison_travels_and_shows_itself(comparison, panel):
    again = hr.evaluation.compare_hedges(panel, n_bootstrap=300, seed=1)
    assert pickle.dumps(again.table) == pickle.dumps(comparison.table)
    assert pickle.loads(pickle.dumps(comparison)).sentences == comparison.sentences
    assert repr(comparison).startswith(
        "Comparison(5 hedges against ols, 300 dates: Counting all 3 hedges"
    )
    shown = hr.evaluation.compare_hedges(
        panel.rename(columns={"good": "<b>"}), n_bootstrap=100
    )._repr_html_()
    assert "&lt;b&gt; removes" in shown
    assert "<b>" not in shown
    latex = hr.evaluation.compare_hedges(
        panel.rename(columns={"good": "a_b"}), n_bootstrap=100
    ).to_latex(caption="Hedges")
    assert r"a\_b & " in latex
    assert r"\caption{Hedges}" in latex
    assert (
        repr(hr.evaluation.diebold_mariano_test(panel["ols"], panel["ols"]))
        == "PairedTest(Diebold-Mariano: t(299) = 0.00, p = 1)"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"against": "dcc"},
            r"against must be one of \['ols', 'good', 'bad', 'like', 'copy'\]; got 'dcc'",
        ),
        ({"level": 1.0}, "level must lie strictly between 0 and 1; got 1"),
        ({"size": 0}, "size must lie strictly between 0 and 1; got 0"),
        (
            {"horizon": 150},
            "horizon and lags must be less than half the number of dates; got 150 of 300",
        ),
        ({"n_bootstrap": 10}, "n_bootstrap must be a whole number of at least 100; got 10"),
        ({"seed": -1}, "seed must be a whole number of at least 0; got -1"),
        (
            {"loss": lambda r: r[:5]},
            r"loss must give one finite number for each of 300 returns; got the shape \(5,\)",
        ),
        ({"loss": lambda r: np.full(len(r), r[0])}, "losses must differ by more than a constant"),
    ],
)
def test_bad_settings(panel, change, message):
    with pytest.raises(hr.DataError, match=message):
        hr.evaluation.compare_hedges(panel, **change)


def test_bad_data(panel):
    x, y = panel["good"], panel["ols"]
    with pytest.raises(hr.DataError, match="under 'unhedged'; got"):
        hr.evaluation.compare_hedges(panel.drop(columns="unhedged"))
    with pytest.raises(hr.DataError, match="the unhedged returns must vary"):
        hr.evaluation.compare_hedges(panel.assign(unhedged=0.0))
    with pytest.raises(hr.DataError, match="must hold two hedges or more; got"):
        hr.evaluation.model_confidence_set(panel[["ols"]])
    with pytest.raises(hr.DataError, match="must have at least 20 rows; got 19"):
        hr.evaluation.diebold_mariano_test(x[:19], y[:19])
    with pytest.raises(hr.DataError, match="must share their dates; 1 differ"):
        hr.evaluation.giacomini_white_test(x[1:], y)
    with pytest.raises(hr.DataError, match="hedged must be one series"):
        hr.evaluation.pitman_morgan_test(panel[["ols", "bad"]], y)
    with pytest.raises(hr.DataError, match="lags must be a whole number of at least 0"):
        hr.evaluation.pitman_morgan_test(x, y, lags=-1)
    with pytest.raises(
        hr.DataError, match="block_length must be less than the number of dates, 300; got 300"
    ):
        hr.evaluation.superior_ability_test(panel, "ols", block_length=300)
    with pytest.raises(
        hr.DataError, match=r"must be finite; column 'good' has a gap \(NaN\) on 2020-01-03"
    ):
        hr.evaluation.compare_hedges(panel.assign(good=x.where(x.index != x.index[2])))
