"""Search of several series: no start ends higher than what the grid finds."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch.covariance.dcc.estimation import panel_search
from hedgeresearch.covariance.dcc.estimation.box_likelihood import BoxLikelihood
from hedgeresearch.covariance.dcc.estimation.panel_search import PanelSearch
from hedgeresearch.covariance.dcc.estimation.parameters import ParameterBox
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood

RULES = [{}, {"asymmetric": True}, {"corrected": True}, {"equicorrelation": True}]


def residuals(n_dates, n, a, b, seed):
    """Residuals of a DCC with equal correlations of .4 on average."""
    rng = np.random.default_rng(seed)
    mean = 0.4 + 0.6 * np.eye(n)
    q = mean
    z = np.empty((n_dates, n))
    for t in range(n_dates):
        scale = 1 / np.sqrt(np.diag(q))
        z[t] = np.linalg.cholesky(q * np.outer(scale, scale)) @ rng.standard_normal(n)
        q = (1 - a - b) * mean + a * np.outer(z[t], z[t]) + b * q
    return z / z.std(axis=0)


def search_of(z, rules, student=False):
    likelihood = CorrelationLikelihood(z, **rules)
    box = ParameterBox.of(likelihood, student)
    return PanelSearch(BoxLikelihood(likelihood, box), "DCC")


@pytest.mark.long
@pytest.mark.parametrize("student", [False, True])
@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (0.01, 0.9), (0.02, 0.5)])
def test_no_random_start_ends_higher(a, b, rules, student):
    """Weak dynamics, where the likelihood has several maxima or a maximum on a bound."""
    search = search_of(residuals(300, 3, a, b, seed=4), rules, student)
    found = search.from_grid()
    rng = np.random.default_rng(6)
    low, high = np.array(search.objective.box.limits).T
    starts = rng.uniform(low, high, (12, len(low)))
    points = [search.objective.box.point(start) for start in starts]
    restarted = search.from_points(points, try_all_starts=True)
    assert restarted.log_likelihood < found.log_likelihood + 1e-6


def test_grid_of_a_part_of_the_dates_finds_the_same(monkeypatch):
    """Sixteen series and 600 dates are many; the first grid leaves out three of four eights."""
    z = residuals(600, 16, 0.02, 0.9, seed=2)
    found = search_of(z, {}).from_grid()
    monkeypatch.setattr(panel_search, "STRIDE", 1)
    expected = search_of(z, {}).from_grid()
    np.testing.assert_allclose(found.point, expected.point, atol=1e-5)
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, abs=1e-6)


def test_stride_uses_every_other_eight_of_dates():
    """The mean over the first, third, ... eight dates is that of their log-densities."""
    passes = CorrelationLikelihood(residuals(77, 3, 0.05, 0.9, seed=1)).passes
    parameters = np.array([0.05, 0.9, 0.0])
    _, by_date, _ = passes.evaluation(parameters, NORMAL)
    used = np.arange(77) // 8 % 2 == 0
    assert passes.value(parameters, NORMAL, 2) == pytest.approx(by_date[used].mean(), rel=1e-12)
    assert passes.value(parameters, NORMAL) == pytest.approx(by_date.mean(), rel=1e-12)


def test_first_dates_show_the_maximum_of_a_long_sample(monkeypatch):
    z = residuals(3000, 3, 0.03, 0.9, seed=3)
    expected = search_of(z, {}).from_grid()
    monkeypatch.setattr(panel_search, "DATES_OF_PART", 1000)
    grids = []
    grid_maxima = PanelSearch._grid_maxima

    def spy(self, *arguments):
        grids.append(len(self.objective.likelihood.residuals))
        return grid_maxima(self, *arguments)

    monkeypatch.setattr(PanelSearch, "_grid_maxima", spy)
    found = search_of(z, {}).from_grid()
    np.testing.assert_allclose(found.point, expected.point, atol=1e-5)
    assert set(grids) == {1000}
