"""Standard errors of Markov-switching GARCH, by the definition of the sandwich."""

from itertools import product

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch.regimes.markov_switching.garch_likelihood import switching_garch_likelihood

USED = [0, 1, 3, 5, 6, 8, 10, 11]
"""Positions of the parameters of two symmetric normal regimes among all parameters."""


def test_errors_are_the_sandwich(fit, series):
    """The sandwich is A^-1 B A^-1, here with A from differences of the mean log-likelihood."""
    e = (series - series.mean()).to_numpy()
    point = np.insert(fit.parameters.to_numpy(), [2, 3, 5, 6], [0.0, NORMAL, 0.0, NORMAL])
    _, scores = switching_garch_likelihood(point, e, 2)
    steps = np.diag(2e-4 * point[USED])

    def mean(x):
        moved = point.copy()
        moved[USED] += x
        return switching_garch_likelihood(moved, e, 2)[0].mean()

    information = np.empty((8, 8))
    for i, j in product(range(8), repeat=2):
        up = steps[i] + steps[j]
        down = steps[i] - steps[j]
        difference = mean(up) - mean(down) - mean(-down) + mean(-up)
        information[i, j] = -difference / (4 * steps[i, i] * steps[j, j])
    bread = np.linalg.inv(information)
    s = scores[:, USED]
    expected = bread @ (s.T @ s) @ bread / len(s) ** 2
    np.testing.assert_allclose(fit.standard_errors, np.sqrt(np.diag(expected)), rtol=5e-3)


def test_bound_of_the_degrees_of_freedom_is_reported(series):
    heavy = hr.MarkovSwitchingGARCH(density="student", n_starts=3).fit(series)
    assert heavy.parameters["nu [0]"] == pytest.approx(500)
    assert heavy.estimates.bounds_hit == ("1 / nu of regime 0 = 0.002",)
    errors = heavy.standard_errors
    assert errors.index[errors.isna()].tolist() == ["nu [0]"]
