"""Combined ratios against their definitions."""

import itertools
import pickle
import warnings
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import describe
from hedgeresearch.hedges import HedgeTraits
from tests.hedges.fitting import fit_to, split

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))


@pytest.fixture(scope="module")
def returns():
    """An asset and two hedges with moving covariances, 600 dates."""
    return hr.data.simulate_dcc(n_dates=600, n_series=3, correlation=0.6, seed=21).returns


MEMBERS = {"ols": hr.OLSHedge(), "ewma": EWMA, "rolling": hr.RollingOLSHedge(60)}


def test_equal_weights_give_the_mean(returns):
    fit = fit_to(hr.CombinedHedge(MEMBERS), returns)
    parts = [fit_to(model, returns) for model in MEMBERS.values()]
    mean = sum(part.ratio.iloc[-540:].to_numpy() for part in parts) / 3
    np.testing.assert_allclose(fit.ratio, mean)
    assert len(fit.ratio) == 540  # from the date that all members know
    np.testing.assert_allclose(fit.next_ratio, sum(part.next_ratio for part in parts) / 3)
    assert fit.summary["weight"].tolist() == [1 / 3, 1 / 3, 1 / 3]


def hedged_out_of_fold(model, returns, edges):
    """Each piece hedged by a fit on all dates before it."""
    pieces = []
    for first, end in itertools.pairwise(edges):
        later = fit_to(model, returns.iloc[:first]).extend(*split(returns.iloc[first:end]))
        pieces.append(
            returns["asset"].iloc[first:end]
            - (later.ratio * returns.iloc[first:end, 1:]).sum(axis=1)
        )
    return pd.concat(pieces).to_numpy()


def test_weights_come_from_forward_folds(returns):
    hedged = np.column_stack(
        [hedged_out_of_fold(m, returns, [300, 375, 450, 525, 600]) for m in MEMBERS.values()]
    )
    expected = 1 / hedged.var(axis=0)
    fit = fit_to(hr.CombinedHedge(MEMBERS, "inverse_variance"), returns)
    np.testing.assert_allclose(fit.summary["weight"], expected / expected.sum())
    np.testing.assert_allclose(fit.summary["volatility"], hedged.std(axis=0, ddof=1))
    stacked = fit_to(hr.CombinedHedge(MEMBERS, "stacking"), returns).summary["weight"].to_numpy()
    assert stacked.sum() == pytest.approx(1.0)
    first, second = (grid.ravel() for grid in np.meshgrid(*[np.linspace(0, 1, 101)] * 2))
    weights = np.column_stack([first, second, 1 - first - second])
    weights = weights[first + second <= 1 + 1e-12]
    variances = (hedged @ weights.T).var(axis=0)
    assert (hedged @ stacked).var() <= variances.min() * (1 + 1e-12)
    np.testing.assert_allclose(stacked, weights[variances.argmin()], atol=0.02)  # the grid's step


def test_extension_keeps_the_weights(returns):
    sample = returns.iloc[:450]
    new = returns.iloc[450:]
    fit = fit_to(hr.CombinedHedge(MEMBERS, "inverse_variance"), sample)
    later = fit.extend(*split(new))
    parts = [fit_to(model, sample).extend(*split(new)).ratio for model in MEMBERS.values()]
    np.testing.assert_allclose(
        later.ratio, sum(w * p for w, p in zip(fit.summary["weight"], parts, strict=True))
    )
    assert later.summary["weight"].equals(fit.summary["weight"])
    assert not later.summary["ratio hedge"].equals(fit.summary["ratio hedge"])


def test_errors_are_the_mean_of_the_members(returns):
    same = fit_to(hr.CombinedHedge({"a": hr.OLSHedge(), "b": hr.OLSHedge()}), returns)
    pd.testing.assert_series_equal(
        same.standard_errors, fit_to(hr.OLSHedge(), returns).standard_errors
    )
    mixed = fit_to(hr.CombinedHedge({"ols": hr.OLSHedge(), "naive": hr.NaiveHedge()}), returns)
    parts = [fit_to(m, returns) for m in (hr.OLSHedge(), hr.NaiveHedge())]
    bound = np.mean([part.errors.covariance(part) for part in parts], axis=0)
    np.testing.assert_allclose(mixed.errors.covariance(mixed), bound)
    truth = parts[0].errors.covariance(parts[0]) / 4  # half an estimate and half a number
    assert np.linalg.eigvalsh(bound - truth).min() > 0.0
    resampled = fit_to(
        hr.CombinedHedge({"a": hr.ConstrainedHedge(hr.OLSHedge(), net=1.0)}), returns
    )
    assert resampled.errors is None


@dataclass(frozen=True)
class Warner:
    """OLS that warns when it is fitted, and needs some dates."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    least: int = 0

    def fit(self, asset, hedges):
        warnings.warn("mind this", hr.errors.HedgeResearchWarning, stacklevel=2)
        if len(asset) < self.least:
            raise hr.DataError(f"give {self.least} dates")
        return replace(hr.OLSHedge().fit(asset, hedges), model=self)

    def advance(self, fit, returns):
        return hr.OLSHedge().advance(fit, returns)


def test_warnings_and_errors_of_members_are_passed_on(returns):
    with pytest.warns(hr.errors.HedgeResearchWarning, match="mind this"):
        fit_to(hr.CombinedHedge({"w": Warner()}), returns)
    with (
        pytest.warns(hr.errors.HedgeResearchWarning, match="mind this"),
        pytest.raises(hr.DataError, match="model 'w' on 300 dates: give 400 dates"),
    ):
        fit_to(hr.CombinedHedge({"ols": hr.OLSHedge(), "w": Warner(400)}, "stacking"), returns)


def test_invalid_models_are_refused():
    for models, message in (
        ({}, "models must be a mapping from names to hedge models, one or more; got {}"),
        ([hr.OLSHedge()], "models must be a mapping"),
        ({"dcc": hr.DCC()}, "model 'dcc' must be a hedge model such as OLSHedge"),
        ({"ecm": hr.ErrorCorrectionHedge()}, "models must take returns; 'ecm', .* takes prices"),
        (
            {"bounded": hr.ConstrainedHedge(hr.ErrorCorrectionHedge(), lower=0.0)},
            "models must take returns; 'bounded'",
        ),
    ):
        with pytest.raises(hr.DataError, match=message):
            hr.CombinedHedge(models)
    with pytest.raises(
        hr.DataError, match="weights must be one of 'equal', 'inverse_variance', 'stacking'"
    ):
        hr.CombinedHedge(MEMBERS, "best")
    with pytest.raises(hr.DataError, match="n_folds must be a whole number of at least 1"):
        hr.CombinedHedge(MEMBERS, n_folds=0)


def test_models_are_frozen():
    models = {"ols": hr.OLSHedge()}
    combined = hr.CombinedHedge(models)
    models["more"] = EWMA
    assert list(combined.models) == ["ols"]
    again = pickle.loads(pickle.dumps(combined))
    assert again == combined == hr.CombinedHedge({"ols": hr.OLSHedge()})
    assert hash(again) == hash(combined)
    assert combined != hr.CombinedHedge({"ols": EWMA})
    with pytest.raises(TypeError):
        combined.models["more"] = EWMA
    assert describe(combined) == "CombinedHedge({'ols': OLSHedge()})"
    assert "'ols': OLSHedge()" in repr(combined)


def test_composed_hedges_nest(returns):
    inner = hr.CombinedHedge({"ols": hr.OLSHedge(), "ewma": EWMA})
    model = hr.ConstrainedHedge(hr.ShrunkHedge(inner), upper=0.3)
    sample = returns.iloc[:400]
    new = returns.iloc[400:]
    fit = fit_to(model, sample)
    later = fit.extend(*split(new))
    assert (later.ratio <= 0.3).all(axis=None)
    np.testing.assert_allclose(later.ratio.iloc[0], fit.next_ratio)


def test_members_of_different_horizons_are_refused():
    with pytest.raises(
        hr.DataError,
        match="models must hedge returns of one horizon; got {'day': 1, 'fortnight': 10}",
    ):
        hr.CombinedHedge({"day": hr.OLSHedge(), "fortnight": hr.HorizonHedge(hr.OLSHedge(), 10)})
