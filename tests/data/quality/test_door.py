"""The checks where models are fitted: refusals, warnings, and one warning for one problem."""

import warnings

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality.once import data_checked, were_data_checked
from tests.data.quality.cases import pair, prices

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
HMM = hr.GaussianHMM(2, n_starts=1)


def warned(call):
    """Return the messages of the warnings about data that a call gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(w.message) for w in caught if w.category is hr.errors.DataWarning]


def stale():
    table = pair()
    table.iloc[400:450, 1] = 0.0
    return table


HEDGES = {
    "ols": hr.OLSHedge(),
    "naive": hr.NaiveHedge(),
    "dimson": hr.DimsonHedge(),
    "ewma": EWMA,
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(HMM),
    "horizon": hr.HorizonHedge(hr.OLSHedge(), 5),
    "shrunk": hr.ShrunkHedge(hr.OLSHedge()),
    "shrunk toward ols": hr.ShrunkHedge(EWMA, "ols"),
    "constrained": hr.ConstrainedHedge(hr.OLSHedge(), lower=0.0),
    "combined": hr.CombinedHedge({"ols": hr.OLSHedge(), "ewma": EWMA}),
    "stacked": hr.CombinedHedge({"ols": hr.OLSHedge(), "ewma": EWMA}, weights="stacking"),
    "kalman": hr.KalmanHedge(),
    "cvar": hr.MinimumCVaRHedge(),
}


@pytest.mark.parametrize("name", HEDGES)
def test_one_problem_is_one_warning(name):
    table = 100.0 * pair()
    messages = warned(lambda: HEDGES[name].fit(table["asset"], table[["hedge"]]))
    assert len(messages) == 1
    assert "a typical return of 'asset' and 'hedge' is" in messages[0]


@pytest.mark.parametrize("name", HEDGES)
def test_hedges_refuse_prices(name):
    with pytest.raises(hr.DataError, match="must be changes, not prices"):
        HEDGES[name].fit(prices()["asset"], prices()[["hedge"]])


@pytest.mark.parametrize(
    "model",
    [hr.DCC(), hr.CCC(), hr.BEKK(), hr.EWMACovariance(), hr.SampleCovariance()],
    ids=repr,
)
def test_covariances_refuse_prices_and_warn_once(model):
    with pytest.raises(hr.DataError, match="must be changes, not prices"):
        model.fit(prices())
    assert len(warned(lambda: model.fit(stale()))) == 1
    # their unit is the user's, unless there are two
    assert warned(lambda: hr.SampleCovariance().fit(100.0 * pair())) == []
    assert "one unit" in warned(lambda: hr.SampleCovariance().fit(pair() * [1.0, 100.0]))[0]


def test_volatilities_refuse_prices_and_have_any_unit():
    with pytest.raises(hr.DataError, match="must be changes, not prices"):
        hr.GARCH().fit(prices()["asset"])
    assert warned(lambda: hr.GARCH().fit(100.0 * pair()["asset"])) == []
    assert len(warned(lambda: hr.GARCH().fit(stale()["hedge"]))) == 1


def test_regimes_accept_indicators_and_warn_of_prices():
    vix = hr.load("vix")
    assert warned(lambda: HMM.fit(np.log(vix))) == []
    assert "as slowly as a level" in warned(lambda: HMM.fit(hr.load("nasdaq_sp500")["SP500"]))[0]
    assert len(warned(lambda: hr.ThresholdRegimes(window=60).fit(stale()))) == 1


@pytest.mark.parametrize("model", [hr.ErrorCorrectionHedge(), hr.VECMHedge()], ids=repr)
def test_models_of_prices_warn_of_wrong_prices(model):
    table = hr.load("nasdaq_sp500").iloc[-1000:].copy()
    table.iloc[300, 0] *= 10.0
    messages = warned(lambda: model.fit(table["NASDAQ"], table[["SP500"]]))
    assert any("and back on the next row" in message for message in messages)


def test_returns_given_as_prices_are_refused():
    table = pair()
    with pytest.raises(hr.DataError, match="prices must be levels, not returns"):
        hr.VECMHedge(kind="difference").fit(table["asset"], table[["hedge"]])


def test_a_walk_warns_once_and_not_at_each_refit():
    table = stale()
    models = {"ewma": EWMA, "combined": HEDGES["combined"]}
    settings = {"window": 300, "refit_every": 100, "progress": False}
    assert (
        len(warned(lambda: hr.walk_forward(models, table["asset"], table[["hedge"]], **settings)))
        == 1
    )


def test_an_interval_of_the_bootstrap_does_not_warn_again():
    table = stale()
    fits = []
    warned(lambda: fits.append(hr.OLSHedge().fit(table["asset"], table[["hedge"]])))
    assert warned(lambda: fits[0].conf_int(method="bootstrap", n_bootstrap=20)) == []


def test_select_regimes_warns_once():
    assert len(warned(lambda: hr.select_regimes(HMM, stale(), candidates=(1, 2)))) == 1


def test_checked_data_are_not_checked_again():
    assert not were_data_checked()
    with data_checked():
        assert were_data_checked()
        hr.OLSHedge().fit(prices()["asset"], prices()[["hedge"]])
    assert not were_data_checked()


def test_fits_take_the_kind_from_their_data():
    differences = hr.returns(prices(), kind="difference")
    assert warned(lambda: hr.OLSHedge().fit(differences["asset"], differences[["hedge"]])) == []
    assert warned(lambda: hr.DCC().fit(differences * [1.0, 1000.0])) == []
