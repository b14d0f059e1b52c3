"""Results depend neither on where arrays lie in memory nor on when their code was compiled.

A compiler that may reorder sums chooses an order by the addresses of arrays when the code runs, and
another one for each kernel that a pass is part of. Kernels do not give it that liberty.
"""

import os
import subprocess
import sys

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.dcc.pair.passes import pair_evaluation
from hedgeresearch._kernels.dcc.pair.search import maximize_pairs
from hedgeresearch._kernels.dcc.pair.sensitivity import pair_sensitivity
from hedgeresearch._kernels.dcc.pair.targets import pair_targets
from hedgeresearch._kernels.garch.blocks import BLOCK, scores_of_block
from hedgeresearch._kernels.garch.fit import fit_garch, unit_series
from hedgeresearch._kernels.garch.hessian import garch_hessian, weights_of_block
from hedgeresearch._kernels.garch.influence import (
    garch_influence,
    garch_residual_slopes,
    garch_standardize,
)

N_LAYOUTS = 300
DENSITIES = {"normal": NORMAL, "student": 5.0}
N_DATES = [8, 9, 10, 11, 12, 13, 14, 128]
"""Dates of the last block of a sample."""


def layouts(arrays, n_layouts=N_LAYOUTS):
    """Yield copies of arrays that lie in one piece of memory, in any order and close together."""
    rng = np.random.default_rng(0)
    size = sum(x.size for x in arrays) + 32 * (len(arrays) + 1)
    for _ in range(n_layouts):
        memory = np.zeros(size)
        copies = list(arrays)
        place = rng.integers(32)
        for i in rng.permutation(len(arrays)):
            copies[i] = memory[place : place + arrays[i].size].reshape(arrays[i].shape)
            copies[i][...] = arrays[i]
            place += arrays[i].size + rng.integers(1 + rng.integers(32))
        yield copies


def check_bits(function, arrays, n_layouts=N_LAYOUTS):
    """Check that what a function returns and what it leaves in its arrays is always the same."""
    found = set()
    for copies in layouts(arrays, n_layouts):
        result = np.asarray(function(*copies), dtype=float)
        found.add(result.tobytes() + b"".join(x.tobytes() for x in copies))
    assert len(found) == 1


def draws(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def garch(density):
    return np.array([0.02, 0.1, 0.08, 0.05, 0.82, DENSITIES[density]])


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("n_dates", N_DATES)
def test_weights_of_a_block_do_not_depend_on_places(n_dates, density):
    parameters = garch(density)

    def weights_of(returns, h, weights, hessian):
        weights_of_block(parameters, returns, h, weights, hessian)
        return 0.0

    h = 0.5 + draws(BLOCK, seed=1) ** 2
    check_bits(weights_of, [draws(n_dates), h, np.zeros((4, BLOCK)), np.zeros((6, 6))])


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("n_dates", N_DATES)
def test_scores_of_a_block_do_not_depend_on_places(n_dates, density):
    parameters = garch(density)
    constants = density_constants(parameters[5], 1)

    def scores_of(returns, h, rows):
        return scores_of_block(parameters, constants, returns, h, rows)

    h = 0.5 + draws(BLOCK, seed=1) ** 2
    check_bits(scores_of, [draws(n_dates), h, draws(6, BLOCK, seed=2)])


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("n_dates", [140, 403])
def test_garch_passes_do_not_depend_on_places(n_dates, density):
    parameters = garch(density)
    kept = np.array([0, 1, 2, 4])

    def passes_of(returns, unit, residuals, weights, slopes, hessian, inverse, influence):
        scaled = unit_series(returns, True, unit)
        ends = garch_standardize(parameters, unit, residuals)
        garch_residual_slopes(parameters, unit, weights, slopes)
        garch_hessian(parameters, unit, hessian)
        garch_influence(parameters, unit, kept, inverse, influence)
        return scaled + ends

    rows = [draws(n_dates), np.zeros(n_dates), np.zeros(n_dates), draws(n_dates, seed=1)]
    squares = [np.zeros((6, 6)), draws(4, 4, seed=2)]
    check_bits(passes_of, [*rows, np.zeros(6), *squares, np.zeros((n_dates, 4))])


def test_garch_fit_does_not_depend_on_places():
    free = np.zeros(6, dtype=bool)

    def fit_of(returns, point):
        return fit_garch(returns, True, False, False, False, point, free)

    returns = draws(140)
    check_bits(fit_of, [(returns - returns.mean()) / returns.std(), np.zeros(6)], 30)


@pytest.mark.parametrize("density", DENSITIES)
def test_pair_passes_do_not_depend_on_places(density):
    steps = np.array([1e-4, 1e-4, 0.0, 0.0])
    backward = np.zeros(4, dtype=bool)
    searched = np.array([0, 1])
    ones = np.zeros((1, 2), dtype=int)
    basins = np.empty((0, 8), dtype=int)

    def passes_of(x, y, parameters, targets, gradient, information, curvature, by_z, ends):
        targets[:] = pair_targets(x, y, False)
        segments = np.stack([in_segments(x), in_segments(y)])
        sample = (x, y, segments, targets)
        value = pair_evaluation(parameters, False, False, *sample, gradient, information)
        how = (backward, False, False, False, x, y, targets, curvature, by_z)
        slopes = pair_sensitivity(parameters, steps, *how)
        start = np.array([[0.9, 0.1, 0.0, 0.0]])
        moments = targets[None, None]
        maximize_pairs(start, ones, basins, searched, False, x[None], y[None], moments, ends)
        return np.array([value, *slopes.ravel()])

    parameters = np.array([0.03, 0.9, 0.0, DENSITIES[density]])
    squares = [np.zeros(4), np.zeros((4, 4)), np.zeros((4, 4))]
    series = [draws(140), draws(140, seed=1)]
    check_bits(
        passes_of,
        [*series, parameters, np.zeros(6), *squares, np.zeros((4, 2, 140)), np.zeros((1, 11))],
        100,
    )


FITS = """
import warnings
import numpy as np
import hedgeresearch as hr
warnings.simplefilter("ignore")
three = hr.data.simulate_dcc(500, n_series=3, a=0.05, b=0.9, seed=4).returns
pair = three.iloc[:, :2]
fits = [
    hr.GARCH(asymmetric=True, density="student").fit(pair.iloc[:, 0]),
    hr.DCC().fit(pair),
    hr.DCC(asymmetric=True, density="student").fit(pair),
    hr.DCC().fit(three),
    hr.CCC().fit(three),
    hr.BEKK().fit(pair),
    hr.GaussianHMM(2, n_starts=2).fit(pair),
]
for fit in fits:
    print(np.hstack([fit.parameters, fit.standard_errors, fit.log_likelihood]).tobytes().hex())
"""


@pytest.mark.slow
def test_compiled_kept_and_steered_code_estimate_the_same_bits(tmp_path):
    """Python steers the first process; the second loads its passes; the third compiles all.

    Each pass is optimized again in every kernel that calls it: that must not change its bits.
    """
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "HEDGERESEARCH_QUIET": "1"}
    at_once = (
        "from hedgeresearch._kernels.compilation.steering import compiled_at_once as at_once\n"
    )
    at_once += f"with at_once():\n    exec({FITS!r})"
    found = []
    for code in (FITS, FITS, at_once, FITS):
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        found.append(done.stdout)
    assert found[1:] == found[:1] * 3
