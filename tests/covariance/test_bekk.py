"""The BEKK model: at least the optima of BEKKs, nested models in order, independent of units."""

import itertools
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import rdata

from hedgeresearch.covariance.bekk.bekk import BEKK
from hedgeresearch.covariance.bekk.estimation import BEKKLikelihood, estimate_bekk
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.covariance.news import expected_news
from hedgeresearch.errors import ConvergenceWarning, DataError

FORMS = ["scalar", "diagonal", "full"]


def joint_news(returns):
    """Returns of the dates on which all series fall, zero otherwise: the rule of BEKKs."""
    return returns * (returns < 0).all(axis=1)[:, None]


def own_theta(estimates, form):
    """Our parameters as BEKKs has them: in its scalar model a and g enter unsquared."""
    values = estimates.parameters.to_numpy(copy=True)
    if form == "scalar":
        values[-2:] **= 2
    return values


def with_our_signs(theta, layout):
    return theta if layout.form == "scalar" else layout.with_signs(np.array(theta))


@pytest.fixture(scope="module")
def small(percent_log_returns):
    return percent_log_returns.iloc[-900:] / 100


# --- against BEKKs ---


@pytest.mark.parametrize(
    ("form", "asymmetric"), [*((form, False) for form in FORMS), ("full", True)]
)
def test_optimum_is_at_least_that_of_bekks(form, asymmetric, reference, percent_log_returns):
    """The asymmetric model of BEKKs counts only joint falls as news."""
    returns = percent_log_returns.to_numpy() - percent_log_returns.to_numpy().mean(axis=0)
    result = reference[f"bekk_{form}{'_asymmetric' * asymmetric}"]
    layout = Layout(form, asymmetric, False, 2)
    ours = estimate_bekk(layout, returns, joint_news(returns))
    assert 0.0 < ours.log_likelihood - result["loglik"] < 1e-3  # BEKKs stops early
    np.testing.assert_allclose(
        own_theta(ours, form), with_our_signs(result["theta"], layout), atol=1e-3
    )
    assert ours.gradient_norm < 1e-4
    assert ours.bounds_hit == ()


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize(
    ("form", "name"), [("scalar", "sbekk"), ("diagonal", "dbekk"), ("full", "bekk")]
)
def test_optimum_on_the_simulated_panel(form, name, n, simulated_reference, simulated_panel):
    """The surface is flat: BEKKs stops up to 1.4e-3 short of the optimum, its parameters up to .004 away."""
    returns = np.ascontiguousarray(simulated_panel.to_numpy()[:, :n])
    result = simulated_reference[f"BEKKs_{name}_N{n}"]
    layout = Layout(form, False, False, n)
    ours = estimate_bekk(layout, returns, joint_news(returns))
    assert 0.0 < ours.log_likelihood - result["loglik"] < 2e-3
    np.testing.assert_allclose(
        own_theta(ours, form), with_our_signs(result["theta"], layout), atol=5e-3
    )


@pytest.fixture(scope="module")
def dow_pair(data_dir):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata speaks of classes of R that it does not know
        stocks = next(iter(rdata.read_rda(data_dir / "dji30retw.rda").values()))
    returns = 100 * stocks[["AA", "AXP"]].to_numpy(dtype=float)
    return returns - returns.mean(axis=0)


@pytest.mark.parametrize(
    ("form", "best", "theta"),
    [
        ("scalar", -6505.817901360241, [0.456633, 0.110717, 0.331194, 0.0582066, 0.940114]),
        (
            "diagonal",
            -6503.242009121208,
            [0.671861, 0.126444, 0.283353, 0.279546, 0.223928, 0.954689, 0.974026],
        ),
        (
            "full",
            -6494.840011104248,
            [
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
            ],
        ),
    ],
)
def test_polished_optima_of_two_dow_stocks(form, best, theta, dow_pair):
    """Optima of BEKKs polished by another optimiser, .002 and .006 above its own."""
    ours = estimate_bekk(Layout(form, False, False, 2), dow_pair, joint_news(dow_pair))
    assert ours.log_likelihood >= best - 1e-6
    np.testing.assert_allclose(own_theta(ours, form), theta, atol=1e-4)


# --- nested models ---


@pytest.mark.parametrize("targeting", [False, True])
@pytest.mark.parametrize("data", ["panel", "joint", "noise"])
def test_larger_models_never_have_the_lower_likelihood(
    data, targeting, simulated_panel, percent_log_returns
):
    values = {
        "panel": simulated_panel.to_numpy()[:600, :2],
        "joint": percent_log_returns.to_numpy()[2000:2800],
        "noise": np.random.default_rng(3).standard_normal((500, 2)),
    }[data]
    errors = values - values.mean(axis=0)
    value = {
        (form, asymmetric): estimate_bekk(
            Layout(form, asymmetric, targeting, 2), errors, np.minimum(errors, 0.0)
        ).log_likelihood
        for form in FORMS
        for asymmetric in (False, True)
    }
    for small_form, large_form in itertools.pairwise(FORMS):
        for asymmetric in (False, True):
            assert value[small_form, asymmetric] <= value[large_form, asymmetric] + 1e-8
    assert all(value[form, False] <= value[form, True] + 1e-8 for form in FORMS)


def test_without_asymmetry_the_news_are_held_at_zero():
    errors = np.random.default_rng(0).standard_normal((1500, 2))
    returns = pd.DataFrame(
        errors, index=pd.bdate_range("2000-01-03", periods=1500), columns=["x", "y"]
    )
    with pytest.warns(ConvergenceWarning, match="lies on a bound: B = 0"):
        fit = BEKK(asymmetric=True).fit(returns)
    assert (fit.parameters[["B[1,1]", "B[2,2]"]] == 0.0).all()
    assert fit.standard_errors[["B[1,1]", "B[2,2]"]].isna().all()
    assert np.isfinite(fit.standard_errors[["A[1,1]", "A[2,2]"]]).all()


def test_diagonal_matrices_that_are_equal_are_the_scalar_model(small):
    scalar, diagonal = BEKK("scalar").fit(small), BEKK("diagonal").fit(small)
    a, g = scalar.parameters["a"], scalar.parameters["g"]
    errors = small.to_numpy() - small.to_numpy().mean(axis=0)
    layout = diagonal.model.layout(2)
    x = np.r_[scalar.parameters.to_numpy()[:3], a, a, g, g]
    by_date, _, _ = BEKKLikelihood.of(layout, np.stack([errors, errors], axis=1))(x)
    assert by_date.sum() == pytest.approx(scalar.log_likelihood, rel=1e-12)


# --- units, signs, errors ---


@pytest.mark.parametrize(
    "model", [BEKK("full", asymmetric=True), BEKK("diagonal", targeting=True)], ids=str
)
@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_do_not_matter(model, scale, small):
    one, other = model.fit(small), model.fit(small * scale)
    power = np.array([name.startswith("C") for name in one.parameters.index], dtype=float)
    np.testing.assert_allclose(other.parameters, one.parameters * scale**power, rtol=1e-7)
    np.testing.assert_allclose(other.standard_errors, one.standard_errors * scale**power, rtol=1e-6)
    np.testing.assert_allclose(other.path(), one.path() * scale**2, rtol=1e-7)
    assert other.log_likelihood == pytest.approx(
        one.log_likelihood - 2 * len(small) * np.log(scale), abs=1e-6
    )


def test_each_series_may_have_its_own_unit(small):
    one, other = BEKK("full").fit(small), BEKK("full").fit(small * [100.0, 0.01])
    assert other.parameters["A[2,1]"] == pytest.approx(one.parameters["A[2,1]"] * 1e4, rel=1e-5)
    assert other.parameters["C[2,1]"] == pytest.approx(one.parameters["C[2,1]"] * 0.01, rel=1e-5)
    np.testing.assert_allclose(
        other.next_covariance, one.next_covariance * np.array([[1e4, 1.0], [1.0, 1e-4]]), rtol=1e-6
    )


def test_the_sandwich_is_that_of_the_log_likelihood(small):
    """Scores and Hessian from differences of the log-likelihood alone, in other units."""
    fit = BEKK("diagonal").fit(100 * small)
    errors = 100 * small.to_numpy() - 100 * small.to_numpy().mean(axis=0)
    likelihood = BEKKLikelihood.of(fit.model.layout(2), np.stack([errors, errors], axis=1))

    def by_date(x):
        return likelihood(x)[0]

    x = fit.parameters.to_numpy()
    steps = 1e-4 * np.diag(np.abs(x))
    scores = np.stack([(by_date(x + s) - by_date(x - s)) / (2 * s.sum()) for s in steps], axis=1)
    hessian = [
        [
            (
                by_date(x + s + u) - by_date(x + s - u) - by_date(x - s + u) + by_date(x - s - u)
            ).sum()
            for u in steps
        ]
        for s in steps
    ]
    inverse = np.linalg.inv(
        np.array(hessian) / (4 * np.outer(steps.sum(axis=0), steps.sum(axis=0)))
    )
    np.testing.assert_allclose(
        fit.parameter_covariance, inverse @ (scores.T @ scores) @ inverse, rtol=2e-3
    )


def test_signs_and_names(small):
    fit = BEKK("full", asymmetric=True).fit(small)
    assert fit.parameters.index[:3].to_list() == ["C[1,1]", "C[2,1]", "C[2,2]"]
    assert fit.parameters.index[3:7].to_list() == ["A[1,1]", "A[2,1]", "A[1,2]", "A[2,2]"]
    assert (fit.parameters[["C[1,1]", "C[2,2]", "A[1,1]", "B[1,1]", "G[1,1]"]] > 0).all()
    assert BEKK("scalar", asymmetric=True, targeting=True).fit(
        small
    ).parameters.index.to_list() == ["a", "b", "g"]


def test_targeting_returns_the_sample_covariance(small):
    fit = BEKK("diagonal", targeting=True).fit(small)
    np.testing.assert_allclose(fit.forecast(20_000)[-2:], small.cov(ddof=0), rtol=1e-4)
    assert fit.estimates.n_targets == 2 + 3
    assert fit.log_likelihood < BEKK("diagonal").fit(small).log_likelihood + 5.0


# --- the recursion ---


@pytest.mark.parametrize(
    "model", [BEKK("scalar"), BEKK("diagonal", asymmetric=True), BEKK("full", asymmetric=True)]
)
def test_the_path_is_the_recursion_and_extends(model, small):
    fit = model.fit(small.iloc[:600])
    mean, first = small.iloc[:600].mean().to_numpy(), small.iloc[:600].cov(ddof=0).to_numpy()
    root, blocks = model.layout(2).unpack(fit.parameters.to_numpy())
    h, path = first, []
    for e in small.to_numpy() - mean:
        path.append(h)
        news = [e, np.minimum(e, 0), e] if model.asymmetric else [e, e]
        h = root @ root.T + blocks[-1].T @ h @ blocks[-1]
        h = h + sum(b.T @ np.outer(x, x) @ b for b, x in zip(blocks[:-1], news, strict=False))
    np.testing.assert_allclose(fit.path(), path[:600], rtol=1e-9)
    extended = fit.extend(small.iloc[600:])
    np.testing.assert_allclose(extended.path(), path[600:], rtol=1e-9)
    np.testing.assert_allclose(extended.next_covariance, h, rtol=1e-9)
    name = str(small.columns[1])
    np.testing.assert_allclose(
        extended.path([name])[:, 0, 0], np.array(path)[600:, 1, 1], rtol=1e-9
    )
    copy = pickle.loads(pickle.dumps(fit))
    np.testing.assert_array_equal(copy.standard_errors, fit.standard_errors)


@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.6, 1.0])
def test_expected_news_by_simulation(correlation):
    covariance = np.array([[4.0, 2 * correlation], [2 * correlation, 1.0]])
    draws = (
        np.random.default_rng(1).standard_normal((1_000_000, 2))
        @ np.linalg.cholesky(covariance + 1e-12 * np.eye(2)).T
    )
    fallen = np.minimum(draws, 0)
    np.testing.assert_allclose(expected_news(covariance), fallen.T @ fallen / len(draws), atol=0.01)


def test_the_second_step_of_a_forecast_by_simulation(small):
    fit = BEKK("full", asymmetric=True).fit(100 * small)
    _, blocks = fit.model.layout(2).unpack(fit.parameters.to_numpy())
    h = fit.next_covariance.to_numpy()
    draws = np.random.default_rng(2).standard_normal((500_000, 2)) @ np.linalg.cholesky(h).T
    a, b, g = blocks
    shocks = draws @ a, np.minimum(draws, 0) @ b
    expected = fit.final_state.intercept + g.T @ h @ g + sum(x.T @ x / len(x) for x in shocks)
    np.testing.assert_allclose(fit.forecast(2)[-2:], expected, rtol=2e-3)


# --- refusals ---


def test_what_cannot_be_estimated_is_refused(small):
    with pytest.raises(DataError, match="at least two series; got 1"):
        BEKK().fit(small.iloc[:, :1])
    with pytest.raises(DataError, match="at least 110 rows; got 109"):
        BEKK("full").fit(small.iloc[:109])
    with pytest.raises(DataError, match="must not be collinear; NASDAQ, twice are"):
        BEKK().fit(small.assign(twice=2 * small["NASDAQ"]))
    with pytest.raises(
        DataError, match="form must be one of 'scalar', 'diagonal', 'full'; got 'vech'"
    ):
        BEKK("vech")
    with pytest.raises(DataError, match="targeting must be True or False; got 1"):
        BEKK(targeting=1)


@pytest.mark.slow
def test_parameters_and_coverage_are_recovered():
    """Estimates centre on the truth within three Monte Carlo errors; 95 % intervals cover it .89 to .99 of the time."""
    truth = np.array([0.25, 0.1, 0.2, 0.3, 0.25, 0.92, 0.94])
    layout, rng = Layout("diagonal", False, False, 2), np.random.default_rng(5)
    root, (a, g) = layout.unpack(truth)
    estimates, errors = [], []
    for _ in range(120):
        h, returns = np.eye(2), np.empty((2500, 2))
        for t in range(2500):
            returns[t] = np.linalg.cholesky(h) @ rng.standard_normal(2)
            h = root @ root.T + a.T @ np.outer(returns[t], returns[t]) @ a + g.T @ h @ g
        found = estimate_bekk(layout, returns[500:], np.minimum(returns[500:], 0))
        estimates.append(found.parameters.to_numpy())
        errors.append(found.summary["standard error"].to_numpy())
    inside = np.abs(np.array(estimates) - truth) < 1.96 * np.array(errors)
    assert ((inside.mean(axis=0) > 0.89) & (inside.mean(axis=0) < 0.99)).all()
    biases = np.abs(np.mean(estimates, axis=0) - truth)
    assert (biases < 0.02).all()
