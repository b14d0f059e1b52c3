"""Refits in arrays equal fits of tables, and leave what is exceptional to them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import TimeSeriesSplit

import hedgeresearch as hr
from hedgeresearch._kernels.moments.minimum_variance import smallest_own_share
from hedgeresearch.evaluation.engine import steps
from hedgeresearch.evaluation.engine import walk as module
from hedgeresearch.evaluation.engine.array_steps import ArraySteps
from hedgeresearch.evaluation.engine.schedule import Schedule
from hedgeresearch.hedges import array_fit
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE, Refit, vary_by_themselves

DCC = hr.MinimumVarianceHedge(hr.DCC())
MODELS = {
    "DCC": DCC,
    "DCC, student": hr.MinimumVarianceHedge(hr.DCC(density="student")),
    "CCC": hr.MinimumVarianceHedge(hr.CCC()),
    "DECO": hr.MinimumVarianceHedge(hr.DECO()),
    "BEKK": hr.MinimumVarianceHedge(hr.BEKK("scalar")),
    "OrthogonalGARCH": hr.MinimumVarianceHedge(hr.OrthogonalGARCH()),
}
SCHEDULES = {
    "every day": Schedule(250, 1, None),
    "every seven": Schedule(250, 7, None),
    "gaps": Schedule(250, 1, TimeSeriesSplit(4, gap=3, max_train_size=240, test_size=10)),
}


def returns_of(n_dates: int = 290, n_series: int = 2, seed: int = 3) -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates, a=0.05, b=0.9, n_series=n_series, seed=seed).returns


def in_tables(model: Any, returns: pd.DataFrame, refits: list[Refit], patch: Any) -> module.Walk:
    """Walk with a fit of tables at every refit."""
    with patch.context() as patched:
        patched.setattr(ArraySteps, "of", lambda *_: None)
        patched.setattr(steps, "fits_samples", lambda _: False)
        return module.walk(model, returns, refits, lambda: None)


def in_arrays(model: Any, returns: pd.DataFrame, refits: list[Refit], patch: Any) -> module.Walk:
    """Walk with arrays at every refit: a fit of tables is an error."""
    with patch.context() as patched:
        patched.setattr(steps, "_refit", None)
        return module.walk(model, returns, refits, lambda: None)


@pytest.mark.parametrize("when", SCHEDULES)
def test_refits_in_arrays_equal_those_of_tables(when: str, monkeypatch: Any) -> None:
    returns = returns_of(275, n_series=3)
    refits = SCHEDULES[when].refits(len(returns))
    found = in_arrays(DCC, returns, refits, monkeypatch)
    expected = in_tables(DCC, returns, refits, monkeypatch)
    np.testing.assert_allclose(found.ratios, expected.ratios, rtol=1e-10)
    assert found.notes == expected.notes


def test_warnings_of_refits_in_arrays_are_notes(monkeypatch: Any) -> None:
    quiet = hr.data.simulate_dcc(290, a=0.0, b=0.0, seed=5).returns
    refits = SCHEDULES["every seven"].refits(len(quiet))
    notes = in_arrays(DCC, quiet, refits, monkeypatch).notes
    assert any("lies on a bound" in note.text for note in notes)
    assert notes == in_tables(DCC, quiet, refits, monkeypatch).notes


def constant_for_a_while(values: Any) -> None:
    values[5:262, 1] = 0.0


def collinear_for_a_while(values: Any) -> None:
    values[5:262, 1] = 2.0 * values[5:262, 2]


def replicated_for_a_while(values: Any) -> None:
    values[5:262, 0] = values[5:262, 1] - values[5:262, 2]


@pytest.mark.parametrize(
    "spoil", [constant_for_a_while, collinear_for_a_while, replicated_for_a_while]
)
def test_exceptional_samples_are_fitted_in_tables(spoil: Any, monkeypatch: Any) -> None:
    values = returns_of(n_series=3).to_numpy().copy()
    spoil(values)
    returns = pd.DataFrame(values, returns_of().index, ["asset", "one", "two"])
    refits = [Refit(start, start + 250, start + 250, start + 255) for start in range(0, 36, 5)]
    found = module.walk(DCC, returns, refits, lambda: None)
    expected = in_tables(DCC, returns, refits, monkeypatch)
    # a refit after one in tables starts cold, so that it ends within the tolerance of the search
    np.testing.assert_allclose(found.ratios, expected.ratios, rtol=1e-5)
    assert found.notes == expected.notes


def test_a_sample_that_is_too_short_fails_as_a_table(monkeypatch: Any) -> None:
    returns = returns_of(60)
    refits = [Refit(0, 30, 30, 40), Refit(0, 45, 45, 60)]
    found = module.walk(DCC, returns, refits, lambda: None)
    assert found.notes == in_tables(DCC, returns, refits, monkeypatch).notes
    assert [note.failed for note in found.notes if "at least 40 rows" in note.text] == [True]


@dataclass(frozen=True)
class HalfDCC(hr.DCC):
    """A covariance model that estimates something else."""

    def fit(self, returns: pd.DataFrame, *, warm_start: Any = None) -> hr.covariance.CovarianceFit:
        return super().fit(0.5 * returns)


@dataclass(frozen=True)
class HalfHedge(hr.MinimumVarianceHedge):
    """A hedge that estimates something else."""

    def fit(self, asset: Any, hedges: Any, *, warm_start: Any = None) -> hr.hedges.HedgeFit:
        return super().fit(0.5 * asset, hedges)


@pytest.mark.parametrize("model", [hr.MinimumVarianceHedge(HalfDCC()), HalfHedge(hr.DCC())])
def test_subclasses_are_fitted_in_tables(model: Any, monkeypatch: Any) -> None:
    returns = returns_of(260)
    refits = [Refit(0, 250, 250, 260)]
    found = module.walk(model, returns, refits, lambda: None)
    expected = in_tables(model, returns, refits, monkeypatch)
    np.testing.assert_array_equal(found.ratios, expected.ratios)


def test_models_without_array_fits_have_no_such_steps() -> None:
    returns = returns_of(30)
    assert array_fit.as_array_model(hr.OLSHedge()) is None
    assert ArraySteps.of(hr.VECMHedge(), returns) is None
    assert ArraySteps.of(DCC, returns) is None  # it fits samples
    assert ArraySteps.of(hr.RegimeHedge(hr.GaussianHMM(2)), returns) is not None


@dataclass
class Recording:
    """A model that keeps the samples it is given, and writes into them."""

    traits = hr.hedges.HedgeTraits(warm_start=True)

    def __post_init__(self) -> None:
        self.samples: list[Any] = []

    def fit(self, asset: Any, hedges: Any) -> Any:
        raise AssertionError("no table is needed")

    def advance(self, fit: Any, returns: Any) -> Any:
        raise AssertionError("no table is needed")

    def fit_array(self, sample: Any, names: Any, near: Any = None) -> Any:
        self.samples.append((sample.copy(), sample.base, near))
        sample[:] = 0.0
        return Half()


class Half:
    remarks = ()

    def ratios(self, later: Any) -> Any:
        return np.full((len(later), later.shape[1] - 1), 0.5)


def test_a_refit_has_its_own_sample_and_no_more() -> None:
    returns = returns_of(56)
    refits = [Refit(row, row + 50, row + 50, row + 51) for row in range(6)]
    model = Recording()
    module.walk(model, returns, refits, lambda: None)  # type: ignore[arg-type]
    for refit, (sample, base, near) in zip(refits, model.samples, strict=True):
        rows = returns.to_numpy()[refit.train_start : refit.train_stop]
        np.testing.assert_array_equal(sample, rows)
        assert base is None  # later rows are out of reach
        # one new date of 50 is few enough for a warm start
        assert (near is None) == (refit is refits[0])


@pytest.mark.parametrize("n_series", [2, 3, 5])
def test_own_shares_are_pivots_of_the_correlation(n_series: int) -> None:
    values = returns_of(100, n_series).to_numpy() * np.geomspace(1e-6, 1e3, n_series)
    # 1 / R^-1_ii of the leading blocks are the pivots
    shares = []
    for i in range(1, n_series + 1):
        block = np.corrcoef(values[:, ::-1][:, :i], rowvar=False).reshape(i, i)
        shares.append(1.0 / np.linalg.inv(block)[-1, -1])
    assert smallest_own_share(values) == pytest.approx(min(shares), rel=1e-9)
    values[:, 1] = values[:, 0]
    assert not smallest_own_share(values) > MIN_OWN_VARIANCE
    assert not vary_by_themselves(np.cov(values, rowvar=False)[None])[0]
    values[:, 1] = 7.0
    assert smallest_own_share(values) == 0.0


@pytest.mark.long
@pytest.mark.parametrize("name", MODELS)
def test_every_covariance_model_walks_in_arrays(name: str, monkeypatch: Any) -> None:
    returns = hr.returns(hr.load("nasdaq_sp500"))[["NASDAQ", "SP500"]].iloc[2000:2270]
    refits = SCHEDULES["every day"].refits(len(returns))
    found = in_arrays(MODELS[name], returns, refits, monkeypatch)
    expected = in_tables(MODELS[name], returns, refits, monkeypatch)
    np.testing.assert_allclose(found.ratios, expected.ratios, rtol=1e-8)
    assert found.notes == expected.notes


def test_refits_that_need_a_fit_are_made_in_between(monkeypatch: Any) -> None:
    returns = returns_of(270)
    values = returns.to_numpy().copy()
    values[5:256, 1] = 2.0 * values[5:256, 0]
    returns = pd.DataFrame(values, returns.index, returns.columns)
    refits = SCHEDULES["every day"].refits(len(returns))
    found = module.walk(DCC, returns, refits, lambda: None)
    expected = in_tables(DCC, returns, refits, monkeypatch)
    np.testing.assert_allclose(found.ratios, expected.ratios, rtol=1e-5)
    assert found.notes == expected.notes
