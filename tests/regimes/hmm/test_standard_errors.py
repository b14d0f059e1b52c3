"""Robust standard errors of hidden Markov models."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.state import HiddenMarkovChain


def test_errors_of_one_regime_are_those_of_a_normal(percent_log_returns):
    fit = hr.GaussianHMM(1, n_starts=1).fit(percent_log_returns)
    values = percent_log_returns.to_numpy()
    deviations = values - values.mean(axis=0)
    pairs = ((0, 0), (1, 0), (1, 1))
    products = np.stack([deviations[:, i] * deviations[:, j] for i, j in pairs], axis=1)
    influence = np.hstack([deviations, products - products.mean(axis=0)])
    expected = np.sqrt((influence**2).sum(axis=0)) / len(values)
    np.testing.assert_allclose(fit.standard_errors, expected, rtol=1e-6)


# --- scores and influences ---


def with_gaps(returns):
    gaps = returns.copy()
    gaps.iloc[::7, 0] = np.nan
    gaps.iloc[3::11, 1] = np.nan
    gaps.iloc[100:110] = np.nan
    return gaps


MODELS = {
    "full": hr.GaussianHMM(2, n_starts=2),
    "three": hr.GaussianHMM(3, n_starts=4),
    "diagonal": hr.GaussianHMM(2, covariance="diagonal", n_starts=2),
    "spherical": hr.GaussianHMM(2, covariance="spherical", n_starts=2),
    "prior": hr.GaussianHMM(2, n_starts=2, persistence_prior=20.0),
    "stationary": hr.GaussianHMM(2, n_starts=2, initial="stationary", persistence_prior=5.0),
    "gaps": hr.GaussianHMM(2, n_starts=2, allow_missing=True),
    "student": hr.StudentHMM(2, n_starts=2),
}


@pytest.fixture(scope="module", params=MODELS)
def errors(request, percent_log_returns):
    """Return the errors of a fit, whose observations have gaps where the model allows them."""
    model = MODELS[request.param]
    sample = percent_log_returns.iloc[:700]
    fit = model.fit(with_gaps(sample) if model.allow_missing else sample)
    return fit.estimates.errors


def log_posteriors(errors, point):
    """Return the log-likelihood of each date plus its share of the log-prior."""
    parameters = errors._coordinates.parameters_at(point)
    by_date = HiddenMarkovChain(*parameters).filter(errors.observations).log_likelihood
    log_prior = errors.persistence * np.log(np.diag(parameters.transition)).sum()
    return by_date + log_prior / len(by_date)


def test_scores_are_differences_of_the_filter(errors):
    rng = np.random.default_rng(0)
    steps = 1e-3 * errors._coordinates.scales
    point = 2000 * steps * rng.uniform(-1.0, 1.0, len(steps))  # not at the optimum
    expected = [
        (log_posteriors(errors, point + step) - log_posteriors(errors, point - step))
        / (2 * step.sum())
        for step in np.diag(steps)
    ]
    scores = errors.scores(point)
    np.testing.assert_allclose(scores, np.stack(expected, axis=1), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(
        errors._mean_score(point), scores.mean(axis=0), rtol=1e-9, atol=1e-11
    )


def influence_on(errors, function):
    """Return the influence on a function of the chain that may filter it, by differences."""
    coordinates = errors._coordinates
    slopes = []
    for step in np.diag(1e-3 * coordinates.scales):
        up = function(HiddenMarkovChain(*coordinates.parameters_at(step)))
        down = function(HiddenMarkovChain(*coordinates.parameters_at(-step)))
        slopes.append((up - down) / (2.0 * step.sum()))
    return errors.influence @ np.array(slopes)


def test_influence_needs_no_filters(errors):
    """Derivatives that one pass computes give the same as filters with moved parameters."""
    rng = np.random.default_rng(1)
    weights = rng.standard_normal((700, 3))

    def by_filter(chain):
        seen = chain.filter(errors.observations)
        moments = chain.moments
        parts = seen.filtered[:, 0] @ weights, seen.predicted[-1], moments.covariances[0, 0]
        return np.concatenate([*parts, moments.means[-1]])

    def by_values(values):
        moments = values.moments
        parts = values.filtered[:, 0] @ weights, values.next_probabilities
        return np.concatenate([*parts, moments.covariances[0, 0], moments.means[-1]])

    expected = influence_on(errors, by_filter)
    found = errors.influence_through(by_values, errors.observations)
    assert (np.abs(found - expected) <= 1e-5 * np.abs(expected).max(axis=0)).all()


def test_slopes_know_dates_after_the_sample(two_regimes, percent_log_returns):
    errors = two_regimes.estimates.errors
    more = np.vstack([percent_log_returns.to_numpy(), [[3.0, -3.0]]])
    values, _ = errors.slopes(more)
    filtered = two_regimes.initial_state.filter(more)
    np.testing.assert_allclose(values.filtered, filtered.filtered, atol=1e-12)
    np.testing.assert_allclose(values.next_probabilities, filtered.predicted[-1], atol=1e-12)


@pytest.mark.long
def test_errors_follow_the_units(two_regimes, percent_log_returns):
    scaled = hr.GaussianHMM(2, n_starts=2).fit(percent_log_returns * 1e-4)
    power = np.repeat([1, 2, 0], [4, 6, 2])
    expected = two_regimes.standard_errors * 1e-4**power
    np.testing.assert_allclose(scaled.standard_errors, expected, rtol=1e-3)


@pytest.mark.long
def test_probabilities_on_a_bound_have_no_error(three_regimes):
    bounds = three_regimes.estimates.bounds_hit
    assert bounds == ("p [0,2] = 0", "p [1,2] = 0", "p [2,0] = 0")
    errors = three_regimes.standard_errors
    assert errors.index[errors.isna()].tolist() == ["p [2,0]"]


@pytest.mark.long
def test_optimum_with_missing_values_has_no_slope(percent_log_returns):
    gaps = percent_log_returns.iloc[:1000].copy()
    gaps.iloc[::5, 0] = np.nan
    gaps.iloc[1::3, 1] = np.nan
    fit = hr.GaussianHMM(2, n_starts=2, allow_missing=True).fit(gaps)
    scores = fit.estimates.errors.scores(np.zeros(12))
    # coordinates without units; EM stops when a step gains 1e-8
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=2e-5)


@pytest.mark.slow
def test_errors_are_the_spread_of_a_hundred_samples():
    ratios = []
    ratio_errors = []
    parameters = []
    errors = []
    for seed in range(100):
        returns = hr.data.simulate_regimes(n_dates=2000, seed=seed).returns
        fit = hr.GaussianHMM(2, n_starts=1).fit(returns)
        parameters.append(fit.parameters)
        errors.append(fit.standard_errors)
        covariances = fit.final_state.moments.covariances
        ratios.append(covariances[:, 0, 1] / covariances[:, 1, 1])
        ratio_errors.append(hr.regimes.regime_ratio_errors(fit, "asset", ["hedge"])["hedge"])
    # the spread of a hundred samples is known to 7%
    np.testing.assert_allclose(np.std(ratios, axis=0), np.mean(ratio_errors, axis=0), rtol=0.25)
    spread = pd.DataFrame(parameters).std()
    np.testing.assert_allclose(spread, pd.DataFrame(errors).mean(), rtol=0.25)
