"""Losses of hedges: variance, semivariance, and functions that are no losses."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison.losses import (
    losses_of,
    semivariance_loss,
    variance_loss,
    without_rounding,
)


def test_mean_losses_are_variance_and_semivariance(panel):
    returns = panel["good"].to_numpy()
    assert variance_loss(returns).mean() == pytest.approx(returns.var(), rel=1e-12)
    below = [min(r, 0.0) ** 2 for r in returns]
    np.testing.assert_allclose(semivariance_loss(returns), below, rtol=1e-12)


def test_columns_that_differ_by_rounding_become_equal():
    returns = np.random.default_rng(0).normal(size=(50, 2))
    noisy = np.column_stack([returns, returns[:, 0] * (1 + 1e-13), returns[:, 1] + 1e-6])
    cleaned = without_rounding(noisy, float(np.abs(noisy).max()))
    np.testing.assert_array_equal(cleaned[:, 2], returns[:, 0])
    np.testing.assert_array_equal(cleaned[:, 3], noisy[:, 3])


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (
            lambda r: r[:5],
            r"loss must give one finite number for each of 300 returns; got the shape \(5,\)\.",
        ),
        (
            lambda r: np.where(r > 0.0, np.nan, r),
            r"got the shape \(300,\) with gaps or infinities",
        ),
        (lambda r: np.full(len(r), r[0]), "losses must differ by more than a constant"),
    ],
)
def test_functions_that_are_no_losses_are_refused(panel, loss, message):
    with pytest.raises(hr.DataError, match=message):
        losses_of(panel.to_numpy(), loss)
