"""A hidden Markov chain: depmixS4's filters, and pieces that add up to the whole."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.state import HiddenMarkovChain, PermutedState, without_permutation


@pytest.fixture(scope="module")
def chain():
    covariances = np.array([[[1.0, 0.5], [0.5, 0.8]], [[6.0, -1.0], [-1.0, 4.0]]])
    emissions = GaussianEmissions(np.array([[0.1, 0.0], [-0.2, 0.1]]), covariances)
    transition = np.array([[0.98, 0.02], [0.06, 0.94]])
    return HiddenMarkovChain(emissions, transition, np.array([0.3, 0.7]))


@pytest.mark.parametrize("case", ["sp500_2", "sp500_3", "simulated_2"])
def test_filter_is_that_of_depmix_at_its_parameters(case, depmix, request):
    expected = depmix[case]
    name = "simulated_hmm" if case == "simulated_2" else "monthly_stocks"
    data = request.getfixturevalue(name).to_numpy()
    means = np.array(expected["means"])[:, None]
    variances = np.array(expected["sds"])[:, None, None] ** 2
    chain = HiddenMarkovChain(
        GaussianEmissions(means, variances),
        np.array(expected["transition"]),
        np.array(expected["init"], dtype=float),
    )
    # the parameters are printed to 15 digits
    log_likelihood = chain.filter(data).log_likelihood.sum()
    assert log_likelihood == pytest.approx(expected["loglik"], abs=1e-8)
    smoothed, path = chain.hindsight(data)
    if "posterior_filtered_last5" in expected:
        filtered = chain.filter(data).filtered
        np.testing.assert_allclose(filtered[-5:], expected["posterior_filtered_last5"], atol=1e-8)
        np.testing.assert_allclose(smoothed[:5], expected["posterior_smoothed_first5"], atol=1e-8)
    else:
        np.testing.assert_allclose(smoothed.mean(axis=0), expected["smoothed_mean"], atol=1e-8)
    assert np.bincount(path).tolist() == expected["viterbi_counts"]


def test_pieces_are_one_long_filter(chain):
    observations = np.random.default_rng(0).standard_normal((10_000, 2)) * 2
    whole = chain.filter(observations)
    pieces = []
    carried = chain
    for block in np.array_split(observations, [1, 2, 300, 5000, 9999]):
        pieces.append(carried.filter(block).filtered)
        carried = carried.advance(block)
    np.testing.assert_allclose(np.vstack(pieces), whole.filtered, atol=1e-12)
    np.testing.assert_allclose(carried.next_probabilities, whole.predicted[-1], atol=1e-12)


def test_bars_give_the_bits_of_the_filter(chain):
    observations = np.random.default_rng(1).standard_normal((50, 2)) * 2
    later = chain
    for t in range(50):
        before = later
        expected = later.filter(observations[t : t + 1]).predicted[-1]
        kept = before.next_probabilities.copy()
        later = later.advance(observations[t : t + 1])
        np.testing.assert_array_equal(later.next_probabilities, expected)
        np.testing.assert_array_equal(before.next_probabilities, kept)
    at_once = chain.advance(np.asfortranarray(observations))
    np.testing.assert_allclose(at_once.next_probabilities, later.next_probabilities, rtol=1e-12)


def test_missing_values_are_left_out_of_the_bar(chain):
    bar = np.array([[2.0, np.nan]])
    expected = chain.filter(bar).predicted[-1]
    np.testing.assert_array_equal(chain.advance(bar).next_probabilities, expected)
    assert np.isfinite(expected).all()


def test_extensions_are_one_long_filter():
    returns = hr.data.simulate_regimes(n_dates=11_000, seed=4).returns
    fit = hr.GaussianHMM(2, n_starts=1).fit(returns.iloc[:1000])
    whole = fit.initial_state.filter(returns.to_numpy())
    first = fit.extend(returns.iloc[1000:4000])
    rest = first.extend(returns.iloc[4000:])
    filtered = pd.concat([fit.filtered, first.filtered, rest.filtered])
    np.testing.assert_allclose(filtered, whole.filtered, atol=1e-12)
    np.testing.assert_allclose(rest.next_probabilities, whole.predicted[-1], atol=1e-12)


def test_permutations_are_removed(chain):
    swapped = PermutedState(chain, np.array([1, 0]))
    np.testing.assert_array_equal(swapped.next_probabilities, [0.7, 0.3])
    assert without_permutation(PermutedState(swapped, np.array([1, 0]))) is chain
    assert without_permutation(chain) is chain


def test_moments_give_volatilities_and_correlations(chain):
    moments = chain.moments
    np.testing.assert_allclose(moments.volatilities, np.sqrt([[1.0, 0.8], [6.0, 4.0]]))
    correlations = [0.5 / np.sqrt(0.8), -1.0 / np.sqrt(24.0)]
    np.testing.assert_allclose(moments.correlations[:, 0, 1], correlations)
    np.testing.assert_allclose(moments.correlations[:, [0, 1], [0, 1]], 1.0)
