"""Principal components of standardized returns."""

import numpy as np
import pytest

from hedgeresearch.covariance.principal_components import PrincipalComponents


@pytest.fixture
def returns():
    mixing = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.2, 0.0, 1.0]])
    return np.random.default_rng(0).standard_normal((500, 3)) @ mixing * [1e-3, 1.0, 50.0]


def test_components_are_uncorrelated_with_their_variances(returns):
    covariance = np.cov(returns, rowvar=False)
    components = PrincipalComponents.of(returns, covariance, n_factors=3)
    factors = components.factors(returns)
    np.testing.assert_allclose(
        np.cov(factors, rowvar=False), np.diag(components.variances), atol=1e-12
    )
    assert (np.diff(components.variances) < 0).all()


def test_loadings_lead_back_to_the_series(returns):
    covariance = np.cov(returns, rowvar=False)
    components = PrincipalComponents.of(returns, covariance, n_factors=3)
    found = returns.mean(axis=0) + components.factors(returns) @ components.loadings.T
    np.testing.assert_allclose(found, returns, rtol=1e-9)
    of_components = (components.loadings * components.variances) @ components.loadings.T
    np.testing.assert_allclose(of_components, covariance, rtol=1e-10)


def test_largest_weight_of_a_component_is_positive(returns):
    components = PrincipalComponents.of(returns, np.cov(returns, rowvar=False), n_factors=2)
    vectors = components.weights * np.sqrt(np.diag(np.cov(returns, rowvar=False)))
    largest = np.abs(vectors).argmax(axis=1)
    assert (vectors[np.arange(3), largest] > 0).all()
    assert components.factors(returns).shape == (500, 2)


def test_order_of_two_series_does_not_turn_a_component(returns):
    pair = returns[:, :2]
    one = PrincipalComponents.of(pair, np.cov(pair, rowvar=False), n_factors=2)
    turned = pair[:, ::-1]
    other = PrincipalComponents.of(turned, np.cov(turned, rowvar=False), n_factors=2)
    np.testing.assert_allclose(other.factors(turned), one.factors(pair), atol=1e-12)
    assert (one.factors(pair)[:, 1] ** 3).mean() > 0
