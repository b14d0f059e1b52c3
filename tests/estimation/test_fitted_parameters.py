"""Parameters, likelihood and criteria that a fit reads from its estimates."""

from dataclasses import dataclass

import numpy as np
import pytest

from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED, Estimates
from hedgeresearch.estimation.fitted_parameters import FittedParameters


class KnownCovariance:
    """Sampling covariance that is given."""

    label = "known"

    def covariance(self):
        return np.diag([0.04, 0.25])


@dataclass(frozen=True, eq=False)
class Fit(FittedParameters):
    """Smallest fit there is."""

    @property
    def facts(self):
        return self.facts_about([f"series {i}" for i in range(8)], "100 to 2026-01-01")


@pytest.fixture
def fit():
    estimates = Estimates(
        values={"a": 1.0, "b": -2.0},
        n_dates=100,
        log_likelihood=-50.0,
        n_targets=1,
        gradient_norm=1e-9,
        bounds=("a = 1",),
        errors=KnownCovariance(),
    )
    return Fit("a model", estimates)


def test_parameters_and_errors_are_those_of_the_estimates(fit):
    assert fit.parameters.to_dict() == {"a": 1.0, "b": -2.0}
    np.testing.assert_allclose(fit.standard_errors, [0.2, 0.5], rtol=1e-15)
    assert fit.summary.columns.tolist() == ["estimate", "standard error", "t", "p"]
    assert fit.log_likelihood == -50.0


def test_convergence_reports_gradient_and_bounds(fit):
    assert fit.parameter_covariance.loc["b", "b"] == 0.25
    assert fit.convergence["gradient norm"] == 1e-9
    assert fit.convergence["bounds hit"] == ["a = 1"]


def test_information_criteria_count_targets(fit):
    assert fit.aic == 100.0 + 2.0 * 3
    assert fit.bic == pytest.approx(100.0 + 3 * np.log(100), rel=1e-15)


def test_nothing_estimated_has_no_criteria():
    nothing = Fit("a model", NOTHING_ESTIMATED)
    assert nothing.parameters.empty
    assert nothing.standard_errors.empty
    assert nothing.parameter_covariance is None
    assert nothing.log_likelihood is None
    assert nothing.aic is None
    assert nothing.bic is None


def test_notebooks_show_the_summary(fit):
    page = fit._repr_html_()
    assert "std. error" in page
    assert "a model" in page
    assert "known" in page
    assert "a = 1" in page
    assert "series 5 and 2 more" in page
