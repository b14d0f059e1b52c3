"""Forced covariances and funding spikes."""

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.risk.scenarios import FundingSpike, forced_covariances


@pytest.mark.parametrize("size", [2, 3, 6])
def test_forced_covariances_are_positive_semidefinite(size: int) -> None:
    rng = np.random.default_rng(size)
    root = rng.standard_normal((size, size)) * rng.uniform(0.01, 10.0, size)[:, None]
    covariance = root @ root.T
    correlated, uncorrelated = forced_covariances(covariance)
    for matrix in (correlated, uncorrelated):
        assert np.linalg.eigvalsh(matrix)[0] > -1e-12 * np.trace(matrix)
        assert np.diag(matrix) == pytest.approx(np.diag(covariance), rel=1e-12)
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    assert correlated / scale == pytest.approx(np.ones((size, size)), rel=1e-12)
    assert not uncorrelated[0, 1:].any()
    assert not uncorrelated[1:, 0].any()
    assert (uncorrelated[1:, 1:] == covariance[1:, 1:]).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((10, 3), "rate must lie strictly between -1 and 1; got 10"),
        ((0.001, 0), "periods must be a whole number of at least 1; got 0"),
        ((0.001, 3, "near"), "hedges must be a tuple of names; got 'near'"),
        ((0.001, 3, 5), r"hedges must be a tuple of names; got 5. Pass \(5,\)"),
        ((0.001, 3, ("near", "near")), r"hedges must be named once each.*got \('near', 'near'\)"),
    ],
)
def test_invalid_funding_spikes_are_refused(settings: tuple, message: str) -> None:
    with pytest.raises(DataError, match=message):
        FundingSpike(*settings)


def test_list_of_names_is_kept_as_a_tuple() -> None:
    spike = FundingSpike(0.001, 3, ["near"])
    same = FundingSpike(0.001, 3, ("near",))
    assert spike == same
    assert hash(spike) == hash(same)
