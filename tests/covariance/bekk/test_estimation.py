"""Estimation of BEKK with other news, and refusals of its parts."""

import numpy as np
import pytest

from hedgeresearch.covariance.bekk.delta_method import with_delta_method
from hedgeresearch.covariance.bekk.estimation import estimate_bekk
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED


def joint_news(returns):
    """Returns of the dates on which all series fall, zero otherwise: the rule of BEKKs."""
    return returns * (returns < 0).all(axis=1)[:, None]


@pytest.mark.long
def test_optimum_with_joint_news_is_at_least_that_of_bekks(reference, percent_log_returns):
    """The asymmetric model of BEKKs counts only joint falls as news."""
    returns = percent_log_returns.to_numpy() - percent_log_returns.to_numpy().mean(axis=0)
    result = reference["bekk_full_asymmetric"]
    layout = Layout("full", True, False, 2)
    ours = estimate_bekk(layout, returns, joint_news(returns))
    assert 0.0 < ours.log_likelihood - result["loglik"] < 1e-3  # BEKKs stops early
    theta = layout.with_signs(np.array(result["theta"]))
    np.testing.assert_allclose(ours.parameters, theta, atol=1e-3)
    assert ours.gradient_norm < 1e-4
    assert ours.bounds_hit == ()


@pytest.mark.long
def test_symmetric_model_does_not_use_the_news():
    errors = np.random.default_rng(1).standard_normal((600, 2))
    layout = Layout("scalar", False, False, 2)
    one = estimate_bekk(layout, errors, np.minimum(errors, 0.0))
    other = estimate_bekk(layout, errors, 100.0 * errors)
    np.testing.assert_array_equal(one.parameters, other.parameters)


@pytest.mark.long
def test_targets_are_counted():
    errors = np.random.default_rng(1).standard_normal((600, 3))
    for targeting, asymmetric, expected in (
        (False, False, 0),
        (True, False, 6),
        (True, True, 12),
    ):
        layout = Layout("scalar", asymmetric, targeting, 3)
        assert estimate_bekk(layout, errors, np.minimum(errors, 0.0)).n_targets == expected


def test_estimates_of_other_models_have_no_delta_method():
    with pytest.raises(TypeError, match="estimates of a BEKK model are needed; got NoneType"):
        with_delta_method(NOTHING_ESTIMATED, np.zeros(2), np.zeros((5, 2)))
