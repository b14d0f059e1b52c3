"""Influences on functions of a DCC against the stacked moment conditions."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch.covariance.dcc.errors.delta_method import DCCStateAt, dcc_delta_method
from hedgeresearch.covariance.dcc.errors.standard_errors import correlation_influence
from hedgeresearch.covariance.dcc.likelihoods.panel import PanelCorrelation
from tests.covariance.dcc.stacked_conditions import first_step, jacobian_of_means


def ratio(state, values):
    """Minimum-variance ratio of the first series after the sample."""
    h = state.advance(values).next_covariance
    return np.linalg.solve(h[1:, 1:], h[1:, 0])


class MomentConditions:
    """Scores, zz' - S and nn' - N of a DCC of two series at one vector of all that is estimated.

    The vector holds the univariate parameters, (a, b, g), and the upper triangles of S and N.
    """

    upper = np.triu_indices(2)

    def __init__(self, returns, n_dynamic, asymmetric):
        self.returns = returns
        self.n_dynamic = n_dynamic
        self.asymmetric = asymmetric

    def __call__(self, at):
        univariate, z = first_step(at[:8], self.returns)
        s = self.matrix(at[-6:-3])
        n = self.matrix(at[-3:])
        dynamic = np.zeros(3)
        dynamic[: self.n_dynamic] = at[8 : 8 + self.n_dynamic]
        scores = self.correlation_scores(dynamic, z, s, n)
        moments = self.moments(z, s, n).reshape(len(z), -1)
        return np.column_stack([*univariate, scores, moments])

    def matrix(self, triangle):
        """Symmetric matrix with the upper triangle (3,)."""
        return np.array([[triangle[0], triangle[1]], [triangle[1], triangle[2]]])

    def correlation_scores(self, dynamic, z, s, n):
        panel = PanelCorrelation.of(z, np.stack([s, n]), asymmetric=self.asymmetric)
        _, _, scores = panel.evaluation(dynamic, NORMAL)
        return scores[:, : self.n_dynamic]

    def moments(self, z, s, n):
        """Contributions to S and N, upper triangles, (n_dates, 2, 3)."""
        both = self.moment_matrices(z, s, n)
        return both[:, :, *self.upper]

    def moment_matrices(self, z, s, n):
        """Contributions to S and N, (n_dates, 2, 2, 2)."""
        centered = z - z.mean(axis=0)
        news = self.asymmetric * np.minimum(z, 0)
        products = centered[:, :, None] * centered[:, None] * len(z) / (len(z) - 1)
        return np.stack([products - s, news[:, :, None] * news[:, None] - n], axis=1)


@pytest.mark.long
@pytest.mark.parametrize("rules", [{}, {"asymmetric": True}], ids=["dcc", "asymmetric"])
def test_influence_solves_all_moment_conditions(rules, percent_log_returns):
    """-(dm/dtheta)^-1 m_t with all moment conditions m stacked.

    The moments enter as they are; that sums of them are written as sums of surprises is tested
    with the targets.
    """
    returns = percent_log_returns.iloc[1000:2000]
    values = returns.to_numpy()
    fit = hr.DCC(**rules).fit(returns)
    assert not fit.estimates.bounds_hit
    steps = fit.estimates.errors
    estimate = steps.estimate
    conditions = MomentConditions(values, len(estimate.reported), asymmetric=bool(rules))
    s = steps.likelihood.sample_target
    n = steps.likelihood.news_target
    theta = np.concatenate([fit.parameters, s[conditions.upper], n[conditions.upper]])
    state_at = DCCStateAt(
        steps.first_step, steps.likelihood, estimate.all_parameters, estimate.reported
    )

    def next_ratio(at):
        return ratio(state_at(at - theta), values)

    sizes = 1e-5 * np.maximum(np.abs(theta), 0.1)
    jacobian = jacobian_of_means(conditions, theta, sizes)
    changes = np.diag(sizes)
    differences = np.array([next_ratio(theta + d) - next_ratio(theta - d) for d in changes])
    slopes = differences / (2 * sizes[:, None])
    expected = -conditions(theta) @ np.linalg.inv(jacobian).T @ slopes

    raw = conditions.moment_matrices(steps.likelihood.residuals, s, n)
    sensitivities = steps.first_step.sensitivities()
    correlation = correlation_influence(steps.likelihood, estimate, sensitivities, raw)
    method = dcc_delta_method(state_at, sensitivities, correlation, raw)
    found = method.influence_on(lambda state: ratio(state, values))
    # differences of differences
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3 * expected.std())
