"""BEKK: at least the optima of BEKKs, zero means, nested models in order, units, refusals."""

import itertools
import pickle

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.covariance import BEKK
from hedgeresearch.covariance.bekk.likelihood import BEKKLikelihood
from hedgeresearch.errors import ConvergenceWarning, DataError

FORMS = ["scalar", "diagonal", "full"]
BEKKS_NAMES = {"scalar": "sbekk", "diagonal": "dbekk", "full": "bekk"}


def own_theta(fit):
    """Parameters as BEKKs has them: in its scalar model a and g enter unsquared."""
    values = fit.parameters.to_numpy(copy=True)
    if fit.model.form == "scalar":
        values[-2:] **= 2
    return values


def with_our_signs(theta, fit):
    if fit.model.form == "scalar":
        return theta
    return fit.model.layout(len(fit.series)).with_signs(np.array(theta))


@pytest.fixture(scope="module")
def small(percent_log_returns):
    return percent_log_returns.iloc[-900:] / 100


# --- against BEKKs, which has no mean ---


@pytest.mark.parametrize("form", FORMS)
def test_optimum_is_at_least_that_of_bekks(form, reference, percent_log_returns):
    """On demeaned returns, which our model makes itself."""
    result = reference[f"bekk_{form}"]
    fit = BEKK(form).fit(percent_log_returns)
    assert 0.0 < fit.log_likelihood - result["loglik"] < 1e-3  # BEKKs stops early
    np.testing.assert_allclose(own_theta(fit), with_our_signs(result["theta"], fit), atol=1e-3)
    assert fit.convergence["gradient norm"] < 1e-4
    assert fit.convergence["bounds hit"] == []


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("form", FORMS)
def test_optimum_on_raw_returns_is_at_least_that_of_bekks(
    form, n, simulated_reference, simulated_panel
):
    """The surface is flat: BEKKs stops up to 1.4e-3 below the optimum, up to .004 away."""
    result = simulated_reference[f"BEKKs_{BEKKS_NAMES[form]}_N{n}"]
    fit = BEKK(form, mean="zero").fit(simulated_panel.iloc[:, :n])
    assert 0.0 < fit.log_likelihood - result["loglik"] < 2e-3
    np.testing.assert_allclose(own_theta(fit), with_our_signs(result["theta"], fit), atol=5e-3)
    ratio = fit.hedge_ratio("spot", "fut")["fut"]
    assert ratio.mean() == pytest.approx(result["hedge12"]["mean"], abs=2e-3)


SCALAR_THETA = [0.456633, 0.110717, 0.331194, 0.0582066, 0.940114]
DIAGONAL_THETA = [0.671861, 0.126444, 0.283353, 0.279546, 0.223928, 0.954689, 0.974026]
FULL_THETA = [
    0.658194,
    0.035358,
    0.315785,
    0.220479,
    0.148435,
    -0.032486,
    0.244504,
    0.957628,
    -0.02189,
    0.008153,
    0.968887,
]


@pytest.mark.parametrize(
    ("form", "best", "theta"),
    [
        ("scalar", -6505.817901360241, SCALAR_THETA),
        ("diagonal", -6503.242009121208, DIAGONAL_THETA),
        ("full", -6494.840011104248, FULL_THETA),
    ],
)
def test_polished_optima_of_two_dow_stocks_are_reached(form, best, theta, dow):
    """Optima of BEKKs polished by another optimizer, .002 and .006 above its own."""
    fit = BEKK(form).fit(dow[["AA", "AXP"]])
    assert fit.log_likelihood >= best - 1e-6
    np.testing.assert_allclose(own_theta(fit), theta, atol=1e-4)


# --- nested models ---


SAMPLES = {
    "panel": ("simulated_panel", slice(600), slice(2)),
    "joint": ("percent_log_returns", slice(2000, 2800), slice(2)),
}


def check_nesting(returns, targeting):
    value = {}
    for form, asymmetric in itertools.product(FORMS, (False, True)):
        fit = BEKK(form, asymmetric, targeting).fit(returns)
        value[form, asymmetric] = fit.log_likelihood
    for asymmetric in (False, True):
        for small_form, large_form in itertools.pairwise(FORMS):
            assert value[small_form, asymmetric] <= value[large_form, asymmetric] + 1e-8
    for form in FORMS:
        assert value[form, False] <= value[form, True] + 1e-8


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("targeting", [False, True])
@pytest.mark.parametrize("sample", SAMPLES)
def test_larger_models_never_have_the_lower_likelihood(sample, targeting, request):
    fixture, rows, columns = SAMPLES[sample]
    check_nesting(request.getfixturevalue(fixture).iloc[rows, columns], targeting)


def noise(n_dates, seed):
    values = np.random.default_rng(seed).standard_normal((n_dates, 2))
    dates = pd.bdate_range("2000-01-03", periods=n_dates)
    return pd.DataFrame(values, index=dates, columns=["x", "y"])


@pytest.mark.filterwarnings("ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize(
    ("n_dates", "seed", "targeting"),
    [(500, 3, True), (200, 5, False), pytest.param(500, 3, False, marks=pytest.mark.slow)],
)
def test_larger_models_of_noise_are_not_lower(n_dates, seed, targeting):
    check_nesting(noise(n_dates, seed), targeting)


@pytest.mark.long
def test_without_asymmetry_the_news_are_held_at_zero():
    with pytest.warns(ConvergenceWarning, match="lies on a bound: B = 0"):
        fit = BEKK(asymmetric=True).fit(noise(1500, seed=0))
    assert (fit.parameters[["B[1,1]", "B[2,2]"]] == 0.0).all()
    assert fit.standard_errors[["B[1,1]", "B[2,2]"]].isna().all()
    assert np.isfinite(fit.standard_errors[["A[1,1]", "A[2,2]"]]).all()


def test_equal_diagonal_matrices_are_the_scalar_model(small):
    scalar = BEKK("scalar").fit(small)
    a = scalar.parameters["a"]
    g = scalar.parameters["g"]
    errors = small.to_numpy() - small.to_numpy().mean(axis=0)
    x = np.r_[scalar.parameters.to_numpy()[:3], a, a, g, g]
    layout = BEKK("diagonal").layout(2)
    likelihood = BEKKLikelihood.from_shocks(layout, np.stack([errors, errors], axis=1))
    assert likelihood(x).value * len(small) == pytest.approx(scalar.log_likelihood, rel=1e-12)


# --- units, signs, errors ---


@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        BEKK("full", asymmetric=True),
        BEKK("diagonal", targeting=True),
        BEKK("diagonal", mean="zero"),
    ],
    ids=str,
)
@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_do_not_matter(model, scale, small):
    one = model.fit(small)
    other = model.fit(small * scale)
    power = np.array([name.startswith("C") for name in one.parameters.index], dtype=float)
    np.testing.assert_allclose(other.parameters, one.parameters * scale**power, rtol=1e-7)
    np.testing.assert_allclose(other.standard_errors, one.standard_errors * scale**power, rtol=1e-6)
    np.testing.assert_allclose(other.path(), one.path() * scale**2, rtol=1e-7)
    shift = 2 * len(small) * np.log(scale)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - shift, abs=1e-6)


@pytest.mark.filterwarnings("ignore:returns should have one unit")
def test_each_series_may_have_its_own_unit(small):
    one = BEKK("full").fit(small)
    other = BEKK("full").fit(small * [100.0, 0.01])
    assert other.parameters["A[2,1]"] == pytest.approx(one.parameters["A[2,1]"] * 1e4, rel=1e-5)
    assert other.parameters["C[2,1]"] == pytest.approx(one.parameters["C[2,1]"] * 0.01, rel=1e-5)
    units = np.array([[1e4, 1.0], [1.0, 1e-4]])
    np.testing.assert_allclose(other.next_covariance, one.next_covariance * units, rtol=1e-6)


@pytest.mark.parametrize("mean", ["constant", "zero"])
def test_errors_are_the_sandwich_of_the_log_likelihood(mean, small):
    """Scores and Hessian from differences of the log-likelihood alone, in other units."""
    returns = 100 * small + 0.2
    fit = BEKK("diagonal", mean=mean).fit(returns)
    errors = returns.to_numpy()
    if mean == "constant":
        errors = errors - errors.mean(axis=0)
    layout = fit.model.layout(2)
    likelihood = BEKKLikelihood.from_shocks(layout, np.stack([errors, errors], axis=1))

    def by_date(x):
        return likelihood.by_date(x)[0]

    x = fit.parameters.to_numpy()
    steps = 1e-4 * np.diag(np.abs(x))
    scores = np.stack([(by_date(x + s) - by_date(x - s)) / (2 * s.sum()) for s in steps], axis=1)
    hessian = np.empty((len(x), len(x)))
    for i, s in enumerate(steps):
        for j, u in enumerate(steps):
            terms = (
                by_date(x + s + u) - by_date(x + s - u) - by_date(x - s + u) + by_date(x - s - u)
            )
            hessian[i, j] = terms.sum() / (4 * s.sum() * u.sum())
    inverse = np.linalg.inv(hessian)
    expected = inverse @ (scores.T @ scores) @ inverse
    np.testing.assert_allclose(fit.parameter_covariance, expected, rtol=2e-3)


def test_signs_and_names_are_those_of_the_matrices(small):
    fit = BEKK("full", asymmetric=True).fit(small)
    assert fit.parameters.index[:3].to_list() == ["C[1,1]", "C[2,1]", "C[2,2]"]
    assert fit.parameters.index[3:7].to_list() == ["A[1,1]", "A[2,1]", "A[1,2]", "A[2,2]"]
    assert (fit.parameters[["C[1,1]", "C[2,2]", "A[1,1]", "B[1,1]", "G[1,1]"]] > 0).all()
    scalar = BEKK("scalar", asymmetric=True, targeting=True).fit(small)
    assert scalar.parameters.index.to_list() == ["a", "b", "g"]


@pytest.mark.long
def test_targeting_returns_the_sample_covariance(small):
    fit = BEKK("diagonal", targeting=True).fit(small)
    np.testing.assert_allclose(fit.forecast(20_000)[-2:], small.cov(ddof=0), rtol=1e-4)
    assert fit.estimates.n_targets == 2 + 3
    assert fit.log_likelihood < BEKK("diagonal").fit(small).log_likelihood + 5.0
    zero = BEKK("diagonal", targeting=True, mean="zero").fit(small)
    assert zero.estimates.n_targets == 3
    second_moments = small.T @ small / len(small)
    np.testing.assert_allclose(zero.forecast(20_000)[-2:], second_moments, rtol=1e-4)


# --- the path ---


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        BEKK("scalar"),
        BEKK("diagonal", asymmetric=True),
        BEKK("full", asymmetric=True),
        BEKK("diagonal", mean="zero"),
    ],
    ids=str,
)
def test_path_is_the_recursion_and_extends(model, small):
    sample = small.iloc[:600]
    fit = model.fit(sample)
    mean = sample.mean().to_numpy() if model.mean == "constant" else np.zeros(2)
    errors = small.to_numpy() - mean
    root, blocks = model.layout(2).unpack(fit.parameters.to_numpy())
    h = errors[:600].T @ errors[:600] / 600
    path = []
    for e in errors:
        path.append(h)
        shocks = [e, np.minimum(e, 0)] if model.asymmetric else [e]
        h = root @ root.T + blocks[-1].T @ h @ blocks[-1]
        h = h + sum(b.T @ np.outer(x, x) @ b for b, x in zip(blocks[:-1], shocks, strict=True))
    np.testing.assert_allclose(fit.path(), path[:600], rtol=1e-9)
    extended = fit.extend(small.iloc[600:])
    np.testing.assert_allclose(extended.path(), path[600:], rtol=1e-9)
    np.testing.assert_allclose(extended.next_covariance, h, rtol=1e-9)
    name = str(small.columns[1])
    variances = np.array(path)[600:, 1, 1]
    np.testing.assert_allclose(extended.path([name])[:, 0, 0], variances, rtol=1e-9)
    copy = pickle.loads(pickle.dumps(fit))
    np.testing.assert_array_equal(copy.standard_errors, fit.standard_errors)


# --- refusals ---


def test_samples_that_cannot_be_estimated_are_refused(small):
    with pytest.raises(DataError, match="at least two series; got 1"):
        BEKK().fit(small.iloc[:, :1])
    with pytest.raises(DataError, match="at least 110 rows; got 109"):
        BEKK("full").fit(small.iloc[:109])
    with pytest.raises(DataError, match="must not be collinear; NASDAQ, twice are"):
        BEKK().fit(small.assign(twice=2 * small["NASDAQ"]))


def test_settings_are_checked():
    with pytest.raises(
        DataError, match="form must be one of 'scalar', 'diagonal', 'full'; got 'vech'"
    ):
        BEKK("vech")
    with pytest.raises(DataError, match="targeting must be True or False; got 1"):
        BEKK(targeting=1)
    with pytest.raises(DataError, match="mean must be one of 'constant', 'zero'; got 0"):
        BEKK(mean=0)


@pytest.mark.slow
def test_parameters_and_coverage_are_recovered():
    """Estimates have a bias below .02; 95% intervals cover the truth .89 to .99 of the time."""
    truth = np.array([0.25, 0.1, 0.2, 0.3, 0.25, 0.92, 0.94])
    model = BEKK("diagonal", mean="zero")
    root, (a, g) = model.layout(2).unpack(truth)
    rng = np.random.default_rng(5)
    dates = pd.bdate_range("2000-01-03", periods=2000)
    estimates = []
    errors = []
    for _ in range(120):
        h = np.eye(2)
        returns = np.empty((2500, 2))
        for t in range(2500):
            returns[t] = np.linalg.cholesky(h) @ rng.standard_normal(2)
            h = root @ root.T + a.T @ np.outer(returns[t], returns[t]) @ a + g.T @ h @ g
        fit = model.fit(pd.DataFrame(returns[500:], dates, ["x", "y"]))
        estimates.append(fit.parameters.to_numpy())
        errors.append(fit.standard_errors.to_numpy())
    inside = np.abs(np.array(estimates) - truth) < 1.96 * np.array(errors)
    assert ((inside.mean(axis=0) > 0.89) & (inside.mean(axis=0) < 0.99)).all()
    biases = np.abs(np.mean(estimates, axis=0) - truth)
    assert (biases < 0.02).all()


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize(("seed", "skipped", "n_series", "lowest"), [(5, 2, 2, 1291.577)])
def test_one_series_without_memory_is_found(seed, skipped, n_series, lowest):
    """Of noise, where local optima are common; whatever the order of the series."""
    rng = np.random.default_rng(seed)
    rng.standard_normal((skipped, 200, n_series))
    returns = pd.DataFrame(0.01 * rng.standard_normal((200, n_series)), columns=["a", "b"])
    for ordered in (returns, returns[["b", "a"]]):
        assert BEKK("diagonal").fit(ordered).log_likelihood > lowest


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_best_known_optimum_of_noise_with_news_is_reached():
    """Without starts whose news cross, searches end at 2552.671."""
    returns = 0.01 * noise(400, seed=0)
    assert BEKK("full", asymmetric=True).fit(returns).log_likelihood > 2554.633
