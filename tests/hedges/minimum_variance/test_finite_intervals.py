"""Intervals of hard samples: finite numbers or a refusal with the reason, never NaN."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.hedges.fitting import fit_to

pytestmark = pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")

MODELS = {
    "ccc": hr.CCC(),
    "gjr": hr.CCC(univariate=hr.GARCH(asymmetric=True)),
    "dcc": hr.DCC(),
    "corrected": hr.DCC(correction="aielli"),
    "asymmetric": hr.DCC(asymmetric=True),
    "student": hr.DCC(density="student"),
    "integrated": hr.DCC(integrated=True),
    "deco": hr.DECO(),
    "orthogonal": hr.OrthogonalGARCH(),
    "bekk": hr.BEKK("scalar"),
    "targeted bekk": hr.BEKK("diagonal", targeting=True),
}
CORRELATIONS = {
    "noise": lambda t: 0.0 * t,
    "break": lambda t: np.where(t < 0.5, -0.3, 0.9),
    "drift": lambda t: -0.8 + 1.7 * t,
    "near one": lambda t: 0.9995 + 0.0 * t,
}


def sample(correlation, seed, n_dates):
    """Asset and hedge whose correlation is a function of time between 0 and 1."""
    z = np.random.default_rng(seed).standard_normal((n_dates, 2))
    rho = CORRELATIONS[correlation](np.linspace(0.0, 1.0, n_dates))
    values = np.column_stack([rho * z[:, 1] + np.sqrt(1.0 - rho**2) * z[:, 0], z[:, 1]])
    return pd.DataFrame(values * 0.01, pd.bdate_range("2020-01-01", periods=n_dates), ["A", "F"])


def check_interval(model, returns):
    fit = fit_to(hr.MinimumVarianceHedge(model), returns)
    lower, upper = fit.conf_int().to_numpy()[0]
    assert np.isfinite([lower, upper]).all()
    assert lower < fit.next_ratio.iloc[0] < upper
    return upper - lower


@pytest.mark.long
@pytest.mark.parametrize("correlation", CORRELATIONS)
@pytest.mark.parametrize("name", ["corrected", "dcc", "deco", "ccc", "targeted bekk"])
def test_interval_is_finite(name, correlation):
    check_interval(MODELS[name], sample(correlation, seed=1, n_dates=200))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", MODELS)
def test_intervals_of_many_samples_are_finite(name, seed):
    for correlation in CORRELATIONS:
        check_interval(MODELS[name], sample(correlation, seed, [80, 120, 250][seed % 3]))


@pytest.mark.long
@pytest.mark.parametrize("model", [hr.DCC(correction="aielli"), hr.DECO()], ids=["dcc", "deco"])
def test_correlation_that_does_not_revert_has_an_interval(model):
    """a + b is one within what 300 dates can tell; differences must not step beyond."""
    z = np.random.default_rng(1).standard_normal((300, 2))
    rho = np.where(np.arange(300) < 150, -0.3, 0.9)
    values = np.column_stack([rho * z[:, 1] + np.sqrt(1 - rho**2) * z[:, 0], z[:, 1]]) * 0.01
    returns = pd.DataFrame(values, pd.bdate_range("2020-01-01", periods=300), ["A", "F"])
    width = check_interval(model, returns)
    uncorrected = check_interval(hr.DCC(), returns)
    assert width == pytest.approx(uncorrected, rel=0.2)
    fit = model.fit(returns)
    assert "a + b = 1" in fit.convergence["bounds hit"]
    assert np.isfinite(fit.standard_errors[["a", "b"]]).all()


class UnknownErrors:
    """Errors that are not a number."""

    def covariance(self, fit):
        return np.full((1, 1), np.nan)

    def degrees_of_freedom(self, fit):
        return np.inf


def test_interval_that_is_not_a_number_is_refused():
    returns = sample("noise", 0, 100)
    fit = replace(fit_to(hr.OLSHedge(), returns), errors=UnknownErrors())
    with pytest.raises(hr.DataError, match="must be finite; those of .* are not for 'F'"):
        fit.conf_int()
    with pytest.raises(hr.DataError, match="conf_int\\(method='bootstrap'\\)"):
        _ = fit.standard_errors
