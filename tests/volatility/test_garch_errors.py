"""Five kinds of standard errors of GARCH(1,1), against derivatives by complex steps of the recursion written out."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.estimation.influence import covariance_from_influence
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.garch.standard_errors import KINDS, covariance_by_kind


@pytest.fixture(scope="module")
def returns():
    return 100 * hr.data.simulate_dcc(1200, seed=7).returns["asset"].to_numpy()


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
    hessian, outer = np.array(rows), scores.T @ scores
    h = path(p, returns)[1]
    of_variance = by_complex_steps(lambda q: path(q, returns)[1], p, kept)
    expected = sum(np.outer(d, d) / (2 * v**2) for d, v in zip(of_variance, h, strict=True))
    if 3 not in kept:
        expected[0, 1:] = expected[1:, 0] = 0.0
    expected[0, 0] += (1 / h).sum()
    observed, information = np.linalg.inv(-hessian), np.linalg.inv(expected)
    return {
        "hessian": observed,
        "information": information,
        "opg": np.linalg.inv(outer),
        "robust": observed @ outer @ observed,
        "bollerslev-wooldridge": information @ outer @ information,
    }


@pytest.mark.parametrize("asymmetric", [False, True])
def test_every_kind_is_its_definition(asymmetric, returns):
    margin = GARCH(asymmetric).estimate_array(returns)
    kept, p = margin.model.kept, np.zeros(5)
    p[kept] = margin.parameters
    expected = expected_covariances(p, returns, kept)
    assert margin.bounds_hit == ()
    assert set(expected) == set(KINDS)
    for kind, covariance in expected.items():
        # central differences of the scores, there and here
        np.testing.assert_allclose(
            margin.covariance(kind), covariance, rtol=1e-5, atol=1e-9, err_msg=kind
        )


def test_robust_errors_are_those_of_the_influences(returns):
    margin = GARCH(density="student").estimate_array(returns)
    np.testing.assert_allclose(
        margin.covariance(), covariance_from_influence(margin.sensitivities().influence), rtol=1e-12
    )


@pytest.mark.parametrize("kind", KINDS)
def test_units_do_not_matter(kind, returns):
    one, other = (GARCH().estimate_array(scale * returns).covariance(kind) for scale in (1.0, 1e-4))
    units = np.array([1e-4, 1e-8, 1, 1])
    np.testing.assert_allclose(other, one * np.outer(units, units), rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_bound_holds_has_no_error(kind):
    calm_after_storm = np.random.default_rng(11).standard_normal(300) * np.tile([1.0, 0.2], 150)
    margin = GARCH().estimate_array(calm_after_storm)
    errors = np.diag(margin.covariance(kind))
    assert margin.bounds_hit == ("alpha = 0",)
    assert margin.unit_parameters[1] < 1e-8  # omega lies beside its floor, though not on it
    assert np.isnan(errors).tolist() == [False, True, True, False]
    assert (errors[[0, 3]] > 0).all()


def dying_out():
    """Returns of an integrated GARCH without a constant."""
    h, path = 1.0, []
    for z in np.random.default_rng(5).standard_normal(100):
        path.append(np.sqrt(h) * z)
        h = 0.2 * path[-1] ** 2 + 0.8 * h
    return np.array(path)


@pytest.mark.parametrize("kind", KINDS)
def test_an_omega_beside_its_floor_is_held_there(kind):
    """The errors of the others are those of a model that has no omega to estimate."""
    margin = GARCH().estimate_array(dying_out())
    beside = margin.unit_parameters.copy()
    beside[1] = 3e-9  # where a search may end as well as at 1e-9
    others, tangent = [0, 2, 4], np.eye(4)
    found = covariance_by_kind(kind, beside, margin.unit_returns, [0, 1, 2, 4], tangent)
    assert np.isnan(found[1]).all()
    expected = expected_covariances(beside[:5], margin.unit_returns, others)[kind]
    np.testing.assert_allclose(found[np.ix_([0, 2, 3], [0, 2, 3])], expected, rtol=1e-4, atol=1e-9)
    beside[1] = 2e-8
    assert np.isfinite(
        covariance_by_kind(kind, beside, margin.unit_returns, [0, 1, 2, 4], tangent)
    ).all()


def test_a_point_that_is_no_maximum_has_no_hessian_errors(returns):
    margin = GARCH().estimate_array(returns)
    elsewhere = margin.unit_parameters.copy()
    elsewhere[[1, 2, 4]] = 5.0, 0.0, 0.0
    for kind in KINDS:
        found = covariance_by_kind(
            kind, elsewhere, margin.unit_returns, [0, 1, 2, 4], margin.tangent[[0, 1, 2, 4]]
        )
        if kind in ("robust", "hessian"):
            assert np.isnan(found).all()
        else:
            assert (np.diag(found)[:2] > 0).all()


def test_kinds_that_do_not_exist_are_refused(returns):
    margin = GARCH(density="student").estimate_array(returns)
    with pytest.raises(hr.DataError, match="kind must be one of 'robust', 'hessian'"):
        margin.covariance("white")
    with pytest.raises(
        hr.DataError,
        match="density must be 'normal' for errors of the kind 'information'; got 'student'",
    ):
        margin.covariance("information")
