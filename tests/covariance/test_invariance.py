"""Maximum likelihood does not depend on the order of series or their units, and does not fail.

A multiple of the asset multiplies its ratio; the likelihood changes by the Jacobian only.
Tolerances: log-likelihoods to 1e-6 of their size, ratios to 1e-4.
"""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

# estimates on noise lie on bounds, and a unit that differs from the others is warned of
pytestmark = [
    pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning"),
]

UNIT = 1e3
"""Factor of the asset in the second of two fits."""
HARD_SEEDS = (0, 48, 67)
"""Samples of three series on which scalar BEKK depended on the order or on the unit."""
MODELS = {
    "scalar": hr.BEKK("scalar"),
    "diagonal": hr.BEKK("diagonal"),
    "diagonal, targeting": hr.BEKK("diagonal", targeting=True),
    "scalar, asymmetric": hr.BEKK("scalar", asymmetric=True),
    "diagonal, asymmetric": hr.BEKK("diagonal", asymmetric=True),
    "orthogonal": hr.OrthogonalGARCH(),
    "orthogonal, asymmetric": hr.OrthogonalGARCH(univariate=hr.GARCH(asymmetric=True)),
}


def mixed_noise(seed, n_series, n_dates=250):
    """Independent normal dates of series that are correlated with each other."""
    generator = np.random.default_rng(seed)
    noise = generator.standard_normal((n_dates, n_series))
    mixing = generator.normal(size=(n_series, n_series)) * 0.5 + np.eye(n_series)
    dates = pd.bdate_range("2010-01-01", periods=n_dates)
    return pd.DataFrame(noise @ mixing.T * 0.01, dates, ["A", "H1", "H2"][:n_series])


def next_ratio(fit):
    """Ratio of A on the other series for the next date, by the name of the hedge."""
    covariance = fit.next_covariance
    hedges = sorted(covariance.columns.drop("A"))
    return np.linalg.solve(covariance.loc[hedges, hedges], covariance.loc[hedges, "A"])


def check_invariance(model, returns):
    """Fit the series as they are, and in another order with the asset in another unit."""
    fit = model.fit(returns)
    other = model.fit(returns.assign(A=returns["A"] * UNIT)[returns.columns[::-1]])
    likelihood = other.log_likelihood + len(returns) * np.log(UNIT)
    assert likelihood == pytest.approx(fit.log_likelihood, rel=1e-6)
    np.testing.assert_allclose(next_ratio(other) / UNIT, next_ratio(fit), atol=1e-4)


@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.long
@pytest.mark.parametrize("seed", range(28))
def test_order_and_unit_do_not_change_a_pair(seed):
    check_invariance(hr.BEKK("scalar"), mixed_noise(seed, 2))


@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.long
@pytest.mark.parametrize("seed", [*HARD_SEEDS, *range(1, 10)])
def test_order_and_unit_do_not_change_three_series(seed):
    check_invariance(hr.BEKK("scalar"), mixed_noise(seed, 3))


@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in MODELS if name != "diagonal, asymmetric"])
def test_order_and_unit_do_not_change_a_model(name):
    check_invariance(MODELS[name], mixed_noise(34, 2))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("first_seed", [0, 40, 80])
def test_no_sample_of_noise_fails_or_depends_on_order(name, first_seed):
    n_samples = 40 if name in ("scalar", "orthogonal", "diagonal, targeting") else 5
    for seed in range(first_seed, first_seed + n_samples):
        check_invariance(MODELS[name], mixed_noise(seed, 3))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_full_form_does_not_depend_on_order(seed):
    check_invariance(hr.BEKK("full"), mixed_noise(seed, 2))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["scalar", "diagonal"])
def test_asymmetric_model_is_estimated_on_pure_noise(form):
    noise = np.random.default_rng(0).standard_normal((400, 2))
    returns = pd.DataFrame(noise * 0.01, pd.bdate_range("2010-01-01", periods=400), ["A", "H1"])
    symmetric = hr.BEKK(form).fit(returns).log_likelihood
    asymmetric = hr.BEKK(form, asymmetric=True).fit(returns).log_likelihood
    constant = returns.cov(ddof=0)
    density = np.log(np.linalg.det(2 * np.pi * constant.to_numpy())) + 2
    assert -200 * density - 1e-6 <= symmetric <= asymmetric + 1e-6
