"""Engle's simulation: the processes are what their formulas say, and no number depends on how many processes run."""

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.reproductions.papers import engle_correlations as engle


def test_the_correlations_of_the_first_dates():
    paths = {name: process.correlation for name, process in engle.processes().items()}
    assert paths["constant"].unique().tolist() == [0.9]
    assert paths["step"].loc[[1, 500, 501, 1000]].tolist() == pytest.approx([0.9, 0.9, 0.4, 0.4])
    assert paths["ramp"].loc[[1, 199, 200, 201]].tolist() == pytest.approx(
        [0.005, 0.995, 0.0, 0.005]
    )
    assert paths["sine"].loc[[100, 200]].tolist() == pytest.approx([0.1, 0.9])
    assert paths["fast sine"].loc[[10, 20, 30]].tolist() == pytest.approx([0.1, 0.9, 0.1])


@pytest.mark.parametrize("name", ["constant", "step", "Student-t sine"])
def test_simulated_returns_have_these_variances_and_correlations(name):
    """Standardised by the recursions written out, they have unit variances and the products of the process."""
    process = engle.processes()[name]
    standardised = []
    for seed in range(30):
        returns = engle.simulate(process, [seed, 0]).to_numpy()
        h, z = np.array([0.01 / 0.01, 0.5 / 0.3]), np.empty_like(returns)
        for t, r in enumerate(returns):
            z[t] = r / np.sqrt(h)
            h = np.array(
                [0.01 + 0.05 * r[0] ** 2 + 0.94 * h[0], 0.5 + 0.2 * r[1] ** 2 + 0.5 * h[1]]
            )
        standardised.append(z)
    z = np.array(standardised)
    np.testing.assert_allclose(
        (z**2).mean(axis=(0, 1)), 1.0, atol=0.1
    )  # 30 000 draws, fat tails among them
    moved = (z[:, :, 0] * z[:, :, 1]).mean(axis=0) - process.correlation
    assert abs(moved[:500].mean()) < 0.1
    assert abs(moved[500:].mean()) < 0.1
    kurtosis = (z[:, :, 0] ** 4).mean()
    assert (kurtosis > 4) == process.student


def test_the_first_returns_have_the_variances_of_the_long_run():
    """omega / (1 - alpha - beta) of either series: 1 and 5 / 3."""
    process = engle.processes()["constant"]
    first = np.array([engle.simulate(process, [seed, 0]).iloc[0] for seed in range(300)])
    np.testing.assert_allclose(
        (first**2).mean(axis=0), [1.0, 5 / 3], rtol=0.25
    )  # three errors of 300 squares
    normal = np.random.default_rng([7, 0]).standard_normal((engle.N_DATES, 2))[0]
    normal[1] = 0.9 * normal[0] + np.sqrt(1 - 0.81) * normal[1]
    assert engle.simulate(process, [7, 0]).iloc[0].tolist() == pytest.approx(
        normal * np.sqrt([1.0, 5 / 3])
    )


def test_errors_are_those_of_each_sample_whatever_runs_them():
    findings = engle.run(2)
    samples = [engle.errors_of_sample(i) for i in range(2)]
    table = findings.tables["mean absolute error of the correlation, 2 samples"]
    pd.testing.assert_frame_equal(
        table, (samples[0] + samples[1]) / 2, check_exact=False, rtol=1e-12
    )
    error = findings.tables["Monte Carlo standard errors"]
    pd.testing.assert_frame_equal(
        error, (samples[0] - samples[1]).abs() / 2, check_exact=False, rtol=1e-9
    )
    numbers = {number.quantity: number for number in findings.numbers}
    assert len(numbers) == 42
    assert numbers["sine, DCC"].ours == table.loc["sine", "DCC"]
    assert {number.origin for number in numbers.values() if number.expected is not None} == {
        "independent"
    }
    spread = 3 * 0.00075 * np.sqrt(1 + 200 / 2)
    assert numbers["sine, DCC"].tolerance == pytest.approx(spread + 0.03 * 0.1396)
    assert numbers["sine, orthogonal GARCH"].expected is None
