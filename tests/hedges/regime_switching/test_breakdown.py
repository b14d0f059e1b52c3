"""Regime hedges taken apart: contributions of regimes, and sources of a change."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.mixture import mixture_covariance
from hedgeresearch.regimes.state import PermutedState
from tests.hedges.fitting import fit_to


@pytest.fixture(scope="module")
def three():
    """An asset and two hedges, with two regimes of variance and correlation."""
    rng = np.random.default_rng(1)
    calm = np.array([[1.0, 0.8, 0.2], [0.8, 1.0, 0.1], [0.2, 0.1, 1.0]])
    storm = 6 * np.array([[1.0, 0.4, 0.5], [0.4, 1.0, 0.3], [0.5, 0.3, 1.0]])
    state = np.repeat(np.arange(30) % 2, 50)
    roots = np.linalg.cholesky(np.stack([calm, storm]))
    values = 0.01 * np.einsum("tij,tj->ti", roots[state], rng.standard_normal((1500, 3)))
    return pd.DataFrame(values, pd.bdate_range("2000-01-03", periods=1500), ["asset", "one", "two"])


@pytest.mark.parametrize(
    "covariance_model", [None, hr.EWMACovariance(0.97)], ids=["constant", "ewma"]
)
@pytest.mark.parametrize("weighting", ["mixture", "most_likely"])
def test_contributions_add_up_to_the_ratio(weighting, covariance_model, three):
    fit = fit_to(
        hr.RegimeHedge(
            hr.GaussianHMM(2, n_starts=3), weighting=weighting, covariance_model=covariance_model
        ),
        three,
    )
    parts = fit.decomposition
    assert parts.index.tolist() == [0, 1, "between means"]
    np.testing.assert_allclose(parts["contribution"].sum(), fit.next_ratio, rtol=1e-9)
    np.testing.assert_allclose(parts["ratio"].iloc[:2], fit.by_regime, rtol=1e-9)
    np.testing.assert_allclose(parts["weight"].sum(), 1.0, rtol=1e-9)
    one = fit_to(
        hr.RegimeHedge(
            hr.GaussianHMM(2, n_starts=3), weighting=weighting, covariance_model=covariance_model
        ),
        three[["asset", "one"]],
    )
    weight = one.decomposition[("weight", "one")]
    ratio = one.decomposition[("ratio", "one")]
    np.testing.assert_allclose(
        (weight * ratio).iloc[:2], one.decomposition[("contribution", "one")].iloc[:2]
    )


def test_change_is_split_by_source(three):
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))
    fit = fit_to(model, three.iloc[:1000])
    day = fit.extend(three["asset"].iloc[1000:1001], three[["one", "two"]].iloc[1000:1001])
    same_parameters = day.change_since(fit)
    np.testing.assert_allclose(same_parameters.loc["parameters"], 0.0, atol=1e-12)
    np.testing.assert_allclose(same_parameters.loc["total"], day.next_ratio - fit.next_ratio)
    own = day.change_since()
    np.testing.assert_allclose(own.loc["total"], day.next_ratio - day.ratio.iloc[-1])
    np.testing.assert_allclose(own.loc["probabilities"], own.loc["total"], atol=1e-12)
    again = fit_to(model, three.iloc[200:1200])
    refitted = again.change_since(fit)
    p = again.regimes.next_probabilities.to_numpy()
    (means, covariances) = fit.detail.moments
    h = mixture_covariance(p[None], means, covariances)[0]
    by_hand = np.linalg.solve(h[1:, 1:], h[1:, 0]) - fit.next_ratio
    np.testing.assert_allclose(refitted.loc["probabilities"], by_hand, rtol=1e-9)
    assert (refitted.loc["parameters"].abs() > 0).all()
    np.testing.assert_allclose(refitted.iloc[:2].sum(), refitted.loc["total"], atol=1e-12)
    with pytest.raises(hr.DataError, match="must be a RegimeHedge with regimes"):
        day.change_since(fit_to(hr.OLSHedge(), three))
    with pytest.raises(hr.DataError, match="previous must be a RegimeHedge with"):
        day.change_since(fit_to(model, three[["asset", "one"]]))


def test_change_ignores_the_numbers_of_regimes(three):
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))
    fit = fit_to(model, three.iloc[:1000])
    again = fit_to(model, three.iloc[200:1200])
    turned = fit.regimes.final_state
    turned = PermutedState(turned, np.array([1, 0]))
    detail = replace(
        fit.detail,
        regimes=replace(fit.regimes, final_state=turned),
        moments=turned.moments,
        next_covariances=turned.moments.covariances,
    )
    renumbered = replace(fit, detail=detail)
    pd.testing.assert_frame_equal(again.change_since(renumbered), again.change_since(fit))
