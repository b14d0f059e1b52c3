"""DCC kernel of two series against the general kernel."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.dcc.pair.likelihood import dcc_pair_scores
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood

POINTS = [(0.05, 0.9, 0.0), (0.2, 0.3, 0.1), (0.01, 0.985, 0.002)]


def sample(n_series, n_dates):
    rng = np.random.default_rng(n_series)
    mixing = np.eye(n_series) + 0.3 * rng.standard_normal((n_series, n_series))
    residuals = rng.standard_normal((n_dates, n_series)) @ mixing
    return residuals / residuals.std(axis=0)


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("nu", [NORMAL, 5.0])
def test_pair_kernel_equals_the_general_kernel(nu, corrected):
    likelihood = CorrelationLikelihood(
        sample(2, 500), corrected=corrected, asymmetric=not corrected
    )
    for parameters in np.array(POINTS) * [1, 1, not corrected]:
        intercept, first, derivatives = likelihood.matrices(parameters)
        rest = (density_constants(nu, 2), likelihood.residuals, intercept, first, derivatives)
        _, by_date, scores = likelihood.passes.evaluation(parameters, nu)
        pair_by_date, pair_scores = dcc_pair_scores(parameters, corrected, *rest)
        np.testing.assert_allclose(pair_by_date, by_date, rtol=1e-11, atol=1e-12)
        estimated = [0, 1, 3] if corrected else [0, 1, 2, 3]
        np.testing.assert_allclose(
            pair_scores[:, estimated],
            scores[:, estimated],
            rtol=1e-9,
            atol=1e-10 * np.abs(scores).max(),
        )
