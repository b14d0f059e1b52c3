"""How functions of a covariance fit react to each date: against stacked moment conditions and slow formulas."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.dcc import corrected_residuals, dcc_scores
from hedgeresearch._kernels.densities import NORMAL, density_constants
from hedgeresearch._kernels.garch import garch_residuals, garch_scores
from hedgeresearch.covariance.bekk.delta_method import target_influence as bekk_target_influence
from hedgeresearch.covariance.bekk.likelihood import BEKKLikelihood
from hedgeresearch.covariance.dcc.delta_method import DCCStateAt, dcc_delta_method
from hedgeresearch.covariance.dcc.likelihood import NO_DERIVATIVES, CorrelationLikelihood
from hedgeresearch.covariance.dcc.standard_errors import correlation_influence
from hedgeresearch.covariance.dcc.targets import target_influence
from hedgeresearch.volatility.garch.likelihood import backcast_start

MODELS = {
    "dcc": hr.DCC(),
    "asymmetric": hr.DCC(asymmetric=True, univariate=hr.GARCH(asymmetric=True)),
    "aielli": hr.DCC(correction="aielli"),
    "student": hr.DCC(density="student", univariate=hr.GARCH(density="student")),
    "composite": hr.DCC(estimator="composite"),
    "egarch": hr.DCC(univariate=hr.ArchModel(vol="EGARCH", o=1)),
    "deco": hr.DECO(),
    "ccc": hr.CCC(),
    "bekk": hr.BEKK(),
    "targeting": hr.BEKK(targeting=True),
    "bad news": hr.BEKK("scalar", asymmetric=True, targeting=True),
    "orthogonal": hr.OrthogonalGARCH(n_factors=2),
    "regimes": hr.RegimeCorrelation(n_starts=1),
}
pytestmark = pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")


@pytest.fixture(scope="module")
def returns(simulated_panel):
    return simulated_panel.iloc[:800]


@pytest.fixture(scope="module", params=MODELS, ids=str)
def fit(request, returns):
    return MODELS[request.param].fit(returns)


def ratio(recursion, values):
    h = recursion.advance(values).next_covariance
    return np.linalg.solve(h[1:, 1:], h[1:, 0])


def test_no_move_is_the_fit_and_influences_cancel(fit, returns):
    values, moves = returns.to_numpy(), fit.estimates.inference.delta_method()
    still = moves.state_at(np.zeros(len(moves.steps))).advance(values)
    np.testing.assert_allclose(still.next_covariance, fit.next_covariance, rtol=1e-10)
    by_date = moves.influence_on(lambda start: ratio(start, values))
    assert by_date.shape == (len(values), 2)
    error = by_date.std(axis=0) / np.sqrt(len(values))
    assert (error > 1e-3).all()
    # the estimates solve their equations, so that no date is left over: 0.01 of an error is what searches leave
    assert (np.abs(by_date.mean(axis=0)) < 0.01 * error).all()


def test_a_small_move_is_one_of_the_named_parameters(fit, returns):
    """The vector begins with the parameters: those of the first margin, or of BEKK, in unit variance."""
    moves = fit.estimates.inference.delta_method()
    scales = np.abs(moves.influence).max(axis=0)
    assert moves.influence.shape == (len(returns), len(moves.steps))
    assert (moves.steps[scales > 0] >= 0).all()
    for j in (1, 2):
        change = np.zeros(len(moves.steps))
        change[j] = moves.steps[j]
        ends = (ratio(moves.state_at(sign * change), returns.to_numpy()) for sign in (1, 0, -1))
        up, still, down = ends
        np.testing.assert_allclose(up - still, still - down, rtol=1e-2, atol=1e-9)


def margin(at, returns):
    """Scores and residuals of a GARCH(1,1) at (mu, omega, alpha, beta)."""
    parameters, r = np.array([at[0], at[1], at[2], 0.0, at[3]]), np.ascontiguousarray(returns)
    start = backcast_start(parameters, r)
    scores = garch_scores(parameters, density_constants(NORMAL, 1), r, *start)[1][:, [0, 1, 2, 4]]
    return scores, garch_residuals(parameters, r, *start)[0]


@pytest.mark.parametrize("rules", [{}, {"asymmetric": True}], ids=["dcc", "asymmetric"])
def test_all_moment_conditions_stacked(rules, percent_log_returns):
    """-(dm/dtheta)^-1 m_t with theta the margins, (a, b, g), S and N, and m the scores, zz' - S and nn' - N.

    The moments enter as they are; that sums of them are written as sums of surprises is tested below.
    """
    returns = percent_log_returns.iloc[1000:2000]
    values, fit = returns.to_numpy(), hr.DCC(**rules).fit(returns)
    assert not fit.estimates.bounds_hit
    steps = fit.estimates.inference
    likelihood, z = steps.likelihood, steps.likelihood.residuals
    upper = np.triu_indices(2)
    n_margins, n_dynamic = 8, len(steps.estimate.reported)
    theta = np.concatenate(
        [fit.parameters, likelihood.sample_target[upper], likelihood.news_target[upper]]
    )

    def conditions(at):
        of_margins, moved = zip(
            *(margin(at[4 * i : 4 * i + 4], values[:, i]) for i in range(2)), strict=True
        )
        moved = np.stack(moved, axis=1)
        of_s, of_n = np.empty((2, 2)), np.empty((2, 2))
        for matrix, part in ((of_s, at[-6:-3]), (of_n, at[-3:])):
            matrix[upper], matrix[1, 0] = part, part[1]
        dynamic = np.zeros(3)
        dynamic[:n_dynamic] = at[n_margins : n_margins + n_dynamic]
        intercept = (1 - dynamic[0] - dynamic[1]) * of_s - dynamic[2] * of_n
        first = intercept + dynamic[1] * of_s
        by_parameter = np.zeros((2, 3, 2, 2))
        by_parameter[0], by_parameter[1, 0], by_parameter[1, 2] = (
            [-of_s, -of_s, -of_n],
            -of_s,
            -of_n,
        )
        rules_of = (dynamic, False, False, density_constants(NORMAL, 2))
        scores = dcc_scores(*rules_of, moved, intercept, first, by_parameter)[1][:, :n_dynamic]
        centred, falls = moved - moved.mean(axis=0), np.minimum(moved, 0)
        of_moments = [
            len(z) / (len(z) - 1) * centred[:, i] * centred[:, j] - of_s[i, j]
            for i, j in zip(*upper, strict=True)
        ]
        of_news = [
            falls[:, i] * falls[:, j] * bool(rules) - of_n[i, j]
            for i, j in zip(*upper, strict=True)
        ]
        return np.column_stack([*of_margins, scores, *of_moments, *of_news])

    def next_ratio(at):
        change = at - theta
        return ratio(start(change), values)

    start = DCCStateAt(
        steps.first_step,
        likelihood,
        np.append(steps.estimate.parameters, NORMAL),
        steps.estimate.reported,
    )
    sizes = np.array([1e-5 * max(abs(x), 0.1) for x in theta])
    moves = sizes[:, None] * np.eye(len(theta))
    jacobian = np.array(
        [(conditions(theta + d) - conditions(theta - d)).mean(axis=0) for d in moves]
    ).T / (2 * sizes)
    slopes = np.array([next_ratio(theta + d) - next_ratio(theta - d) for d in moves]) / (
        2 * sizes[:, None]
    )
    expected = -conditions(theta) @ np.linalg.inv(jacobian).T @ slopes

    raw = np.zeros((len(z), 2, 2, 2))
    centred, falls = z - z.mean(axis=0), np.minimum(z, 0)
    raw[:, 0] = (
        centred[:, :, None] * centred[:, None] * len(z) / (len(z) - 1) - likelihood.sample_target
    )
    raw[:, 1] = bool(rules) * (falls[:, :, None] * falls[:, None]) - likelihood.news_target
    sensitivities = [f.sensitivities() for f in steps.first_step.fits]
    correlation = correlation_influence(likelihood, steps.estimate, sensitivities, raw)
    found = dcc_delta_method(start, sensitivities, correlation, raw).influence_on(
        lambda r: ratio(r, values)
    )
    # differences twice over
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3 * expected.std())


@pytest.mark.parametrize(
    "rules",
    [{}, {"asymmetric": True}, {"corrected": True}, {"corrected": True, "equicorrelation": True}],
    ids=str,
)
def test_the_likelihood_reacts_to_the_targets(rules):
    """Differences of the log-likelihood at other S and N, with the intercept and the first Q that they give."""
    z = (
        np.random.default_rng(5).standard_normal((300, 3))
        @ np.linalg.cholesky(0.5 * np.eye(3) + 0.5).T
    )
    likelihood = CorrelationLikelihood(z, **rules)
    parameters = np.array([0.05, 0.9, 0.02 if rules.get("asymmetric") else 0.0])
    found = likelihood.target_gradient(parameters, NORMAL)
    (a, b, g), corrected = parameters, likelihood.corrected
    s, news = likelihood.target(a, b)[0], likelihood.news_target

    def mean_density(s, news):
        intercept = (1 - a - b) * s - g * news
        how = (parameters, corrected, likelihood.equicorrelation, density_constants(NORMAL, 3))
        first = s if corrected else intercept + b * s
        return dcc_scores(*how, z, intercept, first, np.zeros((2, 3, 3, 3)))[0].mean()

    for i in range(3):
        for j in range(i, 3):
            step = np.zeros((3, 3))
            step[i, j] = step[j, i] = 1e-5
            slope = (mean_density(s + step, news) - mean_density(s - step, news)) / 2e-5
            assert found[0, i, j] == pytest.approx(slope, rel=1e-5, abs=1e-9)
            slope = (mean_density(s, news + step) - mean_density(s, news - step)) / 2e-5
            assert found[1, i, j] == pytest.approx(slope, rel=1e-5, abs=1e-9)


def gap(products, surprises):
    """Root mean square distance of the two paths of sums over dates, relative to that of products."""
    path = np.cumsum(products - products.mean(axis=0), axis=0)
    away = np.cumsum(surprises, axis=0) - path
    return np.sqrt((away**2).mean(axis=0) / (path**2).mean(axis=0))


TRUTH = np.array([0.05, 0.93, 0.0])


@pytest.fixture(scope="module")
def residuals():
    simulated = hr.data.simulate_dcc(20_000, a=TRUTH[0], b=TRUTH[1], seed=3)
    return simulated.returns.to_numpy() / np.sqrt(
        np.diagonal(simulated.covariance, axis1=1, axis2=2)
    )


def test_sums_of_products_are_sums_of_surprises(residuals):
    """At the truth: surprises are not correlated and yet add up to the products, which are; without memory they do not.

    The distance that is left is the curvature of the correlation in Q.
    """
    products, falls = residuals.prod(axis=1), np.minimum(residuals, 0).prod(axis=1)
    by_date = target_influence(CorrelationLikelihood(residuals, asymmetric=True), TRUTH)[:, :, 0, 1]
    assert gap(products, by_date[:, 0]) < 0.1
    assert gap(falls, by_date[:, 1]) < 0.2
    assert by_date[:, 0].var() > 2 * products.var()
    for lag in (1, 5, 20):
        assert abs(np.corrcoef(by_date[lag:, 0], by_date[:-lag, 0])[0, 1]) < 0.03  # 4 / sqrt(20000)


def test_sums_of_corrected_products_are_sums_of_surprises(residuals):
    likelihood = CorrelationLikelihood(residuals, corrected=True)
    x = corrected_residuals(*TRUTH[:2], residuals, NO_DERIVATIVES)[0]
    x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    target = likelihood.target(*TRUTH[:2])[0][0, 1]
    products = x.prod(axis=1) - 0.5 * target * (x**2).sum(axis=1)
    assert (
        gap(products, target_influence(likelihood, TRUTH)[:, 0, 0, 1]) < 0.1
    )  # the first and the last date


def test_targets_of_a_scalar_bekk(returns):
    """(1 - g^2) / (1 - a^2 - g^2) (e e' - H), centred: Francq, Horvath and Zakoian (2011) for each element."""
    fit = hr.BEKK("scalar", targeting=True).fit(returns)
    errors = returns.to_numpy() - returns.to_numpy().mean(axis=0)
    scale = np.sqrt((errors**2).mean(axis=0))
    a, g = fit.parameters**2
    surprises = (errors[:, :, None] * errors[:, None] - fit.path()) / np.outer(scale, scale)
    expected = (1 - g) / (1 - a - g) * surprises[:, *np.triu_indices(3)]
    steps = fit.estimates.inference.sandwich
    found = bekk_target_influence(steps.likelihood, steps.point)
    np.testing.assert_allclose(found, expected - expected.mean(axis=0), rtol=1e-7, atol=1e-8)


def test_targets_with_bad_news_add_up(returns):
    """As for a correlation, on 10,000 dates that the fitted model draws; the linear E[n n'] leaves a distance."""
    fit = hr.BEKK(asymmetric=True, targeting=True).fit(returns)
    errors = fit.estimates.inference
    drawn = fit.simulate(10_000, seed=1).to_numpy() - errors.mean
    shocks = np.stack([drawn, np.minimum(drawn, 0)], axis=1) / errors.scale
    likelihood = BEKKLikelihood.from_shocks(errors.sandwich.likelihood.map.layout, shocks)
    rows, columns = np.triu_indices(3)
    products = np.hstack([shocks[:, m, rows] * shocks[:, m, columns] for m in range(2)])
    found = bekk_target_influence(likelihood, errors.sandwich.point)
    assert (gap(products, found) < 0.15).all()
    assert (found.var(axis=0) > 2 * products.var(axis=0)).all()


def test_targets_of_a_full_bekk(returns):
    """A date's surprise, carried on by A and G date after date, as written; A and G are not symmetric."""
    values = returns.to_numpy()[:300, :2]
    errors = (values - values.mean(axis=0)) / values.std(axis=0)
    layout = hr.BEKK("full", targeting=True).layout(2)
    a, g = np.array([[0.3, 0.15], [-0.05, 0.2]]), np.array([[0.9, -0.06], [0.04, 0.93]])
    likelihood = BEKKLikelihood.from_shocks(layout, errors[:, None, :])
    point = layout.pack(np.zeros((2, 2)), np.stack([a, g]))
    s = errors.T @ errors / len(errors)
    h, expected = s.copy(), []
    for e in errors:
        surprise = np.outer(e, e) - h
        moved, total = a.T @ surprise @ a, surprise.copy()
        for _ in range(1500):
            total += moved
            moved = a.T @ moved @ a + g.T @ moved @ g
        expected.append(total[np.triu_indices(2)])
        h = s + a.T @ (np.outer(e, e) - s) @ a + g.T @ (h - s) @ g
    expected = np.array(expected)
    found = bekk_target_influence(likelihood, point)
    np.testing.assert_allclose(found, expected - expected.mean(axis=0), rtol=1e-6, atol=1e-8)


def test_bad_news_lifts_the_targets_of_a_correlation(residuals):
    """As written, date by date. A move of rho decays by a + b + g f'(rho), f = E[n n']: .912 a date in a simulation."""
    a, b, g = truth = np.array([0.02, 0.85, 0.12])
    z = residuals[:500]
    likelihood = CorrelationLikelihood(z, asymmetric=True)
    intercept, q, _ = likelihood.matrices(truth)
    rows, slopes = [], []
    for now in z:
        rho = q[0, 1] / np.sqrt(q[0, 0] * q[1, 1])
        angle = np.pi - np.arccos(rho)
        expected, fall = (np.sqrt(1 - rho**2) + rho * angle) / (2 * np.pi), np.minimum(now, 0.0)
        (zi, zj), (ni, nj) = now - z.mean(axis=0), fall
        products = zi * zj - rho / 2 * (zi**2 + zj**2)
        news = ni * nj - rho / 2 * (ni**2 + nj**2) - (expected - rho / 2)
        rows.append((zi * zj - rho, ni * nj - expected, a * products + g * news))
        slopes.append(angle / (2 * np.pi))
        q = intercept + a * np.outer(now, now) + g * np.outer(fall, fall) + b * q
    rows, slope = np.array(rows), np.mean(slopes)
    later = rows[:, 2] / (1 - a - b - g * slope)
    both = np.column_stack([rows[:, 0] + later, rows[:, 1] + slope * later])
    found = target_influence(likelihood, truth)[:, :, 0, 1]
    np.testing.assert_allclose(found, both - both.mean(axis=0), rtol=1e-8, atol=1e-10)
