"""Fits as text and as a page, and the names that other packages give to their parts."""

import pickle

import numpy as np
import pytest
from IPython.lib.pretty import pretty
from scipy import stats

import hedgeresearch as hr
from hedgeresearch._fit_text import OTHER_NAMES, with_intervals


@pytest.fixture(scope="module")
def fits():
    returns = hr.data.simulate_dcc(800, seed=1).returns
    asset = returns["asset"]
    hedges = returns.drop(columns="asset")
    regimes = hr.GaussianHMM(n_starts=2)
    return {
        "ols": hr.OLSHedge().fit(asset, hedges),
        "volatility": hr.GARCH().fit(asset),
        "covariance": hr.CCC().fit(returns),
        "regimes": regimes.fit(returns),
        "regime hedge": hr.RegimeHedge(regimes).fit(asset, hedges),
    }


def test_text_shows_observations_errors_and_intervals(fits):
    text = str(fits["ols"])
    assert "800 to" in text
    assert "Newey-West, 6 lags" in text
    summary = fits["ols"].summary
    quantile = stats.t.ppf(0.975, fits["ols"].estimates.degrees_of_freedom)
    reach = quantile * summary["standard error"]
    assert "95% from" in text
    for end in (summary["estimate"] - reach, summary["estimate"] + reach):
        assert f"{end.iloc[1]:.5g}" in text


@pytest.mark.parametrize("name", ["volatility", "covariance", "regimes"])
def test_text_shows_likelihood_and_criteria(fits, name):
    fit = fits[name]
    for value in (fit.log_likelihood, fit.aic, fit.bic):
        assert f"{value:,.2f}" in str(fit)
    assert "robust" in str(fit)


def test_text_of_a_regime_hedge_shows_the_ratio_of_each_regime(fits):
    fit = fits["regime hedge"]
    text = str(fit)
    for ratio in np.ravel(fit.by_regime):
        assert f"{ratio:.5g}" in text


def test_pages_and_terminals_show_the_same(fits):
    for fit in fits.values():
        page = fit._repr_html_()
        for name, value in fit.facts.items():
            assert f"{name}</th>" in page
            assert value.replace("'", "&#x27;") in page
        assert pretty(fit) == str(fit)
        assert pretty([fit]) == f"[{fit!r}]"


def test_normal_errors_have_normal_intervals():
    table = hr.estimation.Estimates({"b": 1.0}, 10).summary.assign(**{"standard error": 2.0})
    ends = with_intervals(table, np.inf).loc["b", ["95% from", "95% to"]].to_list()
    assert ends == pytest.approx([1.0 - 2.0 * 1.959963984540054, 1.0 + 2.0 * 1.959963984540054])


@pytest.mark.parametrize(
    ("name", "attribute", "ours"),
    [
        ("ols", "params", ".summary"),
        ("ols", "resid", "hr.metrics.hedged_returns"),
        ("ols", "rsquared", ".expected_effectiveness"),
        ("regime hedge", "aic", ".estimates.aic"),
        ("regime hedge", "llf", ".estimates.log_likelihood"),
        ("ols", "bse", ".standard_errors"),
        ("volatility", "params", ".parameters"),
        ("volatility", "resid", ".standardized_residuals"),
        ("volatility", "llf", ".log_likelihood"),
        ("regimes", "transmat_", ".transition"),
        ("regimes", "predict", ".next_probabilities"),
        ("ols", "sumary", ".summary"),
    ],
)
def test_names_of_other_packages_point_to_ours(fits, name, attribute, ours):
    with pytest.raises(AttributeError) as caught:
        getattr(fits[name], attribute)
    message = str(caught.value)
    assert f"no attribute {attribute!r}" in message
    assert f"{ours}." in message or f"{ours}?" in message
    found = fits[name]
    if not ours.startswith("hr."):
        for part in ours.strip(".").split("."):
            found = getattr(found, part)


@pytest.mark.parametrize("attribute", ["aic", "llf"])
def test_a_fit_without_a_likelihood_points_to_none(fits, attribute):
    with pytest.raises(AttributeError) as caught:
        getattr(fits["ols"], attribute)
    assert "estimates" not in str(caught.value)


def test_private_names_are_not_guessed(fits):
    with pytest.raises(AttributeError) as caught:
        fits["ols"]._summary  # noqa: B018
    assert "Did you mean" not in str(caught.value)


def test_every_name_leads_somewhere_for_some_fit(fits):
    names = {name for fit in fits.values() for name in dir(fit)}
    for ours in OTHER_NAMES.values():
        assert any(one.startswith("hr.") or one.partition(".")[0] in names for one in ours)


def test_fits_still_pickle(fits):
    for fit in fits.values():
        assert repr(pickle.loads(pickle.dumps(fit))) == repr(fit)
