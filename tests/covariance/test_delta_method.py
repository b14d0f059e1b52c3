"""Delta method of every covariance model."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.delta_method import DeltaMethod

MODELS = {
    "dcc": hr.DCC(),
    "asymmetric": hr.DCC(asymmetric=True, univariate=hr.GARCH(asymmetric=True)),
    "aielli": hr.DCC(correction="aielli"),
    "student": hr.DCC(density="student", univariate=hr.GARCH(density="student")),
    "composite": hr.DCC(estimator="composite"),
    "egarch": hr.DCC(univariate=hr.ArchModel(vol="EGARCH", o=1)),
    "deco": hr.DECO(),
    "ccc": hr.CCC(),
    "bekk": hr.BEKK(),
    "targeting": hr.BEKK(targeting=True),
    "targeting, asymmetric": hr.BEKK("scalar", asymmetric=True, targeting=True),
    "orthogonal": hr.OrthogonalGARCH(n_factors=2),
    "regimes": hr.RegimeCorrelation(n_starts=1),
}

pytestmark = pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")


@pytest.fixture(scope="module")
def returns(simulated_panel):
    return simulated_panel.iloc[:800]


@pytest.fixture(scope="module", params=MODELS, ids=str)
def fit(request, returns):
    return MODELS[request.param].fit(returns)


def ratio(state, values):
    """Minimum-variance ratio of the first series after the sample."""
    h = state.advance(values).next_covariance
    return np.linalg.solve(h[1:, 1:], h[1:, 0])


def test_estimated_state_gives_the_fit(fit, returns):
    state = fit.delta_method().estimated_state
    after = state.advance(returns.to_numpy())
    np.testing.assert_allclose(after.next_covariance, fit.next_covariance, rtol=1e-10)


def test_influences_on_the_next_ratio_sum_to_zero(fit, returns):
    values = returns.to_numpy()
    method = fit.delta_method()
    by_date = method.influence_on(lambda state: ratio(state, values))
    assert by_date.shape == (len(values), 2)
    error = by_date.std(axis=0) / np.sqrt(len(values))
    assert (error > 1e-3).all()
    # the estimates solve their equations: searches leave at most 0.01 of an error
    assert (np.abs(by_date.mean(axis=0)) < 0.01 * error).all()


def test_steps_are_small_enough_for_a_linear_response(fit, returns):
    """The first quantities are parameters of the first series, or of BEKK, in unit variance."""
    values = returns.to_numpy()
    method = fit.delta_method()
    assert method.influence.shape == (len(returns), len(method.steps))
    assert (method.steps >= 0).all()
    for j in (1, 2):
        change = np.zeros(len(method.steps))
        change[j] = method.steps[j]
        up, same, down = (ratio(method.state_at(sign * change), values) for sign in (1, 0, -1))
        np.testing.assert_allclose(up - same, same - down, rtol=1e-2, atol=1e-9)


def test_moments_have_no_delta_method(returns):
    assert hr.EWMACovariance().fit(returns).delta_method() is None


def test_influence_of_a_linear_function_is_exact():
    influence = np.random.default_rng(0).standard_normal((50, 3))
    influence[:, 1] = 0.0  # held by a bound
    steps = np.array([1e-3, 1e-3, 0.0])
    slopes = np.array([[2.0, -1.0], [5.0, 5.0], [7.0, 7.0]])
    method = DeltaMethod(influence, steps, lambda change: change)
    found = method.influence_on(lambda change: change @ slopes)
    np.testing.assert_allclose(found, influence[:, [0]] * slopes[0], rtol=1e-12)
