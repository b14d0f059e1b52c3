"""Influence on the targets of a BEKK model, by slow formulas."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.bekk.delta_method import target_influence
from hedgeresearch.covariance.bekk.likelihood import BEKKLikelihood
from tests.covariance.sums_over_dates import distance_of_sums


@pytest.fixture(scope="module")
def returns(simulated_panel):
    return simulated_panel.iloc[:800]


def test_influence_on_scalar_targets_is_its_formula(returns):
    """(1 - g^2) / (1 - a^2 - g^2) (e e' - H), centered: Francq, Horvath and Zakoian (2011)."""
    fit = hr.BEKK("scalar", targeting=True).fit(returns)
    errors = returns.to_numpy() - returns.to_numpy().mean(axis=0)
    scale = np.sqrt((errors**2).mean(axis=0))
    a, g = fit.parameters**2
    surprises = (errors[:, :, None] * errors[:, None] - fit.path()) / np.outer(scale, scale)
    expected = (1 - g) / (1 - a - g) * surprises[:, *np.triu_indices(3)]
    sandwich = fit.estimates.errors.sandwich
    found = target_influence(sandwich.likelihood, sandwich.point)
    np.testing.assert_allclose(found, expected - expected.mean(axis=0), rtol=1e-7, atol=1e-8)


@pytest.mark.long
def test_influences_with_news_add_up_to_the_products(returns):
    """On simulated dates; that E[n n'] is linear only near S leaves a distance."""
    fit = hr.BEKK(asymmetric=True, targeting=True).fit(returns)
    errors = fit.estimates.errors
    drawn = fit.simulate(10_000, seed=1).to_numpy() - errors.mean
    shocks = np.stack([drawn, np.minimum(drawn, 0)], axis=1) / errors.scale
    likelihood = BEKKLikelihood.from_shocks(errors.sandwich.likelihood.map.layout, shocks)
    rows, columns = np.triu_indices(3)
    products = np.hstack([shocks[:, m, rows] * shocks[:, m, columns] for m in range(2)])
    found = target_influence(likelihood, errors.sandwich.point)
    assert (distance_of_sums(products, found) < 0.15).all()
    assert (found.var(axis=0) > 2 * products.var(axis=0)).all()


def test_influence_on_full_targets_is_its_formula(returns):
    """The surprise of a date is carried on by A and G, which are not symmetric."""
    values = returns.to_numpy()[:300, :2]
    errors = (values - values.mean(axis=0)) / values.std(axis=0)
    layout = hr.BEKK("full", targeting=True).layout(2)
    a = np.array([[0.3, 0.15], [-0.05, 0.2]])
    g = np.array([[0.9, -0.06], [0.04, 0.93]])
    likelihood = BEKKLikelihood.from_shocks(layout, errors[:, None, :])
    point = layout.pack(np.zeros((2, 2)), np.stack([a, g]))
    s = errors.T @ errors / len(errors)
    h = s.copy()
    surprises = []
    for e in errors:
        surprises.append(np.outer(e, e) - h)
        h = s + a.T @ (np.outer(e, e) - s) @ a + g.T @ (h - s) @ g
    total = np.array(surprises)
    later = a.T @ total @ a
    for _ in range(1500):
        total = total + later
        later = a.T @ later @ a + g.T @ later @ g
    expected = total[:, *np.triu_indices(2)]
    found = target_influence(likelihood, point)
    np.testing.assert_allclose(found, expected - expected.mean(axis=0), rtol=1e-6, atol=1e-8)
