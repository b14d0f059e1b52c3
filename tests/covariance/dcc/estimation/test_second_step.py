"""Second step of a DCC: rmgarch's likelihood at its parameters, and an optimum at least as high."""

from dataclasses import replace
from functools import cached_property

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.dcc.recursion import dcc_correlation
from hedgeresearch.covariance.dcc.estimation.second_step import estimate_correlation
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from tests.covariance.dcc.rmgarch import second_step
from tests.covariance.dcc.slow_density import log_density_of_path

STATISTICS = {
    "first": lambda x: x[0],
    "second": lambda x: x[1],
    "third": lambda x: x[2],
    "last": lambda x: x[-1],
    "mean": np.mean,
    "sd": lambda x: np.std(x, ddof=1),
    "min": np.min,
    "max": np.max,
}


class WithDemeanedNews(CorrelationLikelihood):
    """The likelihood of rmgarch and tsmarch, which demean min(z, 0) in its target.

    Their recursions add it as it is: g is then estimated at about half its size (see
    test_recovery), so ours is not demeaned.
    """

    @cached_property
    def news_target(self):
        return np.cov(np.minimum(self.residuals, 0.0), rowvar=False) * self.asymmetric


def check_against_rmgarch(returns, reference, pair=(0, 1)):
    """Compare log-likelihood and path at its parameters, and our optimum with its own."""
    values = np.ascontiguousarray(returns)
    residuals, variances, parameters, nu = second_step(values, reference["coef"])
    likelihood = WithDemeanedNews(residuals, asymmetric="[Joint]dccg1" in reference["coef"])
    intercept, first, _ = likelihood.matrices(parameters)
    a, _, g = parameters
    # rmgarch reports with z_0 = n_0 = (1, ..., 1), and estimates with both zero
    reported = first + a + g
    path = dcc_correlation(parameters, False, residuals, intercept, reported)[:-1]
    by_date = log_density_of_path(residuals, path, nu)
    total = by_date.sum() - 0.5 * np.log(variances).sum()
    assert total == pytest.approx(reference["loglik"], rel=1e-8)
    i, j = pair
    rho = path[:, i, j]
    ratio = rho * np.sqrt(variances[:, i] / variances[:, j])
    found = {"rho12": rho, "rho": rho, "hedge12": ratio, "hedge": ratio}
    for name in found.keys() & reference.keys():
        for statistic, function in STATISTICS.items():
            if statistic in reference[name]:
                assert function(found[name]) == pytest.approx(
                    reference[name][statistic], rel=1e-8, abs=1e-10
                ), statistic
    ours = estimate_correlation(likelihood, nu != NORMAL, "the test")
    theirs = likelihood.scores(parameters, nu)[0].sum()
    assert ours.log_density >= theirs - 1e-6
    assert ours.gradient_norm < 1e-5
    return ours, parameters


@pytest.mark.parametrize("name", ["DCC_N2", "DCC_N3", "aDCC_N2", "aDCC_N3", "mvt_N2", "mvt_N3"])
def test_simulated_panels_agree_with_rmgarch(name, simulated_panel, simulated_reference):
    n = int(name[-1])
    ours, theirs = check_against_rmgarch(
        simulated_panel.iloc[:, :n], simulated_reference[f"rmgarch_{name}"]
    )
    np.testing.assert_allclose(ours.parameters, theirs, atol=1e-3)
    if name.startswith("mvt"):  # rmgarch stops at its bound of 50, the data are normal
        assert ours.nu > 50


def test_ten_series_agree_with_rmgarch(ten_series, ten_reference):
    ours, theirs = check_against_rmgarch(ten_series, ten_reference["rmgarch_DCC_simN10"])
    np.testing.assert_allclose(ours.parameters, theirs, atol=1e-3)


@pytest.mark.parametrize("name", ["dcc", "dcc_gjr", "adcc", "dcc_mvt"])
def test_nasdaq_and_sp500_agree_with_rmgarch(name, percent_log_returns, reference):
    ours, theirs = check_against_rmgarch(percent_log_returns, reference[name])
    np.testing.assert_allclose(ours.parameters, theirs, atol=1e-3)
    if name == "dcc_mvt":
        assert ours.nu == pytest.approx(reference[name]["coef"]["[Joint]mshape"], abs=2e-3)


@pytest.mark.parametrize(
    "name", ["dcc_N2", "dcc_N3", "adcc_N2", "adcc_N3", "mvt_N3", "gjr_N2", "dcc_N10", "dcc_N30"]
)
def test_dow_stocks_agree_with_rmgarch(name, dow, dow_reference):
    case = dow_reference[name]
    n = int(name.split("_N")[1])
    ours, theirs = check_against_rmgarch(dow.iloc[:, :n] * case["unit"], case)
    np.testing.assert_allclose(ours.parameters, theirs, atol=1e-3)


def test_fixed_parameters_agree_with_rmgarch(dow, dow_reference):
    """dccfilter: mu .2, omega .5, alpha .08, beta .9, a .02, b .96 for three stocks."""
    case = dow_reference["dccfilter_fixed"]
    univariate = {"mu": 0.2, "omega": 0.5, "alpha1": 0.08, "beta1": 0.9}
    coef = {"[Joint]dcca1": 0.02, "[Joint]dccb1": 0.96}
    for series in ("AA", "AXP", "BA"):
        coef |= {f"[{series}].{name}": value for name, value in univariate.items()}
    check_against_rmgarch(dow.iloc[:, :3], {**case, "coef": coef})


def test_constant_correlation_agrees_with_rmgarch(dow, dow_reference):
    """The reference of a = b = 0 has no univariate estimates; its DCC has the same."""
    coef = {k: v for k, v in dow_reference["dcc_N3"]["coef"].items() if not k.startswith("[Joint]")}
    residuals, variances, nothing, nu = second_step(dow.iloc[:, :3].to_numpy(), coef)
    case = dow_reference["ccc_N3"]
    correlation = np.corrcoef(residuals, rowvar=False)
    np.testing.assert_allclose(correlation, case["R"], atol=1e-10)
    by_date, _ = CorrelationLikelihood(residuals, shrunk_target=correlation).scores(nothing, nu)
    assert by_date.sum() - 0.5 * np.log(variances).sum() == pytest.approx(case["loglik"], rel=1e-8)
    with pytest.warns(hr.errors.ConvergenceWarning, match=r"alpha \+ beta = 1 of AXP"):
        fit = hr.CCC().fit(dow.iloc[:, :3])
    # our univariate estimates differ a little, see the tests of GARCH
    assert fit.log_likelihood > case["loglik"] - 0.2


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize(
    ("a", "b", "seed"), [(0.15, 0.2, 11), (0.02, 0.5, 19), (0.05, 0.9, 3), (0.0, 0.0, 7)]
)
def test_no_start_of_a_grid_beats_the_optimum(a, b, seed):
    """Short samples have several optima: one at a high persistence, one at a low one."""
    fit = hr.DCC().fit(hr.data.simulate_dcc(500, a=a, b=b, seed=seed).returns)
    steps = fit.estimates.errors
    for persistence in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        for news in (0.02, 0.2, 0.6):
            near = replace(
                steps.estimate,
                point=np.array([persistence, news, 0.0, 0.0]),
                parameters=np.array([persistence * news, persistence * (1 - news), 0.0]),
            )
            other = estimate_correlation(steps.likelihood, False, "a test", warm_start=near)
            assert other.log_density <= steps.estimate.log_density + 1e-6
