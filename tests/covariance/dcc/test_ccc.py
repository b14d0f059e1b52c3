"""Constant conditional correlation: tsmarch's numbers and the errors of its correlation."""

import numpy as np
import pytest

import hedgeresearch as hr
from tests.covariance.dcc.stacked_conditions import first_step, jacobian_of_means


def test_estimates_agree_with_tsmarch(simulated_panel, simulated_reference):
    """Its R is not demeaned: .1 at most in the log-likelihood of two thousand observations."""
    for n in (2, 3):
        expected = simulated_reference[f"tsmarch_constant_N{n}"]
        fit = hr.CCC().fit(simulated_panel.iloc[:, :n])
        assert fit.log_likelihood == pytest.approx(-expected["nll"], abs=0.1)
        ratio = fit.hedge_ratio("spot", "fut")["fut"]
        assert ratio.iloc[-1] == pytest.approx(expected["hedge12"]["last"], abs=1e-3)


def test_standard_errors_are_the_stacked_sandwich(simulated_panel):
    """The moment conditions are the univariate scores and the demeaned second moments."""
    returns = simulated_panel.iloc[:1200, :2]
    fit = hr.CCC().fit(returns)
    univariate = fit.parameters.to_numpy()[:8]
    values = returns.to_numpy()
    _, residuals = first_step(univariate, values)
    moments = [
        residuals.mean(axis=0),
        residuals.std(axis=0, ddof=1),
        [np.corrcoef(residuals, rowvar=False)[0, 1]],
    ]
    theta = np.concatenate([univariate, *moments])

    def conditions(at):
        scores, z = first_step(at[:8], values)
        unit = (z - at[8:10]) / at[10:12]
        products = unit[:, 0] * unit[:, 1] - at[12]
        return np.hstack([*scores, unit, unit**2 - 1, products[:, None]])

    bread = np.linalg.inv(jacobian_of_means(conditions, theta, np.full(13, 1e-5)))
    scores = conditions(theta)
    expected = bread @ (scores.T @ scores) @ bread.T / len(residuals) ** 2
    error = fit.standard_errors["correlation spot fut"]
    assert error == pytest.approx(np.sqrt(expected[-1, -1]), rel=2e-3)
