"""EM of hidden Markov models: the steps of hmmlearn, and runs that are cut off."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.hmm import em
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.hmm.hmmlearn_em import run_hmmlearn
from hedgeresearch.regimes.hmm.starting_points import starting_points
from hedgeresearch.regimes.hmm.units import Units


@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_steps_are_those_of_hmmlearn(structure, percent_log_returns):
    units = Units.from_observations(percent_log_returns.to_numpy())
    unit = units.standardize(percent_log_returns.to_numpy())
    emissions = GaussianEmissions(np.empty(0), np.empty(0), structure)
    start = starting_points(unit, 2, 3, 0, emissions)[2]
    ours = em.HMMSteps(unit).run(start, 1e-4)
    theirs = run_hmmlearn(start, unit, 1e-4)
    np.testing.assert_allclose(ours.history, theirs.history, rtol=1e-10)
    assert (np.diff(ours.history)[:-1] > 0).all()


def test_run_that_is_cut_off_is_warned_of(monkeypatch, percent_log_returns):
    monkeypatch.setattr(em, "MAX_STEPS", 2)
    with pytest.warns(hr.errors.ConvergenceWarning, match="EM should stop gaining within 2 steps"):
        hr.GaussianHMM(2, n_starts=1).fit(percent_log_returns.iloc[:1000])
