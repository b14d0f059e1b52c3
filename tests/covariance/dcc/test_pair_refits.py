"""Many samples estimated in one call have the estimates of fits to each."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.array_estimate import ArrayEstimate, estimates_samples
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE
from hedgeresearch.typing import Array

NAMES = ["asset", "hedge"]
MODELS = {
    "plain": hr.DCC(),
    "student": hr.DCC(density="student"),
    "zero means": hr.DCC(hr.GARCH(mean="zero")),
    "mixed": hr.DCC({"asset": hr.GARCH(asymmetric=True), "hedge": hr.GARCH(density="student")}),
    "composite": hr.DCC(estimator="composite"),
    "asymmetric": hr.DCC(asymmetric=True),
    "corrected": hr.DCC(correction="aielli"),
    "integrated": hr.DCC(integrated=True, density="student"),
}
BOUNDS = np.array([[0, 300], [5, 305], [9, 320], [40, 340]])
COLD = np.array([True, False, False, True])


def pair(a: float = 0.05, b: float = 0.9, n: int = 350, seed: int = 1) -> Array:
    return hr.data.simulate_dcc(n, a=a, b=b, seed=seed).returns.to_numpy().copy()


def one_by_one(model: Any, returns: Array, bounds: Array, cold: Array) -> list[ArrayEstimate]:
    """Estimate on each sample by a call of its own."""
    found: list[ArrayEstimate] = []
    for (first, stop), is_cold in zip(bounds, cold, strict=True):
        near = None if is_cold else found[-1]
        found.append(model.estimate_array(returns[first:stop].copy(), NAMES, near))
    return found


def together(model: Any, returns: Array, bounds: Array = BOUNDS, cold: Array = COLD) -> Any:
    return model.estimate_samples(returns, bounds, cold, NAMES, MIN_OWN_VARIANCE)


@pytest.mark.parametrize("name", MODELS)
def test_samples_together_equal_samples_one_by_one(name: str) -> None:
    returns = pair()
    found = together(MODELS[name], returns)
    assert found.found.all()
    for i, one in enumerate(one_by_one(MODELS[name], returns, BOUNDS, COLD)):
        expected = one.final_state.next_covariance
        np.testing.assert_allclose(found.next_covariances[i], expected, rtol=1e-6)
        state = found.final_state(i)
        np.testing.assert_allclose(state.next_covariance, found.next_covariances[i], rtol=1e-12)
        later = returns[320:340]
        path = state.path(later, np.arange(2))
        np.testing.assert_allclose(path, one.final_state.path(later, np.arange(2)), rtol=1e-6)
        np.testing.assert_allclose(state.forecast(9), one.final_state.forecast(9), rtol=1e-5)
        assert found.remarks(i) == one.remarks


@pytest.mark.parametrize("seed", range(6))
def test_weak_samples_have_the_same_bounds(seed: int) -> None:
    returns = pair(0.0, 0.0, seed=seed)
    found = together(hr.DCC(), returns)
    assert found.found.all()
    for i, one in enumerate(one_by_one(hr.DCC(), returns, BOUNDS, COLD)):
        assert found.remarks(i) == one.remarks
        expected = one.final_state.next_covariance
        np.testing.assert_allclose(found.next_covariances[i], expected, rtol=1e-5)


def test_later_rows_change_no_earlier_estimate() -> None:
    returns = pair()
    before = together(hr.DCC(), returns, BOUNDS[:3], COLD[:3])
    shocked = returns.copy()
    shocked[320:] *= 5.0
    after = together(hr.DCC(), shocked, BOUNDS[:3], COLD[:3])
    for name in ("margins", "points", "states"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


def test_samples_without_variance_of_their_own_are_left_out() -> None:
    returns = pair()
    returns[2:302, 1] = 2.0 * returns[2:302, 0]
    bounds = np.array([[0, 300], [2, 302], [10, 310]])
    found = together(hr.DCC(), returns, bounds, np.array([True, False, False]))
    # rows of its own make up for the others
    assert found.found.tolist() == [True, False, True]
    cold = together(hr.DCC(), returns, bounds[2:], np.array([True]))
    np.testing.assert_array_equal(found.states[2], cold.states[0])


def test_other_settings_need_a_search_for_each_sample() -> None:
    returns = pair()
    for model in (hr.DCC(target="linear"), hr.DCC(hr.volatility.ArchModel())):
        assert together(model, returns) is None
    three = np.column_stack([returns, returns[:, 0] - 0.5 * returns[:, 1]])
    names = [*NAMES, "third"]
    assert hr.DCC().estimate_samples(three, BOUNDS, COLD, names, MIN_OWN_VARIANCE) is None


def test_subclasses_do_not_estimate_samples() -> None:
    class Half(hr.DCC):
        def fit(self, returns: pd.DataFrame, *, warm_start: Any = None) -> Any:
            return super().fit(0.5 * returns)

    assert estimates_samples(hr.DCC())
    assert not estimates_samples(Half())


def test_short_samples_are_refused() -> None:
    with pytest.raises(hr.DataError, match="at least 40 rows"):
        together(hr.DCC(), pair(), np.array([[0, 39]]), np.array([True]))
