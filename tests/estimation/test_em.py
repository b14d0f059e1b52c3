"""The EM algorithm on a mixture of two normals with known variances, written out."""

from typing import NamedTuple

import numpy as np
import pytest

from hedgeresearch.estimation.em import run_em

SAMPLE = np.concatenate(
    [
        np.random.default_rng(0).normal(-1.0, 1.0, 300),
        np.random.default_rng(1).normal(2.0, 1.0, 200),
    ]
)


class Expected(NamedTuple):
    """Probabilities of the first component, and the log-likelihood."""

    weights: np.ndarray
    log_likelihood: float

    @property
    def objective(self):
        return self.log_likelihood


def e_step(parameters):
    share, first, second = parameters
    densities = np.stack(
        [
            share * np.exp(-0.5 * (SAMPLE - first) ** 2),
            (1 - share) * np.exp(-0.5 * (SAMPLE - second) ** 2),
        ]
    )
    return Expected(
        densities[0] / densities.sum(axis=0), float(np.log(densities.sum(axis=0)).sum())
    )


def m_step(parameters, expected):
    weights = expected.weights
    return (
        weights.mean(),
        np.average(SAMPLE, weights=weights),
        np.average(SAMPLE, weights=1.0 - weights),
    )


def test_run_rises_to_an_optimum():
    run = run_em((0.5, -0.5, 0.5), e_step, m_step, tolerance=1e-10, max_steps=500)
    assert run.converged
    assert (np.diff(run.history) > -1e-9).all()
    assert run.history[-1] == run.objective == run.log_likelihood
    assert run.log_likelihood == e_step(run.parameters).log_likelihood
    assert m_step(run.parameters, e_step(run.parameters)) == pytest.approx(run.parameters, abs=1e-4)
    np.testing.assert_allclose(run.parameters, [0.6, -1.0, 2.0], atol=0.2)


def test_run_that_is_cut_off_has_not_converged():
    run = run_em((0.5, -0.5, 0.5), e_step, m_step, tolerance=1e-10, max_steps=3)
    assert not run.converged
    assert len(run.history) == 3
    # the parameters are one step ahead of the likelihood
    assert e_step(run.parameters).log_likelihood > run.log_likelihood


def test_model_that_degenerates_gives_no_run():
    start = (0.5, -0.5, 0.5)
    assert run_em(start, lambda _: None, m_step, tolerance=1e-6, max_steps=9) is None
    assert run_em(start, e_step, lambda *_: None, tolerance=1e-6, max_steps=9) is None
