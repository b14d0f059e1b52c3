"""Estimates on many samples in arrays are those of a public fit to each of them."""

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.array_estimate import (
    SampleEstimate,
    Samples,
    estimates_on,
    estimates_samples,
)
from hedgeresearch.covariance.margin_store import MarginStore
from hedgeresearch.covariance.regime_switching import regime_correlation
from hedgeresearch.errors import recorded_warnings
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.samples import GARCHSamples

NAMES = ["asset", "hedge", "hedge2"]
MIXED = {
    "asset": hr.GARCH(asymmetric=True),
    "hedge": hr.GARCH(density="student"),
    "hedge2": hr.GARCH(mean="zero"),
}
MODELS = {
    "DCC": hr.DCC(),
    "DCC, student": hr.DCC(density="student"),
    "DCC, mixed margins": hr.DCC(MIXED),
    "DCC, composite": hr.DCC(estimator="composite"),
    "DCC, asymmetric": hr.DCC(asymmetric=True),
    "DCC, corrected": hr.DCC(correction="aielli"),
    "DCC, integrated": hr.DCC(integrated=True, density="student"),
    "DCC, shrunk": hr.DCC(target="linear"),
    "CCC": hr.CCC(),
    "DECO": hr.DECO(),
    "DECO, student": hr.DECO(correction="engle", density="student"),
    "BEKK, scalar": hr.BEKK("scalar"),
    "BEKK, targeting": hr.BEKK("diagonal", targeting=True, mean="zero"),
    "OrthogonalGARCH": hr.OrthogonalGARCH(n_factors=2),
}
BOUNDS = np.array([[0, 300], [5, 305], [9, 320], [40, 340]])
COLD = np.array([True, False, False, True])


def simulated(n_series: int = 2, a: float = 0.05, b: float = 0.9, seed: int = 1) -> pd.DataFrame:
    return hr.data.simulate_dcc(350, n_series=n_series, a=a, b=b, seed=seed).returns


def fits(model: Any, frame: pd.DataFrame, bounds: Array = BOUNDS, cold: Array = COLD) -> list[Any]:
    """Fit each sample by the public door; return the fits with their warnings."""
    found: list[Any] = []
    for (first, stop), is_cold in zip(bounds, cold, strict=True):
        with recorded_warnings() as caught:
            near = None if is_cold else found[-1][0]
            fit = model.fit(frame.iloc[first:stop], warm_start=near)
        found.append((fit, tuple(dict.fromkeys(one.message for one in caught))))
    return found


def estimates(
    model: Any,
    frame: pd.DataFrame,
    bounds: Array = BOUNDS,
    cold: Array = COLD,
    store: MarginStore | None = None,
) -> list[SampleEstimate | None]:
    values = frame.to_numpy().copy()
    how = (list(frame.columns), MIN_OWN_VARIANCE, store or MarginStore())
    return list(estimates_on(model, Samples(values, bounds, cold, *how)))


def ratio(covariance: Array) -> Array:
    return np.asarray(np.linalg.solve(covariance[1:, 1:], covariance[1:, 0]))


@pytest.mark.long
@pytest.mark.parametrize("n_series", [2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_estimates_on_samples_are_those_of_fits(name: str, n_series: int) -> None:
    frame = simulated(n_series)
    model = MODELS[name]
    later = frame.to_numpy()[320:340]
    block = np.arange(n_series)
    expected = fits(model, frame)
    for one, (fit, said) in zip(estimates(model, frame), expected, strict=True):
        assert one is not None
        covariance = fit.next_covariance.to_numpy()
        np.testing.assert_allclose(ratio(one.next_covariance), ratio(covariance), rtol=1e-8)
        np.testing.assert_allclose(one.next_covariance, covariance, rtol=1e-7)
        state = one.final_state
        np.testing.assert_allclose(state.next_covariance, one.next_covariance, rtol=1e-12)
        path = fit.final_state.path(later, block)
        np.testing.assert_allclose(state.path(later, block), path, rtol=1e-7)
        np.testing.assert_allclose(state.forecast(9), fit.final_state.forecast(9), rtol=1e-6)
        assert one.remarks == said


@pytest.mark.long
@pytest.mark.parametrize("model", [hr.RegimeDCC(), hr.RegimeCorrelation(n_starts=2)], ids=str)
@pytest.mark.parametrize("n_series", [2, 3])
def test_switching_correlations_are_those_of_fits(n_series: int, model: Any) -> None:
    """They have no warm start; margins begin at those of the sample before."""
    frame = simulated(n_series, a=0.15, b=0.8)
    later = frame.to_numpy()[320:340]
    found = estimates(model, frame, BOUNDS[1:3], COLD[:2])
    assert None not in found
    for (first, stop), one in zip(BOUNDS[1:3], found, strict=True):
        with recorded_warnings() as caught:
            fit = model.fit(frame.iloc[first:stop])
        expected = fit.next_covariance.to_numpy()
        size = 1e-6 * np.abs(expected).max()
        np.testing.assert_allclose(one.next_covariance, expected, rtol=0.0, atol=size)
        path = fit.final_state.path(later, np.arange(n_series))
        found_path = one.final_state.path(later, np.arange(n_series))
        np.testing.assert_allclose(found_path, path, rtol=0.0, atol=size)
        assert one.remarks == tuple(dict.fromkeys(said.message for said in caught))


@pytest.mark.parametrize("is_rare", [False, True])
def test_rare_regimes_are_left_to_fits(is_rare: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their warning names dates, which arrays do not have."""
    monkeypatch.setattr(regime_correlation, "has_rare_regimes", lambda smoothed: is_rare)
    model = hr.RegimeCorrelation(n_starts=2)
    found = estimates(model, simulated(a=0.15, b=0.8), BOUNDS[:1], COLD[:1])
    assert [one is None for one in found] == [is_rare]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["DCC", "CCC", "DECO"])
def test_weak_samples_have_the_same_bounds(name: str, seed: int) -> None:
    frame = simulated(a=0.0, b=0.0, seed=seed)
    model = MODELS[name]
    for one, (fit, said) in zip(estimates(model, frame), fits(model, frame), strict=True):
        assert one is not None
        assert one.remarks == said
        expected = fit.next_covariance.to_numpy()
        np.testing.assert_allclose(one.next_covariance, expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["DCC", "CCC", "BEKK, scalar", "OrthogonalGARCH"])
def test_later_rows_change_no_earlier_estimate(name: str) -> None:
    frame = simulated()
    shocked = frame.copy()
    shocked.iloc[320:] *= 5.0
    both = [estimates(MODELS[name], one, BOUNDS[:3], COLD[:3]) for one in (frame, shocked)]
    for before, after in zip(*both, strict=True):
        assert before is not None
        assert after is not None
        np.testing.assert_array_equal(after.next_covariance, before.next_covariance)


def test_samples_without_variance_of_their_own_are_left_out() -> None:
    frame = simulated()
    frame.iloc[2:302, 1] = 2.0 * frame.iloc[2:302, 0]
    bounds = np.array([[0, 300], [2, 302], [10, 310]])
    found = estimates(hr.DCC(), frame, bounds, np.array([True, False, False]))
    # rows of its own make up for the others
    assert [one is not None for one in found] == [True, False, True]


def test_constant_series_leave_samples_out() -> None:
    frame = simulated()
    frame.iloc[:301, 1] = 0.0
    found = estimates(hr.CCC(), frame, np.array([[0, 300], [0, 350]]), np.array([True, True]))
    assert [one is not None for one in found] == [False, True]


def test_short_samples_have_no_estimates() -> None:
    for model in (hr.DCC(), hr.BEKK("scalar"), hr.OrthogonalGARCH()):
        found = estimates(model, simulated(), np.array([[0, 39]]), np.array([True]))
        assert found == [None]


@pytest.mark.long
def test_other_margins_are_estimated_as_well() -> None:
    frame = simulated()
    model = hr.CCC({"asset": hr.volatility.ArchModel(vol="EGARCH"), "hedge": hr.GARCH()})
    found = estimates(model, frame, BOUNDS[:2], COLD[:2])
    for one, (fit, said) in zip(found, fits(model, frame, BOUNDS[:2], COLD[:2]), strict=True):
        assert one is not None
        expected = fit.next_covariance.to_numpy()
        np.testing.assert_allclose(one.next_covariance, expected, rtol=1e-7)
        assert one.remarks == said


def test_models_of_a_walk_share_their_margins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each series is estimated once, and what was shared changes no bit."""
    frame = simulated()
    n_estimated = []
    estimate = GARCHSamples._estimate

    def counted(self: GARCHSamples, number: int, *, is_warm: bool) -> bool:
        n_estimated.append(number)
        return estimate(self, number, is_warm=is_warm)

    monkeypatch.setattr(GARCHSamples, "_estimate", counted)
    store = MarginStore()
    models = (hr.DCC(), hr.CCC(), hr.DECO(), hr.DCC(hr.GARCH(mean="zero")))
    shared = [estimates(model, frame, store=store) for model in models]
    assert len(n_estimated) == 4 * len(BOUNDS)  # two series with and two without a mean
    for model, found in zip(models, shared, strict=True):
        for one, alone in zip(found, estimates(model, frame), strict=True):
            assert one is not None
            assert alone is not None
            np.testing.assert_array_equal(one.next_covariance, alone.next_covariance)


def test_a_store_has_its_limit_and_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedgeresearch.covariance.margin_store.MAX_KEPT", 3)
    store = MarginStore()
    for seed in range(3):
        estimates(hr.CCC(), simulated(seed=seed), store=store)
    assert len(store._kept) == 3
    assert len(pickle.loads(pickle.dumps(store))._kept) == 0


def test_subclasses_do_not_estimate_samples() -> None:
    class Half(hr.DCC):
        def fit(self, returns: pd.DataFrame, *, warm_start: Any = None) -> Any:
            return super().fit(0.5 * returns)

    assert estimates_samples(hr.DCC())
    assert not estimates_samples(Half())
    assert not estimates_samples(hr.EWMACovariance())


@pytest.mark.parametrize("name", ["CCC", "DECO", "BEKK, scalar", "OrthogonalGARCH"])
def test_warm_starts_of_others_are_refused(name: str) -> None:
    frame = simulated()
    model: Any = MODELS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        other = hr.DCC().fit(frame)
        own = model.fit(frame)
    with pytest.raises(hr.DataError, match="must be an earlier fit"):
        model.fit(frame, warm_start=other)
    with pytest.raises(hr.DataError, match="must be an earlier fit"):
        model.fit(frame.rename(columns={"asset": "x"}), warm_start=own)


class FailsFromNear:
    """A model whose estimate from an earlier one fails in its linear algebra."""

    def on_samples(self, samples: Samples) -> Any:
        del samples
        return self

    def estimate(self, number: int, near: SampleEstimate | None) -> Any:
        if near is not None:
            raise np.linalg.LinAlgError("singular")
        return f"cold {number}"


def test_any_failure_from_an_earlier_estimate_begins_cold() -> None:
    returns = simulated().to_numpy()
    samples = Samples(returns, BOUNDS, COLD, NAMES[:2], MIN_OWN_VARIANCE, MarginStore())
    found = list(estimates_on(FailsFromNear(), samples))
    assert found == ["cold 0", "cold 1", "cold 2", "cold 3"]
