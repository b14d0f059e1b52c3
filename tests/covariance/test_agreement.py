"""CCC and DCC against rmgarch: its number at its parameters, our optimum above its own."""

import re
from functools import cached_property

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.dcc import dcc_correlation, dcc_scores
from hedgeresearch._kernels.densities import NORMAL, density_constants
from hedgeresearch._kernels.garch import garch_variance
from hedgeresearch.covariance.dcc.estimation import estimate_correlation
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood

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


def second_step(returns, coef):
    """Residuals, variances and (a, b, g, nu) of rmgarch's coefficients, margins started at mean(e^2)."""
    by_series = {}
    for name, value in coef.items():
        series, parameter = re.fullmatch(r"\[(.+)\]\.?(.+)", name).groups()
        by_series.setdefault(series, {})[parameter] = value
    joint = by_series.pop("Joint", {})
    residuals, variances = np.empty(returns.shape), np.empty(returns.shape)
    for i, p in enumerate(by_series.values()):
        parameters = np.array([p["mu"], p["omega"], p["alpha1"], p.get("gamma1", 0.0), p["beta1"]])
        e = returns[:, i] - p["mu"]
        variances[:, i] = garch_variance(
            parameters, np.ascontiguousarray(returns[:, i]), np.mean(e**2)
        )[:-1]
        residuals[:, i] = e / np.sqrt(variances[:, i])
    dynamic = np.array([joint.get(key, 0.0) for key in ("dcca1", "dccb1", "dccg1")])
    return residuals, variances, dynamic, joint.get("mshape", NORMAL)


class WithDemeanedNews(CorrelationLikelihood):
    """rmgarch and tsmarch demean min(z, 0) in its target, while their recursions add it as it is: g is then estimated
    at about half its size (see test_recovery), so that ours does not."""

    @cached_property
    def news_target(self):
        return np.cov(np.minimum(self.residuals, 0.0), rowvar=False) * self.asymmetric


def check_against_rmgarch(returns, reference, pair=(0, 1)):
    """Its log-likelihood and path at its parameters; our optimum on its residuals is at least its own."""
    values = np.ascontiguousarray(returns)
    residuals, variances, parameters, nu = second_step(values, reference["coef"])
    likelihood = WithDemeanedNews(residuals, asymmetric="[Joint]dccg1" in reference["coef"])
    intercept, first, derivatives = likelihood.matrices(parameters)
    a, _, g = parameters
    reported = (
        first + a + g
    )  # rmgarch reports with z_0 = n_0 = (1, ..., 1), estimates with both zero
    density = density_constants(nu, len(intercept))
    by_date, _ = dcc_scores(
        parameters, False, False, density, residuals, intercept, reported, derivatives
    )
    total = by_date.sum() - 0.5 * np.log(variances).sum()
    assert total == pytest.approx(reference["loglik"], rel=1e-8)
    path = dcc_correlation(parameters, False, residuals, intercept, reported)[:-1]
    i, j = pair
    rho = path[:, i, j]
    found = {"rho12": rho, "rho": rho}
    found["hedge12"] = found["hedge"] = rho * np.sqrt(variances[:, i] / variances[:, j])
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
def test_simulated_panel(name, simulated_panel, simulated_reference):
    n = int(name[-1])
    ours, theirs = check_against_rmgarch(
        simulated_panel.iloc[:, :n], simulated_reference[f"rmgarch_{name}"]
    )
    np.testing.assert_allclose(ours.parameters, theirs, atol=1e-3)
    if name.startswith("mvt"):  # rmgarch stops at its bound of 50, the data are normal
        assert ours.nu > 50


def test_ten_simulated_series(ten_series, ten_reference):
    ours, theirs = check_against_rmgarch(ten_series, ten_reference["rmgarch_DCC_simN10"])
    np.testing.assert_allclose(ours.parameters, theirs, atol=1e-3)


@pytest.mark.parametrize("name", ["dcc", "dcc_gjr", "adcc", "dcc_mvt"])
def test_nasdaq_and_sp500(name, percent_log_returns, reference):
    ours, theirs = check_against_rmgarch(percent_log_returns, reference[name])
    np.testing.assert_allclose(ours.parameters, theirs, atol=1e-3)
    if name == "dcc_mvt":
        assert ours.nu == pytest.approx(reference[name]["coef"]["[Joint]mshape"], abs=2e-3)


@pytest.mark.parametrize(
    "name", ["dcc_N2", "dcc_N3", "adcc_N2", "adcc_N3", "mvt_N3", "gjr_N2", "dcc_N10", "dcc_N30"]
)
def test_dow_stocks(name, dow, dow_reference):
    case, n = dow_reference[name], int(name.split("_N")[1])
    ours, theirs = check_against_rmgarch(dow.iloc[:, :n] * case["unit"], case)
    np.testing.assert_allclose(ours.parameters, theirs, atol=1e-3)


def test_fixed_parameters_on_dow_stocks(dow, dow_reference):
    """dccfilter: mu .2, omega .5, alpha .08, beta .9, a .02, b .96 for three stocks."""
    case = dow_reference["dccfilter_fixed"]
    margin = {"mu": 0.2, "omega": 0.5, "alpha1": 0.08, "beta1": 0.9}
    coef = {f"[{s}].{p}": x for s in ("AA", "AXP", "BA") for p, x in margin.items()}
    check_against_rmgarch(
        dow.iloc[:, :3], {**case, "coef": coef | {"[Joint]dcca1": 0.02, "[Joint]dccb1": 0.96}}
    )


def test_ccc_on_dow_stocks(dow, dow_reference):
    """rmgarch's DCC with a = b = 0 fixed has no margins in the reference: those of its DCC fit are the same."""
    coef = {k: v for k, v in dow_reference["dcc_N3"]["coef"].items() if not k.startswith("[Joint]")}
    residuals, variances, nothing, nu = second_step(dow.iloc[:, :3].to_numpy(), coef)
    case = dow_reference["ccc_N3"]
    correlation = np.corrcoef(residuals, rowvar=False)
    np.testing.assert_allclose(correlation, case["R"], atol=1e-10)
    by_date, _ = CorrelationLikelihood(residuals, shrunk_target=correlation).scores(nothing, nu)
    assert by_date.sum() - 0.5 * np.log(variances).sum() == pytest.approx(case["loglik"], rel=1e-8)
    with pytest.warns(hr.errors.ConvergenceWarning, match=r"alpha \+ beta = 1 of AXP"):
        assert (
            hr.CCC().fit(dow.iloc[:, :3]).log_likelihood > case["loglik"] - 0.2
        )  # other margins, see test_garch
