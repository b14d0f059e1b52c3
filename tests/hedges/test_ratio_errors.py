"""Sampling errors that hedges inherit from other fits."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.ratio_errors import (
    FixedErrors,
    InheritedErrors,
    InheritedPathErrors,
    PathErrors,
    inherited_errors,
)


@pytest.fixture(scope="module")
def rolling():
    returns = hr.data.simulate_dcc(n_dates=200, seed=3).returns
    return hr.RollingOLSHedge(60).fit(returns["asset"], returns[["hedge"]])


def test_fixed_errors_return_their_matrix():
    errors = FixedErrors(np.eye(2))
    np.testing.assert_array_equal(errors.covariance(), np.eye(2))
    assert errors.degrees_of_freedom() == np.inf
    assert not isinstance(errors, PathErrors)


def test_errors_of_the_path_are_inherited(rolling):
    errors = inherited_errors(rolling, whole_path=True)
    assert isinstance(errors, InheritedPathErrors)
    np.testing.assert_array_equal(errors.path_errors(rolling), rolling.errors.path_errors(rolling))
    np.testing.assert_array_equal(errors.covariance(rolling), rolling.errors.covariance(rolling))


def test_rows_choose_from_path_and_next_ratio(rolling):
    errors = inherited_errors(rolling, whole_path=True, rows=np.array([3, -1]))
    own = rolling.errors.path_errors(rolling)
    expected = [own[3], rolling.standard_errors.to_numpy()]
    np.testing.assert_allclose(errors.path_errors(rolling), expected, rtol=1e-12)


def test_degrees_of_freedom_are_limited(rolling):
    errors = inherited_errors(rolling, max_degrees=7.0)
    assert type(errors) is InheritedErrors
    assert errors.degrees_of_freedom(rolling) == 7.0


def test_fit_without_errors_passes_none_on():
    returns = hr.data.simulate_dcc(n_dates=200, seed=3).returns
    fit = hr.MinimumCVaRHedge().fit(returns["asset"], returns[["hedge"]])
    assert inherited_errors(fit, whole_path=True) is None
