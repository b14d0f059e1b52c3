"""A hidden Markov chain carried over dates in pieces is the chain carried over them at once."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.state import HiddenMarkovChain


@pytest.fixture(scope="module")
def chain():
    covariances = np.array([[[1.0, 0.5], [0.5, 0.8]], [[6.0, -1.0], [-1.0, 4.0]]])
    emissions = GaussianEmissions(np.array([[0.1, 0.0], [-0.2, 0.1]]), covariances)
    return HiddenMarkovChain(
        emissions, np.array([[0.98, 0.02], [0.06, 0.94]]), np.array([0.3, 0.7])
    )


def test_pieces_are_one_long_filter(chain):
    observations = np.random.default_rng(0).standard_normal((10_000, 2)) * 2
    whole = chain.filter(observations)
    pieces, carried = [], chain
    for block in np.array_split(observations, [1, 2, 300, 5000, 9999]):
        pieces.append(carried.filter(block).filtered)
        carried = carried.advance(block)
    np.testing.assert_allclose(np.vstack(pieces), whole.filtered, atol=1e-12)
    np.testing.assert_allclose(carried.next_probabilities, whole.predicted[-1], atol=1e-12)


def test_extending_a_fit_is_one_long_filter():
    returns = hr.data.simulate_regimes(n_dates=11_000, seed=4).returns
    fit = hr.GaussianHMM(2, n_starts=1).fit(returns.iloc[:1000])
    whole = fit.initial_state.filter(returns.to_numpy())
    first = fit.extend(returns.iloc[1000:4000])
    rest = first.extend(returns.iloc[4000:])
    filtered = pd.concat([fit.filtered, first.filtered, rest.filtered])
    np.testing.assert_allclose(filtered, whole.filtered, atol=1e-12)
    np.testing.assert_allclose(rest.next_probabilities, whole.predicted[-1], atol=1e-12)


def test_densities_are_normal(chain):
    from scipy.stats import multivariate_normal

    observations = np.random.default_rng(1).standard_normal((5, 2))
    slow = [
        multivariate_normal(m, c).logpdf(observations) for m, c in zip(*chain.moments, strict=True)
    ]
    np.testing.assert_allclose(
        chain.emissions.log_densities(observations), np.stack(slow, axis=1), rtol=1e-12
    )
