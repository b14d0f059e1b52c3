"""Alignment against every permutation, and refits of a walk-forward that may not swap regimes."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import Bound, ParameterName
from hedgeresearch.regimes.alignment import align_regimes, match_regimes, squared_distances
from hedgeresearch.regimes.markov_switching.garch_coordinates import CoordinateName
from hedgeresearch.regimes.start import fit_from_state
from hedgeresearch.regimes.state import Moments, PermutedState

MODEL = hr.GaussianHMM(2, n_starts=2)


@pytest.fixture(scope="module")
def truth():
    """Two regimes that differ in correlation only: their order by variance is chance."""
    return hr.data.simulate_regimes(
        n_dates=2800,
        transition=[[0.98, 0.02], [0.03, 0.97]],
        ratios=(0.95, 0.2),
        hedge_volatility=(0.01, 0.01),
        residual_volatility=(0.004, 0.0102),
        seed=1,
    )


@pytest.fixture(scope="module")
def fit(truth):
    return MODEL.fit(truth.returns.iloc[:1000])


@pytest.fixture(scope="module")
def swapped(fit):
    """The fit with its regimes under the other numbers, and bounds of all kinds."""
    order = np.array([1, 0])
    named = {}
    for name, value in fit.estimates.values.items():
        named[ParameterName(name.label, tuple(1 - k for k in name.regimes))] = value
    named[ParameterName("ar asset [1]")] = 0.2
    bounds = (
        Bound(ParameterName("p", (0, 1)), 0.0),
        Bound(CoordinateName("persistence of regime {}", (1,)), 0.99),
        Bound(CoordinateName("a share in row {} of p", (0,)), 0.0),
        "as a text",
    )
    estimates = Estimates(values=named, n_dates=1000, bounds=bounds)
    return fit_from_state(
        fit.model, fit.observations, PermutedState(fit.initial_state, order), estimates, np.empty(0)
    )


def random_moments(k, n, seed):
    rng = np.random.default_rng(seed)
    factors = rng.standard_normal((k, n, n + 2))
    return Moments(rng.standard_normal((k, n)), factors @ factors.swapaxes(1, 2))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_distances_follow_their_definition(n):
    one = random_moments(3, n, 1)
    two = random_moments(3, n, 2)
    distances = squared_distances(one, two)
    for i, j in itertools.product(range(3), repeat=2):
        v = np.sqrt(np.diag(one.covariances[i]))
        w = np.sqrt(np.diag(two.covariances[j]))
        expected = np.mean(np.log(v / w) ** 2)
        expected += np.mean((one.means[i] - two.means[j]) ** 2 / (v * w))
        change = one.covariances[i] / np.outer(v, v) - two.covariances[j] / np.outer(w, w)
        pairs = change[np.tril_indices(n, -1)] ** 2
        if len(pairs):
            expected += np.mean(pairs)
        assert distances[i, j] == pytest.approx(expected, rel=1e-12)
    scale = np.array([1e-4, 1.0, 1e4])[:n]
    scaled = [Moments(m.means * scale, m.covariances * np.outer(scale, scale)) for m in (one, two)]
    np.testing.assert_allclose(squared_distances(*scaled), distances, rtol=1e-10)


def test_permutation_is_the_best_of_all(truth):
    three = hr.GaussianHMM(3, n_starts=2)
    late = three.fit(truth.returns.iloc[400:1200])
    early = three.fit(truth.returns.iloc[:800])
    aligned = align_regimes(late, early)
    distances = squared_distances(early.final_state.moments, late.final_state.moments)
    sums = {order: distances[range(3), order].sum() for order in itertools.permutations(range(3))}
    assert tuple(aligned.order) == min(sums, key=sums.get)
    assert (aligned.drift**2).sum() == pytest.approx(min(sums.values()))


@pytest.mark.long
def test_refits_of_a_walk_never_swap_regimes(truth):
    previous = None
    as_fitted = []
    aligned = []
    for first in range(0, 2000, 100):
        window = truth.returns.iloc[first : first + 800]
        fit = MODEL.fit(window)
        as_fitted.append((fit.most_likely_path == truth.regimes[window.index]).mean())
        if previous is not None:
            step = align_regimes(fit, previous)
            assert step.drift.max() < 0.2
            fit = step.fit
        aligned.append((fit.most_likely_path == truth.regimes[window.index]).mean())
        previous = fit
    # by variance alone they do swap
    assert min(as_fitted) < 0.1
    assert max(as_fitted) > 0.9
    assert max(aligned) < 0.1 or min(aligned) > 0.9


def test_all_tables_are_renumbered(fit, swapped, truth):
    aligned = align_regimes(fit, swapped)
    assert aligned.order.tolist() == [1, 0]
    assert aligned.drift.to_numpy() == pytest.approx([0.0, 0.0])
    new = truth.returns.iloc[1000:1300]
    other = [1, 0]
    for ours, theirs in [(aligned.fit, fit), (aligned.fit.extend(new), fit.extend(new))]:
        for name in ("predicted", "filtered", "smoothed"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name)[other])
        np.testing.assert_array_equal(ours.most_likely_path, 1 - theirs.most_likely_path)
        np.testing.assert_array_equal(ours.next_probabilities, theirs.next_probabilities[other])
        np.testing.assert_array_equal(ours.transition, theirs.transition.loc[other, other])
        np.testing.assert_allclose(ours.forecast(5), theirs.forecast(5)[other], rtol=1e-14)
        for regime in (0, 1):
            np.testing.assert_array_equal(ours.means.loc[regime], theirs.means.loc[1 - regime])
            np.testing.assert_array_equal(
                ours.covariances.loc[regime], theirs.covariances.loc[1 - regime]
            )
    assert aligned.fit.parameters.to_dict() | {"ar asset [1]": 0.2} == swapped.parameters.to_dict()
    assert aligned.fit.parameters["mean asset [0]"] == aligned.fit.means.loc[0, "asset"]
    assert aligned.fit.log_likelihood == fit.log_likelihood


def test_cycle_of_three_renumbers_path_and_probabilities(truth):
    fit = hr.GaussianHMM(3, n_starts=1).fit(truth.returns.iloc[:800])
    order = [1, 2, 0]
    turned = replace(fit, initial_state=PermutedState(fit.initial_state, np.array(order)))
    np.testing.assert_array_equal(turned.smoothed, fit.smoothed[order])
    for regime, number_before in enumerate(order):
        np.testing.assert_array_equal(
            turned.most_likely_path == regime, fit.most_likely_path == number_before
        )


def test_second_alignment_undoes_the_first(fit, swapped):
    back = align_regimes(swapped, fit).fit
    bounds = (
        "p [1,0] = 0",
        "persistence of regime 0 = 0.99",
        "a share in row 1 of p = 0",
        "as a text",
    )
    assert back.estimates.bounds_hit == bounds
    np.testing.assert_array_equal(back.predicted, fit.predicted)
    assert back.parameters.to_dict() == fit.parameters.to_dict() | {
        "ar asset [1]": 0.2
    }  # a lag is no regime
    assert align_regimes(fit, fit).fit is fit


@pytest.mark.parametrize(
    "model",
    [
        MODEL,
        hr.StudentHMM(2, n_starts=1),
        hr.MarkovSwitching(n_starts=1),
        hr.MarkovSwitchingGARCH(n_starts=1),
    ],
    ids=lambda model: type(model).__name__,
)
def test_aligned_fit_is_a_warm_start(model):
    sample = hr.data.simulate_regimes(n_dates=500, seed=1).returns
    sample = sample[["asset"]] if model.univariate else sample
    fit = model.fit(sample)
    order = np.array([1, 0])
    swapped = replace(
        fit,
        initial_state=PermutedState(fit.initial_state, order),
        final_state=PermutedState(fit.final_state, order),
    )
    again = model.fit(sample, warm_start=swapped)
    expected = model.fit(sample, warm_start=fit)
    np.testing.assert_array_equal(again.predicted, expected.predicted)


def test_repr_and_refusals_say_what_differs(fit, truth):
    text = repr(align_regimes(fit, fit))
    assert text == f"AlignedRegimes({fit!r}, order [0, 1], largest drift 0)"
    with pytest.raises(
        hr.DataError, match=r"same series and number of regimes; got 2 of .* and 1 of"
    ):
        align_regimes(fit, hr.GaussianHMM(1, n_starts=1).fit(truth.returns))
    with pytest.raises(hr.DataError, match=r"same series"):
        align_regimes(fit, MODEL.fit(truth.returns.iloc[:, ::-1]))
    assert isinstance(align_regimes(fit, fit).drift, pd.Series)


def test_cycle_of_three_is_found_and_renamed():
    """The inverse of a cycle of three is another permutation."""
    three = hr.data.simulate_regimes(
        n_dates=1500,
        transition=[[0.97, 0.02, 0.01], [0.02, 0.96, 0.02], [0.01, 0.03, 0.96]],
        ratios=(0.9, 0.9, 0.9),
        hedge_volatility=(0.005, 0.015, 0.045),
        residual_volatility=(0.003, 0.009, 0.027),
        seed=2,
    )
    fit = hr.GaussianHMM(3, n_starts=4).fit(three.returns)
    cycle = np.array([1, 2, 0])
    other = replace(
        fit,
        initial_state=PermutedState(fit.initial_state, cycle),
        final_state=PermutedState(fit.final_state, cycle),
    )
    aligned = align_regimes(fit, other)
    assert aligned.order.tolist() == cycle.tolist()
    np.testing.assert_allclose(aligned.drift, 0.0, atol=1e-12)
    np.testing.assert_array_equal(aligned.fit.predicted, fit.predicted.to_numpy()[:, cycle])
    for new, old in enumerate(cycle):
        assert (
            aligned.fit.parameters[f"mean asset [{new}]"] == fit.parameters[f"mean asset [{old}]"]
        )
    assert (
        aligned.fit.parameters["p [0,2]"]
        == fit.parameters["p [1,0]"]
        == pytest.approx(fit.transition.loc[1, 0])
    )


# --- dates in common, labels ---


def test_common_dates_decide_where_moments_are_alike(fit):
    """Two regimes with the same moments, on different dates."""
    moments = fit.final_state.moments
    alike = Moments(moments.means[[0, 0]], moments.covariances[[0, 0]])
    shared = np.array([[1.0, 90.0], [80.0, 2.0]])
    np.testing.assert_array_equal(match_regimes(alike, alike, lambda: shared), [1, 0])
    np.testing.assert_array_equal(match_regimes(alike, alike, lambda: None), [0, 1])
    np.testing.assert_array_equal(match_regimes(moments, moments, lambda: shared), [0, 1])


def test_a_rise_of_all_volatilities_leaves_the_numbers(fit):
    moments = fit.final_state.moments
    for factor in (0.3, 3.0):
        risen = Moments(moments.means, factor**2 * moments.covariances)
        order = match_regimes(risen, moments, lambda: np.array([[0.0, 1.0], [1.0, 0.0]]))
        np.testing.assert_array_equal(order, [0, 1])


def test_labels_are_aligned_by_themselves():
    """The calmest label of the second half is the other one."""
    generator = np.random.default_rng(2)
    path = np.arange(800) // 25 % 2
    scale = np.where(np.arange(800) < 400, 1.0 + path, 2.0 - path)
    dates = pd.RangeIndex(800)
    returns = pd.DataFrame({"A": scale * generator.standard_normal(800)}, dates)
    model = hr.LabelledRegimes(pd.Series(path, dates).map({0: "even", 1: "odd"}))
    first = model.fit(returns[:400])
    second = model.fit(returns[400:])
    assert (first.regimes.tolist(), second.regimes.tolist()) == (["even", "odd"], ["odd", "even"])
    aligned = align_regimes(second, first).fit
    assert aligned.regimes.tolist() == ["even", "odd"]
    pd.testing.assert_frame_equal(aligned.filtered, second.filtered[["even", "odd"]])
    pd.testing.assert_frame_equal(
        aligned.transition,
        second.transition.loc[aligned.regimes, aligned.regimes],
        check_names=False,
    )
