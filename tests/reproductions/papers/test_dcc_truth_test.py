"""The truth test: scores of another program, mean distances, and paths that are refused."""

import numpy as np
import pytest
from scipy.optimize import minimize

import hedgeresearch as hr
from hedgeresearch.reproductions.papers import dcc_truth_test
from hedgeresearch.reproductions.papers.dcc_truth_test import START_UP, score, truth_returns


@pytest.fixture(scope="module")
def returns():
    return truth_returns()


def correlations(z, a, b):
    """Q by its definition, from z_0 = 0 and Q_0 = S."""
    s = np.cov(z, rowvar=False)
    q = (1 - a) * s
    path = []
    for row in z:
        path.append(q[0, 1] / np.sqrt(q[0, 0] * q[1, 1]))
        q = (1 - a - b) * s + a * np.outer(row, row) + b * q
    return np.array(path)


def dcc_of_another_program(returns):
    """GARCH models of arch, the correlation in numpy, its likelihood by Nelder and Mead."""
    from arch import arch_model

    fits = [
        arch_model(100 * column, mean="Constant", vol="GARCH").fit(disp="off")
        for _, column in returns.items()
    ]
    z = np.column_stack([fit.std_resid for fit in fits])

    def loss(point):
        if min(point) < 0 or sum(point) >= 1:
            return 1e9
        rho = correlations(z, *point)
        rest = 1 - rho**2
        return (
            np.log(rest) + (z[:, 0] ** 2 + z[:, 1] ** 2 - 2 * rho * z[:, 0] * z[:, 1]) / rest
        ).sum()

    best = minimize(loss, [0.05, 0.9], method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4})
    ratio = fits[0].conditional_volatility / fits[1].conditional_volatility
    return correlations(z, *best.x) * ratio


@pytest.mark.long
def test_another_program_has_the_independent_scores(returns):
    """The scores that the reproduction calls independent, to their last digit."""
    expected = {number.quantity: number.expected for number in dcc_truth_test.run(2).numbers}
    path = dcc_of_another_program(returns)
    assert score(path.to_numpy()) == pytest.approx(expected["DCC, error of the ratio"], abs=5e-5)
    matrix = np.cov(returns.to_numpy().T)
    constant = np.full(len(returns), matrix[0, 1] / matrix[1, 1])
    assert score(constant) == pytest.approx(expected["OLS, error of the ratio"], abs=5e-6)


def test_score_is_the_mean_distance_after_the_start():
    true = hr.data.simulate_dcc(2000, seed=3).hedge_ratio["hedge"]
    assert score(true, seed=3) == 0.0
    assert score(true) > 0.1
    path = true + 0.01 * np.arange(2000)
    path.iloc[:START_UP] = np.nan
    assert score(path, seed=3) == pytest.approx(0.01 * np.arange(START_UP, 2000).mean())
    assert score(path.tolist(), seed=3) == score(path, seed=3)


def test_invalid_paths_are_refused(returns):
    path = returns["asset"]
    with pytest.raises(
        hr.DataError,
        match=r"ratio must have one number for each date, shape \(2000,\); got shape \(1999,\)",
    ):
        score(path.to_numpy()[1:])
    with pytest.raises(
        hr.DataError,
        match=r"ratio must have the dates of truth_returns\(\), 2000 from 2000-01-03; got",
    ):
        score(path.iloc[1:])
    with pytest.raises(
        hr.DataError, match="ratio must be finite after the first 100 dates; got nan at row 150"
    ):
        score(path.where(np.arange(2000) != 150))
    with pytest.raises(hr.DataError, match="seed must be a whole number"):
        score(path, seed=-1)
