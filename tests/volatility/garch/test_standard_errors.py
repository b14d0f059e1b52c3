"""Five kinds of errors of GARCH(1,1) against complex steps of the recursion written out."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.estimation.influence import covariance_from_influence
from hedgeresearch.volatility import GARCH
from hedgeresearch.volatility.garch.standard_errors import KINDS, covariance_by_kind

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning"
)


@pytest.fixture(scope="module")
def series():
    return 100 * hr.data.simulate_dcc(1200, seed=7).returns["asset"]


def path(p, returns):
    """Shocks and variances at (mu, omega, alpha, gamma, beta), complex ones too."""
    mu, omega, alpha, gamma, beta = p
    e = returns - mu
    h = omega + (alpha + gamma / 2 + beta) * np.mean(e**2)
    variances = []
    for x in e:
        variances.append(h)
        h = omega + (alpha + gamma * (x.real < 0)) * x**2 + beta * h
    return e, np.array(variances)


def densities(p, returns):
    e, h = path(p, returns)
    return -0.5 * (np.log(2 * np.pi) + np.log(h) + e**2 / h)


def by_complex_steps(function, p, kept):
    """Derivatives of a function of the parameters, (n_dates, k)."""
    columns = []
    for i in kept:
        moved = p.astype(complex)
        moved[i] += 1e-30j
        columns.append(function(moved).imag / 1e-30)
    return np.stack(columns, axis=1)


def expected_covariances(p, returns, kept):
    """Each kind by its definition."""
    scores = by_complex_steps(lambda q: densities(q, returns), p, kept)
    rows = []
    for i in kept:
        step = np.zeros(5)
        step[i] = 1e-5 * max(abs(p[i]), 1e-2)
        up, down = [
            by_complex_steps(lambda q: densities(q, returns), p + s, kept).sum(axis=0)
            for s in (step, -step)
        ]
        rows.append((up - down) / (2 * step[i]))
    hessian = np.array(rows)
    outer = scores.T @ scores
    h = path(p, returns)[1]
    of_variance = by_complex_steps(lambda q: path(q, returns)[1], p, kept)
    expected = sum(np.outer(d, d) / (2 * v**2) for d, v in zip(of_variance, h, strict=True))
    if 0 in kept:
        if 3 not in kept:  # the mean is independent of the others by symmetry
            expected[0, 1:] = 0.0
            expected[1:, 0] = 0.0
        expected[0, 0] += (1 / h).sum()
    observed = np.linalg.inv(-hessian)
    information = np.linalg.inv(expected)
    return {
        "hessian": observed,
        "information": information,
        "opg": np.linalg.inv(outer),
        "robust": observed @ outer @ observed,
        "bollerslev-wooldridge": information @ outer @ information,
    }


def full_vector(fit):
    """(mu, omega, alpha, gamma, beta), zero for what the model leaves out."""
    names = ["mu", "omega", "alpha", "gamma", "beta"]
    return fit.parameters.reindex(names, fill_value=0.0).to_numpy()


def covariance_of_kind(fit, kind):
    return fit.with_standard_errors(kind).parameter_covariance.to_numpy()


@pytest.mark.parametrize("mean", ["constant", "zero"])
@pytest.mark.parametrize("asymmetric", [False, True])
def test_every_kind_is_its_definition(asymmetric, mean, series):
    fit = GARCH(asymmetric, mean=mean).fit(series)
    names = ["mu", "omega", "alpha", "gamma", "beta"]
    kept = [names.index(name) for name in fit.parameters.index]
    expected = expected_covariances(full_vector(fit), series.to_numpy(), kept)
    assert fit.convergence["bounds hit"] == []
    assert set(expected) == set(KINDS)
    for kind, covariance in expected.items():
        # central differences of the scores, there and here
        found = covariance_of_kind(fit, kind)
        np.testing.assert_allclose(found, covariance, rtol=1e-5, atol=1e-9, err_msg=kind)


def test_default_errors_are_robust(series):
    fit = GARCH(density="student").fit(series)
    robust = fit.with_standard_errors("robust")
    pd.testing.assert_frame_equal(robust.summary, fit.summary)
    estimate = GARCH(density="student").estimate_array(series.to_numpy())
    by_influence = covariance_from_influence(estimate.sensitivities().influence)
    np.testing.assert_allclose(fit.parameter_covariance, by_influence, rtol=1e-12)


def test_other_errors_change_nothing_else(series):
    fit = GARCH().fit(series)
    other = fit.with_standard_errors("opg")
    assert (other.standard_errors != fit.standard_errors).all()
    pd.testing.assert_series_equal(other.parameters, fit.parameters)
    pd.testing.assert_series_equal(other.volatility, fit.volatility)
    assert other.log_likelihood == fit.log_likelihood
    np.testing.assert_allclose(
        other.standard_errors, np.sqrt(np.diag(other.parameter_covariance)), rtol=1e-14
    )
    again = other.extend(fit.simulate(5).set_axis(pd.bdate_range("2100-01-01", periods=5)))
    pd.testing.assert_series_equal(again.standard_errors, other.standard_errors)


@pytest.mark.parametrize("kind", KINDS)
def test_units_scale_every_kind(kind, series):
    one = covariance_of_kind(GARCH().fit(series), kind)
    other = covariance_of_kind(GARCH().fit(1e-4 * series), kind)
    units = np.array([1e-4, 1e-8, 1, 1])
    np.testing.assert_allclose(other, one * np.outer(units, units), rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_on_a_bound_have_no_error(kind):
    noise = np.random.default_rng(11).standard_normal(300)
    estimate = GARCH().estimate_array(noise * np.tile([1.0, 0.2], 150))
    errors = np.diag(estimate.covariance(kind))
    assert "alpha = 0" in estimate.bounds_hit
    assert estimate.unit_parameters[1] < 1e-8  # omega lies on its bound or next to it
    assert np.isnan(errors).tolist() == [False, True, True, False]
    assert (errors[[0, 3]] > 0).all()


def dying_out():
    """Returns of an integrated GARCH without a constant."""
    h = 1.0
    returns = []
    for z in np.random.default_rng(5).standard_normal(100):
        returns.append(np.sqrt(h) * z)
        h = 0.2 * returns[-1] ** 2 + 0.8 * h
    return np.array(returns)


@pytest.mark.parametrize("kind", KINDS)
def test_omega_next_to_its_bound_is_held_there(kind):
    """The errors of the others are those of a model that has no omega to estimate."""
    estimate = GARCH().estimate_array(dying_out())
    near = estimate.unit_parameters.copy()
    near[1] = 3e-9  # where a search may end as well as at 1e-9
    kept = [0, 1, 2, 4]
    others = [0, 2, 4]
    found = covariance_by_kind(kind, near, estimate.unit_returns, kept, np.eye(4))
    assert np.isnan(found[1]).all()
    expected = expected_covariances(near[:5], estimate.unit_returns, others)[kind]
    found_others = found[np.ix_([0, 2, 3], [0, 2, 3])]
    np.testing.assert_allclose(found_others, expected, rtol=1e-4, atol=1e-9)
    near[1] = 2e-8
    free = covariance_by_kind(kind, near, estimate.unit_returns, kept, np.eye(4))
    assert np.isfinite(free).all()


def test_point_that_is_no_maximum_has_no_hessian_errors(series):
    estimate = GARCH().estimate_array(series.to_numpy())
    elsewhere = estimate.unit_parameters.copy()
    elsewhere[[1, 2, 4]] = 5.0, 0.0, 0.0
    kept = [0, 1, 2, 4]
    for kind in KINDS:
        tangent = estimate.tangent[kept]
        found = covariance_by_kind(kind, elsewhere, estimate.unit_returns, kept, tangent)
        if kind in ("robust", "hessian"):
            assert np.isnan(found).all()
        else:
            assert (np.diag(found)[:2] > 0).all()


def test_kinds_that_do_not_exist_are_refused(series):
    fit = GARCH(density="student").fit(series)
    with pytest.raises(hr.DataError, match="kind must be one of 'robust', 'hessian'"):
        fit.with_standard_errors("white")
    message = "density must be 'normal' for errors of the kind 'information'; got 'student'"
    with pytest.raises(hr.DataError, match=message):
        fit.with_standard_errors("information")
